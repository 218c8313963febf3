"""What all tests share."""

import signal
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tui.engine.text import use_language

# A slow machine is no failing property: speed is measured in bench/. What else is in force (CI) stays.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Let programs hear what ends them where the tests were begun by ``nohup`` or behind a script.

    What is ignored is so in every program started from there; what is handled is not.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture
def utc_and_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times and words are the same on every machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    use_language("en")
    monkeypatch.undo()
    time.tzset()
