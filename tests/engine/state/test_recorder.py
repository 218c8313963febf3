import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.engine.clock import ManualClock, SystemClock
from tui.engine.errors import StateError
from tui.engine.model import LogEvent, SourceCounts
from tui.engine.state import Recorder, StateDatabase
from tui.engine.state._codec import decode, encode
from tui.engine.state._recorded import runs

NOW = 1_767_225_600.0


def event(at: float | None = NOW, line: int = 1, source: str = "app.log", **more: object) -> LogEvent:
    return LogEvent("error", source, line, at)._replace(**more)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with StateDatabase(tmp_path / "state") as opened:
        yield opened


def recorder_of(database: StateDatabase, *names: str) -> Recorder:
    recorder = Recorder(database, ManualClock(NOW))
    for name in names or ("app.log",):
        recorder.source(name, f"file:/var/log/{name}")
    return recorder


def lines_of(recorder: Recorder, since: float = 0.0, until: float = 2 * NOW, *sources: str) -> list[tuple[str, int]]:
    return [(each.source, each.line) for each in recorder.events(since, until, sources or None)]


def test_what_was_taken_is_read_back_as_it_was(database: StateDatabase) -> None:
    recorder = recorder_of(database)
    events = [
        event(NOW, 1, level="error", stage="TTS", provider="Azure", code="401", text="[TTS Azure] 401 – réfusé 🔌"),
        LogEvent(
            "ttfb", "app.log", 2, NOW + 0.1, NOW + 0.25, "guide", stage="LLM", provider="Groq", ms=431.5, trace="t-1"
        ),
        LogEvent("call_closed", "app.log", 3, None, NOW + 1, id="CA12", client="twilio", duration_s=12.5),
        LogEvent("fallback", "app.log", 4, NOW + 2, stage="STT", to="Google", text="Switching to Google"),
    ]

    recorder.took("app.log", events, "bookmark", SourceCounts(lines=4))
    recorder.close()

    assert list(recorder.events(0, 2 * NOW)) == events


def test_a_source_goes_on_where_the_last_write_left_it_and_keeps_its_counts(database: StateDatabase) -> None:
    recorder = recorder_of(database)
    recorder.took("app.log", [event()], "first", SourceCounts(lines=10, unrecognised=2))
    recorder.took("app.log", [], "second", SourceCounts(lines=15, unrecognised=3, gap_reason="why"))
    recorder.close()

    found = Recorder(database, SystemClock()).source("app.log", "file:/var/log/app.log")

    assert found == ("second", SourceCounts(lines=15, unrecognised=3, gap_reason="why"))


def test_one_name_for_two_files_is_two_sources(database: StateDatabase) -> None:
    recorder_of(database).close()
    recorder = recorder_of(database)
    recorder.took("app.log", [event()], "here", SourceCounts(lines=1))
    recorder.close()

    assert Recorder(database, SystemClock()).source("app.log", "file:/elsewhere/app.log").bookmark == ""


def test_a_name_that_is_no_utf8_is_kept(database: StateDatabase) -> None:
    name = os.fsdecode(b"caf\xe9.log")
    recorder = recorder_of(database, name)
    recorder.took(name, [event(source=name)], "b", SourceCounts())
    recorder.close()

    assert lines_of(recorder) == [(name, 1)]
    assert recorder_of(database, name).source(name, f"file:/var/log/{name}").bookmark == "b"


def test_secrets_never_reach_the_file(database: StateDatabase) -> None:
    key = "gsk_abcdefghijklmnopqrstuvwxyz123456"
    recorder = recorder_of(database)
    recorder.took("app.log", [event(text=f"refused api_key={key}", id="+34600111222")], "b", SourceCounts())
    recorder.close()

    (found,) = recorder.events(0, 2 * NOW)
    assert "refused api_key=" in found.text
    assert key not in found.text
    assert "600111222" not in str(found.id)


def test_events_of_many_sources_come_by_time_and_within_each_in_the_order_of_its_log(database: StateDatabase) -> None:
    recorder = recorder_of(database, "a", "b")
    recorder.took("a", [event(NOW + 10, 1, "a"), event(NOW + 5, 2, "a"), event(NOW + 30, 3, "a")], "", SourceCounts())
    recorder.took("b", [event(NOW + 8, 1, "b"), event(NOW + 12, 2, "b")], "", SourceCounts())
    recorder.close()
    recorder.took("b", [event(NOW + 9, 3, "b")], "", SourceCounts())
    recorder.took("a", [event(NOW - 4000, 4, "a")], "", SourceCounts())
    recorder.close()

    assert lines_of(recorder) == [("a", 4), ("b", 1), ("a", 1), ("a", 2), ("b", 2), ("b", 3), ("a", 3)]


def test_a_span_and_some_sources_can_be_asked_for(database: StateDatabase) -> None:
    recorder = recorder_of(database, "a", "b")
    for name in "ab":
        recorder.took(name, [event(NOW + at, at, name) for at in range(10)], "", SourceCounts())
    recorder.close()

    assert lines_of(recorder, NOW + 3, NOW + 4) == [("a", 3), ("b", 3), ("a", 4), ("b", 4)]
    assert lines_of(recorder, NOW + 8, NOW + 99, "b") == [("b", 8), ("b", 9)]


def test_events_without_a_time_stand_behind_the_one_above_them(database: StateDatabase) -> None:
    recorder = recorder_of(database)
    recorder.took("app.log", [event(None, 1), event(NOW - 60, 2), event(None, 3), event(NOW, 4)], "", SourceCounts())
    recorder.close()

    assert lines_of(recorder, NOW - 60, NOW - 1) == [("app.log", 2), ("app.log", 3)]


@given(st.lists(st.one_of(st.none(), st.floats(NOW - 100, NOW + 100)), max_size=40))
def test_runs_hold_every_event_in_order_and_never_go_back(times: list[float | None]) -> None:
    events = [event(at, line) for line, at in enumerate(times)]

    found = list(runs(events, float("-inf"), NOW))

    assert [each for run in found for each in run.events] == events
    assert all(run.first <= run.last and run.events for run in found)


words = st.text(max_size=20)


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            LogEvent,
            kind=st.just("error"),
            source=st.just("x"),
            line=st.integers(1, 10**9),
            time=st.none() | st.floats(0, 1e10),
            arrived=st.none() | st.floats(0, 1e10),
            ms=st.none() | st.floats(0, 1e6),
            id=st.none() | words,
            text=words,
            code=st.none() | words,
            duration_s=st.none() | st.floats(0, 1e6),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_event_survives_the_codec(events: list[LogEvent]) -> None:
    assert repr(decode("x", encode(events, str))) == repr(events)  # a NaN equals nothing


async def test_taken_events_are_written_by_themselves_and_many_at_once(database: StateDatabase) -> None:
    recorder = recorder_of(database)
    running = asyncio.create_task(recorder.run())
    recorder.took("app.log", [event(NOW, line) for line in range(2000)], "b", SourceCounts())

    def batches() -> tuple[int]:
        found: tuple[int] = database.read_now(lambda c: c.execute("SELECT count(*) FROM batches").fetchone())
        return found

    async with asyncio.timeout(20):
        while batches() == (0,):  # noqa: ASYNC110 - a thread gets there in its own time
            await asyncio.sleep(0.02)
    running.cancel()

    assert batches() == (1,)
    assert len(lines_of(recorder)) == 2000


async def test_cancelling_the_writing_and_closing_loses_nothing(database: StateDatabase) -> None:
    recorder = recorder_of(database)
    running = asyncio.create_task(recorder.run())
    for line in range(3000):
        recorder.took("app.log", [event(NOW, line)], str(line), SourceCounts(lines=line))
        if line % 100 == 0:
            await asyncio.sleep(0)
    running.cancel()
    recorder.close()

    assert [line for _, line in lines_of(recorder)] == list(range(3000))
    assert recorder.source("app.log", "file:/var/log/app.log").bookmark == "2999"


async def test_what_is_on_its_way_to_the_disk_is_told_once_whatever_station_it_is_at(database: StateDatabase) -> None:
    recorder = recorder_of(database, "a", "b")
    running = asyncio.create_task(recorder.run())
    seen = []
    for line in range(1, 2001):
        recorder.took("a", [event(NOW + line / 100, line, "a")], "", SourceCounts())
        if line % 40 == 0:
            await asyncio.sleep(0.001 if line % 80 else 0)
            seen.append((line, lines_of(recorder)))
    running.cancel()

    assert all(found == [("a", n) for n in range(1, line + 1)] for line, found in seen)
    assert lines_of(recorder, NOW + 19.99, 2 * NOW, "a") == [("a", 1999), ("a", 2000)]
    assert lines_of(recorder, 0, 2 * NOW, "b") == []


def test_what_a_refusing_disk_leaves_in_memory_is_told_too(tmp_path: Path) -> None:
    with StateDatabase(tmp_path / "state", reserve_bytes=1 << 60) as database:
        recorder = recorder_of(database)
        recorder.took("app.log", [event(NOW, 1)], "1", SourceCounts(lines=1))
        recorder.close()
        recorder.took("app.log", [event(NOW, 2)], "2", SourceCounts(lines=2))

        assert isinstance(recorder.trouble, StateError)
        assert lines_of(recorder) == [("app.log", 1), ("app.log", 2)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_fault_86_a_full_disk_costs_nothing_once_there_is_room_again(small_disk: Path) -> None:
    with StateDatabase(small_disk, reserve_bytes=0) as database:
        recorder = recorder_of(database)
        recorder.took("app.log", [event(NOW, 1)], "1", SourceCounts(lines=1))
        recorder.close()
        ballast = small_disk / "ballast"
        with pytest.raises(OSError, match="space"):
            ballast.write_bytes(bytes(4_000_000))

        for line in range(2, 6000):
            recorder.took("app.log", [event(NOW, line, text=os.urandom(8).hex())], str(line), SourceCounts(lines=line))
        recorder.close()

        assert isinstance(recorder.trouble, StateError)
        assert "full" in str(recorder.trouble)
        assert recorder.source("app.log", "file:/var/log/app.log") == ("1", SourceCounts(lines=1))

        ballast.unlink()
        recorder.close()

        assert recorder.trouble is None
        assert recorder.missing == 0
        assert [line for _, line in lines_of(recorder)] == list(range(1, 6000))
        assert recorder.source("app.log", "file:/var/log/app.log") == ("5999", SourceCounts(lines=5999))
    with closing(sqlite3.connect(small_disk / "state.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_disk_that_refuses_for_long_costs_the_oldest_recorded_events_but_no_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.state._recorder.UNSAVED_BYTES", 5_000)
    with StateDatabase(tmp_path / "state", reserve_bytes=1 << 60) as database:
        recorder = recorder_of(database)
        for line in range(1, 101):
            recorder.took(
                "app.log", [event(NOW, line, text=os.urandom(200).hex())], str(line), SourceCounts(lines=line)
            )
            recorder.close()
        assert "200 MB" in str(recorder.trouble)
        database._reserve = 0
        recorder.close()

        kept = [line for _, line in lines_of(recorder)]
        assert kept == list(range(101 - len(kept), 101))
        assert recorder.missing == 100 - len(kept) > 0
        assert recorder.source("app.log", "file:/var/log/app.log") == ("100", replace(SourceCounts(), lines=100))


async def test_fault_86_writing_goes_on_by_itself_once_the_disk_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.state._recorder.RETRY_S", 0.02)
    monkeypatch.setattr("tui.engine.state._recorder.FLUSH_S", 0.02)
    with StateDatabase(tmp_path / "state", reserve_bytes=1 << 60) as database:
        recorder = recorder_of(database)
        running = asyncio.create_task(recorder.run())
        recorder.took("app.log", [event(NOW, 1)], "1", SourceCounts(lines=1))
        async with asyncio.timeout(20):
            while recorder.trouble is None:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
            database._reserve = 0
            while recorder.trouble is not None:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
        running.cancel()

        assert lines_of(recorder) == [("app.log", 1)]
