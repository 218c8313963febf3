"""What must hold for any bytes at all: they are read, counted and shown without failing, however they are cut."""

import json
from datetime import UTC

from tests.engine.bulk.both_ways import compare
from tui.engine.clock import ManualClock
from tui.engine.lines import cut
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LineBlock, LogEvent, Thresholds
from tui.engine.parser import Parser, line_time
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text

NOW = 1_804_600_000.0
TEXT_LENGTH = 500


def read_anything(data: bytes) -> None:
    """Take bytes from the file to the snapshot; the first byte says after how many lines a block ends.

    Raises:
        AssertionError: two ways of reading the same bytes disagree, or a text is not fit to be shown.
    """
    step, lines = data[:1], cut(data[1:] + b"\n", first=True).lines
    whole = events(lines, len(lines) or 1, prefilter=False)
    if events(lines, step[0] % 8 + 1 if step else 1, prefilter=True) != whole:
        raise AssertionError("the cheap look, or smaller blocks, give other events")
    compare(b"\n".join(lines))
    store = MetricsStore(Thresholds())
    store.apply(whole, NOW)
    store.snapshot(NOW, (), "")
    for event in whole:
        check_texts(event)
    for line in lines[:3]:
        line_time(line, UTC, NOW)


def events(lines: list[bytes], step: int, *, prefilter: bool) -> list[LogEvent]:
    """Return the events of lines that come in blocks of ``step``."""
    parser = Parser("log", UTC, prefilter=prefilter, clock=ManualClock(NOW))
    found: list[LogEvent] = []
    for start in range(0, len(lines), step):
        found += parser.feed(LineBlock("log", start + 1, lines[start : start + step], 0, NOW))
    return found + parser.flush()


def check_texts(event: LogEvent) -> None:
    """Check every text of an event: it can be written out, hidden and shown on one line."""
    json.dumps(event)
    for text in event:
        if isinstance(text, str):
            text.encode()
            shown = safe_text(redact(text))
            if not shown.isprintable() or safe_text(shown) != shown:
                raise AssertionError(f"not fit to be shown: {shown!r}")
    if len(event.text) > TEXT_LENGTH:
        raise AssertionError(f"{len(event.text)} characters of text")
