"""An exporter over a store that a test fills, and what a scrape of it says."""

from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from tests.engine.metrics.log_events import LIVE, NOW, applied
from tui.engine.clock import ManualClock
from tui.engine.exporters._series import BORN_S
from tui.engine.exporters.prometheus import PrometheusExporter
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Cumulative, LogEvent, Snapshot, SourceStatus, Thresholds

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample of the text format by name and labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"twice: {key}"
            found[key] = sample.value
    return found


@dataclass
class Watched:
    """A store with its exporter."""

    since: float = NOW - 60
    sources: tuple[SourceStatus, ...] = LIVE
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    store: MetricsStore = field(default_factory=lambda: MetricsStore(Thresholds()))

    def __post_init__(self) -> None:
        self.store.expose(self.since)
        self.exporter = PrometheusExporter(self, self.clock)

    def snapshot(self) -> Snapshot:
        return self.store.snapshot(self.clock.now(), self.sources)

    def cumulative(self) -> Cumulative:
        return self.store.cumulative()

    def take(self, *events: LogEvent) -> None:
        applied(self.store, *events, now=self.clock.now())

    def scrape(self, accept: str = "") -> str:
        return self.exporter.expose(accept).body.decode()

    def settled(self) -> "Scrape":
        """Scrape once label sets that are new were told at 0 for long enough."""
        self.scrape()
        self.clock.advance(BORN_S)
        return Scrape(self.scrape())


class Scrape:
    """One answer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = samples(text)

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get((name, frozenset(labels.items())))

    def total(self, name: str) -> float:
        return sum(value for (each, _), value in self.samples.items() if each == name)

    def labels(self, name: str) -> list[dict[str, str]]:
        return [dict(labels) for each, labels in self.samples if each == name]
