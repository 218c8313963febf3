"""Callers who hear silence: an answer is due and no speech comes."""

from tests.engine.metrics.log_events import LIVE, NOW, event, opened, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, SilenceFigure, SourceState, SourceStatus, Status, Thresholds


def silence(*events: LogEvent, now: float, sources: tuple[SourceStatus, ...] = LIVE) -> SilenceFigure:
    store = MetricsStore(Thresholds())
    store.apply(events, now)
    return store.snapshot(now, sources).silence


def text(trace: str | None, at: float = NOW, **fields: object) -> LogEvent:
    return ttfb(700, at, stage="LLM", provider="Groq", trace=trace, arrived=at, **fields)


def speech(trace: str | None, at: float = NOW, **fields: object) -> LogEvent:
    return ttfb(300, at, trace=trace, arrived=at, **fields)


def test_a_text_without_speech_is_silence_from_the_sixth_second_on() -> None:
    assert silence(text("a"), now=NOW + 5).callers == 0

    found = silence(text("a"), now=NOW + 7)

    assert (found.callers, found.since, found.stage, found.provider) == (1, NOW, "LLM", "Groq")
    assert found.status is Status.WARNING


def test_speech_ends_the_silence_and_its_seconds_are_counted_once() -> None:
    found = silence(text("a"), speech("a", NOW + 16), now=NOW + 17)

    assert found.callers == 0
    assert found.since is None
    assert found.impact_s == 10
    assert found.answered == 1
    assert found.status is Status.OK


def test_three_callers_at_once_are_critical_and_the_longest_is_told() -> None:
    found = silence(text("a"), text("b", NOW + 2), text("c", NOW + 4), now=NOW + 20)

    assert (found.callers, found.since) == (3, NOW)
    assert found.status is Status.CRITICAL


def test_the_last_stage_heard_of_is_told() -> None:
    heard = ttfb(140, NOW, stage="STT", provider="Azure", trace="a", arrived=NOW)

    assert silence(heard, now=NOW + 8).stage == "STT"
    assert silence(heard, text("a", NOW + 1), now=NOW + 8).stage == "LLM"


def test_equal_traces_of_two_sources_are_two_turns() -> None:
    found = silence(text("a"), speech("a", NOW + 1, source="other"), now=NOW + 10)

    assert found.callers == 1


def test_a_turn_is_given_up_after_a_minute() -> None:
    assert silence(text("a"), now=NOW + 59).callers == 1
    given_up = silence(text("a"), now=NOW + 61)

    assert given_up.callers == 0
    assert given_up.impact_s == 54


def test_there_are_never_more_callers_than_calls_where_all_calls_are_known() -> None:
    start = event("process_start", NOW - 4000)
    found = silence(start, opened("c1", NOW - 10), text("a"), text("b"), text("c"), now=NOW + 10)

    assert found.callers == 1


def test_a_restart_ends_every_turn() -> None:
    assert silence(text("a"), event("process_start", NOW + 3), now=NOW + 10).callers == 0


def test_r19_without_traces_three_texts_and_no_speech_are_one_caller_at_least() -> None:
    texts = [text(trace, NOW + second) for second, trace in enumerate((None, "unknown", None))]

    assert silence(*texts[:2], now=NOW + 20).callers == 0
    found = silence(*texts, now=NOW + 20)
    assert (found.callers, found.at_least, found.since) == (1, True, NOW)
    assert silence(*texts, speech(None, NOW + 19), now=NOW + 20).callers == 0


def test_the_second_writing_of_a_sample_in_a_source_with_traces_begins_no_turn() -> None:
    twins = [text(None, NOW + second, dialect="andrea") for second in range(5)]

    assert silence(text("a"), speech("a", NOW + 1), *twins, now=NOW + 20).callers == 0


def test_a_source_that_still_reads_history_tells_nothing_about_now() -> None:
    reading = (SourceStatus("app", "file", SourceState.LIVE, progress=0.5),)

    assert silence(text("a"), now=NOW + 10, sources=reading).callers == 0


def test_a_log_whose_clock_is_behind_is_judged_by_its_own_clock() -> None:
    late = text("a", NOW)._replace(arrived=NOW + 100)

    assert silence(late, now=NOW + 103).callers == 0
    assert silence(late, now=NOW + 107).callers == 1


def test_without_any_turn_there_is_no_data_and_without_a_live_source_no_judgement() -> None:
    stale = (SourceStatus("app", "file", SourceState.STALE),)

    assert silence(opened("c1"), now=NOW).status is Status.NO_DATA
    assert silence(text("a"), text("b"), text("c"), now=NOW + 10, sources=stale).status is Status.NO_DATA
