"""``voxtop events`` over several real files: one stream in the order of its times (semantics R67)."""

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from random import Random
from subprocess import PIPE
from typing import Any

from tests.terminal import ROOT, VOXTOP, environment

DEADLINE_S = 60
LINES = 300


def opened(at: float, call: str) -> str:
    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    return f"{stamp} 🔌 WS CONNECTION | Client: twilio, ID: {call}\n"


def moment(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()


def shuffled_logs(folder: Path, seed: int) -> dict[Path, int]:
    """Write lines of one story into three files at random, and return how many each holds."""
    random = Random(seed)  # noqa: S311 - a shuffle, no secret
    logs = {folder / f"{name}.log": 0 for name in ("a", "b", "c")}
    for number in range(LINES):
        log = random.choice(list(logs))
        logs[log] += 1
        with log.open("a", encoding="utf-8") as out:
            out.write(opened(1_700_000_000 + number * 0.7, f"c{number}"))
    return logs


def test_files_read_once_come_as_one_story(tmp_path: Path) -> None:
    logs = shuffled_logs(tmp_path, 4)
    done = subprocess.run(
        [*VOXTOP, "events", *map(str, logs)],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_S,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert [event["id"] for event in events] == [f"c{number}" for number in range(LINES)]
    assert {Path(event["source"]).name for event in events} == {"a.log", "b.log", "c.log"}
    assert done.stderr == ""


@contextmanager
def following(home: Path, *sources: str) -> Iterator[tuple["Queue[dict[str, Any]]", "subprocess.Popen[str]"]]:
    """Run ``events --follow`` and hand over what it prints, line by line."""
    printed: Queue[dict[str, Any]] = Queue()
    with subprocess.Popen(
        [*VOXTOP, "events", "--follow", *sources], cwd=ROOT, env=environment(home), stdout=PIPE, stderr=PIPE, text=True
    ) as program:
        assert program.stdout
        lines = program.stdout

        def listen() -> None:
            for line in lines:
                printed.put(json.loads(line))

        listening = threading.Thread(target=listen)
        listening.start()
        try:
            yield printed, program
        finally:
            program.terminate()
            listening.join()


def ids(printed: "Queue[dict[str, Any]]", count: int) -> list[str]:
    try:
        return [printed.get(timeout=DEADLINE_S)["id"] for _ in range(count)]
    except Empty:
        raise AssertionError(f"within {DEADLINE_S} s there were no {count} events") from None


def write(log: Path, *lines: str) -> None:
    with log.open("a", encoding="utf-8") as out:
        out.writelines(lines)


def test_files_that_are_followed_come_as_one_story_whoever_writes_first(tmp_path: Path) -> None:
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    now = datetime.now(UTC).timestamp() - 3600
    write(one, opened(now, "first"))
    write(other, opened(now + 1, "second"))
    with following(tmp_path, str(one), str(other)) as (printed, program):
        assert ids(printed, 2) == ["first", "second"]
        expected: Sequence[str] = ()
        for turn in range(20):
            at = now + 10 * turn + 10
            late, early = (one, other) if turn % 2 else (other, one)
            write(early, *(opened(at + n, f"{turn}-{n}") for n in (0, 2, 4)))
            write(late, *(opened(at + n, f"{turn}-{n}") for n in (1, 3, 5)))
            expected = [f"{turn}-{n}" for n in range(6)]

            assert ids(printed, 6) == expected
        program.terminate()
        assert program.stderr
        assert program.stderr.read().strip() == ""


def test_what_comes_after_the_window_stands_where_it_comes_and_is_told_at_the_end(tmp_path: Path) -> None:
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    now = datetime.now(UTC).timestamp() - 3600
    write(one, opened(now + 100, "early"))
    other.touch()
    with following(tmp_path, str(one), str(other)) as (printed, program):
        ids(printed, 1)
        write(other, opened(now, "late"))
        ids(printed, 1)
        program.terminate()
        assert program.stderr
        told = program.stderr.read()

    assert ": 1;" in told
    assert "2 s" in told


def test_a_source_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with following(tmp_path, str(log), str(tmp_path / "missing.log"), "ssh://127.0.0.1:1/nowhere.log") as (printed, _):
        for number in range(5):
            write(log, opened(datetime.now(UTC).timestamp(), f"c{number}"))
            assert ids(printed, 1) == [f"c{number}"]
