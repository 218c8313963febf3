"""What only a fake engine does on demand: garbage, refusals, silence, equal stamps."""

import asyncio
import os
import socket
import tracemalloc
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.engine.sources.containers.conftest import Follow
from tests.engine.sources.containers.fake import FakeEngine, frame, stamp
from tests.engine.sources.session import numbered, text
from tests.terminal import ROOT, VOXTOP, environment, require
from tui.engine.model import SourceState
from tui.engine.sources._containers.frames import FRAME_LIMIT, Frames
from tui.engine.sources._containers.place import REMEMBERED, Places
from tui.engine.sources._trouble import TroubleError


class FirstLog:
    """Answers the first request for a log that is followed in its own way."""

    def __init__(self, answer: Callable[[web.StreamResponse], Awaitable[None]]) -> None:
        self._answer = answer
        self.asked = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/logs") or request.query["follow"] != "1":
            return None
        self.asked += 1
        if self.asked > 1:
            return None
        response = web.StreamResponse()
        await response.prepare(request)
        await self._answer(response)
        return response


def sending(*frames: bytes) -> Callable[[web.StreamResponse], Awaitable[None]]:
    async def send(response: web.StreamResponse) -> None:
        for each in frames:
            await response.write(each)

    return send


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"\x01\0\0\0\xff\xff\xff\xff" + b"x" * 100_000,
        b"\x01\x01\0\0\0\0\0\x04text",
        b"\x09\0\0\0\0\0\0\x04text",
    ],
    ids=["other-text", "huge-length", "padding", "unknown-stream"],
)
async def test_fault_70_garbage_instead_of_a_frame_is_read_again_from_the_last_whole_line(
    fake: FakeEngine, follow: Follow, garbage: bytes
) -> None:
    container = await fake.create("app")
    await fake.start(container)
    await fake.write(container, text(numbered(1, 10)))
    log = fake._made[container].log  # the same lines, before the garbage
    again = [frame(each.stream, stamp(each.at).encode() + b" " + each.data) for each in log]
    fake.fault = FirstLog(sending(*again, garbage))
    following = follow(fake, "app")
    await following.until(lambda: fake.fault is not None and fake.fault.asked > 1)  # type: ignore[attr-defined]
    await fake.write(container, text(numbered(11, 20)))

    assert await following.lines(20) == numbered(1, 20)


async def test_fault_65_a_container_looked_at_just_before_it_began_is_read_as_a_process_of_its_own(
    fake: FakeEngine, follow: Follow
) -> None:
    container = await fake.create("app")

    async def begins_behind_the_look(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/app/json") or fake._made[container].started:
            return None
        answer = await fake._inspect(request)
        await fake.start(container)
        await fake.write(container, text(numbered(1, 10)))
        return answer

    fake.fault = begins_behind_the_look
    following = follow(fake, "app")

    assert await following.lines(10) == numbered(1, 10)
    assert following.lives == [b"line 1"]


async def test_fault_70_what_comes_is_told_until_it_is_a_log_again(fake: FakeEngine, follow: Follow) -> None:
    container = await fake.create("app")
    await fake.start(container)

    async def always(request: web.Request) -> web.StreamResponse | None:
        return web.Response(body=b"\xffgarbage!") if request.path.endswith("/logs") else None

    fake.fault = always
    following = follow(fake, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)
    assert "ff 67 61 72" in following.status.reason
    assert following.status.remedy

    fake.fault = None
    following.source.retry()
    await fake.write(container, b"fine\n")
    assert await following.lines(1) == [b"fine"]


def test_fault_70_no_more_than_one_frame_is_held() -> None:
    frames = Frames()
    tracemalloc.start()
    try:
        with pytest.raises(TroubleError, match="frame header"):
            frames.take(b"\x01\0\0\0" + (FRAME_LIMIT + 1).to_bytes(4, "big"))
        header = b"\x01\0\0\0" + FRAME_LIMIT.to_bytes(4, "big")
        frames = Frames()
        assert frames.take(header) == []
        for _ in range(15):
            assert frames.take(b"x" * 65_536) == []
        assert tracemalloc.get_traced_memory()[1] < 4 * FRAME_LIMIT
        (chunk,) = frames.take(b"x" * 65_536)
        assert len(chunk.data) == FRAME_LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [1, 7, 8, 20, 45])
async def test_fault_70_a_frame_cut_off_is_read_again_whole(fake: FakeEngine, follow: Follow, cut: int) -> None:
    container = await fake.create("app")
    await fake.start(container)
    await fake.write(container, b"whole\nand a longer one\n")
    log = fake._made[container].log
    again = b"".join(frame(each.stream, stamp(each.at).encode() + b" " + each.data) for each in log)
    fake.fault = FirstLog(sending(again[: len(again) - cut]))
    following = follow(fake, "app")
    await fake.write(container, b"last\n")

    assert await following.lines(3) == [b"whole", b"and a longer one", b"last"]
    assert following.texts.count(b"whole") == 1


async def test_fault_69_the_engine_tells_within_the_log_why_it_ends(fake: FakeEngine, follow: Follow) -> None:
    container = await fake.create("app")
    await fake.start(container)

    async def fails(request: web.Request) -> web.StreamResponse | None:
        error = frame(3, b"error from daemon in stream: \x1b[31mjournal is corrupted\n")
        return web.Response(body=error) if request.path.endswith("/logs") else None

    fake.fault = fails
    following = follow(fake, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)

    assert "journal is corrupted" in following.status.reason
    assert "\x1b" not in following.status.reason


@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [
        (500, "journald is not enabled on this host", "docker logs"),
        (501, "configured logging driver does not support reading", "json-file"),
        (403, "Forbidden by administrative rules", "/containers"),
    ],
)
async def test_fault_69_a_log_that_is_refused_says_why(
    fake: FakeEngine, follow: Follow, status: int, message: str, remedy: str
) -> None:
    await fake.start(await fake.create("app"))

    async def refuse(request: web.Request) -> web.StreamResponse | None:
        return web.json_response({"message": message}, status=status) if request.path.endswith("/logs") else None

    fake.fault = refuse
    following = follow(fake, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)

    assert message in following.status.reason
    assert remedy in following.status.remedy


async def test_fault_68_equal_lines_with_equal_stamps_are_all_told_apart(fake: FakeEngine, follow: Follow) -> None:
    container = await fake.create("app")
    await fake.start(container)
    fake.clock = lambda: 1_900_000_000_000_000_000
    bookmark, texts = "", []
    for _ in range(4):
        following = follow(fake, "app", bookmark=bookmark)
        await fake.write(container, b"same\n" * (REMEMBERED + 3) + b"other\n", stream=1)
        await fake.write(container, b"same\n", stream=2)
        await following.lines(REMEMBERED + 5)
        bookmark = await following.stop()
        texts += following.texts

    assert texts.count(b"same") == 4 * (REMEMBERED + 4)
    assert texts.count(b"other") == 4


async def test_fault_68_a_break_after_any_line_repeats_none(fake: FakeEngine, follow: Follow) -> None:
    container = await fake.create("app")
    await fake.start(container)
    for number in range(1, 31):
        await fake.write(container, b"line %d\n" % number, stream=1 + number % 2)
    log = fake._made[container].log
    frames = [frame(each.stream, stamp(each.at).encode() + b" " + each.data) for each in log]

    for kept in range(31):
        fake.fault = cut_after(frames[:kept])
        following = follow(fake, "app", follow=False)
        first = await following.all()
        fake.fault = None
        second = await follow(fake, "app", follow=False, bookmark=following.source.bookmark).all()
        assert sorted(first + second) == sorted(numbered(1, 30)), kept


def cut_after(frames: list[bytes]) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    async def cut(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/logs"):
            return None
        response = web.StreamResponse()
        await response.prepare(request)
        for each in frames:
            await response.write(each)
        return response

    return cut


async def test_a_bookmark_stays_small_and_forgets_containers_that_are_gone(fake: FakeEngine, follow: Follow) -> None:
    for number in range(5):
        container = await fake.create(f"app-{number}")
        await fake.start(container)
        await fake.write(container, b"line\n" * 1000)
        if number < 4:
            reading = follow(fake, "app-*", follow=False)
            await reading.all()
            await fake.remove(container)
    bookmark = reading.source.bookmark
    last = follow(fake, "app-*", follow=False, bookmark=bookmark)
    await last.all()

    assert list(Places.from_json(last.source.bookmark).of) == [container]
    assert len(last.source.bookmark) < 1000


async def test_nothing_but_get_is_ever_asked_and_in_the_version_of_the_engine(fake: FakeEngine, follow: Follow) -> None:
    container = await fake.create("app")
    await fake.start(container)
    following = follow(fake, "app*")
    await fake.write(container, b"line\n")
    await following.lines(1)

    assert fake.requests[0] == "/_ping"
    assert all(each == "/_ping" or each.startswith("/v1.41/") for each in fake.requests)


async def test_an_engine_that_hangs_is_not_green(
    fake: FakeEngine, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.sources._containers.api.ANSWER_S", 6.0)
    await fake.start(await fake.create("app"))
    following = follow(fake, "app")
    await following.until(lambda: following.status.state is SourceState.QUIET)

    async def hang(_request: web.Request) -> web.StreamResponse | None:
        await asyncio.sleep(3600)
        return None

    fake.fault = hang
    await following.until(lambda: following.status.state is SourceState.STALE)
    await following.until(lambda: following.status.state is SourceState.FAILED)
    assert "6" in following.status.reason
    fake.fault = None
    following.source.retry()
    await following.until(lambda: following.status.state is SourceState.QUIET)


async def test_a_socket_that_is_not_there_or_takes_no_connection(tmp_path: Path, follow: Follow) -> None:
    class Nowhere:
        address = f"unix://{tmp_path}/none.sock"

    following = follow(Nowhere, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)
    assert "DOCKER_HOST" in following.status.remedy
    (step,) = following.source.trail()
    assert (step.ok, step.remedy) == (False, following.status.remedy)

    class Deaf:
        address = f"unix://{tmp_path}/deaf.sock"

    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(f"{tmp_path}/deaf.sock")
        following = follow(Deaf, "app")
        await following.until(lambda: following.status.state is SourceState.FAILED)
        assert "Connection refused" in following.status.reason


async def test_an_address_that_is_not_supported_says_what_is(follow: Follow) -> None:
    class OverSsh:
        address = "ssh://user@voice-1"

    following = follow(OverSsh, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)

    assert "ssh://user@voice-1" in following.status.reason
    assert "ssh+docker://" in following.status.remedy


async def test_something_else_that_listens_is_no_engine(fake: FakeEngine, follow: Follow) -> None:
    async def other(_request: web.Request) -> web.StreamResponse | None:
        return web.Response(text="hello")

    fake.fault = other
    following = follow(fake, "app")
    await following.until(lambda: following.status.state is SourceState.FAILED)

    assert "not a Docker engine" in following.status.reason


async def test_without_permission_on_the_socket_the_remedy_names_the_group(fake: FakeEngine) -> None:
    require("setpriv")
    fake.socket.parent.chmod(0o755)
    fake.socket.chmod(0)
    drop = ("setpriv", "--reuid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    env = environment(fake.socket.parent, DOCKER_HOST=fake.address)
    doctor = await asyncio.create_subprocess_exec(
        *drop, *VOXTOP, "doctor", "docker:app", stdout=PIPE, env=env, cwd=ROOT
    )
    told, _ = await doctor.communicate()

    assert doctor.returncode == 4
    assert "no permission" in told.decode()
    assert "usermod -aG docker" in told.decode()
