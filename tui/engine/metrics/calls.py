"""The calls of one source as a set of open ids (semantics R44-R55)."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING

from tui.engine.metrics.call_counts import CallCounts
from tui.engine.metrics.expiries import Expiries
from tui.engine.metrics.levels import Levels
from tui.engine.metrics.recent_levels import RecentLevels
from tui.engine.metrics.windows import SlidingCount, slot_of
from tui.engine.model import LogEvent, Thresholds

if TYPE_CHECKING:
    from tui.engine.metrics.samples import Calls

MAX_OPEN = 100_000
"""Ids open at once; beyond that the oldest is given up as a ghost."""

_ENDED_KEPT = 10_000
_REOPEN_S = 5.0
_REORDER_S = 30.0
_FAIL_S = 2.0
_FAIL_LINES = 5
_MISMATCH_S = 5.0
_FAILED_ACCEPT = re.compile(r"\b(?:Manager connect|Orchestrator start) failed\b")


@dataclass(slots=True)
class _Call:
    first: float | None
    """Log time of the first open: what durations are measured from."""
    opened: float
    """Effective time of the latest open; the moment it was read where the log has no times."""
    touched: float
    line: int


@dataclass(slots=True)
class _Ended:
    at: float | None
    unopened: bool
    """Its open was never seen, or comes later."""
    unmeasured: bool = False
    """How long it lasted can be told if its open comes later."""


def is_refusal(event: LogEvent) -> bool:
    """Tell whether an error says that a call was not accepted (semantics R50)."""
    refused = event.stage is None and event.code in {"403", "connect_failed"}
    return refused or _FAILED_ACCEPT.search(event.text) is not None


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
        self._ended: OrderedDict[str, _Ended] = OrderedDict()
        self._latest: str | None = None
        self._own_lines = False
        self._next_expiry = float("inf")
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
        self._next_expiry = min(self._next_expiry, at + self._thresholds.max_call_s)
        if len(self._open) > MAX_OPEN:
            self._end(next(iter(self._open)), time)
            self._counts.ghosts.add(time)
        self._mark(time)

    def take(self, calls: "Calls", now: float) -> None:
        """Take begins and ends that came in columns, in their order.

        What is as it should be, each call beginning and ending once, is counted together.
        """
        is_open = calls.is_open()
        begin, end = 0, len(is_open)
        while begin < end:
            stop = begin
            if self.named and self.period is not None:
                stop = self._follow(calls, is_open, begin)
                self._count_usual(calls, is_open, begin, stop)
            if stop < end:
                self._take_one(calls.sketch(stop), calls.ids[stop], calls.times[stop], now)
            begin = stop + 1

    def _follow(self, calls: "Calls", is_open: Sequence[bool], begin: int) -> int:
        """Open and end calls up to the first line that does not simply do so; return where that is."""
        open_, ended, limit = self._open, self._ended, self._thresholds.max_call_s
        times, ids, lines, durations = calls.times, calls.ids, calls.lines, calls.durations
        lasted: list[tuple[float, float]] = []
        opened: list[str] = []
        stop = len(is_open)
        for index in range(begin, stop):
            time, id_ = times[index], ids[index]
            call = open_.get(id_)
            if time >= self._next_expiry or is_open[index] != (call is None):
                stop = index
                break
            if call is not None:
                del open_[id_]
                ended[id_] = _Ended(time, unopened=False)
                seconds = self._lasted(durations[index], time, call)
                if seconds is not None:
                    lasted.append((seconds, time))
            elif id_ in ended or len(open_) >= MAX_OPEN:
                stop = index
                break
            else:
                open_[id_] = _Call(time, time, time, lines[index])
                opened.append(id_)
                self._next_expiry = min(self._next_expiry, time + limit)
        self._forget_ended()
        self._expiries.note(opened)
        self._latest = opened[-1] if opened else self._latest
        self._counts.add_durations(lasted, self._thresholds.short_call_s)
        return stop

    def _take_one(self, event: LogEvent, call_id: str, time: float, now: float) -> None:
        self.touch(call_id, time, regular=False)
        self.expire(min(time, now))
        if event.kind == "call_opened":
            self.opened(event, time, now)
        else:
            self.closed(event, time)

    def _count_usual(self, calls: "Calls", is_open: Sequence[bool], begin: int, end: int) -> None:
        """Count lines that were followed."""
        if begin == end or self.period is None:
            return
        which = slice(begin, end)
        times, codes, is_open = calls.times[which], calls.codes[which], is_open[which]
        slots = list(map(slot_of, times))
        opened = list(compress(slots, is_open))
        of_open = list(compress(codes, is_open))
        for code in dict.fromkeys(of_open):
            of_code = (slot for slot, each in zip(opened, of_open, strict=True) if each == code)
            self._counts.client(calls.series[code].client).add_slots(of_code)
        self._counts.opened.add_slots(opened)
        self._counts.distinct.add_slots(opened)
        self._counts.closed.add_slots(compress(slots, map(not_, is_open)))
        self._level = len(self._open)
        self.period.step_all(times, [1 if opens else -1 for opens in is_open])
        newest = max(times)
        self._newest = newest if self._newest is None else max(newest, self._newest)

    def _count_open(self, event: LogEvent, time: float | None) -> None:
        self._counts.opened.add(time)
        self._counts.client(event.client).add(time)

    def _ended_early(self, event: LogEvent, call_id: str, time: float | None) -> bool:
        """Count an open whose close was read before it, lines being up to 30 s out of order (R67)."""
        ended = self._ended.pop(call_id, None)
        if ended is None or not ended.unopened or ended.at is None or time is None:
            return False
        if not 0 <= ended.at - time <= _REORDER_S:
            return False
        self._ended[call_id] = _Ended(ended.at, unopened=False)
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
        call = self._end(call_id, time, unopened=unopened)
        duration = self._duration(event, time, call)
        if duration is not None:
            self._counts.add_duration(duration, time, self._thresholds.short_call_s)
        elif unopened:
            self._ended[call_id].unmeasured = _log_time(event, time) is not None
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
        if measured is not None and abs(measured - logged) > _MISMATCH_S:
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
                self._next_expiry = 0.0
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
            self._end(call_id, time)
            self._counts.lost.add(time)
            self._mark(time)
        return near

    def restarted(self, time: float | None) -> None:
        """Give up every open call: its process is gone (semantics R46).

        A start marker without a time among lines that have one comes after the newest of them.
        """
        self._counts.lost.add(self._newest if time is None else time, len(self._open))
        for call_id in list(self._open):
            self._end(call_id, time)
        self._sockets = 0
        self._mark(time)

    def expire(self, now: float) -> bool:
        """Give up calls that are open or silent for too long, as of when they became so (R45)."""
        if now < self._next_expiry:
            return False
        gone = self._expiries.before(now)
        for at, call_id in gone:
            self._end(call_id, at)
            self._counts.ghosts.add(at)
            self._mark(at)
        # At most once a second of log time, however many ghosts there are.
        self._next_expiry = max(now + 1, self._expiries.next())
        return bool(gone)

    def _expiry(self, call: _Call) -> float:
        limit = call.opened + self._thresholds.max_call_s
        return min(limit, call.touched + self._thresholds.idle_call_s) if self._own_lines else limit

    def _end(self, call_id: str, time: float | None, *, unopened: bool = False) -> _Call | None:
        self._ended.pop(call_id, None)
        self._ended[call_id] = _Ended(time, unopened)
        self._forget_ended()
        return self._open.pop(call_id, None)

    def _forget_ended(self) -> None:
        while len(self._ended) > _ENDED_KEPT:
            self._ended.popitem(last=False)

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
