"""Each figure that an alert rule may look at, as PromQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.engine.alerts.figures import GAP_S, PROVIDER_LIMITS
from tui.engine.alerts.rule import AlertRule
from tui.engine.metrics.concurrency import SHORT_WINDOW_S
from tui.engine.metrics.fallbacks import SPIKE_WINDOW_S
from tui.engine.metrics.findings import RESTARTS_CRITICAL, RESTARTS_WARN, RESTARTS_WINDOW_S
from tui.engine.model import Limits, Severity, Stage, Thresholds

BY = "job, instance"
_CALLS = f"sum by ({BY}) (increase(voxtop_calls_distinct_total[{{window}}]))"


@dataclass(frozen=True, slots=True)
class Condition:
    """When an alert of one severity fires."""

    severity: Severity
    expr: str
    stage: str = ""
    """Part of the alert's playbook key where the figure has stages and the rule is about one."""


Conditions = Callable[[AlertRule, Thresholds], list[Condition]]


def span(seconds: float) -> str:
    """Return a duration as Prometheus writes it."""
    whole = int(seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _number(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _judged(value: str, limits: Limits, guard: str = "") -> list[Condition]:
    """Return warning and critical: at or above the first limit, above the second (semantics R1)."""
    return [
        Condition("warning", f"{value} >= {_number(limits.warn_at)}"),
        Condition("critical", f"{value} > {_number(limits.crit_at)}{guard}"),
    ]


def _config(_rule: AlertRule, _limits: Thresholds) -> list[Condition]:
    """Fire for the state, not for an increase: a warning at start-up is there from a counter's first sample on.

    ``config_warning_total`` of an orchestrator counts for its process, that of a voxtop for all since it began.
    """
    own = f"(config_warning_total > 0 unless on ({BY}) voxtop_build_info)"
    return [Condition("critical", f"voxtop_config_missing == 1 or {own}")]


def _fallback(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    window = span(limits.rate_window_s)
    calls = _CALLS.format(window=window)
    share = f"100 * sum by ({BY}, provider_type) (increase(fallback_activated_total[{window}]))"
    return _judged(
        f"{share} / on ({BY}) group_left () {calls}",
        rule.limits or limits.fallback_pct,
        f" and on ({BY}) {calls} >= {limits.min_calls}",  # few calls prove little (semantics R27)
    )


def _spike(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    window = span(rule.window_s or SPIKE_WINDOW_S)
    count = f"sum by ({BY}, provider_type) (increase(fallback_activated_total[{window}]))"
    least = rule.limits.warn_at if rule.limits else limits.fallback_spike_per_hour
    return [Condition("warning", f"{count} >= {_number(least)}")]


def _p95(metric: str, by: str, window_s: float, limits: Limits, min_n: int) -> list[Condition]:
    """Judge a quantile: rates added up by ``le`` first, and enough samples (semantics R14, R21)."""
    window = span(window_s)
    bucket, count = metric.replace("{", "_bucket{", 1), metric.replace("{", "_count{", 1)
    value = f"1000 * histogram_quantile(0.95, sum by ({by}, le) (rate({bucket}[{window}])))"
    enough = f" and on ({by}) sum by ({by}) (increase({count}[{window}])) >= {min_n}"
    return [Condition(each.severity, each.expr + enough) for each in _judged(value, limits)]


def _ttfb(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    """Judge each stage by its own limits; speech by the guide's metric, which orchestrators tell themselves."""
    metrics: tuple[tuple[Stage, str], ...] = (
        ("STT", 'voxtop_ttfb_seconds{stage="STT"}'),
        ("LLM", 'voxtop_ttfb_seconds{stage="LLM"}'),
        ("TTS", "tts_ttfb_seconds{}"),
    )
    return [
        Condition(each.severity, each.expr, stage)
        for stage, metric in metrics
        for each in _p95(metric, BY, limits.ttfb_window_s, rule.limits or limits.ttfb_ms(stage), rule.min_n)
    ]


def _turn(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    return _p95("voxtop_turn_seconds{}", BY, limits.ttfb_window_s, rule.limits or limits.turn_ms, rule.min_n)


def _active(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    """Judge the whole system, not each host (semantics R56)."""
    return _judged("sum by (job) (voxtop_active_calls)", rule.limits or limits.active_calls)


def _silence(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    return _judged(f"sum by ({BY}) (voxtop_silent_callers)", rule.limits or limits.silent_callers)


def _short(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    count = f"sum by ({BY}) (increase(voxtop_calls_short_total[{span(SHORT_WINDOW_S)}]))"
    least = rule.limits.warn_at if rule.limits else limits.short_calls_warn
    return [Condition("warning", f"{count} >= {_number(least)}")]


def _errors(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    window = span(limits.rate_window_s)
    calls = _CALLS.format(window=window)
    share = f"100 * sum by ({BY}) (increase(voxtop_errors_total[{window}])) / {calls}"
    return _judged(share, rule.limits or limits.error_pct, f" and {calls} >= {limits.min_calls}")


def _per_minute(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    window_s = rule.window_s or limits.errors_window_s
    rate = f"60 * sum by ({BY}) (rate(voxtop_errors_total[{span(window_s)}]))"
    return _judged(rate, rule.limits or limits.errors_per_minute)


def _all_failed(_rule: AlertRule, limits: Thresholds) -> list[Condition]:
    window = span(limits.errors_window_s)
    count = f'sum by ({BY}, stage) (increase(voxtop_errors_total{{code="all_failed"}}[{window}]))'
    return [Condition("critical", f"{count} > 0")]


def _restarts(_rule: AlertRule, _limits: Thresholds) -> list[Condition]:
    count = f"increase(voxtop_orchestrator_starts_total[{span(RESTARTS_WINDOW_S)}])"
    return [
        Condition("warning", f"{count} >= {RESTARTS_WARN}"),
        Condition("critical", f"{count} >= {RESTARTS_CRITICAL}"),
    ]


def _provider(rule: AlertRule, limits: Thresholds) -> list[Condition]:
    """Judge the share of a provider's requests that failed; those with a first byte went well."""
    window, by = span(limits.errors_window_s), f"{BY}, stage, provider"
    failed = f"sum by ({by}) (increase(voxtop_errors_total[{window}]))"
    all_of_them = f"({failed} + (sum by ({by}) (increase(voxtop_ttfb_seconds_count[{window}])) or {failed} * 0))"
    enough = f" and {all_of_them} >= {rule.min_n}"
    return [
        Condition(each.severity, each.expr + enough)
        for each in _judged(f"100 * {failed} / {all_of_them}", rule.limits or PROVIDER_LIMITS)
    ]


def _source(_rule: AlertRule, _limits: Thresholds) -> list[Condition]:
    return [Condition("critical", "voxtop_source_up == 0")]


def _gap(rule: AlertRule, _limits: Thresholds) -> list[Condition]:
    return [Condition("warning", f"increase(voxtop_gaps_total[{span(rule.window_s or GAP_S)}]) > 0")]


CONDITIONS: Mapping[str, Conditions] = {
    "config": _config,
    "all_failed": _all_failed,
    "restarts": _restarts,
    "provider": _provider,
    "fallback": _fallback,
    "fallback_spike": _spike,
    "ttfb": _ttfb,
    "turn": _turn,
    "calls": _active,
    "silence": _silence,
    "short_calls": _short,
    "errors": _errors,
    "errors_per_minute": _per_minute,
    "source": _source,
    "gap": _gap,
}
"""By the name of the figure."""
