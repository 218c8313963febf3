"""The way from logs to a report: every source read once, counted on its own, and added up."""

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import tzinfo

from tui.engine.bulk import COLUMNS_FROM, CONTEXT, PARALLEL_FROM, Parsed, Reader, parse
from tui.engine.clock import Clock
from tui.engine.metrics.composing import composed, iso_week
from tui.engine.metrics.kpis import with_kpis
from tui.engine.metrics.period import uptime_status
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import LineBlock, SourceOptions, SourceState, SourceStatus, Thresholds
from tui.engine.parser import line_time
from tui.engine.report import InputGap, InputTotals, Period, Report, Span, UptimeTotals
from tui.engine.reports import cleaned
from tui.engine.sources import expanded, open_source
from tui.engine.sources._source import Source

Clean = Callable[[str], str]
"""Makes text from outside fit for everyone's eyes."""


class Reporting:
    """Reads logs to their end and answers with one report, at any time with what was read by then."""

    def __init__(
        self,
        specs: Sequence[str],
        asked: Asked,
        clock: Clock,
        tz: tzinfo | None = None,
        *,
        rotated: bool = False,
        clean: Clean = str,
        stdin_fd: int = 0,
        options: SourceOptions | None = None,
        parallel_from: int = PARALLEL_FROM,
        columns_from: float = COLUMNS_FROM,
    ) -> None:
        """Open nothing yet.

        Args:
            specs: sources as typed.
            asked: the period and what counts in it.
            clock: says what now is.
            tz: zone of times that name none, of days and of weeks; None is the machine's own.
            rotated: begin with the rotated files of each path, oldest first.
            clean: applied to every text from the logs.
            stdin_fd: the descriptor that ``-`` reads.
            options: what the user set about sources.
            parallel_from: bytes to read from which on two processes share the work.
            columns_from: bytes to read from which on whole blocks are understood at once.

        Raises:
            UsageError: no kind of source is written like that.
        """
        self._asked = asked
        self._tz = tz
        self._now = clock.now()
        self._clean = clean
        self._readings = []
        for spec in expanded(specs, options):
            times = _Earliest(tz, self._now)
            source = open_source(
                spec,
                clock=clock,
                since=asked.span.start,
                line_time=times,
                follow=False,
                rotated=rotated,
                stdin_fd=stdin_fd,
                options=options,
            )
            limits = (parallel_from, columns_from)
            self._readings.append(_Reading(source, times, asked, tz=tz, now=self._now, limits=limits))

    async def read(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Read everything; ``progress`` hears now and then how much was done, from 0 to 1."""
        for index, reading in enumerate(self._readings):
            async with aclosing(reading.run()) as steps:
                async for done in steps:
                    progress((index + done) / len(self._readings))

    def unreadable(self) -> list[SourceStatus]:
        """Return the sources that could not be read, with reason and remedy."""
        return [one.source.status() for one in self._readings if one.finished and one.failed]

    def report(self, *, partial: bool = False) -> Report:
        """Return the figures of everything that was read."""
        totals = [one.totals for one in self._readings]
        period = self._period(self._covered(totals))
        report = composed(totals, self._asked.thresholds, period, self._input(0))
        return cleaned(replace(report, partial=partial), self._clean)

    def _covered(self, totals: Sequence[SourceTotals]) -> Span:
        """Return the part of the period asked for that the logs reach over."""
        starts = [one.first_at for one in totals if one.first_at is not None]
        ends = [one.last_at for one in totals if one.last_at is not None]
        if not starts or not ends:
            return Span()
        asked = self._asked.span
        start = max(min(starts), asked.start if asked.start is not None else min(starts))
        end = min(max(ends), asked.end if asked.end is not None else max(ends))
        return Span(start, end) if start <= end else Span()

    def _period(self, covered: Span) -> Period:
        asked, pct = self._asked.span, None
        if asked.start is not None and any(one.totals.first_at is not None for one in self._readings):
            until = asked.end if asked.end is not None else self._now
            length = until - asked.start
            have = covered.end - covered.start if covered.start is not None and covered.end is not None else 0.0
            pct = min(100.0, 100 * have / length) if length > 0 else None
        week = iso_week(covered, self._tz, until=asked.end)
        return Period(covered.start, covered.end, asked, pct, week, self._tz)

    def _input(self, bad_samples: int) -> InputTotals:
        every = self._readings
        statuses = [one.source.status() for one in every]
        return InputTotals(
            sources=tuple(one.source.name for one in every),
            unreadable=tuple(status.name for status in self.unreadable()),
            untimed=tuple(one.source.name for one in every if one.totals.taken and not one.totals.is_timed),
            lines=sum(status.lines for status in statuses),
            bytes=sum(status.bytes for status in statuses),
            events=sum(one.understood for one in every),
            unrecognised=sum(one.unrecognised for one in every),
            bad_samples=bad_samples + sum(one.bad_samples for one in every),
            gaps=sum(status.gaps for status in statuses),
            gap_list=tuple(
                InputGap(status.name, status.gaps, status.gap_at, status.gap_reason)
                for status in statuses
                if status.gaps
            ),
            taken=sum(one.totals.taken for one in every),
        )


class _Earliest:
    """Tells the time of raw lines and remembers the earliest: the beginning of a log that is not read whole."""

    def __init__(self, tz: tzinfo | None, now: float) -> None:
        self.time: float | None = None
        self._tz = tz
        self._now = now

    def __call__(self, raw: bytes) -> float | None:
        time = line_time(raw, self._tz, self._now)
        if time is not None and (self.time is None or time < self.time):
            self.time = time
        return time


class _Reading:
    """One source on its way into its totals."""

    def __init__(
        self,
        source: Source,
        times: _Earliest,
        asked: Asked,
        *,
        tz: tzinfo | None,
        now: float,
        limits: tuple[int, float],
    ) -> None:
        self.source = source
        self.totals = SourceTotals(source.name, asked, now)
        self.understood = self.unrecognised = self.bad_samples = 0
        self.finished = False
        self._times = times
        self._tz = tz
        self._now = now
        self._reader = Reader(source.name, tz, now)
        self._limits = limits
        self._progress = 0.0
        self._first_lines = 0
        self._last: deque[bytes] = deque(maxlen=CONTEXT)

    @property
    def failed(self) -> bool:
        """Tell whether it stopped before its end."""
        return self.source.status().state is not SourceState.ENDED

    async def run(self) -> AsyncGenerator[float, None]:
        """Read to the end; yield how much is done, from 0 to 1."""
        try:
            async with aclosing(self._parsed()) as parsed:
                async for each in parsed:
                    self._take(each)
                    del each  # or its events would be kept until there are others
                    self._progress = max(self._progress, self.source.status().progress or 0.0)
                    yield self._progress
        finally:
            self._take(self._reader.finish())
            for raw in self._last:
                self.totals.seen(self._times(raw))
            self.totals.seen(self._times.time)
        self.finished = True
        yield 1.0

    def _parsed(self) -> AsyncGenerator[Parsed, None]:
        return parse(self.source, self._blocks(), self._reader, *self._limits)

    async def _blocks(self) -> AsyncGenerator[LineBlock, None]:
        async for block in self.source.batches():
            if block.lines or block.life:
                for raw in block.lines[: max(0, CONTEXT - self._first_lines)]:
                    self.totals.seen(self._times(raw))
                self._first_lines += len(block.lines)
                self._last.extend(block.lines[-CONTEXT:])
                yield block

    def _take(self, parsed: Parsed) -> None:
        self.totals.apply(parsed.events, parsed.above, parsed.samples, parsed.calls)
        self._last.extend(parsed.ending)
        self.understood += parsed.understood
        self.unrecognised += parsed.unrecognised
        self.bad_samples += parsed.bad_samples


def with_probes(report: Report, thresholds: Thresholds, share: float | None, asked: int = 0) -> Report:
    """Return the report with an uptime from the answers of a health endpoint instead of the log's markers (R73).

    Args:
        report: of any period.
        thresholds: for the KPI table.
        share: of the questions that were answered well, 0…1; None where nobody asked: then nobody knows.
        asked: how many there were.
    """
    found = UptimeTotals() if share is None else UptimeTotals(share, "probe", uptime_status(share), asked)
    return with_kpis(replace(report, uptime=found), thresholds)
