"""Every sentence the program says, in English and Spanish, from one catalogue per language.

A catalogue is a folder of TOML files beside this module (``en/``, ``es/``): tables group keys, ``{name}``
marks a value, ``[[filter|/]]`` the key of an action with what is said of it unless the user gave it another one.
Both languages have the same files, keys and marks; a test sees to it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es")
_language = "en"
_known: dict[str, dict[str, str]] = {code: {} for code in LANGUAGES}
"""What was asked for so far, and what stands beside it: to understand all files takes 20 ms."""
_keys: dict[str, str] = {}
"""What is said of keys that the user gave to actions, by the id of the action."""
KEY = re.compile(r"\[\[([\w.]+)\|([^\]]+)\]\]")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the flattened catalogue of a language: ``{"strip.since": "since {time}", …}``."""
    return {key: text for file in _files(language) for key, text in _flat(file).items()}


@cache
def _files(language: str) -> tuple[str, ...]:
    return tuple(file.read_text(encoding="utf-8") for file in Path(__file__).with_name(language).iterdir())


@cache
def _flat(file: str) -> dict[str, str]:
    return {f"{table}.{key}": text for table, keys in tomllib.loads(file).items() for key, text in keys.items()}


def use_language(language: str) -> None:
    """Choose the language of every following ``t``; anything but ``es…`` is English."""
    global _language  # noqa: PLW0603 - one program speaks one language
    _language = "es" if language.lower().startswith("es") else "en"


def use_keys(keys: Mapping[str, str]) -> None:
    """Name these keys in every following ``t``, by the id of their action; of others those they have by themselves."""
    if keys != _keys:
        _keys.clear()
        _keys.update(keys)
        _known.update({code: {} for code in LANGUAGES})


def language() -> str:
    """Return the code of the language in use."""
    return _language


def system_language() -> str:
    """Return the language the environment asks for."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    return "es" if chosen.lower().startswith("es") else "en"


def t(key: str, /, **values: object) -> str:
    """Return a text of the catalogue with its values filled in.

    Raises:
        KeyError: the catalogue has no such key.
    """
    text = _learnt(key)[key]
    return text.format(**values) if values else text


def said(words: str) -> str:
    """Return the text that words are a key of; words that are none stay as they are."""
    return _learnt(words).setdefault(words, words)


def _learnt(key: str) -> dict[str, str]:
    """Return what is known, by now with the files that a key may stand in: nine have a table of sources."""
    known = _known[_language]
    if key not in known:
        table, _, name = key.partition(".")
        for file in _files(_language):
            if f"[{table}]" in file and f"\n{name} = " in file:
                known |= {key: _with_keys(text) for key, text in _flat(file).items()}
    return known


def _with_keys(text: str) -> str:
    """Return a text with the keys in it that its actions have now."""
    return KEY.sub(lambda mark: _keys.get(mark[1], mark[2]), text) if "[[" in text else text
