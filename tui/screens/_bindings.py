"""Key bindings whose descriptions are catalogue keys, put into the user's language when a screen is made."""

import dataclasses

from textual.binding import Binding, BindingsMap

from tui.engine.text import t

CHANGES: frozenset[str] = frozenset(
    {
        *("tick", "tick_step", "clear_ticks", "write_draft", "acknowledge", "silence", "test_channels"),
        *("add_source", "remember_sources", "ask_source", "add_named", "remove_named", "bundle"),
    }
)
"""Actions that change something outside the screen: a read-only monitor refuses them."""

PRESENT: frozenset[str] = CHANGES - {"write_draft", "bundle"}
"""Actions that change what is now: refused while the past is looked at."""


def translated(bindings: list[Binding]) -> BindingsMap:
    """Return bindings with description and tooltip taken from the catalogue.

    They are there as ``keys.<id>`` and ``keys.<id>_tip`` unless the binding says another key of the catalogue.
    """
    return BindingsMap(
        dataclasses.replace(
            binding,
            description=t(binding.description or f"keys.{binding.id}"),
            tooltip=t(binding.tooltip or f"keys.{binding.id}_tip"),
        )
        for binding in bindings
    )
