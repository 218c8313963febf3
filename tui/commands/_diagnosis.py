"""What ``voxtop doctor`` finds out about one source, and what a dialect on trial makes of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.dialects._dialect import Dialect, Meaning, dialects, use_dialects
from tui.engine.dialects._user import UserDialect
from tui.engine.envelopes._cleaning import clean_bytes
from tui.engine.envelopes._envelope import unwrap
from tui.engine.envelopes._stamps import is_zoned
from tui.engine.model import LineBlock, LogEvent, LogLine, SourceState, SourceStatus, SourceStep
from tui.engine.parser import Parser
from tui.engine.shapes import line_shape
from tui.engine.sources._source import Source

SAMPLED_PER_BLOCK = 64
"""Lines of a block whose times are looked at."""

MAX_SHAPES = 4096
"""Shapes counted at once; the rarer half makes room."""

EXAMPLE_LENGTH = 65_536

STORE_ONLY = ("process_ready", "key_present")


class Shape(NamedTuple):
    """Unknown lines that look alike."""

    lines: int
    text: str
    example: str


class UnknownShapes:
    """Counts unknown lines by their shape, with the first line of each as its example."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, raw: bytes) -> None:
        """Count one raw line."""
        message = unwrap(clean_bytes(raw[:EXAMPLE_LENGTH]).decode("utf-8", "replace")).message.strip()
        shape = line_shape(message)
        self._counts[shape] += 1
        self._examples.setdefault(shape, message)
        if len(self._counts) > MAX_SHAPES:
            self._counts = Counter(dict(self._counts.most_common(MAX_SHAPES // 2)))
            self._examples = {kept: self._examples[kept] for kept in self._counts}

    def top(self, most: int) -> list[Shape]:
        """Return the most frequent ones; equally frequent ones in the order of their first line."""
        return [Shape(count, shape, self._examples[shape]) for shape, count in self._counts.most_common(most)]


class _AttentiveParser(Parser):
    """A parser that hands over what it does not understand."""

    def __init__(self, source: str, tz: tzinfo | None, clock: Clock, unknown: Callable[[bytes], None]) -> None:
        super().__init__(source, tz, clock=clock)
        self._unknown = unknown

    def _pass_over(self, raw: bytes, marks: int) -> None:
        before = self.unrecognised
        super()._pass_over(raw, marks)
        if self.unrecognised > before:
            self._unknown(raw)


@dataclass
class Diagnosis:
    """What one source was found to hold."""

    name: str
    status: SourceStatus
    trail: Sequence[SourceStep] = ()
    """What was tried to get at the lines."""
    lines: int = 0
    unrecognised: int = 0
    unrecognised_before: int | None = None
    """Without the dialect on trial."""
    truncated: int = 0
    bad_samples: int = 0
    not_utf8: int = 0
    """Lines that are no UTF-8."""
    kinds: Counter[str] = field(default_factory=Counter)
    dialects: Counter[str] = field(default_factory=Counter)
    first: float | None = None
    last: float | None = None
    sampled: int = 0
    """Lines whose time was looked for."""
    timed: int = 0
    zoned: int = 0
    shapes: UnknownShapes = field(default_factory=UnknownShapes)

    @property
    def readable(self) -> bool:
        """Whether reading reached the end."""
        return self.status.state is SourceState.ENDED

    @property
    def understood_pct(self) -> float | None:
        """Per cent of the lines that give an event, belong to one or are known; None without lines."""
        return _understood(self.lines, self.unrecognised)

    @property
    def understood_before_pct(self) -> float | None:
        """The same without the dialect on trial; None where there is none."""
        before = self.unrecognised_before
        return None if before is None else _understood(self.lines, before)


def _understood(lines: int, unrecognised: int) -> float | None:
    return 100.0 * (lines - unrecognised) / lines if lines else None


class PatternUse:
    """What one pattern of the dialect on trial matched."""

    def __init__(self) -> None:
        self.count = 0
        self.example = ""
        self.meaning: Meaning = None
        """What the example means by it."""


class Trial:
    """A dialect that is not installed, in place among the others: notes what it takes, and from whom."""

    def __init__(self, dialect: UserDialect) -> None:
        self.dialect = dialect
        self.name, self.rank = dialect.name, dialect.rank
        self.candidates, self.signature = dialect.candidates, dialect.signature
        self.uses = [PatternUse() for _ in dialect.patterns]
        self.taken: Counter[tuple[str, str]] = Counter()
        """Events of others that are now its own, by dialect and kind."""
        self._noted: tuple[str, int] | None = None

    def parse(self, line: LogLine) -> Meaning:
        """Return what the dialect on trial says, and remember it; a record with more lines is asked about twice."""
        found = self.dialect.first_match(line)
        if found is None:
            return None
        if self._noted != (line.source, line.line):
            self._noted = (line.source, line.line)
            self._note(line, *found)
        return found[1]

    def _note(self, line: LogLine, index: int, meaning: Meaning) -> None:
        use = self.uses[index]
        if not use.count:
            use.example, use.meaning = line.message, meaning
        use.count += 1
        others = (other.parse(line) for other in dialects() if other is not self)
        other = next((said for said in others if said is not None), None)
        if isinstance(other, LogEvent):
            self.taken[other.dialect, other.kind] += 1


class Examination:
    """Reads one source to its end."""

    def __init__(
        self, source: Source, clock: Clock, tz: tzinfo | None, own: Sequence[Dialect], trial: Trial | None = None
    ) -> None:
        """``own`` are the installed dialects of the user's."""
        self.found = Diagnosis(source.name, source.status())
        self._source = source
        self._clock = clock
        self._tz = tz
        self._before = tuple(own)
        self._after = (*(each for each in own if each.name != trial.name), trial) if trial else self._before
        with self._knowing(self._after):
            self._parser = _AttentiveParser(source.name, tz, clock, self.found.shapes.add)
        self._without = Parser(source.name, tz, clock=clock) if trial else None

    @contextmanager
    def _knowing(self, users: Sequence[Dialect]) -> Iterator[None]:
        """Have these dialects of the user's in use for a while, where there is a difference."""
        if users is self._before:
            yield
            return
        use_dialects(users)
        try:
            yield
        finally:
            use_dialects(self._before)

    async def run(self) -> Diagnosis:
        """Return the diagnosis of the whole source."""
        async for block in self._source.batches():
            if block.lines:
                self._take(block)
        with self._knowing(self._after):
            self._count(self._parser.flush())
        found, parser = self.found, self._parser
        found.status, found.lines, found.trail = self._source.status(), parser.lines, self._source.trail()
        found.unrecognised, found.truncated, found.bad_samples = (
            parser.unrecognised,
            parser.truncated,
            parser.bad_samples,
        )
        if self._without:
            self._without.flush()
            found.unrecognised_before = self._without.unrecognised
        return found

    def _take(self, block: LineBlock) -> None:
        with self._knowing(self._after):
            self._count(self._parser.feed(block))
        if self._without:
            self._without.feed(block)
        try:
            b"\n".join(block.lines).decode()
        except UnicodeDecodeError:
            self.found.not_utf8 += sum(not _is_utf8(raw) for raw in block.lines)
        self._look_at_times(block.lines)

    def _count(self, events: Iterable[LogEvent]) -> None:
        for event in events:
            if event.kind not in STORE_ONLY:
                self.found.kinds[event.kind] += 1
                self.found.dialects[event.dialect] += 1
            self._span(event.time)

    def _look_at_times(self, lines: Sequence[bytes]) -> None:
        """See whether lines carry times, and whether those name their zone."""
        now = self._clock.now()
        for raw in lines[:: max(1, len(lines) // SAMPLED_PER_BLOCK)]:
            if not raw or raw[:1].isspace():
                continue
            unwrapped = unwrap(clean_bytes(raw[:EXAMPLE_LENGTH]).decode("utf-8", "replace"))
            time = unwrapped.time(self._tz, now)
            self.found.sampled += 1
            self.found.timed += time is not None
            self.found.zoned += time is not None and any(is_zoned(stamp) for stamp, _ in unwrapped.stamps)
            self._span(time)

    def _span(self, time: float | None) -> None:
        found = self.found
        if time is not None:
            found.first = time if found.first is None else min(found.first, time)
            found.last = time if found.last is None else max(found.last, time)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
