"""``voxtop rules prometheus --tests``: what promtool shall prove of the rules, with the limits in force."""

from collections.abc import Iterator, Mapping, Sequence

from tui.engine.metrics.fixed import bounds_s
from tui.engine.model import Limits, Thresholds
from tui.engine.rules._yaml import Yaml, dump
from tui.engine.text import t

RULES_FILE = "voxtop.rules.yml"
"""What the tests expect the rules to be called."""

_HOST = 'job="voxtop",instance="a:9464"'
_LABELS = {"job": "voxtop", "instance": "a:9464"}
_ALIVE = {f"voxtop_build_info{{{_HOST}}}": "1x120", f"up{{{_HOST}}}": "1x120"}


def tests_file(thresholds: Thresholds) -> str:
    """Return a file for ``promtool test rules``, to lie beside the rules."""
    document: Yaml = {
        "rule_files": [RULES_FILE],
        "evaluation_interval": "1m",
        "tests": [*_tests(thresholds)],
    }
    return f"# {t('rules.head_tests', file=RULES_FILE)}\n{dump(document)}"


def _tests(limits: Thresholds) -> Iterator[Yaml]:
    yield from _config()
    yield from _fallback(limits)
    yield from _ttfb(limits)
    yield from _itself()


def _test(
    name: str,
    series: Mapping[str, str],
    alert: str,
    minutes: int,
    firing: Sequence[Mapping[str, str]],
) -> dict[str, Yaml]:
    """Return a test: which alerts of a name fire after so many minutes."""
    state = {"alertname": alert, "alertstate": "firing"}
    samples: list[Yaml] = [{"labels": _series("ALERTS", {**state, **each}), "value": 1} for each in firing]
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [{"expr": _series("ALERTS", state), "eval_time": f"{minutes}m", "exp_samples": samples}],
    }


def _series(name: str, labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}"


def _config() -> Iterator[Yaml]:
    alert, critical = "ConfigWarningDetected", {"severity": "critical"}
    own = {"job": "app", "instance": "b:8000", "field_name": "GROQ_API_KEY"}
    yield _test(
        "a warning at start-up fires at once, though its counter begins at 1",
        {_series("config_warning_total", own): "_x3 1x20"},
        alert,
        4,
        [{**own, **critical}],
    )
    key = {**_LABELS, "field_name": "GROQ_API_KEY"}
    missing, fires = _series("voxtop_config_missing", key), [{**key, **critical}]
    counted = _series("config_warning_total", key)
    yield _test(
        "a missing key fires while the process misses it",
        {**_ALIVE, missing: "0x3 1x20"},
        alert,
        5,
        fires,
    )
    yield _test(
        "a key that the next process has is over, though it was counted",
        {**_ALIVE, missing: "1x10 0x20", counted: "1x30"},
        alert,
        15,
        [],
    )


def _fallback(limits: Thresholds) -> Iterator[Yaml]:
    """Count 1,000 calls within the window and just as many activations as it takes."""
    alert, stage = "HighFallbackRate", {**_LABELS, "provider_type": "tts"}
    minutes = max(1, int(limits.rate_window_s // 60))
    calls = f"voxtop_calls_distinct_total{{{_HOST}}}"
    counter = _series("fallback_activated_total", stage)
    length = minutes + 30

    def shares(per_cent: float) -> dict[str, str]:
        return {**_ALIVE, calls: f"0+100x{length}", counter: f"0+{per_cent:g}x{length}"}

    below, warn, crit = limits.fallback_pct.warn_at / 2, limits.fallback_pct.warn_at, limits.fallback_pct.crit_at
    at = minutes + 20
    if warn:
        yield _test("few fallbacks fire nothing", shares(below), alert, at, [])
    warning, critical = {**stage, "severity": "warning"}, {**stage, "severity": "critical"}
    yield _test("a share at the first limit warns", shares(warn), alert, at, [warning])
    yield _test(
        "a share above the second limit is critical",
        shares(crit + 1),
        alert,
        at,
        [warning, critical],
    )


def _ttfb(limits: Thresholds) -> Iterator[Yaml]:
    alert = "HighTTFB"
    expected = {**_LABELS, "stage": "TTS"}
    yield _test(
        "first bytes of several providers and above the second limit are critical",
        {**_ALIVE, **_histogram(limits, _above(limits, limits.ttfb_tts_ms))},
        alert,
        30,
        [{**expected, "severity": severity} for severity in ("warning", "critical")],
    )
    yield _test("quick first bytes fire nothing", {**_ALIVE, **_histogram(limits, bounds_s(limits)[0])}, alert, 30, [])


def _above(limits: Thresholds, one: Limits) -> float:
    """Return the first bound above a critical limit; infinity where there is none."""
    return min((bound for bound in bounds_s(limits) if bound * 1000 > one.crit_at), default=float("inf"))


def _histogram(limits: Thresholds, bound_s: float) -> dict[str, str]:
    """Return two providers whose samples all lie in the bucket that ends at a bound."""
    found = {}
    for provider in ("Azure", "Google"):
        labels = {**_LABELS, "provider": provider}
        for bound in (*bounds_s(limits), float("inf")):
            name = "+Inf" if bound == float("inf") else f"{bound:g}"
            step = 10 if bound >= bound_s else 0
            found[_series("tts_ttfb_seconds_bucket", {**labels, "le": name})] = f"0+{step}x60"
        found[_series("tts_ttfb_seconds_count", labels)] = "0+10x60"
    return found


def _itself() -> Iterator[Yaml]:
    source = {**_LABELS, "source": "app"}
    unread = _series("voxtop_source_up", source)
    critical = {"severity": "critical"}
    yield _test(
        "a source that is not read fires", {**_ALIVE, unread: "1x2 0x30"}, "SourceStale", 20, [{**source, **critical}]
    )
    yield _test("a source that is read fires nothing", {**_ALIVE, unread: "1x30"}, "SourceStale", 20, [])
    gone = {f"voxtop_build_info{{{_HOST}}}": "1x5", f"up{{{_HOST}}}": "1x5 0x60"}
    dead = "MonitorDead"
    yield _test("a voxtop that cannot be scraped fires", gone, dead, 20, [{**_LABELS, **critical}, critical])
    yield _test("no voxtop at all fires", {f"up{{{_HOST}}}": "1x60"}, dead, 20, [critical])
    yield _test("a living voxtop fires nothing", _ALIVE, dead, 20, [])
    heartbeat = f"voxtop_heartbeat_timestamp_seconds{{{_HOST}}}"
    yield _test(
        "a voxtop that stands still fires",
        {**_ALIVE, heartbeat: "0+60x5 300x60"},
        "MonitorFrozen",
        20,
        [{**_LABELS, **critical}],
    )
    yield _test("a heart that beats fires nothing", {**_ALIVE, heartbeat: "0+60x60"}, "MonitorFrozen", 20, [])
    yield _test("the watchdog fires always", _ALIVE, "Watchdog", 1, [{"severity": "none"}])
