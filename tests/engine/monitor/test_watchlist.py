"""Sources that come and go while the monitor runs, by name and by pattern (fault 32)."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.sshd import sshd, use_home
from tui.engine.clock import ManualClock, SystemClock
from tui.engine.errors import UsageError
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import SourceState, Thresholds
from tui.engine.monitor import Monitor, Watchlist
from tui.engine.monitor import _watchlist as watchlist_module
from tui.engine.parser import line_time
from tui.engine.sources import open_source

LINE = "2026-02-01T12:00:00Z 📊 [TTS Azure] TTFB={}ms\n"


class Watched:
    """A monitor over real files, run in the background."""

    def __init__(self, most: int | None = None) -> None:
        self.clock = SystemClock()
        self.monitor = Monitor([], MetricsStore(Thresholds()), self.clock)
        self.ages = ManualClock()
        self.list = Watchlist(self.monitor, self._follow, self.ages, most)

    def _follow(self, spec: str) -> str:
        source = open_source(spec, clock=self.clock, since=None, line_time=partial(line_time, tz=None))
        self.monitor.attach(source)
        return source.name

    def lines(self) -> dict[str, int]:
        return {Path(status.name).name: status.lines for status in self.monitor.snapshot().sources}

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await self.monitor.news(0.05)


@asynccontextmanager
async def watched(*specs: str, most: int | None = None) -> AsyncIterator[Watched]:
    found = Watched(most)
    for spec in specs:
        found.list.add(spec)
    task = asyncio.create_task(found.monitor.run())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture(autouse=True)
def quick_rescans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchlist_module, "RESCAN_S", 0.05)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def write(path: Path, lines: int = 1) -> None:
    with path.open("a", encoding="utf-8") as out:
        out.writelines(LINE.format(n + 1) for n in range(lines))


async def test_new_files_are_followed_and_deleted_ones_leave_after_a_while(tmp_path: Path) -> None:
    write(tmp_path / "a.log", 2)
    async with watched(f"{tmp_path}/*.log") as found:
        await found.until(lambda: found.lines() == {"a.log": 2})
        write(tmp_path / "b.log", 3)
        await found.until(lambda: found.lines() == {"a.log": 2, "b.log": 3})
        (tmp_path / "a.log").unlink()
        await found.until(lambda: bool(next(iter(found.list._patterns.values())).gone))
        assert set(found.lines()) == {"a.log", "b.log"}
        found.ages.advance(watchlist_module.GONE_S)
        await found.until(lambda: set(found.lines()) == {"b.log"})
        write(tmp_path / "a.log", 1)
        await found.until(lambda: found.lines() == {"a.log": 1, "b.log": 3})


async def test_a_pattern_that_matches_nothing_yet_says_so_and_begins_by_itself(tmp_path: Path) -> None:
    async with watched(f"{tmp_path}/*.log") as found:
        (row,) = found.monitor.snapshot().sources
        assert (row.state, row.kind) == (SourceState.WAITING, "glob")
        assert f"{tmp_path}/*.log" in row.reason
        write(tmp_path / "a.log")
        await found.until(lambda: found.lines() == {"a.log": 1})


async def test_fault_32_of_5000_files_as_many_as_allowed_are_followed_exactly_and_the_rest_is_told(
    tmp_path: Path,
) -> None:
    for n in range(5_000):
        path = tmp_path / f"{n}.log"
        write(path)
        os.utime(path, (1e9 + n, 1e9 + n))
    before = descriptors()
    async with watched(f"{tmp_path}/*.log", most=200) as found:
        *_, note = found.monitor.snapshot().sources
        await found.until(lambda: sum(found.lines().values()) == 200)

        assert descriptors() - before <= 210
        assert note.state is SourceState.FAILED
        assert ("200" in note.reason, "4800" in note.reason) == (True, True)
        assert "ulimit -n" in note.remedy
        assert set(found.lines()) - {"*.log"} == {f"{n}.log" for n in range(4_800, 5_000)}


async def test_fault_32_files_created_and_deleted_in_haste_lose_no_line_of_those_that_stay(tmp_path: Path) -> None:
    async with watched(f"{tmp_path}/*.log") as found:
        for n in range(60):
            write(tmp_path / f"{n}.log", n % 7)
            if n % 3 == 0:
                (tmp_path / f"{n}.log").unlink()
            if n % 10 == 0:
                await asyncio.sleep(0)
        staying = {f"{n}.log": n % 7 for n in range(60) if n % 3}
        await found.until(lambda: staying.items() <= found.lines().items())

        assert {name: count for name, count in found.lines().items() if name in staying} == staying


async def test_a_source_removed_by_hand_stays_away_although_its_pattern_matches_on(tmp_path: Path) -> None:
    write(tmp_path / "a.log")
    write(tmp_path / "b.log")
    async with watched(f"{tmp_path}/*.log") as found:
        await found.until(lambda: found.lines() == {"a.log": 1, "b.log": 1})
        found.list.remove(f"{tmp_path}/a.log")
        write(tmp_path / "c.log")
        await found.until(lambda: found.lines() == {"b.log": 1, "c.log": 1})


async def test_what_is_watched_already_is_refused_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path / "a.log")
    found = Watched()
    found.list.add(str(tmp_path / "a.log"))
    found.list.add(f"{tmp_path}/*.log")

    with pytest.raises(UsageError, match="watched already"):
        found.list.add(str(tmp_path / "a.log"))
    with pytest.raises(UsageError, match="watched already"):
        found.list.add(f"{tmp_path}/*.log")
    assert found.list.specs == (str(tmp_path / "a.log"), f"{tmp_path}/*.log")
    assert len(found.monitor.snapshot().sources) == 1


async def test_a_pattern_is_removed_with_all_that_it_brought(tmp_path: Path) -> None:
    write(tmp_path / "a.log")
    write(tmp_path / "b.log")
    async with watched(f"{tmp_path}/*.log") as found:
        await found.until(lambda: len(found.lines()) == 2)
        found.list.remove(f"{tmp_path}/*.log")

        assert found.monitor.snapshot().sources == ()
        assert found.list.specs == ()


async def test_files_of_another_machine_are_followed_as_they_appear_over_one_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.log", 2)
    with sshd() as server:
        use_home(monkeypatch, server)
        async with watched(server.url(tmp_path / "*.log")) as found:
            assert [row.kind for row in found.monitor.snapshot().sources] == ["glob"]
            await found.until(lambda: found.lines() == {"a.log": 2})
            write(tmp_path / "b.log", 3)
            await found.until(lambda: found.lines() == {"a.log": 2, "b.log": 3})

            assert server.connections() == 1


async def test_a_machine_that_cannot_be_asked_has_a_row_that_says_why_and_holds_up_no_other_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    write(tmp_path / "there" / "b.log", 1)
    with sshd() as server:
        use_home(monkeypatch, server)
        server.stop()
        remote = server.url(tmp_path / "there" / "*.log")
        async with watched(remote, f"{tmp_path}/here/*.log") as found:
            row = lambda: next((each for each in found.monitor.snapshot().sources if each.name == remote), None)  # noqa: E731 - asked again
            await found.until(lambda: (told := row()) is not None and told.state is SourceState.FAILED)
            told = row()
            assert told
            assert "refuses the connection" in told.reason
            assert "systemctl status ssh" in told.remedy
            write(tmp_path / "here" / "a.log", 1)
            await found.until(lambda: found.lines().get("a.log") == 1)

            server.start()
            found.list.retry(remote)
            await found.until(lambda: found.lines().get("b.log") == 1)
            assert row() is None


async def test_a_machine_that_hangs_holds_up_no_other_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    with sshd() as server:
        use_home(monkeypatch, server)
        server.freeze()
        async with watched(server.url(tmp_path / "there" / "*.log"), f"{tmp_path}/here/*.log") as found:
            for number in range(3):
                write(tmp_path / "here" / f"{number}.log", 1)
                await found.until(lambda number=number: found.lines().get(f"{number}.log") == 1)
        server.thaw()
