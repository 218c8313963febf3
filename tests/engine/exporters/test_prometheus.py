import subprocess
from dataclasses import replace

import pytest

from tests.engine.exporters.scraped import OPENMETRICS, Scrape, Watched
from tests.engine.metrics.log_events import LIVE, NOW, closed, error, event, missing, opened, started, ttfb
from tests.terminal import require
from tui.engine.exporters._series import BORN_S, MAX_SERIES
from tui.engine.model import LogEvent, SourceState, SourceStatus

GUIDE = ("config_warning_total", "fallback_activated_total", "tts_ttfb_seconds_count")
CONTRACT = (
    "voxtop_ttfb_seconds_count",
    "voxtop_turn_seconds_count",
    "voxtop_calls_opened_total",
    "voxtop_calls_closed_total",
    "voxtop_calls_lost_total",
    "voxtop_errors_total",
    "voxtop_config_missing",
)


def fallback(at: float = NOW, stage: str = "TTS", **fields: str) -> LogEvent:
    return event("fallback", at, stage=stage, to="Google", **fields)


def busy(watched: Watched) -> None:
    """Give the store one of everything, with lines that it counts once or not at all."""
    watched.take(
        started(NOW - 50),
        missing("GROQ_API_KEY", NOW - 49),
        missing("GROQ_API_KEY", NOW - 49),
        opened("c1", NOW - 40),
        opened("c1", NOW - 39),
        opened("c2", NOW - 38, client="telnyx"),
        ttfb(342, NOW - 30, trace="abc123", dialect="andrea"),
        ttfb(342.4, NOW - 30, dialect="guide"),
        ttfb(0, NOW - 29),
        ttfb(1000, NOW - 28, stage="LLM", provider="Groq", trace="unknown"),
        event("turn", NOW - 27, ms=1400.0),
        error(NOW - 20),
        error(NOW - 19.5),
        fallback(NOW - 19),
        fallback(NOW - 18.5),
        closed("c1", NOW - 10, duration_s=30.0),
        closed("c1", NOW - 9),
    )


def test_every_promised_series_is_there_at_0_before_the_first_event() -> None:
    scrape = Scrape(Watched(sources=()).scrape())

    for name in (*GUIDE, *CONTRACT):
        assert scrape.labels(name), name
        assert scrape.total(name) == 0, name
    assert scrape.value("fallback_activated_total", provider_type="llm") == 0
    assert scrape.value("config_warning_total", field_name="GROQ_API_KEY") == 0
    assert scrape.value("voxtop_errors_total", stage="TTS", provider="Azure", code="401") == 0
    assert scrape.value("tts_ttfb_seconds_bucket", provider="Azure", le="0.5") == 0


def test_counters_hold_what_the_store_counts_after_de_duplication() -> None:
    watched = Watched()
    busy(watched)
    scrape, snapshot = watched.settled(), watched.snapshot()

    assert scrape.total("voxtop_calls_opened_total") == snapshot.calls.opened == 2
    assert scrape.total("voxtop_calls_closed_total") == snapshot.calls.closed == 1
    assert scrape.total("voxtop_errors_total") == snapshot.errors.count == 1
    assert scrape.total("fallback_activated_total") == sum(row.activations for row in snapshot.fallback) == 1
    assert scrape.total("voxtop_ttfb_seconds_count") == sum(row.figures.n for row in snapshot.ttfb) == 2
    assert scrape.value("voxtop_turn_seconds_count") == snapshot.turn.figures.n == 1
    assert scrape.value("voxtop_active_calls") == snapshot.calls.active == 1
    assert scrape.value("config_warning_total", field_name="GROQ_API_KEY") == 1
    assert scrape.value("voxtop_config_missing", field_name="GROQ_API_KEY") == 1
    assert scrape.value("voxtop_config_missing", field_name="AZURE_SPEECH_KEY") == 0
    assert scrape.value("voxtop_orchestrator_starts_total") == 1


def test_r22_stages_are_written_as_the_guide_does_under_its_name_and_as_voxtop_does_under_its_own() -> None:
    watched = Watched()
    busy(watched)
    scrape = watched.settled()

    assert scrape.value("fallback_activated_total", provider_type="tts") == 1
    assert scrape.value("voxtop_ttfb_seconds_count", stage="TTS", provider="Azure") == 1
    assert scrape.value("tts_ttfb_seconds_count", provider="Azure") == 1


def test_r04_a_value_at_a_limit_is_below_its_bound_and_one_above_it_is_not() -> None:
    watched = Watched()
    watched.take(ttfb(500, NOW - 3), ttfb(500.1, NOW - 2), ttfb(1000, NOW - 1), ttfb(12_000, NOW))
    scrape = watched.settled()

    def below(bound: str) -> float | None:
        return scrape.value("tts_ttfb_seconds_bucket", provider="Azure", le=bound)

    assert [below(bound) for bound in ("0.4", "0.5", "0.75", "1.0", "10.0", "+Inf")] == [0, 1, 2, 3, 3, 4]
    assert scrape.value("tts_ttfb_seconds_sum", provider="Azure") == pytest.approx(14.0001)


def test_openmetrics_carries_the_trace_as_an_exemplar_and_no_label_does() -> None:
    watched = Watched()
    busy(watched)
    watched.settled()

    plain, rich = watched.scrape(), watched.scrape(OPENMETRICS)

    assert "abc123" not in plain
    traced = [line for line in rich.splitlines() if "abc123" in line]
    assert {line.split("{")[0] for line in traced} == {"tts_ttfb_seconds_bucket", "voxtop_ttfb_seconds_bucket"}
    assert all('# {trace_id="abc123"} 0.342' in line for line in traced)
    assert '"unknown"} 1.0' not in rich.split("# {", 1)[1]  # a trace that nobody knows leads nowhere (R19)
    assert rich.endswith("# EOF\n")


def test_a_call_id_never_becomes_a_label() -> None:
    watched = Watched()
    watched.take(opened("secret-id-1"), error(id="secret-id-1"), closed("secret-id-1"))

    assert "secret-id-1" not in watched.settled().text


def test_history_from_before_the_start_is_no_news() -> None:
    watched = Watched(since=NOW - 5)
    watched.take(
        *(opened(f"old{number}", NOW - 900 + number) for number in range(40)), error(NOW - 600), ttfb(300, NOW - 600)
    )
    watched.take(opened("new", NOW - 1), ttfb(400, NOW - 1))
    scrape = watched.settled()

    assert watched.snapshot().calls.opened == 41
    assert scrape.total("voxtop_calls_opened_total") == 1
    assert scrape.total("voxtop_errors_total") == 0
    assert scrape.total("voxtop_ttfb_seconds_count") == 1


def test_what_an_earlier_run_counted_is_no_news_and_what_was_written_while_nobody_ran_is() -> None:
    watched = Watched(since=NOW)
    watched.store.recall([opened("old", NOW - 900), error(NOW - 800)], NOW)
    watched.take(opened("meanwhile", NOW - 30), opened("elsewhere", NOW - 30, source="other"))
    scrape = watched.settled()

    assert watched.snapshot().calls.opened == 3
    assert scrape.total("voxtop_calls_opened_total") == 1
    assert scrape.total("voxtop_errors_total") == 0


def test_an_unforeseen_label_set_is_told_at_0_first_so_that_its_first_event_is_an_increase() -> None:
    watched = Watched()
    watched.take(error(code="418", provider="Newcomer"))

    first = Scrape(watched.scrape())
    watched.clock.advance(BORN_S)
    second = Scrape(watched.scrape())

    labels = {"stage": "TTS", "provider": "Newcomer", "code": "418"}
    assert first.value("voxtop_errors_total", **labels) == 0
    assert second.value("voxtop_errors_total", **labels) == 1


def everything_named(name: str, at: float) -> tuple[LogEvent, ...]:
    return (
        error(at, provider=name, code=name),
        ttfb(100, at, provider=name),
        opened(name, at, client=name),
        missing(f"KEY_{name.upper()}", at),
    )


def test_fault_95_ten_thousand_label_values_stay_within_the_cap_and_none_is_lost() -> None:
    sources = tuple(SourceStatus(f"s{number}", "file", SourceState.LIVE, lines=1) for number in range(10_000))
    watched = Watched(sources=sources)
    watched.take(*(one for number in range(10_000) for one in everything_named(f"v{number}", NOW - 50 + number / 1000)))
    scrape = watched.settled()

    per_metric = {name: len(scrape.labels(name)) for name in {name for name, _ in scrape.samples}}
    bucket_bounds = 16
    assert {
        name: n for name, n in per_metric.items() if n > MAX_SERIES * (bucket_bounds if "bucket" in name else 1)
    } == {}
    assert scrape.total("voxtop_errors_total") == 10_000
    assert scrape.total("voxtop_calls_opened_total") == 10_000
    assert scrape.total("voxtop_ttfb_seconds_count") == 10_000
    assert scrape.total("voxtop_lines_total") == 10_000
    assert scrape.value("voxtop_calls_opened_total", client="other")


def test_fault_98_no_secret_and_no_raw_byte_reaches_a_label() -> None:
    watched = Watched(sources=(SourceStatus("ssh://u:pa55word@h/\x1b]0;x\x07", "ssh", SourceState.LIVE),))
    watched.take(error(provider="Bearer sk-abcdefghijklmnopqrstuvwxyz123456", code='a"b\\c\nd'))
    text = watched.settled().text

    assert "pa55word" not in text
    assert "sk-abcdefghijklmnop" not in text
    assert "\x1b" not in text


def test_a_source_that_is_not_read_is_down_and_takes_the_number_of_open_calls_with_it() -> None:
    watched = Watched()
    watched.take(opened("c1"))
    assert Scrape(watched.scrape()).value("voxtop_active_calls") == 1

    watched.sources = (replace(LIVE[0], state=SourceState.STALE, gaps=2, lag_s=7.0, last_read_at=NOW - 90),)
    scrape = Scrape(watched.scrape())

    assert scrape.value("voxtop_active_calls") is None
    assert scrape.value("voxtop_silent_callers") is None
    assert scrape.value("voxtop_source_up", source="app") == 0
    assert scrape.value("voxtop_gaps_total", source="app") == 2
    assert scrape.value("voxtop_source_lag_seconds", source="app") == 7
    assert scrape.value("voxtop_source_last_read_timestamp_seconds", source="app") == NOW - 90


def test_a_quiet_source_is_up() -> None:
    watched = Watched(sources=(replace(LIVE[0], state=SourceState.QUIET),))

    assert Scrape(watched.scrape()).value("voxtop_source_up", source="app") == 1


def test_the_heartbeat_grows_old_when_nobody_beats() -> None:
    watched = Watched()
    watched.exporter.beat()
    watched.clock.advance(40)

    assert Scrape(watched.scrape()).value("voxtop_heartbeat_timestamp_seconds") == NOW


def test_the_exporter_tells_of_itself() -> None:
    watched = Watched()
    first = watched.scrape()
    scrape = Scrape(watched.scrape())

    assert scrape.value("voxtop_scrape_size_bytes") == len(first.encode())
    assert scrape.total("process_resident_memory_bytes") > 0
    assert scrape.labels("voxtop_build_info")[0].keys() == {"version"}


def test_promtool_finds_nothing_to_mend() -> None:
    require("promtool")
    watched = Watched()
    busy(watched)

    done = subprocess.run(
        ["promtool", "check", "metrics"], input=watched.settled().text, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
