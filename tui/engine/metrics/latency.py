"""Panel 3 and the turn latency: samples by stage and provider (semantics R13-R18)."""

from itertools import compress
from typing import TYPE_CHECKING

from tui.engine.metrics.fixed import FixedHistograms
from tui.engine.metrics.histogram import Buckets, MinutePoints, SlidingHistogram, Timed, bucket_of, packed, sliced
from tui.engine.metrics.hours import HourPoint, HourPoints
from tui.engine.metrics.plausible import is_sample
from tui.engine.metrics.twins import SAMPLES_KEPT, DoubledSamples
from tui.engine.metrics.windows import slot_of
from tui.engine.model import STAGES, Limits, LogEvent, Percentiles, Stage, StageTtfb, Thresholds, TurnFigure

if TYPE_CHECKING:  # numpy takes 80 ms to load: only large logs are worth that
    from tui.engine.metrics.samples import Samples
    from tui.engine.metrics.sums import Sums

OTHER = "other"
_PROVIDERS_KEPT = 20
_HOUR_S = 3600.0
_WAITING = 1_000
"""Samples of a series that wait to be counted at most."""


class _Series:
    """The samples of one stage, or of the turns."""

    def __init__(self, thresholds: Thresholds, limits: Limits, *, whole_period: bool) -> None:
        self.hours = HourPoints() if whole_period else None
        self.limits = limits
        self.version = 0
        self._window_s = thresholds.ttfb_window_s
        self._keep = thresholds.min_p95
        self.all = SlidingHistogram(self._window_s, self._keep)
        self.minutes = MinutePoints()
        self.providers: dict[str, SlidingHistogram] = {}
        self._waiting: list[tuple[float, float, str | None]] = []
        """Not counted yet: time, milliseconds, provider."""
        self._row: StageTtfb | None = None
        self._row_key = (0, 0)

    def add(self, time: float | None, ms: float, provider: str | None) -> None:
        self.version += 1
        if self.hours is not None or time is None:
            self.settle()
            self.add_many(time, {bucket_of(ms): packed(ms)}, ms, provider)
            return
        self._waiting.append((time, ms, provider))
        if len(self._waiting) >= _WAITING:
            self.settle()

    def settle(self) -> None:
        """Count the samples that wait: together they cost a fraction of what each costs alone."""
        if not self._waiting:
            return
        every: list[Timed] = []
        by_provider: dict[str | None, list[Timed]] = {}
        for time, ms, provider in self._waiting:
            every.append((time, ms))
            by_provider.setdefault(provider, []).append(every[-1])
        self._waiting = []
        self.all.remember(every)
        for provider, samples in by_provider.items():
            slices = sliced(samples)
            self.all.add(slices)
            self.minutes.add(slices)
            if provider is not None:
                histogram = self.provider(provider)
                histogram.remember(samples)
                histogram.add(slices)

    def add_many(self, time: float | None, buckets: Buckets, highest: float, provider: str | None) -> None:
        """Take samples of one hour for the figures of the whole period."""
        self.all.leave(buckets, highest)
        if time is not None and self.hours is not None:
            for bucket, content in buckets.items():
                self.hours.add(time, bucket, content)
        if provider is not None:
            self.provider(provider).leave(buckets, highest)

    def provider(self, name: str) -> SlidingHistogram:
        """Return the histogram of a provider; names beyond the first twenty share one."""
        found = self.providers.get(name)
        if found is not None:
            return found
        if name not in self.providers and len(self.providers) >= _PROVIDERS_KEPT:
            name = OTHER
        if name not in self.providers:
            self.providers[name] = SlidingHistogram(self._window_s, self._keep)
        return self.providers[name]

    def advance(self, now: float) -> None:
        self.settle()
        self.all.advance(now)
        for histogram in self.providers.values():
            histogram.advance(now)

    def stage_figure(self, stage: Stage, now: float) -> StageTtfb:
        """Return the row of a stage; it moves with its samples and with the slices of the window."""
        key = (slot_of(now), self.version)
        if self._row is None or self._row_key != key:
            self.settle()
            self._row_key = key
            self._row = StageTtfb(
                stage,
                limits=self.limits,
                figures=self.all.percentiles(now, self.limits),
                providers=self.by_provider(now),
                series=self.minutes.series(now),
                last_at=self.all.last_at,
                per_minute=self.minutes.counts(now),
            )
        return self._row

    def by_provider(self, now: float) -> tuple[tuple[str, Percentiles], ...]:
        """Return the figures of the providers with samples, by name."""
        found = ((name, self.providers[name].percentiles(now, self.limits)) for name in sorted(self.providers))
        return tuple((name, figures) for name, figures in found if figures.n)


class Latency:
    """Takes every first byte once and keeps turns apart from them (semantics R16, R18)."""

    def __init__(self, thresholds: Thresholds, *, whole_period: bool = False) -> None:
        """``whole_period`` keeps a point for every hour, and nothing of what a screen shows."""
        self.bad_samples = 0
        self.doubled = 0
        self.fixed: FixedHistograms | None = None
        """Takes every sample too, where an exporter wants fixed bounds."""
        self._doubles = DoubledSamples()
        self._waiting: dict[int | None, Sums] = {}
        """Samples that were taken at once: of one hour, and of none."""
        self._stages = {
            stage: _Series(thresholds, thresholds.ttfb_ms(stage), whole_period=whole_period) for stage in STAGES
        }
        self._turns = _Series(thresholds, thresholds.turn_ms, whole_period=whole_period)

    @property
    def version(self) -> int:
        """Return a number that changes with every sample of a stage."""
        return sum(series.version for series in self._stages.values())

    @property
    def turn_version(self) -> int:
        """Return a number that changes with every turn."""
        return self._turns.version

    def ttfb(self, event: LogEvent, time: float | None) -> None:
        """Take a first byte; the trace groups nothing (semantics R19)."""
        ms = event.ms
        if ms is None or not is_sample(ms) or event.stage is None:
            self.bad_samples += 1
        elif self._doubles.repeats(event):
            self.doubled += 1
        else:
            series = self._stages[event.stage]
            self._make_way(time)
            series.add(time, ms, event.provider)
            if self.fixed is not None:
                self.fixed.add(event, time, ms)

    def take(self, samples: "Samples") -> None:
        """Take many samples of a whole period at once, with the very result of taking one after the other.

        They become part of the figures when somebody asks, or something else of another hour comes.
        """
        from tui.engine.metrics.sums import Sums  # noqa: PLC0415 - columns have loaded numpy already

        for hour, run in self._without_doubles(samples).runs(_HOUR_S):
            if hour is not None:
                self._make_way(_HOUR_S * hour)
            if hour not in self._waiting:
                self._waiting[hour] = Sums()
            self._waiting[hour].add(run)

    def add_up(self) -> None:
        """Count the samples that were taken."""
        waiting, self._waiting = self._waiting, {}
        for hour, sums in waiting.items():
            for one, buckets, highest in sums.told():
                series = self._of(one)
                series.add_many(None if hour is None else _HOUR_S * hour, buckets, highest, one.provider)
                series.version += sum(buckets.values()) >> 64

    def _of(self, one: LogEvent) -> _Series:
        return self._stages[one.stage] if one.kind == "ttfb" and one.stage else self._turns

    def _make_way(self, time: float | None) -> None:
        """Add up what was taken, unless it is the same whether it is counted before or after a sample."""
        if time is not None and self._waiting and not self._waiting.keys() <= {None, time // _HOUR_S}:
            self.add_up()

    def _without_doubles(self, samples: "Samples") -> "Samples":
        """Leave out what another dialect gave already (semantics R18); few logs have such lines at all."""
        doubled: list[int] = []
        for codes, where in samples.alike():
            series = samples.series[codes[0]]
            if series.kind != "ttfb":
                continue
            if series.provider is not None:
                self._of(series).provider(series.provider)  # the first of them are told apart, in their order
            one_dialect = len({samples.series[code].dialect for code in codes}) == 1
            if one_dialect and self._doubles.is_only(series):
                self._doubles.remember(series, samples.marks(where[-SAMPLES_KEPT:]))
            else:
                rows = zip(samples.codes[where].tolist(), samples.marks(where), strict=True)
                doubled += compress(where.tolist(), self._doubles.repeated(samples.series, rows))
        self.doubled += len(doubled)
        return samples.without(doubled) if doubled else samples

    def turn(self, event: LogEvent, time: float | None) -> None:
        """Take a turn: caller stops to first audio."""
        if event.ms is not None and is_sample(event.ms):
            self._make_way(time)
            self._turns.add(time, event.ms, None)
            if self.fixed is not None:
                self.fixed.add(event._replace(stage=None), time, event.ms)
        else:
            self.bad_samples += 1

    def advance(self, now: float) -> None:
        """Let go of what has left the windows, so that a long history takes no more memory than a short one."""
        for series in (*self._stages.values(), self._turns):
            series.advance(now)

    def total(self, stage: Stage | None) -> tuple[Buckets, float]:
        """Return all samples of a stage since the beginning, None for turns, and the highest."""
        self.add_up()
        series = self._stages[stage] if stage else self._turns
        series.settle()
        return series.all.total()

    def provider_totals(self, stage: Stage) -> dict[str, tuple[Buckets, float]]:
        """Return the same for each provider of a stage."""
        self.add_up()
        series = self._stages[stage]
        series.settle()
        return {name: histogram.total() for name, histogram in series.providers.items()}

    def hours(self, stage: Stage) -> dict[int, HourPoint]:
        """Return the points of a stage by hour, as far as they are kept."""
        self.add_up()
        hours = self._stages[stage].hours
        return hours.points() if hours else {}

    def stage_figures(self, now: float) -> tuple[StageTtfb, ...]:
        """Return panel 3 as of now, a row per stage."""
        return tuple(series.stage_figure(stage, now) for stage, series in self._stages.items())

    def turn_figure(self, now: float) -> TurnFigure:
        """Return the turn latency as of now."""
        series = self._turns
        series.settle()
        return TurnFigure(series.limits, series.all.percentiles(now, series.limits), series.all.last_at)
