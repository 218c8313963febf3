from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.metrics.histogram import figures
from tui.engine.model import LogEvent, Retention, SourceCounts
from tui.engine.state import Recorder, StateDatabase, Upkeep, between
from tui.engine.state._cells import Cell

NOW = 1_767_225_600.0  # an hour's beginning
DAY = 86_400.0


def ttfb(at: float, ms: float, line: int, provider: str = "Azure") -> LogEvent:
    return LogEvent("ttfb", "app.log", line, at, stage="TTS", provider=provider, ms=ms)


class Kept:
    """A recorder and its upkeep over one file, at a time of the test's choice."""

    def __init__(self, database: StateDatabase, retention: Retention | None = None) -> None:
        self.database, self.clock = database, ManualClock(NOW + 7200)
        self.recorder = Recorder(database, self.clock)
        self.recorder.source("app.log", "file:/app.log")
        self.upkeep = Upkeep(database, self.clock, retention)

    def take(self, *events: LogEvent) -> None:
        self.recorder.took("app.log", events, "", SourceCounts())
        self.recorder.close()

    def rows(self, step: int, since: float = 0, until: float = 1e12) -> list[tuple[int, str, int]]:
        found = self.database.read_now(lambda c: between(c, since, until, step))  # type: ignore[arg-type]
        return [(each.start - int(NOW), f"{each.kind}/{each.stage}/{each.what}", each.n) for each in found]

    def count(self, table: str) -> int:
        return int(self.database.read_now(lambda c: c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))  # noqa: S608 - the test's own


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with StateDatabase(tmp_path / "state") as opened:
        yield opened


@pytest.mark.parametrize("step", [1, 60, 3600])
async def test_figures_of_a_step_are_the_same_before_and_after_the_roll_up(database: StateDatabase, step: int) -> None:
    kept = Kept(database)
    kept.take(
        ttfb(NOW + 1, 100, 1),
        ttfb(NOW + 1.5, 300, 2),
        ttfb(NOW + 61, 200, 3, "Google"),
        LogEvent("fallback", "app.log", 4, NOW + 61, stage="TTS", to="Google"),
        LogEvent("call_opened", "app.log", 5, NOW + 3700, id="c1"),
    )
    before = kept.rows(step)

    await kept.upkeep.go_round()

    assert kept.rows(step) == before
    assert before[-1] == (3700 // step * step, "call_opened//", 1)
    assert sum(n for _, series, n in before if series.startswith("ttfb")) == 3


async def test_roll_ups_go_on_where_they_were_and_count_nothing_twice(database: StateDatabase) -> None:
    kept = Kept(database)
    for second in range(0, 180, 10):
        kept.take(ttfb(NOW + second, 100 + second, second))
        await kept.upkeep.go_round()
    again = Upkeep(database, kept.clock)
    await again.go_round()

    assert kept.rows(60) == [(0, "ttfb/TTS/Azure", 6), (60, "ttfb/TTS/Azure", 6), (120, "ttfb/TTS/Azure", 6)]
    assert kept.rows(3600) == [(0, "ttfb/TTS/Azure", 18)]


async def test_percentiles_of_long_ago_come_from_merged_histograms(database: StateDatabase) -> None:
    kept = Kept(database)
    kept.take(*(ttfb(NOW + number, 100.0 + number, number) for number in range(100)))
    await kept.upkeep.go_round()

    (hour,) = database.read_now(lambda c: between(c, NOW, NOW + 3600, 3600))
    found = figures(hour.buckets)

    assert found is not None
    assert found.n == 100
    assert found.mean == pytest.approx(149.5)
    assert found.p95 == pytest.approx(194, rel=0.01)


async def test_a_line_said_twice_and_a_sample_that_is_none_are_not_counted(database: StateDatabase) -> None:
    kept = Kept(database)
    twin = LogEvent("error", "app.log", 1, NOW + 1, level="error", stage="TTS", provider="Azure", text="401")
    kept.take(twin, twin._replace(line=2), ttfb(NOW + 2, 0.0, 3), ttfb(NOW + 2, 1e9, 4))
    await kept.upkeep.go_round()

    assert kept.rows(60) == [(0, "error/TTS/Azure", 1)]


async def test_a_roll_up_that_could_not_be_written_is_made_again_with_the_same_counts(
    database: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(database)
    kept.take(LogEvent("error", "app.log", 1, NOW + 1, level="error", stage="TTS", provider="Azure", text="401"))

    def full(*_: object) -> None:
        raise StateError("full")

    with monkeypatch.context() as failing:
        failing.setattr("tui.engine.state._rollups._add", full)
        with pytest.raises(StateError):
            await kept.upkeep.go_round()
    await kept.upkeep.go_round()

    assert kept.rows(60) == [(0, "error/TTS/Azure", 1)]


async def test_what_is_too_old_goes_and_the_roll_ups_of_it_stay_longer(database: StateDatabase) -> None:
    kept = Kept(database)
    kept.take(*(ttfb(NOW + number, 100, number) for number in range(0, 7200, 60)))
    kept.clock.advance(DAY)
    kept.take(ttfb(NOW + DAY + 7200, 100, 9999))
    await kept.upkeep.go_round()
    assert [each.line for each in kept.recorder.events(0, 1e12)] == [9999]
    assert len(kept.rows(60)) == 121

    kept.clock.advance(31 * DAY)
    await kept.upkeep.go_round()
    assert kept.count("batches") == 0
    assert kept.rows(60) == []
    assert len(kept.rows(3600)) == 3

    kept.clock.advance(366 * DAY)
    await kept.upkeep.go_round()
    assert kept.count("rollups") == 0


async def test_history_older_than_is_kept_is_rolled_up_before_it_goes(database: StateDatabase) -> None:
    kept = Kept(database)
    kept.take(ttfb(NOW - 10 * DAY, 100, 1))
    await kept.upkeep.go_round()

    assert list(kept.recorder.events(0, 1e12)) == []
    assert kept.rows(60) == [(-10 * 86_400, "ttfb/TTS/Azure", 1)]


async def test_a_file_that_grows_too_large_loses_its_oldest_events_and_gives_the_room_back(
    database: StateDatabase,
) -> None:
    kept = Kept(database, Retention(max_bytes=400_000))
    for number in range(1200):
        text = f"{number:x}".join(chr(0x4E00 + (number * 31 + place) % 5000) for place in range(300))
        kept.take(LogEvent("error", "app.log", number, NOW + number, text=text))
    database.write_now(lambda c: c.execute("SELECT 1").fetchone())
    before = (database.path).stat().st_size

    await kept.upkeep.go_round()
    database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    lines = [each.line for each in kept.recorder.events(0, 1e12)]
    assert lines == list(range(1200 - len(lines), 1200))
    assert 0 < len(lines) < 1200
    assert database.path.stat().st_size < max(before, 700_000)


def test_more_series_than_a_step_may_have_share_one(database: StateDatabase) -> None:
    kept = Kept(database)
    kept.take(*(ttfb(NOW + 1, 100, number * 100, f"vendor{number}") for number in range(300)))

    rows = kept.rows(60)

    assert len(rows) == 201
    assert sum(n for *_, n in rows) == 300
    assert (0, "ttfb/TTS/other", 100) in rows


@given(st.dictionaries(st.integers(0, 1200), st.tuples(st.integers(1, 10**6), st.integers(1, 10**12)), max_size=20))
def test_a_cell_survives_the_table(rows: dict[int, tuple[int, int]]) -> None:
    buckets = {bucket: (count << 64) + total for bucket, (count, total) in rows.items()}

    assert Cell.unpacked(7, Cell(7, buckets).packed()).buckets == buckets
