"""Whatever JSON a line is wrapped in, the cheap look sees what the whole way sees."""

import json
from collections.abc import Callable

import pytest

from tests.engine.dialects.golden import events_of, logs

LINES = sorted({line for log in logs() for line in log.read_text(encoding="utf-8").split("\n")})


def docker(line: str) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stdout"})


def utf8(line: str) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stdout"}, ensure_ascii=False)


def journal(line: str) -> str:
    return json.dumps({"MESSAGE": line})


def logger(line: str) -> str:
    return f"app-1  | {json.dumps({'message': line})}"


def logger_in_docker(line: str) -> str:
    return docker(json.dumps({"message": line}))


@pytest.mark.parametrize("wrap", [docker, utf8, journal, logger, logger_in_docker])
def test_tokens_are_seen_through_escapes(wrap: Callable[[str], str]) -> None:
    wrapped = [wrap(line).encode() for line in LINES]

    missed = [raw for raw in wrapped if events_of([raw]) != events_of([raw], prefilter=False)]

    assert len(LINES) > 150
    assert missed == []
