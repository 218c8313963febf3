"""Two windows compared: the figures of every report, from events or from roll-ups, and an honest nothing."""

from functools import partial
from pathlib import Path

from tui.engine.clock import ManualClock
from tui.engine.comparing import Comparing, Window, window_before
from tui.engine.model import Comparison, LogEvent, SourceCounts, Status, Thresholds
from tui.engine.state import Archive, Recorder, StateDatabase
from tui.engine.state._cells import Counting
from tui.engine.state._rollups import roll

NOW = 1_767_225_600.0
HOUR = (NOW - 3600, NOW)
BEFORE = window_before(HOUR, 0.0)


def events(start: float, ms: float, calls: int = 40) -> list[LogEvent]:
    """Return calls spread over an hour, each with an answer; every tenth has an error."""
    found = []
    for n in range(calls):
        at = start + n * 3500 / calls
        found.append(LogEvent("call_opened", "app.log", 4 * n, at, id=f"{start}-{n}", client="twilio"))
        found.append(LogEvent("ttfb", "app.log", 4 * n + 1, at + 1, stage="TTS", provider="Azure", ms=ms))
        if n % 10 == 0:
            found.append(
                LogEvent("error", "app.log", 4 * n + 2, at + 2, stage="TTS", provider="Azure", code="401", text="no")
            )
        found.append(LogEvent("call_closed", "app.log", 4 * n + 3, at + 60, id=f"{start}-{n}", duration_s=60.0))
    return sorted(found, key=lambda event: event.time or 0.0)


def comparing(kept: list[LogEvent], archive: Archive | None = None) -> Comparing:
    def between(since: float, until: float) -> list[LogEvent]:
        return [event for event in kept if event.time is not None and since <= event.time <= until]

    return Comparing(between, ManualClock(NOW), Thresholds(), archive=archive)


def compared(one: Comparing, then: Window) -> Comparison:
    return one.compare(then, HOUR)()


def test_every_figure_stands_beside_what_it_was_with_n_and_by_how_much_it_changed() -> None:
    found = compared(comparing(events(BEFORE[0], 400, 20) + events(HOUR[0], 600)), BEFORE)
    rows = {row.name: row for row in found.rows}

    assert (found.then.kept, found.now.kept) == ("events", "events")
    tts = rows["ttfb_p95_tts"]
    assert (tts.then.value, tts.then.n, tts.now.value, tts.now.n) == (400, 20, 600, 40)
    assert (tts.then.status, tts.now.status) == (Status.OK, Status.WARNING)
    assert (tts.change, tts.change_pct) == (200, 50)
    assert rows["provider_p95"].provider == "TTS Azure"
    assert (rows["calls"].then.value, rows["calls"].now.value) == (20, 40)
    assert rows["error_rate"].now.value == 10


def test_a_window_of_which_nothing_is_kept_says_so_and_has_no_figure() -> None:
    found = compared(comparing(events(HOUR[0], 600)), BEFORE)

    assert (found.then.kept, found.now.kept) == ("nothing", "events")
    assert all(row.then.value is None and row.change is None for row in found.rows)
    assert comparing(events(HOUR[0], 600)).kept(BEFORE)() is False


def test_a_window_that_is_recorded_in_part_tells_from_when() -> None:
    found = compared(comparing(events(HOUR[0] + 1000, 600, 20)), BEFORE)

    assert found.now.since == HOUR[0] + 1000
    assert compared(comparing(events(HOUR[0], 600)), BEFORE).now.since is None


def test_what_is_older_than_the_events_comes_from_roll_ups_without_what_they_cannot_know(tmp_path: Path) -> None:
    week = window_before(HOUR, 7 * 86_400.0)
    clock = ManualClock(NOW)
    with StateDatabase(tmp_path / "state", clock=clock) as database:
        recorder = Recorder(database, clock)
        recorder.source("app.log", "file:/app.log")
        recorder.took("app.log", events(week[0], 400), "b", SourceCounts())
        recorder.close()
        while database.write_now(partial(roll, counting=Counting())):
            pass
        database.write_now(lambda connection: connection.execute("DELETE FROM batches").rowcount)
    archive = Archive(clock, lambda: {"app.log": "file:/app.log"}, tmp_path / "state")
    one = comparing(events(HOUR[0], 600), archive)
    found = compared(one, week)
    rows = {row.name: row for row in found.rows}

    assert one.kept(week)() is True
    assert found.then.kept == "rollups"
    assert (rows["ttfb_p95_tts"].then.value, rows["ttfb_p95_tts"].then.n) == (400, 40)
    assert (rows["error_rate"].then.value, rows["error_rate"].now.value) == (10, 10)
    assert rows["peak_calls"].then.value is None
    assert rows["peak_calls"].now.value is not None


def test_roll_ups_of_other_sources_of_that_name_do_not_count(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    with StateDatabase(tmp_path / "state", clock=clock) as database:
        recorder = Recorder(database, clock)
        recorder.source("app.log", "file:/elsewhere/app.log")
        recorder.took("app.log", events(BEFORE[0], 400), "b", SourceCounts())
        recorder.close()
    archive = Archive(clock, lambda: {"app.log": "file:/app.log"}, tmp_path / "state")

    assert comparing([], archive).kept(BEFORE)() is False
    assert list(archive.events(0.0, {})) == []


def test_where_no_state_file_is_there_is_nothing_and_none_is_made(tmp_path: Path) -> None:
    archive = Archive(ManualClock(NOW), dict, tmp_path / "state")

    assert (list(archive.events(0.0, {})), archive.spans(), archive.rollups(0, NOW, 60)) == ([], {}, [])
    assert not (tmp_path / "state").exists()
