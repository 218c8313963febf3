"""Hot paths one after the other, to be counted from outside: ``python -m bench.hot engine`` or ``… screen``.

Each path is walked once to warm up and once between two marks. A mark is a call of the system that the program never
makes (``getsid``): callgrind is told to write down its count there, so that neither the start nor the preparation is in
it. The names are printed in the order of the marks.
"""

import asyncio
import gc
import os
import re
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

from bench.growing import Events, event_of
from bench.logs import WRITERS, DialectName, entries
from tui.engine.bulk import Parsed, Reader, parse
from tui.engine.clock import ManualClock
from tui.engine.event_lines import EventLines
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import LineBlock, LogEvent, SourceState, SourceStatus, Thresholds
from tui.engine.monitor._keeper import LineKeeper
from tui.engine.parser import Parser, line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources import open_source

NOW = 1_790_000_000.0
ROOT = Path(__file__).resolve().parent.parent
DIALECTS = ("pipecat", "livekit", "bolna_dograh", "jambonz_asterisk", "uvicorn_twilio", "providers")
"""Besides those of ``bench/logs.py``: their samples are read again and again."""
LINES = 600
SAMPLE_LINES = 120
BLOCK_LINES = 6_000
LIVE = (SourceStatus("app.log", "file", SourceState.LIVE),)

Walk = Callable[[], object]


class HotPath(NamedTuple):
    """Something that is done all the time; ``prepare`` gets everything ready for it."""

    name: str
    prepare: Callable[[], Walk]


def reference() -> Walk:
    """Plain Python of every kind: what one step of this interpreter costs on this machine."""
    pattern = re.compile(r"(\w+)=(\d+)ms")

    def walk() -> int:
        found: dict[str, list[int]] = {}
        for number in range(2_000):
            line = f"stage{number % 7} provider{number % 11} took={number}ms and more"
            stage, provider, rest = line.split(" ", 2)
            match = pattern.search(rest)
            if match and stage.startswith("stage"):
                found.setdefault(f"{stage}/{provider}", []).append(int(match[2]))
        return sum(max(sorted(values)) for values in found.values())

    return walk


def written(dialect: DialectName, lines: int, *, seed: int = 1, varied: bool = False) -> list[bytes]:
    """Return lines of a dialect, about half of them events, or a tenth among ``varied`` ones."""
    story = zip(range(lines), entries(seed, 9 if varied else 1, varied=varied), strict=False)
    return [WRITERS[dialect](entry, NOW - 600 + number / 50).rstrip("\n").encode() for number, entry in story]


def samples(dialect: str) -> list[bytes]:
    """Return the sample of a dialect, over and over."""
    once = (ROOT / "tests" / "data" / dialect / f"{dialect}.log").read_bytes().splitlines()
    return (once * (SAMPLE_LINES // len(once) + 1))[:SAMPLE_LINES]


def parsed(lines: list[bytes]) -> list[LogEvent]:
    """Return the events of lines."""
    parser = Parser("app.log", UTC, clock=ManualClock(NOW))
    block = LineBlock("app.log", 1, lines, sum(map(len, lines)), None)
    return [*parser.feed(block), *parser.flush()]


def parser(lines: Callable[[], list[bytes]]) -> Walk:
    """Lines become events."""
    return partial(parsed, lines())


def store() -> Walk:
    """Events become figures."""
    counted, events = MetricsStore(Thresholds(), PlaybookCatalogue.load()), parsed(written("andrea", LINES))
    return partial(counted.apply, events, NOW)


def snapshots() -> Walk:
    """Something happens, and somebody looks: twenty times."""
    counted, events = MetricsStore(Thresholds(), PlaybookCatalogue.load()), Events()
    counted.apply(parsed(written("andrea", 2 * LINES)), NOW)
    counted.snapshot(NOW, LIVE)  # the first look reads the playbooks, and counts what waited

    def walk() -> None:
        for number in range(20):
            at = NOW + number
            counted.apply([event_of(events, at, number)], at)
            counted.snapshot(at, LIVE)

    return walk


def keeper() -> Walk:
    """Raw lines are kept, and the oldest given up."""
    lines, kept = written("andrea", LINES), LineKeeper(kept_bytes=1_000_000)

    def walk() -> None:
        for start in range(0, 50 * LINES, 200):
            kept.take("app.log", start + 1, lines[start % LINES : start % LINES + 200])

    return walk


def event_lines() -> Walk:
    """Events become lines of JSON."""
    return partial(EventLines(masked=True).lines, parsed(written("andrea", LINES)))


def block_reader(dialect: DialectName, *, in_c: bool, varied: bool = False) -> Walk:
    """Whole blocks become columns, with the kernel in C or without; of ``varied`` lines hardly any comes again."""
    from tui.engine.bulk import _kernel  # noqa: PLC0415 - numpy is not part of the other paths
    from tui.engine.bulk._block_reader import BlockReader  # noqa: PLC0415

    built, _kernel.KERNEL = _kernel.KERNEL, _kernel.KERNEL if in_c else None
    reader = BlockReader("app.log", UTC, NOW)
    _kernel.KERNEL = built
    texts = (written(dialect, BLOCK_LINES, seed=seed, varied=varied) for seed in ((1, 2) if varied else (1, 1)))
    blocks = iter([b"\n".join([*text, b""]) for text in texts])

    def walk() -> None:
        _kernel.KERNEL = built if in_c else None
        reader.read(next(blocks), [])
        _kernel.KERNEL = built

    walk()  # learns the layouts
    return walk


def counting(folder: Path) -> Walk:
    """Columns become a report."""
    log = folder / "report.log"
    log.write_bytes(b"\n".join([*written("guide", BLOCK_LINES), b""]))
    every = asyncio.run(_in_blocks(log))

    def walk() -> None:
        totals = SourceTotals("app.log", Asked(), NOW)
        for each in every:
            totals.apply(each.events, each.above, each.samples, each.calls)

    return walk


async def _in_blocks(log: Path) -> list[Parsed]:
    stamp = partial(line_time, tz=UTC)
    source = open_source(str(log), clock=ManualClock(NOW), since=None, line_time=stamp, follow=False)
    blocks = cast("AsyncGenerator[LineBlock, None]", source.batches())
    reader = Reader(source.name, UTC, NOW)
    return [each async for each in parse(source, blocks, reader, parallel_from=1 << 60, columns_from=0)]


def engine(folder: Path) -> Iterator[HotPath]:
    """Yield what needs no screen; the first is what the others are compared with."""
    yield HotPath("reference", reference)
    yield HotPath("parser: guide", partial(parser, partial(written, "guide", LINES)))
    yield HotPath("parser: andrea", partial(parser, partial(written, "andrea", LINES)))
    for dialect in DIALECTS:
        yield HotPath(f"parser: {dialect}", partial(parser, partial(samples, dialect)))
    yield HotPath("metrics store", store)
    yield HotPath("snapshot", snapshots)
    yield HotPath("raw-line keeper", keeper)
    yield HotPath("events as JSON", event_lines)
    yield HotPath("block reader: guide", partial(block_reader, "guide", in_c=True))
    yield HotPath("block reader: andrea", partial(block_reader, "andrea", in_c=True))
    yield HotPath("block reader: guide, varied", partial(block_reader, "guide", in_c=True, varied=True))
    yield HotPath("block reader: andrea, varied", partial(block_reader, "andrea", in_c=True, varied=True))
    yield HotPath("block reader without kernel: guide", partial(block_reader, "guide", in_c=False))
    yield HotPath("block reader without kernel: andrea", partial(block_reader, "andrea", in_c=False))
    yield HotPath("report counting", partial(counting, folder))


def mark() -> None:
    """Have the count written down."""
    os.getsid(0)


def walk(path: HotPath) -> None:
    """Warm up, then walk between two marks."""
    path.prepare()()
    ready = path.prepare()
    gc.collect()
    gc.disable()
    mark()
    ready()
    mark()
    gc.enable()
    print(path.name, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "screen":
        from bench.hot_screen import walk_screen

        asyncio.run(walk_screen())
    else:
        with tempfile.TemporaryDirectory(prefix="voxtop-hot-") as folder:
            for each in engine(Path(folder)):
                walk(each)
