"""A finished log played back: every line once, when it is due."""

import gzip
from pathlib import Path

import pytest

from tests.engine.sources.session import line_time
from tui.engine.clock import ManualClock, ReplayClock
from tui.engine.model import LineBlock, SourceState
from tui.engine.sources import _replay
from tui.engine.sources._replay import ReplaySource, first_time
from tui.engine.text import t

START = 1_800_000_000


def log(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


class Player:
    """Plays a file; the machine's clock only moves when told to."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, begin: float = START, speed: float = 10.0) -> None:
        self.machine = ManualClock()
        self.source = ReplaySource(path, "app", ReplayClock(begin, speed, self.machine), line_time)
        self.blocks: list[LineBlock] = []
        self.slept: list[float] = []
        monkeypatch.setattr(_replay.asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.machine.advance(seconds)

    async def play(self) -> None:
        self.blocks = [block async for block in self.source.batches()]

    @property
    def came(self) -> list[tuple[bytes, float | None]]:
        """Each line with when it arrived, in seconds of the log after the start; None is history."""
        return [
            (line, None if block.arrived is None else round(block.arrived - START, 3))
            for block in self.blocks
            for line in block.lines
        ]


async def test_lines_come_when_they_were_written_and_those_without_a_time_with_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = log(tmp_path, f"@{START} a", "  its tail", f"@{START + 20} b", f"@{START + 5} late", f"@{START + 30} c")
    player = Player(path, monkeypatch)
    await player.play()

    assert [line for line, _ in player.came] == path.read_bytes().splitlines()
    assert [at for _, at in player.came] == [0.0, 0.0, 20.0, 20.0, 30.0]
    assert sum(player.slept) == pytest.approx(3.0)
    assert player.source.status().state is SourceState.ENDED
    assert player.source.status().bytes == path.stat().st_size


async def test_what_is_older_than_the_beginning_is_history_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(log(tmp_path, f"@{START} a", f"@{START + 60} b"), monkeypatch, begin=START + 50)
    await player.play()

    assert [at for _, at in player.came] == [None, 60.0]
    assert sum(player.slept) == pytest.approx(1.0)


async def test_while_no_line_is_due_the_source_says_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(log(tmp_path, f"@{START} a", f"@{START + 100} b"), monkeypatch)
    await player.play()

    empty = [block for block in player.blocks if not block.lines]
    assert len(empty) == 40
    assert max(player.slept) <= _replay.TICK_S


async def test_a_compressed_log_plays_like_a_plain_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"@{START + second} line {second}" for second in range(3000)]
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    player = Player(path, monkeypatch, speed=1000.0)
    await player.play()

    assert [line.decode() for line, _ in player.came] == lines


async def test_the_first_time_is_found_and_its_absence_too(tmp_path: Path) -> None:
    assert await first_time(log(tmp_path, "no time", f"@{START} a"), line_time) == START
    assert await first_time(log(tmp_path, "no time", "none here"), line_time) is None


async def test_a_file_that_cannot_be_read_is_a_state_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(tmp_path / "absent.log", monkeypatch)
    await player.play()

    assert player.blocks == []
    assert player.source.status().state is SourceState.FAILED
    assert "absent.log" in player.source.status().reason


def test_the_clock_of_a_replay_runs_at_its_speed_and_leaves_intervals_alone() -> None:
    machine = ManualClock(5.0)
    clock = ReplayClock(START, 10.0, machine)
    machine.advance(3.0)

    assert clock.now() == START + 30
    assert clock.monotonic() == machine.monotonic()


async def test_a_compressed_log_that_was_cut_off_plays_as_far_as_it_goes_and_tells_the_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log.gz"
    plain = log(tmp_path, *(f"@{START} {number}" for number in range(5000)))
    path.write_bytes(gzip.compress(plain.read_bytes())[:-500])
    player = Player(path, monkeypatch)
    await player.play()

    assert 1000 < len(player.came) < 5000
    assert [block.gap for block in player.blocks if block.gap] == [t("sources.gap_gz_truncated")]
    assert player.source.status().state is SourceState.ENDED
