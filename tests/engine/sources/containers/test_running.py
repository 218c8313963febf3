"""What the first screen may offer of an engine: the containers that run now, by name."""

import pytest

from tests.engine.sources.containers.conftest import InThreads
from tui.engine.clock import SystemClock
from tui.engine.detecting import candidates


async def test_only_running_containers_are_offered(real: InThreads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", real.address)
    await real.create("asistente-andrea")
    await real.start("asistente-andrea")
    await real.create("stopped")

    found = await candidates(SystemClock(), places=())

    assert [each.spec for each in found] == ["docker:asistente-andrea"]
    assert found[0].about


async def test_no_engine_offers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")

    assert await candidates(SystemClock(), places=()) == []
