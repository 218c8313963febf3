"""Turns the raw lines of one source into events, record by record."""

from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property

from tui.engine.clock import Clock, SystemClock
from tui.engine.dialects._dialect import Nothing, dialects, meaning
from tui.engine.envelopes._cleaning import clean_bytes
from tui.engine.envelopes._envelope import Unwrapped, envelopes, unwrap
from tui.engine.model import RUNTIME, Kind, Life, LineBlock, LogEvent, LogLine, RawLine
from tui.engine.parser._record import TRACEBACK, Record, is_tail
from tui.engine.parser._scan import BlockScan, FullScan
from tui.engine.parser._usual import UsualLines
from tui.engine.redact import redact

MAX_LINE = 65_536
"""Bytes of a line that are looked at (semantics R70)."""

FUTURE_S = 300.0
"""An event time this far after the arrival is a wrong clock: arrival counts (semantics R67)."""

_LEARNED_FROM = 64
"""Lines of a log of which nothing is known yet, before any is looked at for what others have in common."""

SILENT = {"process_ready", "key_present"}
"""Kinds that serve the store and are not counted as events of the log."""


@dataclass(slots=True)
class _Unfinished:
    """What the lines of one process, read so far, leave open."""

    record: Record | None = None
    emitted: bool = False
    begun: tuple[str, int] | None = None
    previous: bytes = b""
    lines: int = 0


class Parser:
    """Understands one source; keeps at most one unfinished record of each of its parts between two calls.

    Lines that no dialect's candidate pattern finds are not even decoded; with ``prefilter=False`` every
    line takes the whole way. Both give the same events: the long way is the definition.
    """

    def __init__(
        self, source: str, tz: tzinfo | None = None, *, prefilter: bool = True, clock: Clock | None = None
    ) -> None:
        """``tz`` is the zone of times without one (None: the machine's own); the clock completes missing years."""
        self.lines = 0
        self.events = 0
        self.unrecognised = 0
        """Lines with text that gave no event, belong to none and look like no known writing."""
        self.truncated = 0
        self.bad_samples = 0
        self.clamped = 0
        """Lines whose time lay too far ahead of their arrival (semantics R67)."""
        self.ahead_s: float | None = None
        """How far the newest time of the last block lay ahead of its arrival; None if no line told."""
        self._source = source
        self._tz = tz
        self._clock = clock or SystemClock()
        self._prefilter = prefilter
        self._parts: dict[str, _Unfinished] = {}
        self._at = _Unfinished()
        self._usual = UsualLines(source, tz)

    @cached_property
    def _scan(self) -> BlockScan:
        """Made with the first block, not before the first picture: it loads every dialect."""
        return (BlockScan if self._prefilter else FullScan)(
            (token for dialect in dialects() for token in dialect.candidates),
            (token for dialect in dialects() for token in dialect.signature),
            (envelope.candidates for envelope in envelopes() if envelope.candidates),
        )

    def feed(self, block: LineBlock, *, every: bool = False) -> list[LogEvent]:
        """Return the events that are complete with this block, in the order of their records.

        ``every`` line takes the whole way: for a few lines that are no nothings that is less than looking first.
        """
        events: list[LogEvent] = []
        self._at = at = self._parts.setdefault(block.part, _Unfinished())
        if block.life is not None:
            self._begin(block.life, block, events)
        lines = self._prepared(block.lines)
        self.ahead_s = None
        learning = 0 if self._usual.any_known else _LEARNED_FROM
        for begin, end in ((0, learning), (learning, len(lines))):
            if lines[begin:end]:
                part = block._replace(first_line=block.first_line + begin, lines=lines[begin:end])
                self._understand(part, events, every=every)
        self.lines += len(lines)
        at.lines += len(lines)
        return self._counted(events, block.part)

    def _understand(self, block: LineBlock, events: list[LogEvent], *, every: bool) -> None:
        lines, first, at = block.lines, block.first_line, self._at
        usual = {} if every or not self._prefilter else self._usual.events(lines, first, block.arrived)
        others = lines.copy()
        for number in usual:
            others[number - first] = b""
        marks = bytearray(b"\1") * len(lines) if every else self._scan(others)
        known = self._scan.known
        for number, (raw, candidate) in enumerate(zip(lines, marks, strict=True), first):
            event = usual.get(number)
            if event is not None and at.begun is None and self._is_possible(event.time, event.arrived):
                self._finish(events)
                at.previous = b""
                events.append(event)
            elif candidate or event is not None or at.record is not None or at.begun is not None:
                self._read(raw, number, block.arrived, events)
            elif known[0] in raw:
                at.previous = raw
            else:
                self._pass_over(raw, self._scan.is_known(raw))

    def _begin(self, life: Life, block: LineBlock, events: list[LogEvent]) -> None:
        """End what an earlier process left unfinished; tell that it stopped, and that another one began."""
        self._finish(events)
        self._at.begun = None
        marks: list[tuple[Kind, float | None]] = []
        if self._at.lines or life.began is None:
            marks.append(("process_stop", life.ended))
        if life.began is None:
            del self._parts[block.part]
        else:
            marks.append(("process_start", life.began))
        for kind, time in marks:
            events.append(LogEvent(kind, self._source, block.first_line, time, block.arrived, RUNTIME))

    def _prepared(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines cut and without terminal sequences, so that tokens are where a reader sees them."""
        if max(map(len, lines), default=0) > MAX_LINE:
            self.truncated += sum(len(raw) > MAX_LINE for raw in lines)
            lines = [raw[:MAX_LINE] for raw in lines]
        return [clean_bytes(raw) if b"\x1b" in raw or b"\x00" in raw else raw for raw in lines]

    def flush(self) -> list[LogEvent]:
        """Return the failures that were waiting for lines below them; such lines are still swallowed later."""
        flushed: list[LogEvent] = []
        for part, at in self._parts.items():
            if at.record is not None and not at.emitted:
                events: list[LogEvent] = []
                self._emit(at.record, events)
                at.emitted = True
                flushed += self._counted(events, part)
        return flushed

    @property
    def is_open(self) -> bool:
        """Tell whether the next line may belong to what was read so far."""
        return self._at.begun is not None or self._at.record is not None

    @property
    def is_split(self) -> bool:
        """Tell whether the last line goes on in the next."""
        return self._at.begun is not None

    def end_record(self) -> list[LogEvent]:
        """Return what is open: the next line is none of it, and no rest of a split one."""
        events: list[LogEvent] = []
        self._finish(events)
        return self._counted(events, "")

    def passed(self, previous: bytes) -> None:
        """Note that others understood the lines since the last block; ``previous`` is the last of them.

        Empty where that one gave an event. Only when nothing is open.
        """
        self._at.previous = previous

    def forget(self) -> None:
        """Begin with the next block as if nothing had been read; counts go on."""
        self._at = _Unfinished()
        self._parts = {"": self._at}  # what is noted of it before the next block is not lost

    @property
    def settled(self) -> bool:
        """Tell whether no line read so far waits for another one to become an event."""
        return all(at.begun is None and (at.record is None or at.emitted) for at in self._parts.values())

    def _counted(self, events: list[LogEvent], part: str) -> list[LogEvent]:
        """Count events, and note whose they are."""
        self.events += sum(event.kind not in SILENT for event in events)
        return [event._replace(part=part) for event in events] if part else events

    def _pass_over(self, raw: bytes, known: int) -> None:
        """Note a line that gives no event."""
        if known:
            self._at.previous = raw
        elif raw and not raw.isspace():
            self._at.previous = raw
            self.unrecognised += raw[0] not in b" \t"

    def _read(self, raw: bytes, number: int, arrived: float | None, events: list[LogEvent]) -> None:
        """Take one line the whole way: decode, unwrap, join, understand."""
        begun, first = self._at.begun or ("", number)
        found = unwrap(raw.decode("utf-8", "replace"), begun)
        if begun and not found.joins:  # the rest of a split line never came
            orphan = unwrap(begun)
            self._take(orphan, self._line(orphan, first, arrived), None, events)
            first = number
        self._at.begun = (found.message[:MAX_LINE], first) if found.partial else None
        if not found.partial:
            self._take(found, self._line(found, first, arrived), raw, events)

    def _take(self, found: Unwrapped, line: LogLine, raw: bytes | None, events: list[LogEvent]) -> None:
        """Give an unwrapped line to the record above it or begin a new one; ``raw`` is None for half a line."""
        if self._at.record is not None and self._at.record.takes(found):
            return
        self._finish(events)
        header = found.message.startswith(TRACEBACK)
        if header and found.level is None and self._follows_debug():
            self._at.record, self._at.emitted = Record(line, None), True
            return
        outcome = meaning(line) if header or not is_tail(found) else None
        if outcome is Nothing.BAD_SAMPLE:
            self.bad_samples += 1
        if not isinstance(outcome, LogEvent):
            self._pass_over(raw or b"", raw is None or self._scan.is_known(raw))
            return
        self._at.previous = b""
        if outcome.kind in {"error", "warning"}:
            self._at.record, self._at.emitted = Record(line, outcome), False
        else:
            events.append(outcome)
            if raw is not None and self._prefilter:
                self._usual.learn(raw, outcome)

    def _line(self, found: Unwrapped, number: int, arrived: float | None) -> LogLine:
        time = found.time(self._tz, arrived if arrived is not None else self._clock.now())
        if not self._is_possible(time, arrived):
            self.clamped += 1
            time = None
        message = found.message.strip()
        return LogLine(
            self._source, number, message, found.level, time, arrived, found.more, found.fields, found.logger
        )

    def _is_possible(self, time: float | None, arrived: float | None) -> bool:
        """Note how far a time lies ahead of the arrival; tell whether that may be."""
        if time is None or arrived is None:
            return True
        ahead = time - arrived
        self.ahead_s = ahead if self.ahead_s is None else max(ahead, self.ahead_s)
        return ahead <= FUTURE_S

    def _follows_debug(self) -> bool:
        """Tell whether the line before was a DEBUG record: its traceback is as quiet as itself (semantics R35)."""
        return unwrap(self._at.previous.decode("utf-8", "replace")).level == "debug"

    def _finish(self, events: list[LogEvent]) -> None:
        record, self._at.record = self._at.record, None
        if record is not None and not self._at.emitted and not record.is_bare_header:
            self._emit(record, events)

    def _emit(self, record: Record, events: list[LogEvent]) -> None:
        event = record.finished()
        if event is not None:
            events.append(event)


def line_time(raw: bytes, tz: tzinfo | None = None, now: float | None = None) -> float | None:
    """Return the event time of a raw line in seconds since the epoch, or None where it tells none.

    Args:
        raw: one line without its newline.
        tz: the zone of times without one; None is the machine's own.
        now: completes times without a year; None is the system's clock.
    """
    found = unwrap(clean_bytes(raw[:MAX_LINE]).decode("utf-8", "replace"))
    return found.time(tz, SystemClock().now() if now is None else now)


def readable(source: str, number: int, raw: bytes, tz: tzinfo | None, now: float) -> RawLine:
    """Return a raw line with what its wrappings tell, every text masked (``redact``).

    Args:
        source: where it is from.
        number: its place there.
        raw: the line without its newline.
        tz: the zone of times without one; None is the machine's own.
        now: completes times without a year.
    """
    text = raw[:MAX_LINE].decode("utf-8", "replace")
    found = unwrap(clean_bytes(raw[:MAX_LINE]).decode("utf-8", "replace"))
    message = f"{found.message} {found.more}" if found.more else found.message
    return RawLine(source, number, redact(text), redact(message), found.level, found.time(tz, now))
