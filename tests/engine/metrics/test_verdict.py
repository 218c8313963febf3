"""The strip, freshness, and objects that stay the same."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.metrics.log_events import LIVE, NOW, applied, closed, error, event, missing, opened, started, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import STAGES, Kind, LogEvent, Snapshot, SourceState, SourceStatus, Status, Thresholds

KINDS: list[Kind] = [
    "ttfb",
    "turn",
    "call_opened",
    "call_closed",
    "socket_opened",
    "socket_closed",
    "fallback",
    "recovery",
    "config_warning",
    "error",
    "warning",
    "process_start",
    "process_ready",
    "process_stop",
    "key_present",
]
MAYBE_TIME = st.one_of(st.none(), st.floats(NOW - 8000, NOW + 900), st.floats(allow_nan=False, width=32))
EVENTS = st.lists(
    st.builds(
        LogEvent,
        kind=st.sampled_from(KINDS),
        source=st.sampled_from(["app", "b"]),
        line=st.integers(1, 500),
        time=MAYBE_TIME,
        arrived=st.one_of(st.none(), st.floats(NOW - 5, NOW)),
        dialect=st.sampled_from(["guide", "andrea"]),
        level=st.sampled_from([None, "info", "error"]),
        stage=st.sampled_from([None, *STAGES]),
        provider=st.sampled_from([None, "Azure", "Groq"]),
        ms=st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(1, 5000)),
        id=st.sampled_from([None, "a", "b", "c"]),
        client=st.sampled_from([None, "twilio"]),
        duration_s=st.sampled_from([None, 1.0, 60.0]),
        to=st.sampled_from([None, "Google"]),
        field=st.sampled_from([None, "GROQ_API_KEY", "AZURE_SPEECH_KEY"]),
        code=st.sampled_from([None, "401", "403", "all_failed"]),
        text=st.sampled_from(["", "Started parent process [1]", "Manager connect failed: x", "Traceback (most"]),
    ),
    max_size=60,
)
NOT_LIVE = [state for state in SourceState if state is not SourceState.LIVE]


def sources(*states: SourceState, last_line_at: float | None = None) -> tuple[SourceStatus, ...]:
    return tuple(
        SourceStatus(f"s{index}", "file", state, last_line_at=last_line_at) for index, state in enumerate(states)
    )


def statuses(snapshot: Snapshot) -> list[Status]:
    """Return every status a screen could paint."""
    return [
        snapshot.verdict.status,
        snapshot.config.status,
        snapshot.calls.status,
        snapshot.turn.figures.status,
        snapshot.errors.status,
        snapshot.errors.pct_status,
        snapshot.errors.rate_status,
        *(row.status for row in snapshot.fallback),
        *(row.figures.status for row in snapshot.ttfb),
        *(figures.status for row in snapshot.ttfb for _, figures in row.providers),
    ]


def healthy(store: MetricsStore) -> Snapshot:
    calls = [opened(f"c{index}", NOW - 300 + index) for index in range(12)]
    ends = [closed(f"c{index}", NOW - 200 + index, duration_s=60) for index in range(12)]
    samples = [ttfb(100, NOW - 100 + index, stage=stage) for index in range(30) for stage in STAGES]
    return applied(store, started(NOW - 400), event("process_ready", NOW - 390), *calls, *ends, *samples)


@settings(deadline=None)
@given(EVENTS, st.lists(st.sampled_from(NOT_LIVE), max_size=4), st.sampled_from([0.0, 40.0, 4000.0]))
def test_never_green_nor_red_without_a_live_source(
    events: list[LogEvent], states: list[SourceState], later: float
) -> None:
    store = MetricsStore(Thresholds())
    applied(store, *events)

    snapshot = store.snapshot(NOW + later, sources(*states))

    assert set(statuses(snapshot)) == {Status.NO_DATA}
    assert snapshot.verdict.freshness in {"none", "stale"}


@settings(deadline=None)
@given(EVENTS, EVENTS)
def test_any_events_in_any_order_give_figures_that_make_sense(first: list[LogEvent], second: list[LogEvent]) -> None:
    store = MetricsStore(Thresholds())
    applied(store, *first)

    snapshot = applied(store, *second, now=NOW + 30)

    assert (snapshot.calls.active or 0) >= 0
    assert snapshot.calls.peak >= (snapshot.calls.active or 0)
    assert all(figures.n > 0 for row in snapshot.ttfb for _, figures in row.providers)
    assert (snapshot.verdict.status is Status.OK) <= (not snapshot.verdict.findings)
    worst = [one.status.rank for one in snapshot.verdict.findings]
    assert worst == sorted(worst, reverse=True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3600), st.floats(0, 3600))))
def test_without_events_nothing_is_green_however_live_the_source(spans: list[tuple[float, float]]) -> None:
    store = MetricsStore(Thresholds())
    for start, length in spans:
        store.observe(NOW - start, NOW - start + length)

    assert set(statuses(store.snapshot(NOW, LIVE))) == {Status.NO_DATA}


def test_green_needs_a_live_source_and_one_figure_with_data() -> None:
    verdict = healthy(MetricsStore(Thresholds())).verdict

    assert (verdict.status, verdict.freshness, verdict.findings) == (Status.OK, "live", ())


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], "none"),
        ([SourceState.CONNECTING, SourceState.WAITING], "none"),
        ([SourceState.QUIET], "stale"),
        ([SourceState.STALE, SourceState.CONNECTING], "stale"),
        ([SourceState.ENDED], "stale"),
        ([SourceState.FAILED, SourceState.LIVE], "live"),
    ],
)
def test_freshness_comes_from_the_sources(states: list[SourceState], expected: str) -> None:
    verdict = MetricsStore(Thresholds()).snapshot(NOW, sources(*states)).verdict

    assert (verdict.freshness, verdict.sources_total) == (expected, len(states))


def test_when_the_source_goes_stale_numbers_stay_and_judgements_go() -> None:
    store = MetricsStore(Thresholds())
    before = healthy(store)

    after = store.snapshot(NOW, sources(SourceState.STALE))

    assert set(statuses(after)) == {Status.NO_DATA}
    assert [row.figures.p95 for row in after.ttfb] == [row.figures.p95 for row in before.ttfb] == [100, 100, 100]
    assert [(one.kpi, one.detail) for one in after.verdict.findings] == [("source", "s0")]


def test_a_failed_source_beside_a_live_one_is_a_warning() -> None:
    store = MetricsStore(Thresholds())
    healthy(store)

    verdict = store.snapshot(NOW, sources(SourceState.LIVE, SourceState.FAILED)).verdict

    assert (verdict.status, verdict.sources_live, verdict.sources_total) == (Status.WARNING, 1, 2)
    assert [(one.kpi, one.status, one.detail) for one in verdict.findings] == [("source", Status.WARNING, "s1")]


def test_the_worst_finding_comes_first() -> None:
    events = [missing("GROQ_API_KEY"), *[ttfb(600) for _ in range(20)], error(NOW - 100)]

    verdict = applied(MetricsStore(Thresholds()), *events).verdict

    assert [(one.kpi, one.status) for one in verdict.findings] == [
        ("config", Status.CRITICAL),
        ("errors", Status.WARNING),
        ("ttfb", Status.WARNING),
    ]
    assert (verdict.status, verdict.findings[0].detail) == (Status.CRITICAL, "GROQ_API_KEY")


def test_since_is_when_the_present_word_began() -> None:
    store = MetricsStore(Thresholds())
    healthy(store)
    store.snapshot(NOW + 10, LIVE)
    store.apply([missing("GROQ_API_KEY", NOW + 20)], NOW + 20)

    assert store.snapshot(NOW + 9, LIVE).verdict.since == NOW + 9
    assert store.snapshot(NOW + 25, LIVE).verdict.since == NOW + 9
    assert store.snapshot(NOW + 30, sources(SourceState.STALE)).verdict.since == NOW + 30


def test_since_is_read_from_the_log_when_history_shows_it() -> None:
    slow = [ttfb(1500, NOW - 600 + 5 * index) for index in range(120)]
    fast = [ttfb(100, NOW - 1200 + 5 * index) for index in range(120)]

    key = applied(MetricsStore(Thresholds()), missing("GROQ_API_KEY", NOW - 777)).verdict
    latency = applied(MetricsStore(Thresholds()), *fast, *slow).verdict

    assert (key.status, key.since) == (Status.CRITICAL, NOW - 777)
    assert (latency.findings[0].kpi, latency.since) == ("ttfb", NOW - 600)


def test_since_never_reaches_back_before_the_former_word() -> None:
    store = MetricsStore(Thresholds())
    healthy(store)
    store.apply([missing("GROQ_API_KEY", NOW - 2000)], NOW + 5)

    assert store.snapshot(NOW + 5, LIVE).verdict.since == NOW


def test_an_idle_store_returns_the_very_same_snapshot() -> None:
    store = MetricsStore(Thresholds())
    first = healthy(store)

    assert store.snapshot(NOW, LIVE) is first
    assert store.snapshot(NOW + 4, LIVE) is first
    assert store.snapshot(NOW + 4, tuple(replace(one) for one in LIVE)) is first
    assert (first.at, first.version) == (NOW, 1)


def test_only_the_slices_that_changed_are_new_objects() -> None:
    store = MetricsStore(Thresholds())
    first = healthy(store)
    store.apply([ttfb(140, NOW + 1)], NOW + 1)

    second = store.snapshot(NOW + 1, LIVE)

    assert second is not first
    assert (second.at, second.version) == (NOW + 1, 2)
    assert second.ttfb is not first.ttfb
    for slice_name in ("verdict", "config", "fallback", "turn", "calls", "errors", "recent", "sources", "thresholds"):
        assert getattr(second, slice_name) is getattr(first, slice_name), slice_name


def test_an_idle_store_of_a_stale_source_is_the_same_object_too() -> None:
    store = MetricsStore(Thresholds())
    healthy(store)
    stale = sources(SourceState.STALE)

    assert store.snapshot(NOW, stale) is store.snapshot(NOW + 5, stale)


def test_windows_move_without_new_events() -> None:
    store = MetricsStore(Thresholds())
    assert healthy(store).ttfb[0].figures.widened is False

    later = store.snapshot(NOW + 1800, LIVE).ttfb[0].figures

    assert (later.n, later.widened) == (20, True)
    assert store.snapshot(NOW + 7200, LIVE).ttfb[0].figures.n == 0


def test_a_verdict_tells_when_the_newest_line_came_and_stays_the_same_object_until_another_comes() -> None:
    store = MetricsStore(Thresholds())
    first = store.snapshot(NOW, sources(SourceState.LIVE, last_line_at=NOW))

    later = store.snapshot(NOW + 7, sources(SourceState.LIVE, last_line_at=NOW))
    other = store.snapshot(NOW + 9, sources(SourceState.LIVE, last_line_at=NOW + 8))

    assert (first.verdict.newest_at, other.verdict.newest_at) == (NOW, NOW + 8)
    assert later is first
    assert MetricsStore(Thresholds()).snapshot(NOW, LIVE).verdict.newest_at is None


def test_the_notice_is_part_of_the_snapshot() -> None:
    store = MetricsStore(Thresholds())
    first = store.snapshot(NOW, LIVE, "azure-outage")

    assert first.notice == "azure-outage"
    assert store.snapshot(NOW, LIVE, "azure-outage") is first
    assert store.snapshot(NOW, LIVE, "calm").notice == "calm"


def test_r77_three_warning_lines_of_one_boot_are_one_finding_per_field() -> None:
    boot = [missing(field) for field in ("GROQ_API_KEY", "AZURE_SPEECH_KEY") for _ in range(3)]

    findings = applied(MetricsStore(Thresholds()), *boot, started()).verdict.findings

    assert sorted(finding.detail for finding in findings if finding.kpi == "config") == [
        "AZURE_SPEECH_KEY",
        "GROQ_API_KEY",
    ]
