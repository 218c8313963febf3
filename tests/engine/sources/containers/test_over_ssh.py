"""``ssh+docker:``: the same containers, on a machine with a real sshd before its engine."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Iterator

import pytest

from tests.engine.sources.containers.conftest import InThreads, line_time
from tests.engine.sources.containers.following import Following
from tests.engine.sources.containers.real import Dockerd
from tests.engine.sources.session import numbered, text
from tests.sshd import Sshd, sshd, use_home
from tests.terminal import ROOT, VOXTOP, environment
from tui.engine.clock import SystemClock
from tui.engine.model import SourceState
from tui.engine.sources import open_source


@pytest.fixture(scope="module")
def server(dockerd: Dockerd) -> Iterator[Sshd]:
    with sshd(f"SetEnv DOCKER_HOST={dockerd.address}") as server:
        yield server


def follow(server: Sshd, container: str, **settings: object) -> Following:
    spec = server.url(f"/{container}", "ssh+docker")
    options = {"since": None, **settings}
    return Following(open_source(spec, clock=SystemClock(), line_time=line_time, **options))  # type: ignore[arg-type]


async def test_every_line_comes_once_although_connections_are_killed(
    real: InThreads, server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, server)
    container = await real.create("app-1")
    await real.start(container)
    following = follow(server, "app-*")
    for turn in range(5):
        await real.write(container, text(numbered(turn * 20 + 1, turn * 20 + 20)))
        await following.until(lambda turn=turn: len(following.texts) >= turn * 20 + 1)  # type: ignore[misc]
        await asyncio.to_thread(server.kill_children)
        following.source.retry()
    await real.write(container, b"end\n")
    await following.until(lambda: b"end" in following.texts)
    await following.stop()

    assert following.texts == [*numbered(1, 100), b"end"]
    assert following.status.host.endswith(f"127.0.0.1:{server.port}")


async def test_a_redeploy_is_followed_and_a_bookmark_goes_on(
    real: InThreads, server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_home(monkeypatch, server)
    old = await real.create("app-1")
    await real.start(old)
    following = follow(server, "app-*")
    await real.write(old, text(numbered(1, 5)))
    await following.lines(5)
    await real.remove(old)
    await following.until(lambda: following.status.state is SourceState.WAITING)
    new = await real.create("app-2")
    await real.start(new)
    await real.write(new, text(numbered(6, 10)))
    await following.lines(10)
    bookmark = await following.stop()
    await real.write(new, text(numbered(11, 15)))
    later = follow(server, "app-*", bookmark=bookmark)
    await later.lines(5)
    await later.stop()

    assert following.texts + later.texts == numbered(1, 15)


async def test_doctor_tells_each_step_to_a_container_on_another_machine(real: InThreads, server: Sshd) -> None:
    await real.start(await real.create("silent", driver="none"))
    doctor = await asyncio.create_subprocess_exec(
        *(*VOXTOP, "doctor", server.url("/silent", "ssh+docker")), stdout=PIPE, env=environment(server.home), cwd=ROOT
    )
    told = (await doctor.communicate())[0].decode()

    assert doctor.returncode == 4
    assert [line.split()[0] for line in told.splitlines()[1:]][-5:] == ["tried", "tried", "failed", "!", "->"]
    assert f"127.0.0.1:{server.port}" in told
    assert "docker 20." in told or "docker 2" in told
    assert "--log-driver json-file" in told
