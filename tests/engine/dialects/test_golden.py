"""Every record of every sample log gives the event that stands beside it."""

import json
from pathlib import Path

import pytest

from tests.engine.dialects.golden import DATA, SILENT, Expected, events_of, expected, logs, matches
from tui.engine.model import LogEvent

CASES = [
    pytest.param(log, record, id=f"{log.stem}-{record.first}-{record.why}")
    for log in logs()
    for record in expected(log)
]
ENVELOPES = [json.loads(line) for line in (DATA / "envelopes.jsonl").read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def understood() -> dict[Path, list[LogEvent]]:
    found = {log: events_of(log.read_bytes().removesuffix(b"\n").split(b"\n")) for log in logs()}
    return {log: [event for event in events if event.kind not in SILENT] for log, events in found.items()}


def test_there_are_sample_logs() -> None:
    assert {log.stem for log in logs()} >= {"guide", "andrea"}


@pytest.mark.parametrize(("log", "record"), CASES)
def test_a_record_gives_the_expected_event(log: Path, record: Expected, understood: dict[Path, list[LogEvent]]) -> None:
    found = [event for event in understood[log] if record.first <= event.line <= record.last]

    assert len(found) <= 1
    assert any(matches(found[0] if found else None, answer) for answer in record.answers), found


@pytest.mark.parametrize("sample", ENVELOPES, ids=lambda sample: str(sample["name"]))
def test_a_line_means_the_same_inside_every_envelope(sample: dict[str, object]) -> None:
    found = [event for event in events_of(str(sample["raw"]).encode().split(b"\n")) if event.kind not in SILENT]
    answers = [sample["inner_event"], *sample["also_ok"]]  # type: ignore[misc]

    assert len(found) <= 1
    assert any(matches(found[0] if found else None, answer) for answer in answers), found
