"""Work of one size, in a process of its own: ``python -m bench.growing WHAT SIZE`` prints as JSON what it took.

Each kind of work takes in so much of something and then looks at the figures as a screen does. Printed are the
processor seconds of taking it in, those of one look with something new in it, and the MB that came to lie in memory.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC
from functools import partial
from typing import Any

import psutil

from bench.logs import as_andrea, entries
from bench.simulated import simulate
from tui.engine.clock import Clock, ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import (
    STAGES,
    Kind,
    LineBlock,
    LogEvent,
    SourceState,
    SourceStatus,
    SourceStep,
    Thresholds,
)
from tui.engine.monitor import Monitor, ScopedMonitor, TimeMachine, Watchlist
from tui.engine.playbooks.match import PlaybookCatalogue

BEGAN = 1_790_000_000.0
LOOKS = 20
"""Looks that the cost of one is a mean of."""
SECONDS = 40
"""How long many sources are watched."""
LINES = 4
"""Lines of each source in a second."""
LIVE = (SourceStatus("app.log", "file", SourceState.LIVE),)


class Events:
    """Makes events of one source, and counts its lines."""

    def __init__(self) -> None:
        self._line = 0

    def one(self, kind: Kind, at: float, **told: Any) -> LogEvent:  # noqa: ANN401 - whatever an event may tell
        """Return an event."""
        self._line += 1
        return LogEvent(kind, "app.log", self._line, at, at, dialect="andrea", **told)


class Grown:
    """A store that was given something, and how much that cost."""

    def __init__(self) -> None:
        self.store = MetricsStore(Thresholds(), PlaybookCatalogue.load())
        self.events = Events()
        self.store.snapshot(BEGAN, LIVE)
        gc.collect()
        self._before = psutil.Process().memory_info().rss

    def took(self, events: Iterator[tuple[float, list[LogEvent]]], news: Callable[[float, int], LogEvent]) -> None:
        """Take events in, each at its moment, and look; print what it took."""
        spent, now = 0.0, BEGAN
        for now, some in events:
            began = time.process_time()
            self.store.apply(some, now)
            spent += time.process_time() - began
        tell(spent, self._look(now, news), self._before)

    def _look(self, now: float, news: Callable[[float, int], LogEvent]) -> float:
        self.store.snapshot(now, LIVE)
        began = time.process_time()
        for number in range(LOOKS):
            now += 1.0
            self.store.apply([news(now, number)], now)
            self.store.snapshot(now, LIVE)
        return (time.process_time() - began) / LOOKS


def tell(taken_s: float, look_s: float, before: int) -> None:
    """Print the figures."""
    gc.collect()
    print(json.dumps({"in": taken_s, "look": look_s, "memory": (psutil.Process().memory_info().rss - before) / 1e6}))


def calls(size: int) -> None:
    """So many calls open at once, of which each says something, and a tenth is over and begins again."""
    grown = Grown()
    one = grown.events.one

    def happens() -> Iterator[tuple[float, list[LogEvent]]]:
        for number in range(size):
            yield BEGAN, [one("call_opened", BEGAN, id=f"c{number}")]
        for number in range(size):
            at = BEGAN + 60 * number / size
            turn = {"id": f"c{number}", "trace": f"t{number}", "ms": 300.0 + number % 500}
            yield at, [one("ttfb", at, stage=stage, provider="Azure", **turn) for stage in STAGES]
            if number % 10 == 0:
                yield at, [one("call_closed", at, id=f"c{number}"), one("call_opened", at, id=f"d{number}")]

    grown.took(happens(), lambda at, number: one("call_opened", at, id=f"e{number}"))


def errors(size: int) -> None:
    """So many errors, no two of them alike, each of another call; ten a second."""
    grown = Grown()

    def error(at: float, number: int) -> LogEvent:
        word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        told = {"stage": STAGES[number % 3], "provider": f"P{word}", "code": word, "id": f"c{number}"}
        return grown.events.one("error", at, level="error", text=f"upstream {word} refused", **told)

    happens = ((BEGAN + number / 10, [error(BEGAN + number / 10, number)]) for number in range(size))
    grown.took(happens, lambda at, number: error(at, size + number))


def event_of(events: Events, at: float, number: int) -> LogEvent:
    """Return the event with a number out of a usual mixture: latencies, calls and a few errors."""
    call, part = f"c{number // 10}", number % 10
    if part in {0, 9}:
        return events.one("call_opened" if part == 0 else "call_closed", at, id=call, client="twilio")
    if part == 5 and number % 50 == 5:
        told = {"stage": "TTS", "provider": "Azure", "code": "503", "level": "error", "text": "refused"}
        return events.one("error", at, id=call, **told)
    stage = STAGES[part % 3]
    return events.one("ttfb", at, id=call, stage=stage, provider="Azure", ms=300.0 + part, trace=f"t{number}")


def hours(size: float) -> None:
    """So many hours of an event a second."""
    grown = Grown()
    seconds = int(size * 3600)
    happens = ((BEGAN + number, [event_of(grown.events, BEGAN + number, number)]) for number in range(seconds))
    grown.took(happens, lambda at, number: event_of(grown.events, at, seconds + number))


class Spoken:
    """A source in memory that says something every second."""

    bookmark = ""

    def __init__(self, name: str, clock: Clock, lines: Sequence[list[bytes]]) -> None:
        self.name = name
        self._clock, self._lines, self._said = clock, lines, 0

    async def batches(self) -> AsyncIterator[LineBlock]:
        """Yield a block a second."""
        for lines in self._lines:
            yield LineBlock(self.name, self._said + 1, lines, sum(map(len, lines)), self._clock.now())
            self._said += len(lines)
            await asyncio.sleep(1.0)

    def status(self) -> SourceStatus:
        """Return how it goes."""
        now = self._clock.now()
        return SourceStatus(self.name, "file", SourceState.LIVE, lines=self._said, last_read_at=now, last_line_at=now)

    def retry(self) -> None:
        """Do nothing: there is nothing to wait for."""

    def trail(self) -> Sequence[SourceStep]:
        """Return nothing: it is simply there."""
        return ()


def sources(size: int) -> None:
    """So many sources through the monitor, each with some lines a second; taking in is one second of all of them."""
    story = entries(1)
    said = [
        [as_andrea(entry, BEGAN + second).rstrip("\n").encode() for _, entry in zip(range(LINES), story, strict=False)]
        for second in range(SECONDS)
    ]
    clock = ManualClock(BEGAN)
    simulate(partial(_watch, size, said, clock), clock)


async def _watch(size: int, said: Sequence[list[bytes]], clock: ManualClock) -> None:
    before = psutil.Process().memory_info().rss
    new_store = partial(MetricsStore, Thresholds(), PlaybookCatalogue.load())
    monitor = Monitor([Spoken(f"app-{number}.log", clock, said) for number in range(size)], new_store(), clock, UTC)
    scoped = ScopedMonitor(monitor, Watchlist(monitor, str, clock), new_store, clock)
    machine = TimeMachine(scoped, new_store, dict, clock, UTC)
    running = asyncio.ensure_future(machine.run())
    looked, began = 0.0, time.process_time()
    for _ in range(SECONDS - 1):
        await asyncio.sleep(1.0)
        at = time.process_time()
        machine.snapshot()
        looked += time.process_time() - at
    spent = time.process_time() - began - looked
    running.cancel()
    tell(spent / SECONDS, looked / SECONDS, before)


WORK: dict[str, Callable[[int], None]] = {"sources": sources, "calls": calls, "errors": errors}

if __name__ == "__main__":
    if sys.argv[1] == "hours":
        hours(float(sys.argv[2]))
    else:
        WORK[sys.argv[1]](int(sys.argv[2]))
