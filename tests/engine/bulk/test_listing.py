"""What ``voxtop events`` prints of a large log is what it prints line by line, byte for byte."""

import json
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW, kill_at_the_third_part, small_blocks, written
from tests.engine.bulk.dirty_logs import dirty_log
from tests.terminal import environment
from tui.engine.bulk import Reader, parse
from tui.engine.bulk._cutting import OpenFile
from tui.engine.bulk._listing import _moments
from tui.engine.clock import ManualClock
from tui.engine.event_lines import EventLines, rfc3339
from tui.engine.model import LineBlock
from tui.engine.redact import redact, redact_each
from tui.engine.sources import open_source
from tui.engine.sources._source import Source

pytestmark = pytest.mark.usefixtures("both_looks")

PLANTED = "gsk_" + "A1b2" * 6


async def _blocks(source: Source) -> AsyncIterator[LineBlock]:
    async for block in source.batches():
        if block.lines:
            yield block


async def printed(path: Path, columns_from: float, parallel_from: float = inf) -> tuple[str, int]:
    """Return all lines, and how many bytes of them came from whole blocks."""
    source = open_source(str(path), clock=ManualClock(NOW), since=None, line_time=lambda _: None, follow=False)
    reader, lines = Reader(source.name, UTC, NOW), EventLines(masked=True)
    text, at_once = "", 0
    blocks: Any = _blocks(source)
    async for each in parse(source, blocks, reader, int(min(parallel_from, 1 << 60)), columns_from, lines=lines):
        assert not (each.text and each.events)
        text += each.text.decode() + written(each.events)
        at_once += len(each.text)
    return text + written(reader.finish().events), at_once


async def same_lines(path: Path, parallel_from: float = inf) -> int:
    with small_blocks():
        plain, _ = await printed(path, inf)
        fast, at_once = await printed(path, 0, parallel_from)
    assert fast == plain
    return at_once


@pytest.mark.parametrize("seed", range(8))
async def test_a_large_log_is_printed_as_line_by_line(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "ñ\x7f.log"
    path.write_bytes(dirty_log(seed, 1500, dirt=(0.0, 0.001)[seed % 2]))

    assert await same_lines(path) > 50_000


async def test_two_processes_print_what_one_does(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(4)))

    assert await same_lines(path, parallel_from=0) > 100_000


async def test_every_line_is_printed_when_the_other_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(dirty_log(seed, 700, dirt=0.0).removesuffix(b"\n") + b"\n" for seed in range(4)))
    given = kill_at_the_third_part(monkeypatch)

    await same_lines(path, parallel_from=0)

    assert len(given) >= 3


async def test_a_file_emptied_while_it_is_printed_is_read_on_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    sample = "2027-01-15T07:00:{:02}.{:09}Z 📊 [STT Azure] TTFB=160ms\n"
    path.write_text("".join(sample.format(n % 60, n) for n in range(900)), encoding="utf-8")
    load, reads = OpenFile.load, []

    def emptied(self: OpenFile, part: Any, room: Any) -> memoryview | None:  # noqa: ANN401 - as the method
        reads.append(part)
        if len(reads) == 3:
            path.write_text(sample.format(59, 999).replace("160", "777"), encoding="utf-8")
        return load(self, part, room)

    monkeypatch.setattr(OpenFile, "load", emptied)
    with small_blocks():
        text, at_once = await printed(path, 0)

    objects = [json.loads(line) for line in text.splitlines()]
    assert at_once
    assert [each["ms"] for each in objects] == [160.0] * (len(objects) - 1) + [777.0]
    assert [each["line"] for each in objects] == list(range(1, len(objects) + 1))


async def test_secrets_in_traces_and_calls_are_masked_in_whole_blocks(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    stamp = "2027-01-15T07:00:{:02}.{:09}Z"
    lines = [
        line
        for n in range(900)
        for line in (
            f"{stamp} 📊 [STT Azure] trace={PLANTED}{n % 7} TTFB=160ms",
            f"{stamp} 🔌 WS CONNECTION | Client: twilio, ID: +3460012345{n % 10}",
        )
    ]
    path.write_text("".join(f"{line}\n".format(n % 60, n) for n, line in enumerate(lines)), encoding="utf-8")

    assert await same_lines(path) > 100_000
    with small_blocks():
        text, _ = await printed(path, 0)
    assert PLANTED not in text
    assert "3460012345" not in text
    assert "gsk_***" in text


def test_a_log_that_is_not_large_is_printed_without_numpy(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(dirty_log(1, 400))
    code = "import sys; from tui.cli import main\ntry: main()\nfinally: print('numpy' in sys.modules, file=sys.stderr)"

    done = subprocess.run(
        [sys.executable, "-c", code, "events", str(path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert len(done.stdout.splitlines()) > 100
    assert done.stderr == "False\n"


_TOLD = st.sampled_from(
    [
        *(
            "gsk_abcdefgh1234",
            "sk-proj-0123456789abcdef",
            "https://u:pw@host/x",
            "token=abc123def",
            "api_key: 'x9y8z7'",
        ),
        *("4111 1111 1111 1111", "4111111111111111", "ES9121000418450200051332", "ES91 2100 0418 4502 0005 1332"),
        *(
            "sip:+34600123456@pbx",
            "+34600123456",
            "to=612345678",
            "from: 612 34 56 78",
            "ana@example.com",
            "tel:6123456",
        ),
        *("Bearer abcdef123456", "A1b2" * 15, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "CA" + "0af3" * 8, "unknown"),
        *("Cookie: a=b", "-----BEGIN KEY-----x", "eyJhbGciOi.eyJzdWIiOi.sig", "phone", ":", "=", "//", '"', "\\n", "é"),
    ]
)


@given(st.lists(st.text([chr(char) for char in range(0x20, 0x80)], min_size=1), max_size=4))
def test_many_texts_are_written_as_each_of_them(texts: list[str]) -> None:
    lines = EventLines(masked=False)

    assert lines.values(texts) == [lines.value("id", text) for text in texts]


@given(st.lists(st.lists(st.one_of(_TOLD, st.text(st.characters(max_codepoint=0x17F), max_size=12)), max_size=3)))
def test_many_texts_are_masked_as_each_of_them(pieces: list[list[str]]) -> None:
    texts = ["".join(each) for each in pieces]

    assert redact_each(texts) == [redact(text) for text in texts]


@given(st.lists(st.none() | st.floats(-1e9, 4e9), min_size=1))
def test_moments_are_written_as_one_by_one(times: list[float | None]) -> None:
    np = pytest.importorskip("numpy")
    near_a_second = [None if time is None else round(time) - 4e-7 for time in times]

    for some in (times, near_a_second):
        assert _moments(np.array(some, np.float64)) == [json.dumps(rfc3339(time)) for time in some]


def test_the_key_of_the_masks_goes_along_to_another_process() -> None:
    lines = EventLines(masked=True)

    assert pickle.loads(pickle.dumps(lines)).value("trace", PLANTED) == lines.value("trace", PLANTED)  # noqa: S301
