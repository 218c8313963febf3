"""The same promises, whether an engine is asked over its socket or through the docker command."""

import asyncio
import math

import pytest

from tests.engine.sources.containers.conftest import Follow, TestedEngine
from tests.engine.sources.session import numbered, text
from tui.engine.model import SourceState

LENGTHS = (1, 16_353, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 40_000, 100_000)
"""Around the edges of the engine's chunks."""


async def test_lines_of_both_streams_come_in_the_order_of_each(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    for number in range(20):
        await engine.write(container, b"out %d\n" % number)
        await engine.write(container, b"err %d\n" % number, stream=2)

    lines = await following.lines(40)

    assert [line for line in lines if line.startswith(b"out")] == [b"out %d" % number for number in range(20)]
    assert [line for line in lines if line.startswith(b"err")] == [b"err %d" % number for number in range(20)]
    await following.until(lambda: following.status.state is SourceState.LIVE)
    assert following.status.lines == 40


async def test_without_following_a_log_ends_where_it_ends(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    await engine.write(container, text(numbered(1, 100)))
    await following.lines(100)

    reading = follow(engine, "app", follow=False)

    assert await reading.all() == numbered(1, 100)
    assert reading.status.state is SourceState.ENDED
    assert all(step.ok for step in reading.source.trail())
    assert all(block.arrived is None for block in reading.blocks)


async def test_from_now_on_what_was_written_before_is_left_out(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    await engine.write(container, b"old\n")
    await asyncio.sleep(1.1)  # an engine tells its time to the second
    following = follow(engine, "app", since=math.inf)
    await following.until(lambda: following.status.last_read_at is not None)
    await engine.write(container, b"new\n")

    assert await following.lines(1) == [b"new"]


@pytest.mark.parametrize(
    "wanted", ["web-*", "label=com.example.role=voice", "com.example.role=voice", "label=com.example.role"]
)
async def test_r65_a_redeploy_under_another_name_is_found_by_prefix_or_label(
    engine: TestedEngine, follow: Follow, wanted: str
) -> None:
    labels = {"com.example.role": "voice"}
    old = await engine.create("web-093015", labels=labels)
    other = await engine.create("db-1")
    await engine.start(old)
    await engine.start(other)
    following = follow(engine, wanted)
    await engine.write(other, b"not meant\n")
    await engine.write(old, text(numbered(1, 5)))
    await following.lines(5)

    new = await engine.create("web-101500", labels=labels)
    await engine.start(new)
    await engine.write(new, text(numbered(6, 10)))
    await following.lines(10)
    await engine.write(old, text(numbered(11, 12)))
    await following.lines(12)
    await engine.remove(old)
    await engine.write(new, text(numbered(13, 20)))

    assert await following.lines(20) == numbered(1, 20)
    assert following.lives == [b"line 1", b"line 6"]


async def test_fault_64_an_engine_that_restarts_loses_no_line(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    await engine.write(container, text(numbered(1, 10)))
    await following.lines(10)

    await engine.stop_engine()
    await following.until(lambda: following.status.state is SourceState.FAILED)
    assert following.status.reason
    await engine.write(container, text(numbered(11, 20)))
    await engine.start_engine()
    following.source.retry()
    await following.lines(20)
    await engine.write(container, text(numbered(21, 30)))

    assert await following.lines(30) == numbered(1, 30)
    assert following.status.gaps == 0


async def test_fault_65_a_container_restarted_again_and_again_loses_no_line(
    engine: TestedEngine, follow: Follow
) -> None:
    container = await engine.create("app")
    following = follow(engine, "app")
    await following.until(lambda: following.status.state is SourceState.WAITING)
    written = 0
    for _ in range(3):
        await engine.start(container)
        await engine.write(container, text(numbered(written + 1, written + 10)))
        written += 10
        await following.lines(written)
        await engine.stop(container)
        await following.until(lambda: following.status.state is SourceState.WAITING)

    assert following.texts == numbered(1, written)
    assert following.lives == [b"line 1", b"line 11", b"line 21"]


async def test_fault_65_a_container_restarted_at_once_loses_no_line(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    for turn in range(5):
        await engine.write(container, text(numbered(turn * 10 + 1, turn * 10 + 10)))
        await following.lines(turn * 10 + 10)
        await engine.stop(container)
        await engine.start(container)
    await engine.write(container, b"end\n")
    await following.until(lambda: b"end" in following.texts)

    assert following.texts == [*numbered(1, 50), b"end"]


async def test_fault_65_a_container_made_anew_under_its_name_is_read_from_its_start(
    engine: TestedEngine, follow: Follow
) -> None:
    following = follow(engine, "app")
    await following.until(lambda: following.status.state is SourceState.WAITING)
    written = 0
    for _ in range(3):
        container = await engine.create("app")
        await engine.start(container)
        await engine.write(container, text(numbered(written + 1, written + 10)))
        written += 10
        await following.lines(written)
        await engine.remove(container)

    assert await following.lines(written) == numbered(1, written)
    assert following.lives == [b"line 1", b"line 11", b"line 21"]


async def test_fault_66_long_lines_are_joined_again(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    lines = [b"%08d" % size + b"x" * (size - 8) if size > 8 else b"x" for size in LENGTHS]
    for line in lines:
        await engine.write(container, line + b"\n")

    assert await following.lines(len(lines)) == lines
    assert await follow(engine, "app", follow=False).all() == lines


async def test_fault_66_a_line_longer_than_is_kept_is_cut_and_counted(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    following = follow(engine, "app")
    await engine.write(container, b"x" * 1_000_000 + b"\nnext\n")

    first, second = await following.lines(2)

    assert (set(first), second) == ({ord("x")}, b"next")
    assert following.status.truncated == 1


async def test_fault_67_a_terminal_leaves_no_carriage_return_and_joins_long_lines(
    engine: TestedEngine, follow: Follow
) -> None:
    container = await engine.create("app", tty=True)
    await engine.start(container)
    following = follow(engine, "app")
    lines = [*numbered(1, 10), *(b"x" * size for size in LENGTHS)]
    await engine.write(container, text(lines))

    assert await following.lines(len(lines)) == lines
    assert following.lives == [b"line 1"]


async def test_fault_68_reading_on_at_a_bookmark_brings_no_line_twice(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app")
    await engine.start(container)
    bookmark, texts = "", []
    for turn in range(6):
        following = follow(engine, "app", bookmark=bookmark)
        await engine.write(container, text(numbered(turn * 50 + 1, turn * 50 + 25)))
        await following.lines(25)
        bookmark = await following.stop()
        texts += following.texts
        await engine.write(container, text(numbered(turn * 50 + 26, turn * 50 + 50)))
    following = follow(engine, "app", bookmark=bookmark)
    await engine.write(container, b"end\n")
    await following.until(lambda: b"end" in following.texts)

    assert texts + following.texts == [*numbered(1, 300), b"end"]


async def test_fault_69_a_container_without_log_says_so(engine: TestedEngine, follow: Follow) -> None:
    container = await engine.create("app", driver="none")
    await engine.start(container)
    following = follow(engine, "app")

    await following.until(lambda: following.status.state is SourceState.FAILED)

    assert "app" in following.status.reason
    assert "none" in following.status.reason
    assert "json-file" in following.status.remedy
    assert following.status.lines == 0
    assert not following.source.trail()[-1].ok


async def test_a_container_that_is_not_there_is_waited_for(engine: TestedEngine, follow: Follow) -> None:
    following = follow(engine, "app")
    await following.until(lambda: following.status.state is SourceState.WAITING)
    assert "app" in following.status.reason

    reading = follow(engine, "app", follow=False)
    assert await reading.all() == []
    assert reading.status.state is SourceState.WAITING
