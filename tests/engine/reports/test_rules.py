"""The rules that decide what a report says, by their numbers."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.engine.metrics.log_events import closed, error, event, missing, opened, started, ttfb
from tests.engine.reports.reading import NOW, report_on, written
from tui.engine.metrics.kpis import with_kpis
from tui.engine.metrics.period import PeriodFigures
from tui.engine.metrics.totals import Asked, SourceTotals
from tui.engine.model import LogEvent, Status, Thresholds
from tui.engine.report import InputTotals, Kpi, Report, Span
from tui.engine.reporting import iso_week

OK, WARNING, CRITICAL, NO_DATA = Status.OK, Status.WARNING, Status.CRITICAL, Status.NO_DATA


def figures(*events: LogEvent, asked: Asked | None = None) -> PeriodFigures:
    """Return the figures of one source over the ten hours before NOW."""
    totals = SourceTotals("app", asked or Asked(), NOW)
    totals.seen(NOW - 36_000)
    totals.seen(NOW)
    totals.apply(events)
    return PeriodFigures([totals], Thresholds(), Span(NOW - 36_000, NOW))


def kpis_of(found: PeriodFigures) -> dict[str, Kpi]:
    report = Report(
        input=InputTotals(taken=1),
        config=found.config(),
        fallback=found.fallback(),
        ttfb=found.ttfb(),
        calls=found.calls,
        errors=found.errors(),
        uptime=found.uptime(),
    )
    return {kpi.name: kpi for kpi in with_kpis(report, Thresholds()).kpis}


def calls(count: int) -> list[LogEvent]:
    found = []
    for index in range(count):
        at = NOW - 30_000 + 20 * index
        found += [opened(f"c{index}", at), closed(f"c{index}", at + 10, duration_s=10)]
    return found


def fallbacks(count: int) -> list[LogEvent]:
    return [event("fallback", NOW - 20_000 + 10 * index, stage="TTS", to="Google") for index in range(count)]


def test_r12_stages_are_never_mixed() -> None:
    found = figures(*[ttfb(ms, stage=stage) for stage, ms in (("STT", 100), ("LLM", 900), ("TTS", 3200))]).ttfb()

    assert {stage: one.p95 for stage, one in found.items()} == {"STT": 100, "LLM": 900, "TTS": 3200}


def test_r13_the_kpi_is_the_nearest_rank_p95_and_the_mean_stands_beside_it() -> None:
    found = figures(*[ttfb(ms) for ms in range(10, 1010, 10)])

    assert found.ttfb()["TTS"].p95 == pytest.approx(950, rel=0.01)
    assert found.ttfb()["TTS"].mean == pytest.approx(505)
    assert kpis_of(found)["ttfb_p95_tts"].actual == pytest.approx(950, rel=0.01)


def test_r17_what_cannot_be_a_latency_is_counted_as_a_bad_sample() -> None:
    found = figures(ttfb(-1), ttfb(0), ttfb(120_001), ttfb(float("nan")), ttfb(120_000))

    assert found.bad_samples() == 4
    assert found.ttfb()["TTS"].n == 1


def test_r25_one_activation_has_one_target_the_one_its_last_line_names() -> None:
    at = NOW - 100
    found = figures(
        event("fallback", at, stage="TTS"),
        event("fallback", at + 1, stage="TTS", to="Google"),
        event("fallback", at + 50, stage="TTS", to="Cartesia"),
    ).fallback()

    assert found.activations == 2
    assert found.by_target == {"Google": 1, "Cartesia": 1}


def test_r26_activations_per_100_calls_may_exceed_100() -> None:
    found = figures(*calls(20), *fallbacks(30)).fallback()

    assert (found.per_100_calls, found.status) == (150, CRITICAL)


def test_r27_without_calls_nothing_is_divided_and_fallbacks_warn() -> None:
    found = figures(*fallbacks(1)).fallback()

    assert (found.per_100_calls, found.status) == (None, WARNING)
    assert figures().fallback().status is NO_DATA


def test_r27_with_fewer_than_ten_calls_a_rate_is_never_critical() -> None:
    assert figures(*calls(9), *fallbacks(9)).fallback().status is WARNING
    assert figures(*calls(10), *fallbacks(9)).fallback().status is CRITICAL


def test_r28_duplicates_of_an_open_id_are_one_call_of_the_denominator() -> None:
    found = figures(opened("a", NOW - 600), opened("a", NOW - 590), opened("b", NOW - 580)).calls

    assert (found.opened, found.counted) == (3, 2)


def test_r42_affected_calls_are_the_kpi_only_where_most_errors_name_theirs() -> None:
    named = [error(NOW - 5000 + 10 * index, id="c1") for index in range(4)]

    attributed = figures(*calls(100), *named, error(NOW - 100)).errors()
    unattributed = figures(*calls(100), *named, error(NOW - 100), error(NOW - 90)).errors()

    assert (attributed.affected_calls, attributed.rate, attributed.per_100_calls) == (1, 1.0, 5.0)
    assert (unattributed.affected_calls, unattributed.rate) == (None, 6.0)


def test_r42_calls_are_attributed_without_times_too() -> None:
    events = [opened("a", None), opened("b", None), error(None, id="a", code="1"), error(None, id="a", code="2")]

    assert figures(*events).errors().affected_calls == 1


def test_r45_a_call_nothing_is_heard_of_any_more_is_no_clean_close() -> None:
    found = figures(opened("a", NOW - 7200)).calls

    assert (found.active_at_end, found.ended_unknown, found.closed, found.lost) == (0, 1, 0, 0)


def test_r46_a_restart_loses_every_open_call() -> None:
    found = figures(
        started(NOW - 9000), opened("a", NOW - 600), opened("b", NOW - 500), started(NOW - 400, pid=2)
    ).calls

    assert (found.lost, found.active_at_end, found.peak) == (2, 0, 2)


def test_r49_durations_are_the_logged_ones_else_measured_else_unknown() -> None:
    found = figures(
        *(opened("a", NOW - 600), closed("a", NOW - 590, duration_s=30)),
        *(opened("b", NOW - 600), closed("b", NOW - 590)),
        closed("never seen", NOW - 500),
    ).calls

    assert (found.measured, found.mean_duration_s, found.closed) == (2, 20, 3)


def test_r53_calls_of_an_excluded_client_count_nowhere() -> None:
    events = [opened("a", NOW - 60), opened("b", NOW - 50, client="Browser"), error(NOW - 45, id="b")]
    events += [closed("b", NOW - 40, duration_s=1), closed("a", NOW - 30, duration_s=30)]

    found = figures(*events, asked=Asked(exclude_clients=frozenset({"browser"})))

    assert found.calls.by_client == {"twilio": 1}
    assert (found.calls.opened, found.calls.closed, found.calls.short, found.errors().count) == (1, 1, 0, 0)


def test_r55_short_calls_are_counted() -> None:
    found = figures(opened("a", NOW - 60), closed("a", NOW - 58), opened("b", NOW - 50), closed("b", NOW - 47)).calls

    assert found.short == 1


def test_r57_config_warnings_are_distinct_fields_of_each_generation() -> None:
    boots = [NOW - 9000, NOW - 5000, NOW - 1000]
    events = []
    for boot in boots:
        events += [missing("GROQ_API_KEY", boot), missing("GROQ_API_KEY", boot + 1), missing("GROQ_API_KEY", boot + 2)]
        if boot != boots[-1]:
            events.append(missing("AZURE_SPEECH_KEY", boot + 2))
        events += [started(boot + 3), event("process_ready", boot + 5)]

    found = figures(*events).config()

    assert found.count == 5
    rows = {one.name: (one.generations, one.lines, one.resolved) for one in found.missing}
    assert rows == {"GROQ_API_KEY": (3, 9, False), "AZURE_SPEECH_KEY": (2, 2, True)}
    assert {one.last for one in found.missing} == {NOW - 998, NOW - 4998}
    assert found.status is CRITICAL


def test_r82_no_warnings_are_good_news_only_if_a_start_was_seen() -> None:
    assert figures(*calls(1)).config().status is NO_DATA
    assert figures(started(NOW - 9000), *calls(1)).config().status is OK
    assert figures(started(NOW - 9000), *calls(1), event("process_stop", NOW)).config().status is NO_DATA


def test_r66_a_log_without_times_has_totals_and_nothing_about_minutes(tmp_path: Path) -> None:
    lines = ["🔌 WS CONNECTION | Client: twilio, ID: a", "❌ [TTS Azure] Error: 401", "✅ WS CLOSED | ID: a"]

    report = report_on(written(tmp_path / "app.log", lines))

    assert report.untimed
    assert (report.calls.opened, report.calls.closed, report.calls.peak, report.errors.count) == (1, 1, 1, 1)
    assert (report.period.start, report.period.end, report.period.iso_week) == (None, None, None)
    assert (report.calls.mean_duration_s, report.errors.per_minute, report.uptime.ratio) == (None, None, None)
    assert (report.hours, report.worst) == ((), None)


def test_r66_of_a_log_without_times_nobody_knows_how_much_of_a_period_it_covers(tmp_path: Path) -> None:
    path = written(tmp_path / "app.log", ["❌ [TTS Azure] Error: 401"])

    report = report_on(path, asked=Asked(Span(NOW - 60, NOW)))

    assert (report.errors.count, report.period.covered_pct) == (1, None)


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_r67_a_log_from_another_clock_is_believed_but_a_single_odd_line_is_not(tmp_path: Path) -> None:
    def line(at: float) -> str:
        return f"{stamp(at)} 📊 [TTS Azure] trace=a TTFB=300ms"

    later = NOW + 40 * 86_400
    future = report_on(written(tmp_path / "future.log", [line(later), line(later + 60)]))
    odd = report_on(written(tmp_path / "odd.log", [line(NOW - 60), line(later), line(NOW - 30)]))

    assert (future.period.start, future.period.end) == (later, later + 60)
    assert (odd.period.start, odd.period.end, odd.ttfb["TTS"].n) == (NOW - 60, NOW - 30, 3)


def test_r67_a_clock_that_is_set_back_hides_no_open_call_from_the_peak() -> None:
    hour = 3600.0
    found = figures(
        started(NOW - 2 * hour),
        opened("a", NOW - 2 * hour + 10),
        opened("b", NOW - 2 * hour + 20),
        started(NOW - 3 * hour),  # the clock went back, and both are lost with their process
        opened("c", NOW - 3 * hour + 60),
        closed("c", NOW - 3 * hour + 120),
    )

    assert (found.calls.opened, found.calls.closed, found.calls.lost) == (3, 1, 2)
    assert (found.calls.peak, found.calls.active_at_end) == (2, 0)


def test_r69_what_lies_outside_the_period_asked_for_does_not_count(tmp_path: Path) -> None:
    lines = [f"{stamp(NOW - 7200 + 60 * minute)} ❌ [TTS Azure] Error: {400 + minute}" for minute in range(120)]
    asked = Asked(Span(NOW - 3600, NOW - 1800))

    report = report_on(written(tmp_path / "app.log", lines), asked=asked)

    assert report.errors.count == 30
    assert (report.period.start, report.period.end) == (NOW - 3600, NOW - 1800)
    assert report.period.covered_pct == 100


def test_r69_the_share_covered_is_told_and_silence_within_the_log_is_covered(tmp_path: Path) -> None:
    log = [f"{stamp(at)} noted" for at in (NOW - 9000, NOW - 900)]

    report = report_on(written(tmp_path / "app.log", log), asked=Asked(Span(NOW - 3600, None)))

    assert report.period.covered_pct == pytest.approx(75)
    assert not report.has_data


def test_r73_uptime_is_the_share_without_the_gaps_between_generations() -> None:
    boot = [started(NOW - 30_000), event("process_ready", NOW - 29_995)]
    redeploy = [event("process_stop", NOW - 18_000), started(NOW - 17_700, pid=2), event("process_ready", NOW - 17_640)]

    found = figures(*boot, *calls(1), *redeploy).uptime()

    assert found.ratio == pytest.approx(1 - 360 / 36_000)
    assert (found.basis, found.status) == ("markers", WARNING)


def test_r73_after_a_crash_the_gap_begins_with_the_last_line() -> None:
    totals = SourceTotals("app", Asked(), NOW)
    totals.seen(NOW - 10_000)
    crashed = started(NOW - 4000, pid=2)

    totals.apply([started(NOW - 10_000), opened("a", NOW - 9000), closed("a", NOW - 8000)])
    totals.apply([crashed, event("process_ready", NOW - 3990)], {crashed.line: NOW - 4040})
    totals.seen(NOW)

    found = PeriodFigures([totals], Thresholds(), Span(NOW - 10_000, NOW)).uptime()
    assert found.ratio == pytest.approx(1 - 50 / 10_000)


def test_r73_silence_is_no_downtime_and_without_markers_there_is_no_uptime() -> None:
    assert figures(opened("a", NOW - 36_000), closed("a", NOW - 10)).uptime().ratio is None
    assert figures(started(NOW - 35_000), opened("a", NOW - 34_000), closed("a", NOW - 10)).uptime().ratio == 1


@pytest.mark.parametrize(
    ("start", "end", "week"),
    [
        ("2026-01-29T10:00", "2026-01-29T18:00", "2026-W05"),
        ("2027-01-01T00:00", "2027-01-01T23:00", "2026-W53"),
        ("2026-01-25T23:00", "2026-01-26T01:00", None),
        ("2026-01-26T00:00", "2027-01-26T01:00", None),
    ],
)
def test_r74_the_week_is_the_iso_week_of_the_covered_period(start: str, end: str, week: str | None) -> None:
    span = Span(*(datetime.fromisoformat(f"{text}:00Z").timestamp() for text in (start, end)))

    assert iso_week(span, UTC) == week


def test_r74_a_week_asked_for_is_that_week_in_its_zone() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    begin, end = (datetime(2026, 1, day, tzinfo=madrid).timestamp() for day in (19, 26))

    assert iso_week(Span(begin, end), madrid, until=end) == "2026-W04"
    assert iso_week(Span(begin, end), UTC, until=end) is None


def test_r75_rates_are_computed_before_anything_is_rounded() -> None:
    assert figures(*calls(87), *fallbacks(2)).fallback().per_100_calls == pytest.approx(2.2988505747)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("TTS", 499.9, OK), ("TTS", 500, WARNING), ("STT", 200, WARNING), ("LLM", 1000, WARNING), ("LLM", 2001, CRITICAL)],
)
def test_r76_exactly_at_the_target_is_not_met(name: str, value: float, status: Status) -> None:
    kpi = kpis_of(figures(ttfb(value, stage=name)))[f"ttfb_p95_{name.lower()}"]

    assert (kpi.actual, kpi.status) == (value, status)


@pytest.mark.parametrize(("count", "status"), [(4, OK), (5, WARNING), (10, WARNING), (11, CRITICAL)])
def test_r76_the_fallback_rate_at_its_limits(count: int, status: Status) -> None:
    assert kpis_of(figures(*calls(100), *fallbacks(count)))["fallback_rate"].status is status


def test_r76_no_data_is_no_data() -> None:
    states = {kpi.name: kpi.status for kpi in kpis_of(figures()).values()}

    assert states.pop("errors_per_minute") is OK
    assert set(states.values()) == {NO_DATA}
