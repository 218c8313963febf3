"""How the sources stood at some moment: as noted then, else as far as their events tell."""

import zlib
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import cast

from tui.engine.model import SourceState, SourceStatus
from tui.engine.monitor._rewound import Spans
from tui.engine.monitor._saved import load, save
from tui.engine.text import t

EVERY_S = 60.0
"""Figures of sources that stand still are noted this often."""
TOGETHER = 60
"""Notes that lie in memory as one compressed piece once they are old: those of an hour in which nothing happens."""
KEPT = 3_000 // TOGETHER
"""Such pieces: a day of minutes, and as many changes again."""
QUIET_AFTER_S = 60.0
"""Silence after which a source that is read well counts as quiet."""
READ_WITHIN_S = 15.0
"""A source read so lately was being read."""

Statuses = tuple[SourceStatus, ...]
_Note = tuple[float, Statuses]


class Standing:
    """Notes the sources' own words while they are live."""

    def __init__(self) -> None:
        self._notes: list[_Note] = []
        """The newest."""
        self._packed: deque[tuple[float, bytes]] = deque(maxlen=KEPT)
        """Older ones, with the moment of the first of each piece."""
        self._opened = lru_cache(1)(_unpacked)

    def note(self, at: float, statuses: Statuses) -> None:
        """Take how they stand now; one that only counted on is noted once a minute."""
        if self._notes:
            before, old = self._notes[-1]
            if old is statuses or (at - before < EVERY_S and _words(old) == _words(statuses)):
                return
        self._notes.append((at, statuses))
        if len(self._notes) > 2 * TOGETHER:
            oldest, self._notes = self._notes[:TOGETHER], self._notes[TOGETHER:]
            self._packed.append((oldest[0][0], zlib.compress(save({"notes": oldest}, {}))))

    def _around(self, moment: float) -> Sequence[_Note]:
        """Return the notes among which the newest before a moment is, if there is any."""
        if self._packed and moment < self._notes[0][0]:
            index = bisect_right(self._packed, moment, key=itemgetter(0))
            return self._opened(self._packed[index - 1][1]) if index else ()
        return self._notes

    def at(self, moment: float, present: Statuses, spans: Spans, newest: Mapping[str, float]) -> Statuses:
        """Return how they stood at a moment.

        ``newest`` is when each source had given its newest event by then; for ``present`` sources that nobody had
        noted yet it decides, together with the spans, and lines that were no events are not known.
        """
        notes = self._around(moment)
        index = bisect_right(notes, moment, key=itemgetter(0))
        if index:
            return tuple(_heard(status, newest.get(status.name)) for status in notes[index - 1][1])
        return tuple(_told(status, moment, spans.get(status.name, ()), newest.get(status.name)) for status in present)


def _unpacked(piece: bytes) -> Sequence[_Note]:
    found = load(zlib.decompress(piece), {})["notes"]
    return cast("Sequence[_Note]", found)


def _words(statuses: Statuses) -> tuple[tuple[str, SourceState, str], ...]:
    return tuple((status.name, status.state, status.reason) for status in statuses)


def _heard(status: SourceStatus, newest: float | None) -> SourceStatus:
    if newest is None or status.last_line_at is None:
        return status
    return replace(status, last_line_at=max(newest, status.last_line_at))


def _told(
    status: SourceStatus, moment: float, spans: Sequence[tuple[float, float]], newest: float | None
) -> SourceStatus:
    read = any(start <= moment <= end + READ_WITHIN_S for start, end in spans)
    if not read:
        state, reason = SourceState.STALE, t("time.unread")
    else:
        live = newest is not None and moment - newest < QUIET_AFTER_S
        state, reason = (SourceState.LIVE if live else SourceState.QUIET), ""
    return SourceStatus(
        status.name,
        status.kind,
        state,
        reason=reason,
        last_read_at=moment if read else None,
        last_line_at=newest,
        host=status.host,
    )
