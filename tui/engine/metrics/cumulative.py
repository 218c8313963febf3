"""The counters' totals as numbers that only grow, for an exporter; there is no second count beside the store's.

Figures and what they are broken down by:

=====================  ===========================================================================
``config_warnings``    field: generations that missed it (semantics R57)
``fallbacks``          stage: activations (R25)
``opened``             kind of client; sockets without a name are ``anonymous`` (R48, R51)
``distinct``           opens without reconnects: what rates divide by (R28)
``closed`` ``lost``    and ``ghosts``, ``short`` (R45, R46, R49, R55)
``errors``             stage, provider, code (R37)
``warnings``           incidents that are no errors (R34)
``attributed``         ``error`` or ``fallback``: those that name their call (R42)
``affected``           ``error`` or ``fallback``: distinct calls
``starts``             generations of the orchestrator's process
=====================  ===========================================================================
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from tui.engine.metrics.counters import Counters
from tui.engine.metrics.fixed import FixedHistograms
from tui.engine.metrics.windows import SlidingCount, moment
from tui.engine.model import STAGES, Cumulative, LogEvent, Series, Thresholds


class CumulativeTotals:
    """The totals without the history that was read at the start.

    History was scraped by a former run, or never happened before the eyes of whoever scrapes: counted after a
    restart it would look like a burst of calls and errors.
    """

    def __init__(self, counters: Counters, thresholds: Thresholds, since: float) -> None:
        """Events before ``since``, seconds since the epoch, are history."""
        self._counters = counters
        self._since = since
        self._fixed = counters.latency.fixed = FixedHistograms(thresholds)
        self._left_out = self._raw()
        self._shown: dict[Series, int] = {}
        self._resumed: set[str] = set()

    def resume(self, sources: Iterable[str]) -> None:
        """Take everything that these sources give from now on as news: an earlier run ended right before it."""
        self._resumed.update(sources)

    def runs(self, events: Sequence[LogEvent], now: float) -> Iterator[tuple[bool, list[LogEvent]]]:
        """Yield the events in their order, those in a row that are history or not together."""
        for is_history, run in groupby(events, lambda event: self._is_history(event, now)):
            yield is_history, list(run)

    def _is_history(self, event: LogEvent, now: float) -> bool:
        """Tell whether an event is of before; without any time it was read at the start."""
        if event.source in self._resumed:
            return False
        time = moment(event, now)
        return time is None or time < self._since

    @contextmanager
    def leaving_out(self) -> Iterator[None]:
        """Leave out what is counted meanwhile."""
        before, self._counters.latency.fixed = self._raw(), None
        yield
        self._counters.latency.fixed = self._fixed
        for series, count in self._raw().items():
            self._left_out[series] = self._left_out.get(series, 0) + count - before.get(series, 0)

    def totals(self) -> Cumulative:
        """Return what was counted so far.

        A source that turns out to name its calls takes its anonymous sockets back; what was told stays told.
        """
        for series, count in self._raw().items():
            known = count - self._left_out.get(series, 0)
            self._shown[series] = max(known, self._shown.get(series, 0))
        return Cumulative(
            bounds_s=self._fixed.bounds_s,
            counts=dict(self._shown),
            latencies=self._fixed.totals(),
            examples=dict(self._counters.errors.examples),
        )

    def _raw(self) -> dict[Series, int]:
        counters, calls = self._counters, self._counters.calls
        anonymous, counts = _total(calls.anonymous_opens), calls.counts
        found: dict[Series, int] = {
            ("opened", "anonymous"): anonymous,
            ("distinct",): counts.distinct.total + anonymous,
            ("closed",): counts.closed.total + _total(calls.anonymous_closes),
            ("lost",): counts.lost.total,
            ("ghosts",): counts.ghosts.total,
            ("short",): counts.short.total,
            ("warnings",): counters.errors.warnings.total,
            ("starts",): counters.generations.started_total,
        }
        for kind, affected in (("error", counters.errors.attributed), ("fallback", counters.fallbacks.affected.totals)):
            found["attributed", kind], found["affected", kind] = affected
        found |= {("opened", client): count.total for client, count in counts.clients.items()}
        found |= {("fallbacks", stage): counters.fallbacks.activations(stage).total for stage in STAGES}
        found |= {("errors", *cause): count for cause, count in counters.errors.by_cause.items()}
        for name, histories in counters.generations.history().items():
            found["config_warnings", name] = sum(known.generations for known in histories)
        return found


def _total(counts: Sequence[SlidingCount]) -> int:
    return sum(count.total for count in counts)
