"""What Prometheus scrapes: the figures of the store as counters, and how voxtop itself is doing."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from tui.engine.clock import Clock
from tui.engine.exporters._figures import CountedFigures
from tui.engine.exporters._states import source_families, state_families
from tui.engine.model import Cumulative, Snapshot
from tui.engine.text import t


class Exposed(Protocol):
    """What an exporter needs of a monitor."""

    def snapshot(self) -> Snapshot:
        """Return the figures of this moment."""

    def cumulative(self) -> Cumulative:
        """Return what was counted so far."""


class Exposition(NamedTuple):
    """The answer to one scrape."""

    body: bytes
    content_type: str


class PrometheusExporter(Collector):
    """Answers scrapes in the text format or OpenMetrics, whichever is asked for.

    Series are few whatever the log says: every metric has at most 200 label sets, later ones share ``other``,
    and no label ever holds a call, a number or a trace. Names are fixed by the contract.
    """

    def __init__(self, engine: Exposed, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._figures = CountedFigures()
        self._heartbeat = clock.now()
        self._last_size = 0
        self._last_took_s = 0.0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def beat(self) -> None:
        """Note that the loop that judges is alive; a frozen one lets the heartbeat grow old."""
        self._heartbeat = self._clock.now()

    def expose(self, accept: str = "") -> Exposition:
        """Return all metrics in the format that an ``Accept`` header asks for."""
        began = self._clock.monotonic()
        encode, content_type = choose_encoder(accept)
        body = encode(self._registry)
        self._last_size, self._last_took_s = len(body), self._clock.monotonic() - began
        return Exposition(body, content_type)

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: registering then does not collect."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield every family as of now."""
        snapshot, totals = self._engine.snapshot(), self._engine.cumulative()
        yield from self._figures.families(totals, self._clock.monotonic())
        fields_seen = (series[1] for series in totals.counts if series[0] == "config_warnings")
        yield from state_families(snapshot, fields_seen)
        yield from source_families(snapshot.sources)
        yield from self._own()

    def _own(self) -> Iterator[Metric]:
        yield InfoMetricFamily("voxtop_build", t("metrics.voxtop_build"), value={"version": version("voxtop")})
        own: dict[str, Callable[[], float]] = {
            "voxtop_heartbeat_timestamp_seconds": lambda: self._heartbeat,
            "voxtop_scrape_size_bytes": lambda: self._last_size,
            "voxtop_scrape_duration_seconds": lambda: self._last_took_s,
        }
        for metric, value in own.items():
            yield GaugeMetricFamily(metric, t(f"metrics.{metric}"), value=value())
