"""How the sources stood at some moment: as noted then, else as far as their events tell."""

from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui.engine.model import SourceState, SourceStatus
from tui.engine.monitor._rewound import Spans
from tui.engine.text import t

EVERY_S = 60.0
"""Figures of sources that stand still are noted this often."""
KEPT = 3_000
"""Notes: a day of minutes, and as many changes again."""
QUIET_AFTER_S = 60.0
"""Silence after which a source that is read well counts as quiet."""
READ_WITHIN_S = 15.0
"""A source read so lately was being read."""

Statuses = tuple[SourceStatus, ...]


class Standing:
    """Notes the sources' own words while they are live."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, Statuses]] = deque(maxlen=KEPT)

    def note(self, at: float, statuses: Statuses) -> None:
        """Take how they stand now; one that only counted on is noted once a minute."""
        if self._notes:
            before, old = self._notes[-1]
            if old is statuses or (at - before < EVERY_S and _words(old) == _words(statuses)):
                return
        self._notes.append((at, statuses))

    def at(self, moment: float, present: Statuses, spans: Spans, newest: Mapping[str, float]) -> Statuses:
        """Return how they stood at a moment.

        ``newest`` is when each source had given its newest event by then; for ``present`` sources that nobody had
        noted yet it decides, together with the spans, and lines that were no events are not known.
        """
        index = bisect_right(self._notes, moment, key=lambda note: note[0])
        if index:
            return tuple(_heard(status, newest.get(status.name)) for status in self._notes[index - 1][1])
        return tuple(_told(status, moment, spans.get(status.name, ()), newest.get(status.name)) for status in present)


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
