"""The text of a playbook in the language in use."""

from collections.abc import Mapping
from typing import TypeVar

from tui.engine.text import language

Said = TypeVar("Said")


def localised(texts: Mapping[str, Said]) -> Said:
    """Return the text in the language in use, else in English, else in whatever there is."""
    return texts.get(language()) or texts.get("en") or next(iter(texts.values()))
