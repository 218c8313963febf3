"""``voxtop rules prometheus``: the alert rules in force as Prometheus knows them."""

from collections.abc import Iterable, Iterator, Mapping

from tui.engine.alerts.rule import AlertRule
from tui.engine.model import Hints, Playbook, Thresholds
from tui.engine.rules._expressions import BY, CONDITIONS, Condition, span
from tui.engine.rules._yaml import Yaml, dump
from tui.engine.text import language, t

FROZEN_S = 60
"""A heartbeat this much older than its scrape belongs to a voxtop that stands still."""
DEAD_FOR_S = 120

_GUIDES = {"config_warning": "ConfigWarningDetected", "fallback_rate": "HighFallbackRate", "ttfb_p95": "HighTTFB"}
"""The guide's names for its three alerts."""

_SCREEN = 'voxtop \'prom:{{ $externalURL }}{job="{{ $labels.job }}",instance="{{ $labels.instance }}"}\''
_MACHINE = '{{ reReplaceAll ":[0-9]+$" "" $labels.instance }}'
_OF_ALL = frozenset({"calls"})
"""Figures of the whole system: their alerts name no host."""
_WHOLE_SCREEN = "voxtop 'prom:{{ $externalURL }}'"


def alert_name(rule: str) -> str:
    """Return what a rule is called in Prometheus."""
    return _GUIDES.get(rule) or "".join(word.capitalize() for word in rule.split("_"))


def rules_file(rules: Mapping[str, AlertRule], thresholds: Thresholds, hints: Hints | None) -> str:
    """Return a rules file; rules that are off, and budgets being burnt, have no place in it."""
    told = [rule for rule in rules.values() if rule.enabled and rule.burn is None]
    alerts = [_alert(rule, each, hints) for rule in told for each in _conditions(rule, thresholds)]
    alerts.append(_per_second())
    groups: Yaml = {
        "groups": [
            {"name": "voxtop", "rules": alerts},
            {"name": "voxtop-itself", "rules": [*_itself()]},
        ]
    }
    return f"# {t('rules.head_prometheus')}\n{dump(groups)}"


def _conditions(rule: AlertRule, thresholds: Thresholds) -> Iterator[Condition]:
    for each in CONDITIONS[rule.figure](rule, thresholds):
        if each.severity == "warning" or rule.severity == "critical":
            yield each


def _alert(rule: AlertRule, condition: Condition, hints: Hints | None) -> dict[str, Yaml]:
    name = alert_name(rule.name)
    labels = {"severity": condition.severity, **dict(rule.labels)}
    if condition.stage:
        labels["stage"] = condition.stage
    playbook = _playbook(rule, condition, hints)
    whole = rule.figure in _OF_ALL
    return _entry(
        name,
        condition.expr,
        rule.for_s,
        labels,
        summary=t(f"rules.{rule.figure}", stage=condition.stage),
        description=t("rules.value_all" if whole else "rules.value", severity=condition.severity),
        runbook=playbook,
        command=_WHOLE_SCREEN if whole else _SCREEN,
    )


def _playbook(rule: AlertRule, condition: Condition, hints: Hints | None) -> Playbook | None:
    key = rule.playbook.replace("{stage}", condition.stage or "TTS") or f"kpi:{rule.figure}"
    return hints.for_kpi(key) if hints else None


def _entry(
    name: str,
    expr: str,
    for_s: float,
    labels: Mapping[str, str],
    *,
    summary: str,
    description: str = "",
    runbook: Playbook | None = None,
    command: str = "",
) -> dict[str, Yaml]:
    annotations: dict[str, Yaml] = {"summary": summary}
    if description:
        annotations["description"] = description
    if runbook is not None:
        annotations["runbook"] = "\n".join(_steps(runbook))
        annotations["runbook_url"] = runbook.link
    if command:
        annotations["command"] = command
    entry: dict[str, Yaml] = {"alert": name, "expr": expr}
    if for_s:
        entry["for"] = span(for_s)
    return {**entry, "labels": dict(labels), "annotations": {key: text for key, text in annotations.items() if text}}


def _steps(playbook: Playbook) -> Iterable[str]:
    """Return cause, steps and commands as text that is no template."""
    code = language()
    yield _literal(playbook.cause[code])
    for number, step in enumerate(playbook.steps[code], 1):
        yield _literal(f"{number}. {step}")
    yield from (_literal(f"$ {command}").replace("{host}", _MACHINE) for command in playbook.commands)


def _literal(text: str) -> str:
    """Keep what looks like a template from being one."""
    return text.replace("{{", '{{ "{{" }}')


def _per_second() -> dict[str, Yaml]:
    """Return the guide's own condition, a rate of events: it says nothing of shares of calls (semantics R8)."""
    return _entry(
        "HighFallbackRatePerSecond",
        f"sum by ({BY}, provider_type) (rate(fallback_activated_total[5m])) > 0.1",
        300,
        {"severity": "warning"},
        summary=t("rules.per_second"),
        command=_SCREEN,
    )


def _itself() -> Iterator[dict[str, Yaml]]:
    """Yield what watches the watchers: a dead, a frozen and a missing voxtop, and the alert that always fires."""
    critical = {"severity": "critical"}
    seen = f"and on ({BY}) last_over_time(voxtop_build_info[1d])"
    heartbeat = "voxtop_heartbeat_timestamp_seconds"
    yield _entry(
        "MonitorDead",
        f"up == 0 {seen} or absent(voxtop_build_info)",
        DEAD_FOR_S,
        critical,
        summary=t("rules.dead"),
        description=t("rules.dead_remedy"),
        command=_SCREEN,
    )
    yield _entry(
        "MonitorFrozen",
        f"timestamp({heartbeat}) - {heartbeat} > {FROZEN_S}",
        DEAD_FOR_S,
        critical,
        summary=t("rules.frozen"),
        description=t("rules.frozen_remedy"),
        command=_SCREEN,
    )
    yield _entry("Watchdog", "vector(1)", 0, {"severity": "none"}, summary=t("rules.watchdog"))
