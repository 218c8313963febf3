"""The calls of one source as a set of open ids (semantics R44-R55)."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.engine.metrics.call_counts import MISMATCH_S, CallCounts
from tui.engine.metrics.ended import Ended, Unopened
from tui.engine.metrics.expiries import Expiries
from tui.engine.metrics.levels import Levels
from tui.engine.metrics.recent_levels import RecentLevels
from tui.engine.metrics.windows import SlidingCount
from tui.engine.model import LogEvent, Thresholds

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls
    from tui.engine.metrics.usual_calls import Followed

MAX_OPEN = 100_000
"""Ids open at once; beyond that the oldest is given up as a ghost."""

_WORTH = 32
"""Lines that are counted together at least, or those below them are not tried."""
_REOPEN_S = 5.0
_REORDER_S = 30.0
_FAIL_S = 2.0
_FAIL_LINES = 5
_FAILED_ACCEPT = re.compile(r"\b(?:Manager connect|Orchestrator start) failed\b")


@dataclass(slots=True)
class _Call:
    first: float | None
    """Log time of the first open: what durations are measured from."""
    opened: float
    """Effective time of the latest open; the moment it was read where the log has no times."""
    touched: float
    line: int


def is_refusal(event: LogEvent) -> bool:
    """Tell whether an error says that a call was not accepted (semantics R50)."""
    if event.stage is None and event.code in {"403", "connect_failed"}:
        return True
    return " failed" in event.text and _FAILED_ACCEPT.search(event.text) is not None  # which is asked of every error


def _log_time(event: LogEvent, effective: float | None) -> float | None:
    """Return the time the log gives, unless it is impossible; an arrival measures nothing."""
    return event.time if event.time == effective else None


class SourceCalls:
    """Follows the calls of one source; ids of different sources never meet (semantics R52, R56)."""

    def __init__(
        self, source: str, thresholds: Thresholds, counts: CallCounts, recent: RecentLevels, attached: float
    ) -> None:
        """``attached`` is the earliest moment known of this source: older calls may still be open."""
        self._source = source
        self._recent = recent
        self._thresholds = thresholds
        self._counts = counts
        self.attached = attached
        self.named = False
        """It names its calls; until then anonymous sockets stand for them (semantics R51)."""
        self.socket_opens = SlidingCount()
        self.socket_closes = SlidingCount()
        self._sockets = 0
        self._open: OrderedDict[str, _Call] = OrderedDict()  # of a dict the oldest is found in linear time
        self._ended = Ended()
        self._latest: str | None = None
        self._own_lines = False
        self.next_expiry = float("inf")
        """Before this moment no call is open or silent for too long."""
        self._expiries = Expiries(self._open, self._expiry)
        self._level = 0
        self._newest: float | None = None
        self.period: Levels | None = None
        """The levels of the whole period, where these are wanted and not the recent ones."""

    @property
    def active(self) -> int:
        """Return how many calls are open."""
        return len(self._open) if self.named else self._sockets

    def opened(self, event: LogEvent, time: float | None, now: float) -> None:
        """Take an open: a new call, or a duplicate of an open id (semantics R48)."""
        if event.id is None:
            self.socket(time, 1)
            return
        self._become_named()
        if self._ended_early(event, event.id, time):
            return
        at = now if time is None else time
        call = self._open.get(event.id)
        if call is None:
            self._counts.distinct.add(time)
            self._count_open(event, time)
            self._open[event.id] = _Call(_log_time(event, time), at, at, event.line)
            self._expiries.note([event.id])
        else:
            if at < call.opened:
                self._expiries.note([event.id])
            if at - call.opened >= _REOPEN_S:
                self._count_open(event, time)
            call.opened, call.touched, call.line = at, max(call.touched, at), event.line
        self._latest = event.id
        self.next_expiry = min(self.next_expiry, at + self._thresholds.max_call_s)
        if len(self._open) > MAX_OPEN:
            self._end(next(iter(self._open)))
            self._counts.ghosts.add(time)
        self._mark(time)

    def take(self, calls: "Calls", now: float) -> None:
        """Take begins and ends that came in columns, in their order.

        What is as it should be, each call beginning and ending once, is counted together.
        """
        times, end = calls.times.tolist(), len(calls.ids)
        begin, size, alone = 0, end, 1
        while begin < end:
            usual = 0
            if self.named and self.period is not None:
                usual = self._follow(calls.part(begin, begin + size))
            # Looked at in vain is no more than a few times what was of use: many may not be as they should be.
            size = 4 * max(usual, _WORTH)
            alone = 1 if usual >= _WORTH else min(2 * alone, _WORTH)
            begin += usual
            for index in range(begin, min(begin + alone, end)):
                self._take_one(calls.sketch(index), calls.ids[index], times[index], now)
            begin += alone

    def _follow(self, calls: "Calls") -> int:
        """Open and end calls up to the first line that does not simply do so; return how many lines these are."""
        from tui.engine.metrics.usual_calls import followed, until  # noqa: PLC0415 - columns have loaded numpy already

        open_, ended = self._open, self._ended
        room, limit = MAX_OPEN - len(open_), self._thresholds.max_call_s
        usual = followed(calls.part(0, until(calls, self.next_expiry, limit, room)), open_, ended)
        if not usual.calls.ids:
            return 0
        usual.firsts[usual.begun < 0] = [open_.pop(id_).first for id_ in usual.before]
        ended.add_all(usual.gone)
        new = usual.left
        open_.update((id_, _Call(time, time, time, line)) for id_, time, line in new)
        self._expiries.note(id_ for id_, *_ in new)
        self._count_usual(usual)
        return len(usual.calls.ids)

    def _count_usual(self, followed: "Followed") -> None:
        calls = followed.calls
        followed.add_to(self._counts, self._thresholds.short_call_s)
        self._level = len(self._open)
        if self.period is not None:
            self.period.step_all(calls.times, followed.steps())
        newest = calls.bounds()[1]
        self._newest = newest if self._newest is None else max(newest, self._newest)
        begins = followed.begins()
        if begins is not None:
            first, self._latest = begins
            self.next_expiry = min(self.next_expiry, first + self._thresholds.max_call_s)

    def _take_one(self, event: LogEvent, call_id: str, time: float, now: float) -> None:
        self.touch(call_id, time, regular=False)
        self.expire(min(time, now))
        if event.kind == "call_opened":
            self.opened(event, time, now)
        else:
            self.closed(event, time)

    def _count_open(self, event: LogEvent, time: float | None) -> None:
        self._counts.opened.add(time)
        self._counts.client(event.client).add(time)

    def _ended_early(self, event: LogEvent, call_id: str, time: float | None) -> bool:
        """Count an open whose close was read before it, lines being up to 30 s out of order (R67)."""
        ended = self._ended.pop(call_id)
        if ended is None or ended.at is None or time is None:
            return False
        if not 0 <= ended.at - time <= _REORDER_S:
            return False
        self._ended.add(call_id)
        if ended.unmeasured and event.time == time:
            self._counts.add_duration(ended.at - time, ended.at, self._thresholds.short_call_s)
        self._step(time, 1)
        self._step(ended.at, -1)
        self._counts.distinct.add(time)
        self._count_open(event, time)
        return True

    def closed(self, event: LogEvent, time: float | None) -> None:
        """Take a close; a repeated one changes nothing, one of an unknown id is only counted (R47, R49)."""
        if event.id is None and not self._open:
            self.socket(time, -1)
            return
        self._become_named()
        # A close without an id ends the oldest call: which one is unknown, how many is not.
        call_id = event.id if event.id is not None else next(iter(self._open))
        unopened = call_id not in self._open
        if unopened and call_id in self._ended:
            return
        self._counts.closed.add(time)
        duration = self._duration(event, time, self._end(call_id))
        if duration is not None:
            self._counts.add_duration(duration, time, self._thresholds.short_call_s)
        if unopened:
            unmeasured = duration is None and _log_time(event, time) is not None
            self._ended.add(call_id, Unopened(time, unmeasured))
        self._mark(time)

    def _duration(self, event: LogEvent, time: float | None, call: _Call | None) -> float | None:
        """Return the logged duration, else the measured one if the log has both times (R49)."""
        lasted = self._lasted(event.duration_s, _log_time(event, time), call)
        return lasted if event.duration_s is not None or event.id is not None else None

    def _lasted(self, logged: float | None, end: float | None, call: _Call | None) -> float | None:
        measured = None
        if call and call.first is not None and end is not None and end >= call.first:
            measured = end - call.first
        if logged is None:
            return measured
        if measured is not None and abs(measured - logged) > MISMATCH_S:
            self._counts.mismatches += 1
        return logged

    def socket(self, time: float | None, step: int) -> None:
        """Take an anonymous socket, clamped at none (semantics R51); it counts while no call was ever named."""
        (self.socket_opens if step > 0 else self.socket_closes).add(time)
        self._sockets = max(0, self._sockets + step)
        if not self.named:
            self._mark(time)

    def touch(self, call_id: str, time: float | None, *, regular: bool) -> None:
        """Note a line of a call; ``regular`` ones show that its silence would mean something (R45)."""
        call = self._open.get(call_id)
        if call and time is not None:
            call.touched = max(call.touched, time)
            if regular and not self._own_lines:
                self._own_lines = True
                self.next_expiry = 0.0
                self._expiries.note_all()

    def failed(self, event: LogEvent, time: float | None) -> bool:
        """Drop the call that was opened a moment ago and then not accepted; return whether one was (R50)."""
        if not self._open or not is_refusal(event):
            return False
        call_id = event.id if event.id in self._open else self._latest
        call = self._open.get(call_id) if call_id else None
        if call_id is None or call is None:
            return False
        near = event.line - call.line <= _FAIL_LINES if time is None else 0 <= time - call.opened <= _FAIL_S
        if near:
            self._end(call_id)
            self._counts.lost.add(time)
            self._mark(time)
        return near

    def restarted(self, time: float | None) -> None:
        """Give up every open call: its process is gone (semantics R46).

        A start marker without a time among lines that have one comes after the newest of them.
        """
        self._counts.lost.add(self._newest if time is None else time, len(self._open))
        for call_id in list(self._open):
            self._end(call_id)
        self._sockets = 0
        self._mark(time)

    def expire(self, now: float) -> bool:
        """Give up calls that are open or silent for too long, as of when they became so (R45)."""
        if now < self.next_expiry:
            return False
        gone = self._expiries.before(now)
        for at, call_id in gone:
            self._end(call_id)
            self._counts.ghosts.add(at)
            self._mark(at)
        # At most once a second of log time, however many ghosts there are.
        self.next_expiry = max(now + 1, self._expiries.next())
        return bool(gone)

    def _expiry(self, call: _Call) -> float:
        limit = call.opened + self._thresholds.max_call_s
        return min(limit, call.touched + self._thresholds.idle_call_s) if self._own_lines else limit

    def _end(self, call_id: str) -> _Call | None:
        self._ended.add(call_id)
        return self._open.pop(call_id, None)

    def _become_named(self) -> None:
        if not self.named:
            self.named = True
            self._level = 0
            self._recent.forget(self._source)
            if self.period is not None:
                self.period = Levels()

    def _mark(self, time: float | None) -> None:
        """Note by how much the number of open calls has changed."""
        before, self._level = self._level, self.active
        self._step(time, self._level - before)
        if time is not None:
            self._newest = time if self._newest is None else max(time, self._newest)

    def _step(self, time: float | None, step: int) -> None:
        if self.period is None:
            self._recent.step(self._source, time, step)
        else:
            self.period.step(time, step)
