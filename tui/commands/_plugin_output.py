"""Checks as monitoring plugins print them, and as JSON."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.commands._checks import CONFIG, UPTIME, Check
from tui.engine.impact import impact
from tui.engine.model import SourceStatus, Status
from tui.engine.reports import _words as words
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.output import json_text

SCHEMA = "voxtop.check/1"

WORDS = {Status.OK: "OK", Status.WARNING: "WARNING", Status.CRITICAL: "CRITICAL", Status.NO_DATA: "UNKNOWN"}
"""What plugins say, in every language."""

_WORST_FIRST = (Status.CRITICAL, Status.WARNING, Status.NO_DATA, Status.OK)
_UNITS = {"ms": "ms", "%": "%"}
"""Units that performance data knows; anything else is a plain number there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one run of the command has to say."""

    status: Status
    checks: Sequence[Check]
    sources: Sequence[str]
    unreadable: Sequence[SourceStatus]
    last: str
    """The window as it was asked for, empty for whole logs."""
    window_s: float | None
    clean: Callable[[str], str]
    """Hides secrets in texts from outside."""


def lines(outcome: Outcome) -> str:
    """Return the overall state and then a line per KPI, each with its performance data."""
    every = [_summary(outcome), *_unreadable(outcome)]
    every += [f"{_line(outcome, check)} | {perfdata(check)}" for check in outcome.checks]
    return _text(every)


def nagios(outcome: Outcome) -> str:
    """Return the same with all performance data behind the first line, the only place where Nagios takes it."""
    data = " ".join(perfdata(check) for check in outcome.checks)
    every = [f"{_summary(outcome)} | {data}", *_unreadable(outcome)]
    return _text([*every, *(_line(outcome, check) for check in outcome.checks)])


def _text(every: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in every)


def _summary(outcome: Outcome) -> str:
    """Return the first line: how many of each state, and the names of those that decided it."""
    counts = Counter(check.status for check in outcome.checks)
    parts = ", ".join(t(f"check.count_{status}", count=counts[status]) for status in _WORST_FIRST if counts[status])
    worst = [_name(check) for check in outcome.checks if check.status is outcome.status]
    bad = outcome.status.rank >= Status.WARNING.rank
    about = _outside(", ".join(outcome.sources), outcome)
    summary = t("check.summary", counts=parts, window=_window(outcome), sources=about)
    return f"{WORDS[outcome.status]} - {summary}{': ' + ', '.join(worst) if bad else ''}"


def _unreadable(outcome: Outcome) -> list[str]:
    found = (_outside(f"{one.name}: {one.reason}; {one.remedy}", outcome) for one in outcome.unreadable)
    return [f"{WORDS[Status.NO_DATA]} - {text}" for text in found]


def _outside(text: str, outcome: Outcome) -> str:
    """Return a text from outside fit for a plugin's line: a bar would begin the performance data."""
    return safe_text(outcome.clean(text)).replace("|", "¦")


def _line(outcome: Outcome, check: Check) -> str:
    return f"{WORDS[check.status]} - {_name(check)}: {_says(outcome, check)}"


def _name(check: Check) -> str:
    return t(f"report.kpi_{check.kpi}")


def _window(outcome: Outcome) -> str:
    return t("check.last", span=outcome.last) if outcome.last else t("check.whole")


def _says(outcome: Outcome, check: Check) -> str:
    """Return value, limits, n and window of a check, or why it has none (semantics R83)."""
    value = words.number(check.value, check.unit)
    if check.fields:
        fields = (f"{_outside(field, outcome)} ({impact(field)})" for field in check.fields)
        return t("check.missing", fields="; ".join(fields))
    if check.kpi == CONFIG and check.value is not None:
        return t("check.nothing_missing")
    if check.reason:
        return t(f"check_reason.{check.reason}", n=check.n, value=value, window=_window(outcome))
    value = t("check.at_least", value=value) if check.at_least else value
    if check.limits is None:
        return t("check.value", value=value, window=_window(outcome))
    limits = {"warn": f"{check.limits.warn_at:g}", "crit": f"{check.limits.crit_at:g}"}
    return t("check.judged", value=value, n=check.n, window=_window(outcome), **limits)


def perfdata(check: Check) -> str:
    """Return ``'kpi'=value[unit];warn;crit;min;max``, U for what is unknown.

    The limits are the numbers as they are set. In the plugins' notation a plain number is exceeded only above
    it, while the state of a value right at ``warn`` is a warning (semantics R1): the state decides.
    """
    unit = _UNITS.get(check.unit, "")
    value = "U" if check.value is None else f"{_number(check.value)}{unit}"
    if check.kpi == CONFIG:
        return f"'{check.kpi}'={value};;0;0"
    if check.kpi == UPTIME:
        return f"'{check.kpi}'={value};99:;;0;100"
    assert check.limits is not None  # noqa: S101 - every other KPI has limits
    return f"'{check.kpi}'={value};{check.limits.warn_at:g};{check.limits.crit_at:g};0"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def as_json(outcome: Outcome) -> str:
    """Return one JSON object, schema ``voxtop.check/1``."""
    found = {
        "schema": SCHEMA,
        "status": outcome.status.value,
        "window_s": outcome.window_s,
        "sources": [safe_text(outcome.clean(name)) for name in outcome.sources],
        "unreadable": [safe_text(outcome.clean(one.name)) for one in outcome.unreadable],
        "kpis": [_as_object(outcome, check) for check in outcome.checks],
    }
    return json_text(found) + "\n"


def _as_object(outcome: Outcome, check: Check) -> dict[str, object]:
    return {
        "name": check.kpi,
        "status": check.status.value,
        "actual": check.value,
        "unit": check.unit,
        "warn_at": check.limits.warn_at if check.limits else None,
        "crit_at": check.limits.crit_at if check.limits else None,
        "n": check.n,
        "missing": [_outside(field, outcome) for field in check.fields],
        "at_least": check.at_least,
        "reason": check.reason or None,
        "text": _says(outcome, check),
    }
