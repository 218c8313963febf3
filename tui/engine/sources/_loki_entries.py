"""What Loki answers, on its way into lines; and which entries come again after a break."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from tui.engine.lines import LINE_CAP, Piece

SECOND = 1_000_000_000
"""Nanoseconds."""

OVERLAP = 10 * SECOND
"""Read again before the newest entry: streams reach Loki at different speeds."""

REMEMBERED = 300
"""Entries of that time that are known again; those of one and the same nanosecond are all known."""

_PROCESS = ("host", "hostname", "node", "instance", "pod", "pod_name", "container", "container_name", "filename")
"""Labels that tell one process from another; others, such as the level, divide the lines of one."""


class Entry(NamedTuple):
    """One entry of one stream."""

    stamp: int
    """Nanoseconds since the epoch."""
    part: str
    """The process it is of, as far as labels tell."""
    text: str

    @property
    def check(self) -> int:
        """A checksum of what makes it this entry."""
        return crc32(f"{self.part}\0{self.text}".encode("utf-8", "replace"))

    def lines(self) -> list[bytes]:
        """Return its lines, the time in front of the first one."""
        seconds, nanos = divmod(self.stamp, SECOND)
        text = self.text.removesuffix("\n").encode("utf-8", "replace")
        return [line.removesuffix(b"\r") for line in (b"%s.%09dZ " % (_date(seconds), nanos) + text).split(b"\n")]


def entries(streams: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the entries of several streams in the order of their times.

    Raises:
        KeyError, TypeError, ValueError: these are no streams.
    """
    found = [
        Entry(int(value[0]), part, str(value[1]))
        for stream in streams
        for part in (_part(stream["stream"]),)
        for value in stream["values"]
    ]
    return sorted(found, key=lambda each: each.stamp)


def piece(some: Sequence[Entry]) -> Piece:
    """Return entries as lines."""
    lines = [line for entry in some for line in entry.lines()]
    size = sum(map(len, lines)) + len(lines)
    return Piece([line[:LINE_CAP] for line in lines], size, sum(len(line) > LINE_CAP for line in lines))


def _part(labels: Mapping[str, str]) -> str:
    return "/".join(str(labels[name]) for name in _PROCESS if name in labels)


@lru_cache(4096)
def _date(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


class Place:
    """The newest entries that were delivered, as text that survives a restart."""

    def __init__(self, bookmark: str, beginning: int) -> None:
        """Go on where a bookmark says; an empty one is before the first entry, at ``beginning``."""
        told: dict[str, Any] = json.loads(bookmark) if bookmark else {"start": beginning, "newest": []}
        self.start: int = told["start"]
        """Where to read on, in nanoseconds: of what was delivered from there on, everything is known again."""
        self._newest: list[tuple[int, int]] = [(stamp, check) for stamp, check in told["newest"]]

    def __str__(self) -> str:
        return json.dumps({"start": self.start, "newest": self._newest}, separators=(",", ":"))

    def known(self, start: int) -> Counter[tuple[int, int]]:
        """Return what an answer that begins at a moment brings once more."""
        return Counter(each for each in self._newest if each[0] >= start)

    def new(self, some: Sequence[Entry], known: Counter[tuple[int, int]]) -> list[Entry]:
        """Return the entries that were not delivered before; ``known`` is used up."""
        fresh = []
        for entry in some:
            each = (entry.stamp, entry.check)
            if known[each]:
                known[each] -= 1
            else:
                fresh.append(entry)
        return fresh

    def remember(self, fresh: Sequence[Entry]) -> None:
        """Move behind some entries: keep the last moments, each of them whole, and no more than fit."""
        newest = sorted([*self._newest, *((each.stamp, each.check) for each in fresh)])
        last = newest[-1][0]
        self.start = max(self.start, last - OVERLAP)
        if len(newest) > REMEMBERED and (first := newest[-REMEMBERED][0]) >= self.start:
            whole = newest[-REMEMBERED - 1][0] < first
            self.start = min(first if whole else first + 1, last)
        self._newest = [each for each in newest if each[0] >= self.start]
