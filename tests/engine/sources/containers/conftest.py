"""Engines to read from: a real one, the same through the docker command, and one made of its protocol."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.sources.containers.fake import FakeEngine
from tests.engine.sources.containers.following import Following
from tests.engine.sources.containers.real import Dockerd
from tests.terminal import require
from tui.engine.clock import SystemClock
from tui.engine.model import SourceOptions
from tui.engine.sources import open_source
from tui.engine.sources._command import LocalRunner
from tui.engine.sources._containers import there
from tui.engine.sources._containers.stamps import stamp_of
from tui.engine.sources._opening import Opening
from tui.engine.sources._source import Source

Follow = Callable[..., Following]


class InThreads:
    """A real engine whose verbs are awaited as those of the fake."""

    def __init__(self, engine: Dockerd) -> None:
        self._engine = engine
        self.address = engine.address

    def __getattr__(self, verb: str) -> Any:  # noqa: ANN401 - as the engine's
        method = getattr(self._engine, verb)

        async def call(*words: Any, **settings: Any) -> Any:  # noqa: ANN401 - as the engine's
            return await asyncio.to_thread(method, *words, **settings)

        return call


TestedEngine = InThreads | FakeEngine
"""Both have the same verbs."""


@pytest.fixture(scope="session")
def dockerd() -> Iterator[Dockerd]:
    """Return a real engine for all tests of this process."""
    require("dockerd")
    require("docker")
    require("busybox")
    if os.geteuid():
        pytest.skip("dockerd needs root")
    engine = Dockerd()
    yield engine
    engine.close()


@pytest.fixture
async def real(dockerd: Dockerd) -> AsyncIterator[InThreads]:
    """Return the real engine; containers that a test leaves behind are removed."""
    yield InThreads(dockerd)
    await asyncio.to_thread(dockerd.clear)


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    """Return an engine made of its protocol."""
    folder = Path(tempfile.mkdtemp(prefix="voxtop-"))
    engine = FakeEngine(folder / "docker.sock")
    await engine.start_engine()
    yield engine
    await engine.close()
    shutil.rmtree(folder)


@pytest.fixture(params=["real", "command", "fake"])
def way(request: pytest.FixtureRequest) -> str:
    """Return each way to a log: the real engine's socket, the docker command, the fake's socket."""
    return str(request.param)


@pytest.fixture
def engine(way: str, request: pytest.FixtureRequest) -> TestedEngine:
    """Return the engine behind the way."""
    found: TestedEngine = request.getfixturevalue("fake" if way == "fake" else "real")
    return found


@pytest.fixture
async def follow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Follow]:
    """Return a function that begins to read containers of the engine."""
    begun: list[Following] = []

    def begin(engine: TestedEngine, container: str, **settings: Any) -> Following:  # noqa: ANN401 - as open_source has them
        way = request.getfixturevalue("way") if "way" in request.fixturenames else "socket"
        monkeypatch.setenv("DOCKER_HOST", engine.address)
        settings = {"since": None, "follow": True, "bookmark": "", **settings}
        source = _through_command(container, settings) if way == "command" else _through_socket(container, settings)
        begun.append(Following(source))
        return begun[-1]

    yield begin
    for each in begun:
        await each.stop()


def line_time(line: bytes) -> float | None:
    stamp = stamp_of(line)
    return None if stamp is None else stamp / 1e9


def _through_socket(container: str, settings: dict[str, Any]) -> Source:
    clock = SystemClock()
    return open_source(f"docker:{container}", clock=clock, line_time=line_time, options=SourceOptions(), **settings)


def _through_command(container: str, settings: dict[str, Any]) -> Source:
    opening = Opening(SystemClock(), settings.pop("since"), line_time, **settings)
    return there(container, "app", opening, LocalRunner())
