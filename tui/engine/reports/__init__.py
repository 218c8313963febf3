"""How a report is written, one format per file.

A module here whose name has no leading underscore is a format of that name. It declares ``ENDING``, the
usual end of its file names, and ``render(report)``, which returns the whole text.
"""

import importlib
import pkgutil
from functools import cache
from typing import Protocol

from tui.engine.report import Report
from tui.engine.reports._cleaning import cleaned

__all__ = ["Format", "cleaned", "format_of", "names"]


class Format(Protocol):
    """What a module of this package declares."""

    ENDING: str

    def render(self, report: Report) -> str:
        """Return a report as text, in the language in use."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of the formats."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_")))


def format_of(name: str) -> Format:
    """Return a format; only its own module is imported."""
    module: Format = importlib.import_module(f"{__name__}.{name}")
    return module
