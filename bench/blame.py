"""How often the blame sentence speaks without reason, finds what was planted, and how long it holds anybody up.

Run as ``python -m bench.blame [SEEDS]``; docs/blame.md quotes what it prints.
"""

import asyncio
import sys
import time
from collections.abc import Callable

from tests.engine.blame.test_blame import PLANTED, TIGHT, slower_since
from tests.engine.blame.traffic import NOW, Slowness, Traffic, even, shown
from tui.engine.blame import explain
from tui.engine.model import Thresholds

SEEDS = 500
AWAY_S = 0.05
"""The event loop looks this often whether it is being held up."""


def spoken(count: int, slowness: Callable[[int], Slowness], thresholds: Thresholds) -> tuple[int, int, float]:
    """Return how many of so many seeds had a finding, how many a sentence, and the slowest look in seconds."""
    findings = sentences = 0
    slowest = 0.0
    for seed in range(1000, 1000 + count):
        events = Traffic(seed, minutes=25, every_s=2, slowness=slowness(seed)).events()
        snapshot = shown(events, thresholds)
        began = time.perf_counter()
        found = explain(snapshot, events, NOW)
        slowest = max(slowest, time.perf_counter() - began)
        findings += any(each.kpi in {"ttfb", "turn"} for each in snapshot.verdict.findings)
        sentences += any(blame.culprit[-1][0] != "stage" for blame in found)
    return findings, sentences, slowest


def named(count: int) -> int:
    """Return of how many seeds the planted provider on a host was named."""
    where, culprit = PLANTED["provider on a host"]
    found = 0
    for seed in range(count):
        events = Traffic(seed, slowness=slower_since(NOW - 200, where)).events()
        found += any(set(culprit) <= set(blame.culprit) for blame in explain(shown(events), events, NOW))
    return found


async def held_up() -> tuple[int, float, float]:
    """Return events, seconds of a look in a thread, and by how much the event loop was late at most meanwhile."""
    events = Traffic(1, minutes=60, every_s=0.35, slowness=slower_since(NOW - 200, PLANTED["host"][0])).events()
    snapshot = shown(events)
    looking = asyncio.create_task(asyncio.to_thread(explain, snapshot, events, NOW))
    began, late = time.perf_counter(), 0.0
    while not looking.done():
        before = time.perf_counter()
        await asyncio.sleep(AWAY_S)
        late = max(late, time.perf_counter() - before - AWAY_S)
    return len(events), time.perf_counter() - began, late


def main() -> None:
    """Print all of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    for name, slowness, thresholds in (
        ("nothing changed, limits always missed", lambda _: even, TIGHT),
        ("everything slower alike", lambda _: slower_since(NOW - 200, lambda *_: True, 2.0), Thresholds()),
    ):
        findings, sentences, slowest = spoken(count, slowness, thresholds)
        print(f"{name}: {findings} of {count} with a finding, {sentences} sentences, slowest look {slowest:.2f} s")
    found = named(count // 5)
    print(f"planted provider on a host: named in {found} of {count // 5}")
    events, seconds, late = asyncio.run(held_up())
    print(f"{events} events: {seconds:.2f} s in a thread, the event loop late by {late * 1000:.0f} ms at most")


if __name__ == "__main__":
    main()
