"""What is kept in columns is what the events said."""

from tests.engine.blame.traffic import NOW, Traffic
from tui.engine.blame._told import Telling
from tui.engine.model import LogEvent

EVENTS = Traffic(5, minutes=10, failing=lambda *_: 0.05).events()
TIMED = [(event.time or 0.0, event) for event in EVENTS]


def test_every_field_comes_back_and_a_text_where_it_can_be_asked_for() -> None:
    fields = ("ms", "id", "trace", "kind", "source", "stage", "provider", "client", "duration_s", "code")

    for (at, event), told in zip(TIMED, Telling(TIMED), strict=True):
        assert told.at == at
        assert [getattr(told, name) for name in fields] == [getattr(event, name) for name in fields]
        assert told.text == (event.text if event.kind == "error" else "")


def test_a_span_has_both_its_ends() -> None:
    since, until = TIMED[40][0], TIMED[90][0]

    found = [told.at for told in Telling(TIMED).within(since, until)]

    assert found == [at for at, _ in TIMED if since <= at <= until]
    assert {since, until} <= set(found)


def test_values_that_are_equal_but_of_two_types_stay_apart() -> None:
    told = next(iter(Telling([(NOW, LogEvent("call_closed", "a", 1, ms=None, duration_s=0.0, id="0"))])))

    assert (told.ms, told.duration_s, told.id) == (None, 0.0, "0")
