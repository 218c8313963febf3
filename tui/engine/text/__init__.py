"""Every sentence the program says, in English and Spanish, from one catalogue per language.

A catalogue is a folder of TOML files beside this module (``en/``, ``es/``): tables group keys, ``{name}``
marks a value. Both languages have the same files, keys and marks; a test sees to it.
"""

import os
import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "es")
_language = "en"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the flattened catalogue of a language: ``{"strip.since": "since {time}", …}``."""
    found: dict[str, str] = {}
    for file in files(__name__).joinpath(language).iterdir():
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        found |= {f"{table}.{key}": text for table, keys in tables.items() for key, text in keys.items()}
    return found


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
    text = catalogue(_language)[key]
    return text.format(**values) if values else text
