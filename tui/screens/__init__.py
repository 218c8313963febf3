"""Screens, one per file.

Those that somebody has to ask for are loaded when they are first opened, and the start does not wait for them:
``from tui import screens``, then ``screens.help.HelpScreen(…)``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens import (
        alerts,
        ask,
        blame,
        calls,
        case,
        command_line,
        drill,
        frozen,
        help,  # noqa: A004 - a page, not the built-in
        lines,
        playbook,
        wallboard,
    )

__all__ = [
    "alerts",
    "ask",
    "blame",
    "calls",
    "case",
    "command_line",
    "drill",
    "frozen",
    "help",
    "lines",
    "playbook",
    "wallboard",
]


if not TYPE_CHECKING:  # else no misspelt name would ever be told

    def __getattr__(name: str) -> object:
        """Load the module of a screen."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        return import_module(f"{__name__}.{name}")
