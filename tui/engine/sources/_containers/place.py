"""How far the logs of containers were delivered, as text that survives a restart; and which lines come again."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

from tui.engine.sources._containers.stamps import SECOND, since_text, stamp_of

OVERLAP = 5 * SECOND
"""Read again before the newest line: the two output streams are stamped apart and may be written in another order."""

SLACK = SECOND // 10
"""Where both streams come mixed, lines of so short a time may be out of order."""

REMEMBERED = 200
"""Lines of that time that are known again; those of one and the same stamp are all known."""


class Line(NamedTuple):
    """What is remembered of a line."""

    stamp: int
    check: int


@dataclass(slots=True)
class Place:
    """How far the log of one container was delivered."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    """The newest lines of each output stream."""
    life: float | None = None
    """Start of the process whose first line was delivered last."""
    drained: float | None = None
    """End of the process whose log was read to its end."""
    at_end: bool = False
    """The log ended where it was read to."""
    part: str = ""
    """Of the container, see there."""

    @classmethod
    def from_object(cls, told: Mapping[str, Any]) -> "Place":
        """Read what a bookmark says about one container."""
        lines = {stream: [Line(*each) for each in lines] for stream, lines in told["lines"].items()}
        return cls(lines, told["life"], told["drained"], told["at_end"], told["part"])

    def since(self, beginning: str) -> str:
        """Return where to read on; lines that come again are for ``Repeats`` to drop."""
        newest = [lines[-1].stamp for lines in self.lines.values()]
        return since_text(max(newest) - OVERLAP) if newest else beginning

    def took(self, stream: int, lines: Sequence[bytes], *, framed: bool) -> None:
        """Remember the newest of some lines that were delivered."""
        slack = 0 if framed else SLACK
        fresh: list[Line] = []
        for line in reversed(lines):
            stamp = stamp_of(line)
            if stamp is None:
                continue
            if fresh and abs(stamp - fresh[0].stamp) > slack:
                break
            fresh.append(Line(stamp, crc32(line)))
        if fresh:
            self.lines[str(stream)] = _newest([*self.lines.get(str(stream), ()), *reversed(fresh)], slack)


def _newest(lines: list[Line], slack: int) -> list[Line]:
    """Return the lines of the last moment, and not too many of those before the very last stamp."""
    last = lines[-1].stamp
    lines = [each for each in lines if abs(each.stamp - last) <= slack]
    while len(lines) > REMEMBERED and (oldest := min(lines).stamp) < last:
        lines = [each for each in lines if each.stamp != oldest]
    return lines


class Repeats:
    """Drops the lines of one request for a log that had been delivered before it."""

    def __init__(self, place: Place) -> None:
        self._known = {int(stream): Counter(lines) for stream, lines in place.lines.items()}
        self._from = {int(stream): min(lines).stamp for stream, lines in place.lines.items()}
        self._to = {int(stream): max(lines).stamp for stream, lines in place.lines.items()}

    def without(self, stream: int, lines: list[bytes]) -> list[bytes]:
        """Return the lines that are new; one without a time goes with the line above it."""
        if stream not in self._known:
            return lines
        fresh: list[bytes] = []
        new = False
        for index, line in enumerate(lines):
            stamp = stamp_of(line)
            if stamp is not None:
                if stamp > self._to[stream]:
                    del self._known[stream]
                    return fresh + lines[index:]
                new = self._is_new(stream, Line(stamp, crc32(line)))
            if new:
                fresh.append(line)
        return fresh

    def _is_new(self, stream: int, line: Line) -> bool:
        if line.stamp < self._from[stream]:
            return False
        known = self._known[stream]
        if not known[line]:
            return True
        known[line] -= 1
        return False


@dataclass(slots=True)
class Places:
    """How far every container of a source was delivered."""

    beginning: str = ""
    """Where the logs begin of which nothing was delivered yet, as ``since`` takes it."""
    of: dict[str, Place] = field(default_factory=dict)
    """By container id."""

    def keep(self, ids: set[str]) -> list[Place]:
        """Forget the containers that are gone, and return how far they were delivered."""
        gone = [place for each, place in self.of.items() if each not in ids]
        self.of = {each: place for each, place in self.of.items() if each in ids}
        return gone

    def as_json(self) -> str:
        """Return it as a bookmark."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Places":
        """Read a bookmark."""
        told = json.loads(text)
        return cls(told["beginning"], {each: Place.from_object(place) for each, place in told["of"].items()})
