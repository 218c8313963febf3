"""The panels filled by a real Prometheus: the figures of the log itself, and honest states in trouble."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.services import DEADLINE_S, Prometheus
from tui.engine.clock import SystemClock
from tui.engine.errors import UsageError
from tui.engine.exporters.http import bind, publish
from tui.engine.fleet.address import FleetAddress
from tui.engine.fleet.monitor import STALE_AFTER_S, FleetMonitor
from tui.engine.metrics.fixed import bounds_s
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Snapshot, SourceState, Status, Thresholds
from tui.engine.monitor import Monitor
from tui.engine.parser import line_time
from tui.engine.sources import open_source

LIMITS = Thresholds()


class Host:
    """A log with a monitor over it, told to Prometheus on a port."""

    def __init__(self, log: Path) -> None:
        log.touch()
        self.log = log
        self.clock = SystemClock()
        self.began = self.clock.now()
        source = open_source(f"app={log}", clock=self.clock, since=None, line_time=line_time)
        store = MetricsStore(LIMITS)
        store.expose(self.began)
        self.monitor = Monitor([source], store, self.clock, UTC)
        self.listening = bind("127.0.0.1:0")
        self.port: int = self.listening.getsockname()[1]

    def append(self, *messages: str, every_s: float = 0.5) -> None:
        """Write lines; their times follow one another, so that no two are one incident."""
        with self.log.open("a", encoding="utf-8") as file:
            for number, message in enumerate(messages):
                at = datetime.fromtimestamp(self.clock.now() + number * every_s, UTC)
                file.write(f"{at.isoformat()} {message}\n")

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.monitor.run())
            group.create_task(publish(self.listening, self.monitor, self.clock))


@asynccontextmanager
async def running(*parts: Host | FleetMonitor) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def shown(fleet: FleetMonitor, wanted: Callable[[Snapshot], object]) -> Snapshot:
    """Return the first snapshot that is as wanted."""
    async with asyncio.timeout(DEADLINE_S):
        while not wanted(snapshot := fleet.snapshot()):
            fleet.ask()
            await fleet.news(1)
    return snapshot


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[Host]]:
    made = [Host(tmp_path / f"{name}.log") for name in ("one", "two")]
    yield made
    for host in made:
        host.listening.close()


class Skipping(SystemClock):
    """A clock that a test can set forward."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


def fleet_over(prometheus: Prometheus, matchers: str = "", clock: SystemClock | None = None) -> FleetMonitor:
    return FleetMonitor(FleetAddress("fleet", prometheus.url, matchers), LIMITS, clock or SystemClock())


STORY = (
    "⚠️ [Config] GROQ_API_KEY is not set. Service may fail at runtime.",
    "INFO:     Started server process [7]",
    "INFO:     Application startup complete.",
    *(f"🔌 WS CONNECTION | Client: {'telnyx' if n % 4 else 'twilio'}, ID: call_{n}" for n in range(12)),
    *(f"📊 [TTS Azure] trace=t{n} TTFB={300 + 20 * n}ms" for n in range(25)),
    *(f"📊 [STT Azure] trace=t{n} TTFB={100 + 5 * n}ms" for n in range(25)),
    *(f"📊 [LLM Groq] trace=t{n} TTFB={500 + 70 * n}ms" for n in range(25)),
    *("❌ [TTS Azure] Error: 401 Unauthorized" for _ in range(2)),
    "❌ [LLM Groq] Error: RateLimitError (429)",
    "⚠️ [STT Azure] Error: 401 Unauthorized",
    *("✅ [STT Fallback] Switching to Google STT" for _ in range(2)),
    *(f"✅ WS CLOSED | ID: call_{n} duration={45 + n}s" for n in range(5)),
)


async def test_the_same_figures_on_prometheus_as_on_the_log(tmp_path: Path, hosts: list[Host]) -> None:
    host = hosts[0]
    with Prometheus(tmp_path, {"voxtop": [host.port]}) as prometheus:
        fleet = fleet_over(prometheus)
        async with running(host, fleet):
            await shown(fleet, lambda snapshot: snapshot.errors.per_minute[-1:] == (0,))
            host.append(*STORY, every_s=2.1)
            await asyncio.wait_for(_closed(host, 5), DEADLINE_S)
            here = host.monitor.snapshot()
            there = await shown(  # on a busy machine a scrape may fall into a moment in which nothing is judged
                fleet,
                lambda snapshot: (
                    snapshot.calls.closed == here.calls.closed == 5 and snapshot.config.status is not Status.NO_DATA
                ),
            )

        assert [key.field for key in there.config.missing] == [key.field for key in here.config.missing]
        assert there.config.status is here.config.status is Status.CRITICAL
        assert (there.calls.active, there.calls.opened, there.calls.by_client) == (7, 12, here.calls.by_client)
        assert there.calls.status is here.calls.status
        assert (there.errors.count, there.errors.pct, there.errors.warnings) == (3, 25.0, here.errors.warnings)
        assert there.errors.pct_status is here.errors.pct_status
        for ours, logs in zip(there.fallback, here.fallback, strict=True):
            assert (ours.activations, ours.pct, ours.calls, ours.status) == (
                logs.activations,
                logs.pct,
                logs.calls,
                logs.status,
            )
        for ours, logs in zip(there.ttfb, here.ttfb, strict=True):
            assert ours.figures.n == logs.figures.n == 25
            assert ours.figures.estimated
            assert ours.figures.mean == pytest.approx(logs.figures.mean)
            assert within_one_bucket(ours.figures.p95, logs.figures.p95)
            assert ours.figures.status is logs.figures.status
        assert {group.code for group in there.recent} == {"401", "429"}
        assert there.verdict.status is here.verdict.status is Status.CRITICAL


async def _closed(host: Host, calls: int) -> None:
    while host.monitor.snapshot().calls.closed < calls:
        await host.monitor.news(0.2)


def within_one_bucket(estimate: float | None, exact: float | None) -> bool:
    assert estimate is not None
    assert exact is not None
    bounds = [0.0, *(1000 * bound for bound in bounds_s(LIMITS))]
    return any(low <= exact <= high and low <= estimate <= high for low, high in pairwise(bounds))


async def test_two_hosts_are_added_up_and_one_can_be_looked_at(tmp_path: Path, hosts: list[Host]) -> None:
    one, two = hosts
    with Prometheus(tmp_path, {"voxtop": [one.port, two.port]}) as prometheus:
        fleet = fleet_over(prometheus)
        async with running(one, two, fleet):
            await shown(fleet, lambda snapshot: len(snapshot.sources) == 2 and snapshot.calls.active == 0)
            for host, calls in ((one, 3), (two, 4)):
                host.append(*(f"🔌 WS CONNECTION | Client: twilio, ID: {host.port}-{n}" for n in range(calls)))
            both = await shown(fleet, lambda snapshot: snapshot.calls.opened == 7)

            await fleet.choose_source(f"127.0.0.1:{two.port}")
            alone = await shown(fleet, lambda snapshot: snapshot.calls.opened == 4)

        assert (both.calls.active, both.verdict.sources_total, both.verdict.freshness) == (7, 2, "live")
        assert (alone.calls.active, alone.verdict.sources_total, len(alone.sources)) == (4, 1, 2)
        assert str(two.port) in alone.notice
        fleet.choose_all()
        assert fleet.host == ""
        assert fleet.hosts() == tuple(sorted(f"127.0.0.1:{host.port}" for host in hosts))


def test_another_source_is_refused_and_so_is_removing_a_host(tmp_path: Path) -> None:
    with Prometheus(tmp_path, {}) as prometheus:
        fleet = fleet_over(prometheus)
        with pytest.raises(UsageError, match="cannot be added"):
            fleet.add("/var/log/app.log")
        with pytest.raises(UsageError, match="cannot be removed"):
            fleet.remove("voice-1")


async def test_a_dead_host_is_named_and_nothing_of_it_is_green(tmp_path: Path, hosts: list[Host]) -> None:
    host = hosts[0]
    with Prometheus(tmp_path, {"voxtop": [host.port]}) as prometheus:
        fleet = fleet_over(prometheus)
        async with running(fleet):
            async with running(host):
                host.append("🔌 WS CONNECTION | Client: twilio, ID: c1")
                await shown(fleet, lambda snapshot: snapshot.verdict.status is Status.OK)
            dead = await shown(fleet, lambda snapshot: snapshot.sources[0].state is SourceState.FAILED)

        assert f"127.0.0.1:{host.port}" in dead.sources[0].reason
        assert dead.verdict.status is not Status.OK
        assert dead.calls.status is Status.NO_DATA


async def test_when_prometheus_dies_the_figures_turn_grey_and_come_back(tmp_path: Path, hosts: list[Host]) -> None:
    host = hosts[0]
    prometheus = Prometheus(tmp_path, {"voxtop": [host.port]})
    clock = Skipping()
    fleet = fleet_over(prometheus, clock=clock)
    async with running(host, fleet):
        waiting = await shown(fleet, lambda snapshot: snapshot.sources[0].state is SourceState.FAILED)
        with prometheus:
            host.append("🔌 WS CONNECTION | Client: twilio, ID: c1")
            await shown(fleet, lambda snapshot: snapshot.verdict.status is Status.OK)
        gone = await shown(fleet, lambda snapshot: snapshot.sources[0].state is SourceState.FAILED)

    clock.ahead_s = 4 * STALE_AFTER_S
    grey = fleet.snapshot()

    assert "cannot be reached" in waiting.sources[0].reason
    assert prometheus.url in gone.sources[0].reason
    assert gone.verdict.status is not Status.OK
    assert grey.calls.status is grey.verdict.status is Status.NO_DATA
    assert grey.calls.active == 1
    assert {row.state for row in grey.sources} == {SourceState.FAILED, SourceState.STALE}
