"""Missing keys by generation of the process (semantics R57-R64, R82)."""

import pytest

from tests.engine.metrics.log_events import LIVE, NOW, applied, event, missing, opened, started, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import RUNTIME, ConfigHealth, LogEvent, Status, Thresholds

KEY = "GROQ_API_KEY"


def config_of(*events: LogEvent, now: float = NOW) -> ConfigHealth:
    return applied(MetricsStore(Thresholds()), *events, now=now).config


def ready(at: float | None = NOW) -> LogEvent:
    return event("process_ready", at)


def fields_of(config: ConfigHealth) -> list[str]:
    return [key.field for key in config.missing]


def test_r57_the_same_field_warned_three_times_at_boot_is_one_and_critical() -> None:
    boot = [
        missing(KEY, NOW - 60),
        missing(KEY, NOW - 59),
        missing(KEY, NOW - 58),
        missing("AZURE_SPEECH_KEY", NOW - 58),
    ]

    config = config_of(*boot, started(NOW - 57), ready(NOW - 50))

    assert [(key.field, key.lines) for key in config.missing] == [(KEY, 3), ("AZURE_SPEECH_KEY", 1)]
    assert (config.missing[0].first_at, config.missing[0].last_at) == (NOW - 60, NOW - 58)
    assert (config.status, config.last_warning_at) == (Status.CRITICAL, NOW - 58)


def test_r57_a_boot_that_repeats_itself_is_one_row_of_recent_errors() -> None:
    boot = [missing(KEY, NOW - 60), missing(KEY, NOW - 59), missing(KEY, NOW - 58)]

    rows = applied(MetricsStore(Thresholds()), *boot, started(NOW - 57)).recent

    assert [(row.kind, row.count) for row in rows] == [("config_warning", 1)]


@pytest.mark.parametrize(("before", "fields"), [(120, [KEY]), (121, [])])
def test_r60_a_warning_belongs_to_the_generation_that_starts_within_two_minutes(
    before: float, fields: list[str]
) -> None:
    config = config_of(missing(KEY, NOW - 30 - before), started(NOW - 30), ready(NOW - 20))

    assert fields_of(config) == fields


def test_r60_without_times_it_belongs_to_the_next_start_unless_calls_came_between() -> None:
    boot = [started(None), ready(None)]

    assert fields_of(config_of(missing(KEY, None), *boot)) == [KEY]
    assert fields_of(config_of(missing(KEY, None), opened("a", None), *boot)) == []
    assert fields_of(config_of(missing(KEY, None), ttfb(300, None), *boot)) == []


def test_r60_a_warning_that_its_own_generation_outlived_is_not_the_next_ones() -> None:
    config = config_of(started(NOW - 100), missing(KEY, NOW - 99), ready(NOW - 95), started(NOW - 40), ready(NOW - 30))

    assert (fields_of(config), config.resolved) == ([], (KEY,))


def test_r60_a_bare_warning_before_timed_calls_is_not_the_next_generations() -> None:
    config = config_of(missing(KEY, None), opened("a", NOW - 500), started(None), ready(None))

    assert (fields_of(config), config.resolved) == ([], (KEY,))


def test_r64_bare_markers_with_timed_calls_between_them_are_two_starts() -> None:
    assert config_of(started(None), opened("a", NOW - 500), started(None)).generations == 2


def first_generation() -> list[LogEvent]:
    return [missing(KEY, NOW - 900), started(NOW - 899), ready(NOW - 895)]


@pytest.mark.parametrize(
    "up", [ready(NOW - 20), opened("a", NOW - 20), event("key_present", NOW - 20, field=KEY)], ids=lambda one: one.kind
)
def test_r61_resolved_by_a_new_generation_that_is_up_without_the_warning(up: LogEvent) -> None:
    waiting = config_of(*first_generation(), started(NOW - 30))
    config = config_of(*first_generation(), started(NOW - 30), up)

    assert (fields_of(waiting), waiting.status) == ([KEY], Status.CRITICAL)
    assert (fields_of(config), config.resolved) == ([], (KEY,))


@pytest.mark.parametrize(("age", "fields"), [(59, [KEY]), (60, [])])
def test_r61_a_minute_after_the_start_is_as_good_as_ready(age: float, fields: list[str]) -> None:
    assert fields_of(config_of(*first_generation(), started(NOW - age))) == fields


def test_r61_silence_of_the_same_process_is_no_resolution() -> None:
    config = config_of(*first_generation(), ttfb(300, NOW - 10), opened("a", NOW - 5), now=NOW + 80_000)

    assert (fields_of(config), config.status, config.resolved) == ([KEY], Status.CRITICAL, ())


def test_r61_a_new_generation_that_warns_again_resolves_nothing() -> None:
    config = config_of(*first_generation(), missing(KEY, NOW - 31), started(NOW - 30), ready(NOW - 20))

    assert (fields_of(config), config.resolved, config.missing[0].lines) == ([KEY], (), 1)


def test_r61_the_process_may_say_that_the_key_is_there() -> None:
    config = config_of(*first_generation(), event("key_present", NOW - 800, field=KEY))

    assert (fields_of(config), config.resolved) == ([], (KEY,))


@pytest.mark.parametrize(("after", "generations"), [(29, 1), (30, 2)])
def test_r64_start_markers_within_thirty_seconds_are_one_start(after: float, generations: int) -> None:
    config = config_of(started(NOW - 300), started(NOW - 300 + after))

    assert config.generations == generations
    assert config.started_at == (NOW - 300 if generations == 1 else NOW - 270)


def test_r64_a_stop_between_two_start_markers_makes_them_two_starts() -> None:
    assert config_of(started(NOW - 60), event("process_stop", NOW - 55), started(NOW - 50)).generations == 2


def test_r64_without_times_markers_up_to_the_first_call_are_one_start() -> None:
    assert config_of(started(None), started(None)).generations == 1
    assert config_of(started(None), opened("a", None), started(None)).generations == 2


def test_r82_green_only_if_a_start_was_seen_and_nothing_is_missing() -> None:
    good = config_of(started(NOW - 100), ready(NOW - 90))
    attached = config_of(ttfb(300), opened("a"))
    starting = config_of(started(NOW - 10))

    assert (good.status, good.start_seen) == (Status.OK, True)
    assert (attached.status, attached.start_seen, attached.last_warning_at) == (Status.NO_DATA, False, None)
    assert starting.status is Status.NO_DATA


def test_r82_one_orchestrator_seen_starting_does_not_speak_for_the_other() -> None:
    config = config_of(started(NOW - 100), ready(NOW - 90), ttfb(300, source="other"))

    assert config.status is Status.NO_DATA


def test_r82_after_a_stop_nobody_knows_what_the_next_process_will_miss() -> None:
    good = [started(NOW - 100), ready(NOW - 90), event("process_stop", NOW - 50)]

    assert config_of(*good).status is Status.NO_DATA
    assert config_of(*good, opened("a", NOW - 40)).status is Status.OK
    assert config_of(*good, started(NOW - 40), ready(NOW - 30)).status is Status.OK


def test_a_field_missing_in_two_sources_is_missing_twice() -> None:
    config = config_of(missing(KEY), missing(KEY, source="other"))

    assert [(key.field, key.source) for key in config.missing] == [(KEY, "app"), (KEY, "other")]


@pytest.mark.parametrize(("starts", "status"), [(2, None), (3, Status.WARNING), (5, Status.CRITICAL)])
def test_a_process_that_starts_again_and_again_is_a_finding(starts: int, status: Status | None) -> None:
    events = [started(NOW - 600 + 40 * index) for index in range(starts)]

    findings = applied(MetricsStore(Thresholds()), *events).verdict.findings

    assert [one.status for one in findings if one.kpi == "restarts"] == ([status] if status else [])


def test_the_minute_after_a_start_passes_without_new_lines() -> None:
    store = MetricsStore(Thresholds())
    applied(store, *first_generation(), started(NOW - 30))

    assert fields_of(store.snapshot(NOW + 20, LIVE).config) == [KEY]
    assert fields_of(store.snapshot(NOW + 30, LIVE).config) == []


def test_r57_a_key_that_a_library_misses_without_naming_it_is_missing_under_its_providers_name() -> None:
    health = applied(MetricsStore(Thresholds()), started(), event("config_warning", provider="Deepgram")).config

    assert health.status is Status.CRITICAL
    assert [key.field for key in health.missing] == ["Deepgram API key"]


@pytest.mark.parametrize(("after", "generations"), [(60.0, 1), (119.0, 1), (121.0, 2)])
def test_r64_a_program_that_announces_itself_in_a_container_is_no_second_start(after: float, generations: int) -> None:
    container = event("process_start", NOW - 600, dialect=RUNTIME)

    config = config_of(container, missing(KEY, NOW - 599), started(NOW - 600 + after))

    assert config.generations == generations
