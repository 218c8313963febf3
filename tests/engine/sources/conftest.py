"""Sessions that are closed when their test ends."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.sources.running import Running
from tests.engine.sources.session import Session

Begin = Callable[..., Session]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the path of a log file that is not there yet."""
    return tmp_path / "app.log"


@pytest.fixture
async def begin() -> AsyncIterator[Begin]:
    """Return a function that opens a session on a path."""
    sessions: list[Session] = []

    def open_session(path: Path | str, **settings: Any) -> Session:  # noqa: ANN401 - as the session's
        sessions.append(Session(path, **settings))
        return sessions[-1]

    yield open_session
    for session in sessions:
        await session.close()


@pytest.fixture
async def run() -> AsyncIterator[Callable[..., Running]]:
    """Return a function that runs a source of any kind in the background."""
    sources: list[Running] = []

    def start(spec: str, **opening: Any) -> Running:  # noqa: ANN401 - as the source's
        sources.append(Running(spec, **opening))
        return sources[-1]

    yield start
    for source in sources:
        await source.close()
