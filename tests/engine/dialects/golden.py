"""Expected events beside sample logs: reads them and compares by the rule of formats §1."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser

DATA = Path(__file__).parents[2] / "data"
SILENT = {"process_ready", "key_present"}


class Expected(NamedTuple):
    first: int
    last: int
    answers: list[dict[str, object] | None]
    why: str


def logs() -> list[Path]:
    """Return every sample log that has an expectation beside it."""
    return [log for log in sorted(DATA.glob("*/*.log")) if log.with_suffix(".expected.jsonl").exists()]


def expected(log: Path) -> Iterator[Expected]:
    for line in log.with_suffix(".expected.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield Expected(record["first"], record["last"], [record["expect"], *record["also_ok"]], record["why"])


def events_of(lines: Sequence[bytes], *, prefilter: bool = True) -> list[LogEvent]:
    """Return what a parser says of these lines, given in one block."""
    parser = Parser("sample", prefilter=prefilter)
    found = parser.feed(LineBlock("sample", 1, list(lines), sum(map(len, lines)), None))
    return found + parser.flush()


def matches(event: LogEvent | None, answer: Mapping[str, object] | None) -> bool:
    """Tell whether an event is this answer: same kind, and every key of the answer equal."""
    if event is None or answer is None:
        return event is None and answer is None
    found = {**event._asdict(), "event": event.kind}
    return all(_equal(found.get(key), value) for key, value in answer.items())


def _equal(found: object, value: object) -> bool:
    if isinstance(found, float) and isinstance(value, int | float):
        return abs(found - value) <= 0.01
    return found == value


def only(line: str) -> LogEvent | None:
    """Return the event of a line, having seen that a container's JSON around it changes nothing."""
    found = events_of([line.encode()])
    wrapped = json.dumps({"log": f"{line}\n", "stream": "stderr"})
    assert events_of([wrapped.encode()]) == found
    assert events_of([wrapped.encode()], prefilter=False) == found
    assert len(found) <= 1
    return found[0] if found else None
