"""Which call is looked at first."""

from math import inf

from tests.engine.metrics.log_events import NOW, error, event, opened, started, ttfb
from tui.engine.model import Bucket, CallRow, LogEvent, Thresholds
from tui.engine.stories import attention, tell, totals

LIMITS = Thresholds()


def rows(*events: LogEvent, bucket: Bucket | None = None, now: float = NOW + 60) -> tuple[CallRow, ...]:
    span = bucket or Bucket(0, NOW - 60, NOW + 60)
    return attention(tell(events, now, LIMITS), span, LIMITS, now)


def harms(found: tuple[CallRow, ...]) -> list[tuple[str, str, float]]:
    return [(row.story.name, row.impact.harm, row.impact.amount) for row in found]


def test_failed_comes_before_silence_before_fallback_before_slow_before_warning_before_nothing() -> None:
    found = rows(
        opened("fine"),
        event("warning", NOW + 1, id="warned", stage="LLM", code="429"),
        ttfb(1500, NOW + 2, id="slow"),
        event("fallback", NOW + 3, id="fell", stage="TTS", to="Google"),
        ttfb(700, NOW + 4, "LLM", trace="silent"),
        ttfb(300, NOW + 20, "TTS", trace="silent"),
        error(NOW + 30, id="failed"),
        error(NOW + 40, stage="STT"),
    )

    assert harms(found) == [
        ("failed", "failed", 1.0),
        ("silent", "silence", 10.0),
        ("fell", "fallback", 1.0),
        ("slow", "slow", 3.0),
        ("warned", "warning", 1.0),
        ("fine", "none", 0.0),
        ("", "failed", 1.0),
    ]


def test_of_two_alike_the_one_with_more_of_it_comes_first_then_the_newer_one() -> None:
    found = rows(
        ttfb(1000, NOW, id="old"),
        ttfb(1000, NOW + 9, id="new"),
        ttfb(4000, NOW - 9, id="slower"),
        ttfb(300, NOW, id="ok"),
    )

    assert [row.story.name for row in found] == ["slower", "new", "old", "ok"]


def test_a_call_lost_with_its_process_failed_although_no_line_of_it_says_so() -> None:
    found = rows(opened("c1", NOW - 5), started(NOW + 10), opened("c2", NOW + 20))

    assert harms(found) == [("c1", "failed", 1.0), ("c2", "none", 0.0)]


def test_only_what_lies_in_the_span_hurts_in_it() -> None:
    found = rows(
        error(NOW - 300, id="c1"), ttfb(900, NOW, id="c1"), bucket=Bucket(3, NOW - 60, NOW + 60, "TTS"), now=NOW + 120
    )

    assert harms(found) == [("c1", "slow", 1.8)]
    assert [(row.n, row.slowest[2] and row.slowest[2].ms) for row in found] == [(1, 900)]


def test_a_bucket_of_a_stage_and_provider_holds_only_calls_with_their_samples() -> None:
    events = [
        ttfb(900, NOW, "TTS", "Azure", id="a"),
        ttfb(900, NOW, "TTS", "Google", id="b"),
        ttfb(900, NOW, "LLM", "Groq", id="c"),
        ttfb(950, NOW + 1, "TTS", "Azure"),
    ]

    stage = rows(*events, bucket=Bucket(3, NOW, NOW + 60, "TTS"))
    provider = rows(*events, bucket=Bucket(3, NOW, NOW + 60, "TTS", "Azure"))

    assert ([row.story.name for row in stage], totals(stage)) == (["a", "b", ""], 3)
    assert ([row.story.name for row in provider], totals(provider)) == (["a", ""], 2)


def test_r66_lines_without_any_time_are_in_no_minute_and_in_the_whole() -> None:
    lines = (error(None, id="c1"), ttfb(900, None, id="c2"))

    assert rows(*lines) == ()
    assert harms(rows(*lines, bucket=Bucket(0, -inf, inf))) == [("c1", "failed", 1.0), ("c2", "slow", 1.8)]
