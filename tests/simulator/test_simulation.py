import asyncio
from datetime import UTC
from itertools import takewhile
from pathlib import Path

import pytest

from tui.engine.clock import ManualClock, SystemClock
from tui.simulator.log_writer import LogWriter
from tui.simulator.simulation import BURST, LONGEST_WAIT_S, Simulation
from tui.simulator.story import Story

START = 1_800_000_000.0


class Hand:
    """Moves a clock instead of waiting."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(seconds)


def told(story: Story, until: float, speed: float = 1.0) -> list[str]:
    return [line for _, line in takewhile(lambda line: line[0] <= until, story.lines(START, speed))]


@pytest.mark.parametrize("speed", [1.0, 5.0, 60.0])
async def test_exactly_the_lines_that_are_due_are_written(tmp_path: Path, speed: float) -> None:
    hand, path = Hand(), tmp_path / "app.log"
    story = Story("all", 3, tz=UTC, past=300)

    with LogWriter(path, hand.clock) as writer:
        await Simulation(story, writer, hand.clock, speed, hand.sleep).run(10)

    assert path.read_text().splitlines() == told(story, 10 * speed, speed)
    assert hand.clock.monotonic() == pytest.approx(10)
    assert max(hand.waits) <= LONGEST_WAIT_S


async def test_the_past_is_there_before_the_first_wait(tmp_path: Path) -> None:
    hand, path = Hand(), tmp_path / "app.log"
    story = Story("calm", 1, tz=UTC, past=600)

    with LogWriter(path, hand.clock) as writer:
        simulation = Simulation(story, writer, hand.clock, sleep=hand.sleep)
        simulation.prefill()
        simulation.prefill()

        assert path.read_text().splitlines() == told(story, 0)
        assert len(told(story, 0)) > BURST
        assert not hand.waits


async def test_the_caption_moves_with_the_clock(tmp_path: Path) -> None:
    hand = Hand()
    story = Story("all", past=60)

    with LogWriter(tmp_path / "app.log", hand.clock) as writer:
        simulation = Simulation(story, writer, hand.clock, speed=10, sleep=hand.sleep)
        hand.clock.advance(500)
        before = simulation.caption()
        simulation.prefill()
        hand.clock.advance(5)

        assert before == story.caption_at(0)
        assert simulation.caption() == story.caption_at(50) != before


async def test_a_cancelled_simulation_leaves_whole_lines(tmp_path: Path) -> None:
    clock, path = SystemClock(), tmp_path / "app.log"
    story = Story("overload", past=60)

    with LogWriter(path, clock) as writer:
        started = asyncio.Event()

        async def sleep(seconds: float) -> None:
            started.set()
            await asyncio.sleep(seconds)

        task = asyncio.create_task(Simulation(story, writer, clock, speed=50, sleep=sleep).run())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    text = path.read_text()
    assert text.endswith("\n")
    assert len(text.splitlines()) == writer.lines


async def test_a_rotated_story_is_whole(tmp_path: Path) -> None:
    hand, path = Hand(), tmp_path / "app.log"
    story = Story("crash-loop", 2, "guide", past=60)

    with LogWriter(path, hand.clock, rotate_every=20, keep=2) as writer:
        await Simulation(story, writer, hand.clock, sleep=hand.sleep).run(30)

    assert (tmp_path / "app.log.1").read_text() + path.read_text() == "".join(f"{line}\n" for line in told(story, 30))
