"""Memory that was freed goes back to the machine, where the C library has a way to ask for that."""

import ctypes
from collections.abc import Iterator

import psutil
import pytest

from tui.engine import memory
from tui.engine.memory import give_back


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    memory._trim.cache_clear()
    yield
    memory._trim.cache_clear()


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc")
def test_what_lies_free_between_things_that_stay_is_given_back() -> None:
    process = psutil.Process()
    blocks = [bytes(60_000) for _ in range(2000)]
    staying = blocks[::50]
    before = process.memory_info().rss
    del blocks

    give_back()

    assert process.memory_info().rss < before - 60_000_000
    assert len(staying) == 40


def test_a_library_without_a_way_to_ask_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())

    give_back()
