"""Playbooks found by what a log said or by the figure that broke its limit; first match wins."""

import tomllib
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, Self

from tui.engine.frozen import frozen
from tui.engine.model import Hints, LogEvent, Playbook
from tui.engine.patterns import LazyPattern
from tui.engine.text import LANGUAGES

REMEMBERED = 512
"""Answers kept by text, so that a flood of one message costs one search."""


class Pattern(Protocol):
    """A regular expression: ``re`` for what is shipped and checked, RE2 for what a user wrote."""

    def search(self, text: str, /) -> object | None:
        """Return what was found, None if nothing was."""


@frozen
class Entry:
    """A playbook with what leads to it."""

    order: int
    applies_to: frozenset[str]
    """Kinds of event, and ``kpi`` for alert keys."""
    pattern: Pattern
    playbook: Playbook


_own: tuple[Entry, ...] = ()


def use_own(entries: Iterable[Entry]) -> None:
    """Have every catalogue loaded from now on know these playbooks of the user's, and ask them first."""
    global _own  # noqa: PLW0603 - one program has one user
    _own = tuple(entries)


class PlaybookCatalogue(Hints):
    """All playbooks in their order; the first whose pattern is found in the text is the answer."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """``entries`` are not looked at before somebody asks: to read all that are shipped takes 25 ms."""
        self._given = entries
        self._find = lru_cache(REMEMBERED)(self._search)

    @cached_property
    def _entries(self) -> list[Entry]:
        return sorted(self._given, key=lambda entry: entry.order)

    @cached_property
    def _by_id(self) -> dict[str, Playbook]:
        return {entry.playbook.id: entry.playbook for entry in self._entries}

    @classmethod
    def load(cls) -> Self:
        """Return the user's own playbooks and behind them the shipped ones, except those with the same name."""
        replaced = {entry.playbook.id for entry in _own}
        found = Path(__file__).with_name("catalogue").glob("*.toml")
        tables = (tomllib.loads(file.read_text(encoding="utf-8")) for file in found)
        shipped = (_entry(id_, table) for file in tables for id_, table in file.items() if id_ not in replaced)
        return cls(chain(_own, shipped))

    def for_event(self, event: LogEvent) -> Playbook | None:
        """Return the first playbook for an error, warning, fallback or config warning (formats §5)."""
        found = self._find(event.kind, event.text)
        if found is None and event.kind == "config_warning" and event.field:
            return self._find(event.kind, f"[Config] {event.field} is not set")
        return found

    def for_kpi(self, key: str) -> Playbook | None:
        """Return the playbook of an alert key such as ``kpi:ttfb:TTS``."""
        return self._find("kpi", key)

    def named(self, name: str) -> Playbook | None:
        """Return the playbook of an id or of an alert key."""
        return self.get(name) or self.for_kpi(name)

    def get(self, playbook_id: str) -> Playbook | None:
        """Return the playbook of an id such as ``azure.auth``."""
        return self._by_id.get(playbook_id)

    def all(self) -> tuple[Playbook, ...]:
        """Return every playbook in the order in which they are tried."""
        return tuple(self._by_id.values())

    def _search(self, kind: str, text: str) -> Playbook | None:
        fitting = (entry for entry in self._entries if kind in entry.applies_to)
        return next((entry.playbook for entry in fitting if entry.pattern.search(text)), None)


def _entry(playbook_id: str, table: dict[str, Any]) -> Entry:
    """Read one table of a catalogue file."""
    words = {code: table[code] for code in LANGUAGES}
    playbook = Playbook(
        id=playbook_id,
        severity=table["severity"],
        title={code: texts["title"] for code, texts in words.items()},
        cause={code: texts["cause"] for code, texts in words.items()},
        steps={code: tuple(texts["steps"]) for code, texts in words.items()},
        commands=tuple(table.get("commands", ())),
        link=table.get("link", ""),
    )
    pattern = LazyPattern("|".join(f"(?:{alternative})" for alternative in table["match"]))
    return Entry(table["order"], frozenset(table["applies_to"]), pattern, playbook)
