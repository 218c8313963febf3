"""Which calls have expired is found without looking at all that are open, and is what looking at all would find."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.metrics.log_events import NOW, closed, opened, ttfb
from tui.engine.metrics.calls import SourceCalls
from tui.engine.metrics.expiries import Expiries
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Thresholds


@dataclass
class Call:
    at: float


STEPS = st.lists(
    st.tuples(st.sampled_from(["open", "heard", "earlier", "close", "look"]), st.integers(0, 12), st.integers(0, 40)),
    max_size=120,
)


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_what_has_expired_is_what_a_look_at_all_calls_would_find(steps: list[tuple[str, int, int]]) -> None:
    calls: dict[str, Call] = {}
    expiries = Expiries(calls, lambda call: call.at)
    for step, number, at in steps:
        id_ = f"c{number}"
        if step == "look":
            wanted = sorted((call.at, id_) for id_, call in calls.items() if call.at < at)
            assert expiries.before(at) == wanted
            for _, gone in wanted:
                del calls[gone]
            assert expiries.next() == min((call.at for call in calls.values()), default=float("inf"))
        elif step == "close":
            calls.pop(id_, None)
        elif id_ not in calls:
            calls[id_] = Call(at)
            expiries.note([id_])
        elif step == "heard":
            calls[id_].at += at
        elif step == "earlier":
            calls[id_].at -= at
            expiries.note([id_])


def _looks(monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """Return how often an open call is looked at while ``count`` of them are opened, go on, and end."""
    looked, expiry = Counter[str](), SourceCalls._expiry

    def counted(self: SourceCalls, call: object) -> float:
        looked["calls"] += 1
        return expiry(self, call)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(SourceCalls, "_expiry", counted)
        store, step = MetricsStore(Thresholds(idle_call_s=300)), 1200 / count
        for index in range(count):
            store.apply([opened(f"c{index}", NOW + index * step)], NOW + index * step)
        for index in range(count):
            at = NOW + 1200 + index * step
            store.apply([ttfb(300, at, id=f"c{index % 10}"), closed(f"c{index}", at)], at)
            store.snapshot(at, ())
    return looked["calls"]


def test_ten_times_as_many_open_calls_are_looked_at_about_ten_times_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = _looks(monkeypatch, 300), _looks(monkeypatch, 3000)

    assert many > 3000
    assert many < 15 * few


def test_a_call_that_was_heard_of_hides_none_behind_it() -> None:
    calls = {"heard": Call(5.0), "silent": Call(7.5)}
    expiries = Expiries(calls, lambda call: call.at)
    expiries.note(calls)
    assert expiries.before(1.0) == []
    calls["heard"].at = 50.0

    assert expiries.before(10.0) == [(7.5, "silent")]
    del calls["silent"]
    assert expiries.next() == 50.0
