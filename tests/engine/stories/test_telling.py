"""What a call went through, as far as its lines tell, and no further."""

import pytest

from tests.engine.metrics.log_events import NOW, closed, error, event, opened, started, ttfb
from tui.engine.model import LogEvent, Story, Thresholds
from tui.engine.stories import tell
from tui.engine.stories.telling import conversation

LIMITS = Thresholds()


def told(*events: LogEvent, now: float = NOW + 600) -> list[Story]:
    return list(tell(events, now, LIMITS))


def only(*events: LogEvent, now: float = NOW + 600) -> Story:
    (story,) = told(*events, now=now)
    return story


def test_r19_the_three_stages_of_a_trace_are_one_turn_in_speaking_order_whatever_order_they_are_logged_in() -> None:
    story = only(
        ttfb(342, NOW + 2, "TTS", trace="abc123"),
        ttfb(156, NOW + 0.2, "STT", trace="abc123"),
        ttfb(723, NOW + 1, "LLM", "Groq", trace="abc123"),
    )

    (turn,) = story.turns
    assert [(one.stage, one.ms) for one in turn.stages] == [("STT", 156), ("LLM", 723), ("TTS", 342)]
    assert turn.at == pytest.approx(NOW + 0.2 - 0.156)
    assert (turn.ms, story.name, story.key.call) == (None, "abc123", "")


def test_r19_unknown_traces_hold_nothing_together() -> None:
    story = only(*(ttfb(300, NOW + n, trace=trace) for n, trace in enumerate(("unknown", None, "unknown"))))

    assert not story.tied
    assert [len(turn.stages) for turn in story.turns] == [1, 1, 1]


def test_what_the_log_does_not_tell_is_missing_and_never_zero() -> None:
    story = only(ttfb(300, NOW, "TTS", trace="t-only"))

    (turn,) = story.turns
    assert [one.stage for one in turn.stages] == ["TTS"]
    assert (turn.ms, story.opened_at, story.closed_at, story.duration_s, story.client) == (None,) * 5


@pytest.mark.parametrize(
    ("trace", "name"),
    [
        ("5d1c-77", "5d1c"),
        ("c76abf-1", "c76abf"),
        ("abc123", "abc123"),
        ("turn-7", "turn-7"),
        ("call-12", "call-12"),
        ("a1-2", "a1-2"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
    ],
)
def test_traces_that_differ_in_a_number_at_their_end_are_one_conversation(trace: str, name: str) -> None:
    assert conversation(trace) == name


def test_a_stage_that_comes_again_begins_another_turn() -> None:
    story = only(
        *(ttfb(100, NOW + n, stage, trace="abc1") for n, stage in enumerate(("STT", "LLM", "TTS", "STT", "LLM")))
    )

    assert [[one.stage for one in turn.stages] for turn in story.turns] == [["STT", "LLM", "TTS"], ["STT", "LLM"]]


def test_turns_of_a_call_that_names_itself_on_every_line_need_no_trace() -> None:
    lines = [ttfb(200, NOW + n, stage, id="c1") for n, stage in enumerate(("TTS", "STT", "LLM", "TTS", "STT"))]
    story = only(opened("c1", NOW - 1), *lines, event("turn", NOW + 5, ms=1800.0, id="c1"), closed("c1", NOW + 9))

    assert [[one.stage for one in turn.stages] for turn in story.turns] == [["TTS"], ["STT", "LLM", "TTS"], ["STT"]]
    assert [turn.ms for turn in story.turns] == [None, None, 1800.0]
    assert (story.ending, story.duration_s, story.client) == ("closed", 10.0, "twilio")


def test_a_conversation_is_of_the_only_call_that_was_open_and_of_none_when_there_were_two() -> None:
    lines = [ttfb(300, NOW + 1, trace="a1b2-1"), ttfb(310, NOW + 5, trace="a1b2-2")]
    alone = told(opened("c1"), *lines, closed("c1", NOW + 9))
    crowded = told(opened("c1"), opened("c2"), *lines, closed("c1", NOW + 9))

    assert [(story.name, len(story.turns)) for story in alone] == [("c1", 2)]
    assert [(story.name, len(story.turns), story.others) for story in crowded] == [
        ("c1", 0, 0),
        ("c2", 0, 0),
        ("a1b2", 2, 2),
    ]


def test_a_trace_that_stands_beside_a_call_id_once_belongs_to_that_call() -> None:
    stories = told(
        opened("c1"), opened("c2"), error(NOW + 2, id="c2", trace="q7x-1"), ttfb(300, NOW + 3, "LLM", trace="q7x-1")
    )

    assert [(story.name, len(story.turns)) for story in stories] == [("c1", 0), ("c2", 1)]


def test_r18_a_line_without_a_trace_belongs_to_the_sample_it_touches_unless_two_are_as_near() -> None:
    one = (ttfb(300, NOW, trace="aa11"), event("turn", NOW + 0.004, ms=1200.0))
    two = (*one, ttfb(400, NOW + 0.002, trace="bb22"))

    assert only(*one).turns[0].ms == 1200.0
    assert [(story.name, [turn.ms for turn in story.turns]) for story in told(*two)] == [
        ("aa11", [None]),
        ("bb22", [None]),
        ("", [1200.0]),
    ]


def test_speech_recognised_without_a_trace_belongs_to_the_answer_that_was_thought_of_from_then_on() -> None:
    story = only(ttfb(150, NOW, "STT"), ttfb(700, NOW + 0.71, "LLM", trace="aa11"))

    assert [one.stage for one in story.turns[0].stages] == ["STT", "LLM"]


def test_a_fallback_belongs_to_the_call_whose_substitute_was_waited_for_from_then_on() -> None:
    stories = told(
        event("fallback", NOW, stage="TTS", to="Google"),
        ttfb(300, NOW + 0.3, "TTS", "Google", trace="aa11"),
        ttfb(260, NOW + 0.5, "TTS", "Google", trace="bb22"),
    )

    assert {story.name: [mark.kind for mark in story.marks] for story in stories} == {"aa11": ["fallback"], "bb22": []}


def test_r46_r50_calls_end_closed_lost_or_refused_and_only_the_open_ones_are_open() -> None:
    stories = told(
        opened("closed"),
        closed("closed", NOW + 3, duration_s=2.5),
        opened("refused", NOW + 5),
        error(NOW + 5.5, stage=None, provider=None, code="connect_failed"),
        opened("lost", NOW + 10),
        started(NOW + 20),
        opened("open", NOW + 30),
    )

    assert {story.name: (story.ending, story.closed_at) for story in stories} == {
        "closed": ("closed", NOW + 3),
        "refused": ("lost", NOW + 5.5),
        "lost": ("lost", NOW + 20),
        "open": ("open", None),
    }
    assert stories[0].duration_s == 2.5
    assert [mark.kind for mark in stories[1].marks] == ["call_opened", "error"]


def test_r52_ids_of_two_sources_never_meet_and_an_id_used_again_is_another_call() -> None:
    stories = told(opened("c1"), opened("c1", source="b"), closed("c1", NOW + 5), opened("c1", NOW + 100))

    assert [(story.source, story.key.nth, story.ending) for story in stories] == [
        ("app", 0, "closed"),
        ("app", 1, "open"),
        ("b", 0, "open"),
    ]


def test_silence_is_the_time_beyond_what_is_allowed_and_one_that_lasts_is_told_as_lasting() -> None:
    late = only(ttfb(700, NOW, "LLM", trace="aa11"), ttfb(300, NOW + 10, "TTS", trace="aa11"))
    waiting = only(ttfb(700, NOW, "LLM", trace="aa11"), now=NOW + 12)

    assert [turn.silence_s for turn in late.turns] == [4.0]
    assert (late.waiting_since, waiting.waiting_since) == (None, NOW)


def test_r71_twins_are_told_once() -> None:
    lines = [error(NOW, level="error", line=5), error(NOW, level="error", line=6)]

    assert len(only(*lines).marks) == 1


def test_r66_lines_without_times_have_turns_and_no_moments() -> None:
    story = only(ttfb(300, None, "LLM", trace="aa11"), ttfb(200, None, "TTS", trace="aa11"))

    assert [(turn.at, len(turn.stages)) for turn in story.turns] == [(None, 2)]
    assert (story.first_at, story.last_at) == (None, None)
