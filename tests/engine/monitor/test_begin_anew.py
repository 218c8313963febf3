"""Figures computed again in another store, from what was read before."""

import asyncio

from tests.engine.monitor.scripted import NOW, Scripted, stamped
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Limits, Status, Thresholds
from tui.engine.monitor import Monitor, ScopedMonitor, Watchlist

CALLS = [stamped(f"🔌 WS CONNECTION | Client: twilio, ID: c{number}") for number in range(3)]
STRICT = Thresholds(active_calls=Limits(1, 2))


async def test_other_limits_judge_what_was_read_before_and_reading_goes_on_behind_it() -> None:
    clock = ManualClock(NOW)
    source, store = Scripted("app", clock), MetricsStore(Thresholds())
    monitor = Monitor([source], store, clock)
    store.expose(NOW)
    task = asyncio.create_task(monitor.run())
    source.put(*CALLS)
    await source.all_taken()
    before = monitor.snapshot()

    await monitor.begin_anew(MetricsStore(STRICT))
    after = monitor.snapshot()
    source.put(stamped("🔌 WS CONNECTION | Client: twilio, ID: new"))
    await source.all_taken()

    assert (before.calls.active, before.calls.status) == (3, Status.OK)
    assert (after.calls.active, after.calls.status) == (3, Status.CRITICAL)
    assert after.ttfb == before.ttfb
    assert monitor.snapshot().calls.active == 4
    assert sum(n for key, n in monitor.cumulative().counts.items() if key[0] == "opened") == 1
    task.cancel()
    await asyncio.wait([task])


async def test_the_scope_stays_what_it_was() -> None:
    clock = ManualClock(NOW)
    one, other = Scripted("one", clock), Scripted("other", clock)
    monitor = Monitor([one, other], MetricsStore(Thresholds()), clock)
    limits = [Thresholds(), STRICT]
    screen = ScopedMonitor(monitor, Watchlist(monitor, str, clock), lambda: MetricsStore(limits[-1]), clock)
    task = asyncio.create_task(monitor.run())
    one.put(*CALLS[:1])
    other.put(*CALLS[1:])
    await one.all_taken()
    await other.all_taken()
    await screen.choose_source("one")

    await screen.begin_anew()

    assert (screen.snapshot().scope, screen.snapshot().calls.active) == ("one", 1)
    assert screen.snapshot().calls.status is Status.WARNING
    assert monitor.snapshot().calls.active == 3
    task.cancel()
    await asyncio.wait([task])
