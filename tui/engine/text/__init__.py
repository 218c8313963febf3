"""Every sentence the program says, in English and Spanish, from one catalogue per language.

A catalogue is a folder of TOML files beside this module (``en/``, ``es/``): tables group keys, ``{name}``
marks a value. Both languages have the same files, keys and marks; a test sees to it.
"""

import os
import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es")
_language = "en"
_known: dict[str, dict[str, str]] = {code: {} for code in LANGUAGES}
"""What was asked for so far, and what stands beside it: to understand all files takes 20 ms."""


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
            known |= _flat(file) if f"[{table}]" in file and f"\n{name} = " in file else {}
    return known
