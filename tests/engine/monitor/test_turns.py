"""Who goes first where several sources have much to say at once."""

from collections.abc import Sequence
from itertools import groupby

import pytest

from tests.engine.monitor.scripted import NOW, Scripted, running, stamped
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, Thresholds
from tui.engine.monitor import Monitor
from tui.engine.monitor._feed import SLICE_LINES

LINES = [stamped(f"📊 [TTS Azure] trace=t{n} TTFB={300 + n}ms") for n in range(4 * SLICE_LINES)]


class Noting(MetricsStore):
    """Notes whose events are counted."""

    def __init__(self) -> None:
        super().__init__(Thresholds())
        self.sources: list[str] = []

    def apply(self, events: Sequence[LogEvent], now: float) -> None:
        self.sources.append(events[0].source)
        super().apply(events, now)


class Passing(ManualClock):
    """Time passes while somebody works: whoever works gives way."""

    def monotonic(self) -> float:
        self.advance(0.001)
        return super().monotonic()


async def turns(**live: bool) -> list[str]:
    """Return the sources in the order in which they came, each with a large block of history or of now."""
    clock, store = Passing(NOW + 60), Noting()
    sources = [Scripted(name, clock) for name in live]
    for source in sources:
        source.put(*LINES, live=live[source.name])
    await running(Monitor(sources, store, clock), *sources)
    assert len(store.sources) == len(sources) * len(LINES) / 100
    return [name for name, _ in groupby(store.sources)]


async def test_history_is_counted_one_block_after_the_other_so_that_only_one_has_all_its_events_in_memory() -> None:
    assert await turns(a=False, b=False, c=False) == ["a", "b", "c"]


@pytest.mark.parametrize("live", [{"a": True, "b": True}, {"a": False, "b": True}])
async def test_what_comes_now_waits_for_no_block_of_another_source(live: dict[str, bool]) -> None:
    assert len(await turns(**live)) > 3
