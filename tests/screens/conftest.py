"""Pictures show times and words, so both are the same everywhere."""

import time
from collections.abc import Iterator

import pytest

from tui.engine.text import use_language


@pytest.fixture(autouse=True)
def utc_and_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    use_language("en")
    monkeypatch.undo()
    time.tzset()
