"""Playbooks found by what a log said or by the figure that broke its limit; first match wins."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Self

from tui.engine.model import Hints, LogEvent, Playbook
from tui.engine.text import LANGUAGES

REMEMBERED = 512
"""Answers kept by text, so that a flood of one message costs one search."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A playbook with what leads to it."""

    order: int
    applies_to: frozenset[str]
    """Kinds of event, and ``kpi`` for alert keys."""
    pattern: re.Pattern[str]
    playbook: Playbook


class PlaybookCatalogue(Hints):
    """All playbooks in their order; the first whose pattern is found in the text is the answer."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.order)
        self._by_id = {entry.playbook.id: entry.playbook for entry in self._entries}
        self._find = lru_cache(REMEMBERED)(self._search)

    @classmethod
    def load(cls) -> Self:
        """Return the catalogue that travels with the program."""
        found = [file for file in files(__package__).joinpath("catalogue").iterdir() if file.name.endswith(".toml")]
        tables = (tomllib.loads(file.read_text(encoding="utf-8")) for file in found)
        return cls(_entry(id_, table) for file in tables for id_, table in file.items())

    def for_event(self, event: LogEvent) -> Playbook | None:
        """Return the first playbook for an error, warning, fallback or config warning (formats §5)."""
        found = self._find(event.kind, event.text)
        if found is None and event.kind == "config_warning" and event.field:
            return self._find(event.kind, f"[Config] {event.field} is not set")
        return found

    def for_kpi(self, key: str) -> Playbook | None:
        """Return the playbook of an alert key such as ``kpi:ttfb:TTS``."""
        return self._find("kpi", key)

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
    pattern = re.compile("|".join(f"(?:{alternative})" for alternative in table["match"]))
    return Entry(table["order"], frozenset(table["applies_to"]), pattern, playbook)
