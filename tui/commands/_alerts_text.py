"""Alerts, silences and dead letters as text and as JSON."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

from tui.engine.alerts.outbox import DeadLetter
from tui.engine.alerts.wording import NONE, span
from tui.engine.backtesting import Backtested, Fired, RuleSummary
from tui.engine.model import Alert, AlertBoard, AlertState, Silence
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.output import json_text

SCHEMA = "voxtop.alerts/1"
BACKTEST_SCHEMA = "voxtop.backtest/1"

_SIGNS = {"critical": "✖", "warning": "▲"}
_COLOURS = {"critical": "red", "warning": "yellow"}


def as_json(board: AlertBoard, dead: Sequence[DeadLetter]) -> str:
    """Return the board as one JSON object; times are seconds since the epoch."""
    table = {
        "schema": SCHEMA,
        "judged": board.known,
        "watch": bool(board.watched_by),
        "alerts": [_alert(alert) for alert in board.alerts],
        "silences": [dataclasses.asdict(silence) for silence in board.silences],
        "waiting": board.waiting,
        "dead_letters": [letter._asdict() for letter in dead],
    }
    return json_text(table)


def _alert(alert: Alert) -> dict[str, Any]:
    return {**dataclasses.asdict(alert), "labels": dict(alert.labels)}


def as_text(board: AlertBoard, dead: Sequence[DeadLetter], now: float) -> str:
    """Return the board in lines, worst first."""
    return "\n".join(_lines(board, dead, now))


def _lines(board: AlertBoard, dead: Sequence[DeadLetter], now: float) -> Iterator[str]:
    yield t("alerts.judged_by", who=board.watched_by or t("alerts.a_monitor")) if board.known else t("alerts.unjudged")
    if not board.alerts:
        yield t("alerts.no_alerts") if board.known else t("alerts.no_alerts_known")
    for alert in board.alerts:
        yield from _alert_lines(alert, now)
    for silence in board.silences:
        yield _silence_line(silence, now)
    if board.waiting:
        yield t("alerts.waiting", count=board.waiting)
    for letter in dead:
        text = t(
            "alerts.dead_letter",
            channel=letter.channel,
            rule=letter.rule,
            age=span(now - letter.at),
            reason=letter.error,
        )
        yield click.style(safe_text(text), fg="red")


def _alert_lines(alert: Alert, now: float) -> Iterator[str]:
    firing = alert.state is AlertState.FIRING
    word = t(f"alerts.{alert.state.value}")
    head = f"{_SIGNS[alert.severity] if firing else '○'} {alert.id}  {word:<9} {alert.rule}"
    yield click.style(head, fg=_COLOURS[alert.severity]) + "  " + safe_text(alert.summary)
    facts = [t("alerts.since", age=span(now - alert.since))]
    if alert.resolved_at is not None:
        facts.append(t("alerts.over", age=span(now - alert.resolved_at)))
    if alert.acknowledged:
        facts.append(t("alerts.acked_by", who=safe_text(alert.acked_by)))
    if alert.muted_by:
        facts.append(t("alerts.muted_by", what=alert.muted_by))
    facts.append(t("alerts.sent", count=alert.sent))
    line = "    " + " · ".join(facts)
    yield line + (" · " + click.style(t("alerts.dead", count=alert.dead), fg="red") if alert.dead else "")


def _silence_line(silence: Silence, now: float) -> str:
    return safe_text(
        t(
            "alerts.silence_line",
            id=silence.id,
            match=silence.match,
            age=span(now - silence.created_at),
            left=span(silence.until - now),
            who=silence.author,
            comment=silence.comment,
        )
    )


def backtest_json(found: Backtested) -> str:
    """Return a backtest as one JSON object; times are seconds since the epoch."""
    table = {
        "schema": BACKTEST_SCHEMA,
        "start": found.start,
        "end": found.end,
        "events": found.events,
        "untimed": found.untimed,
        "fired": [{**dataclasses.asdict(one), "labels": dict(one.labels)} for one in found.fired],
        "rules": [dataclasses.asdict(one) for one in found.rules],
    }
    return json_text(table)


def backtest_text(found: Backtested, tz: tzinfo | None) -> str:
    """Return a backtest as what fired and when, and a table of the rules."""
    if found.start is None or found.end is None:
        return t("alerts.backtest_untimed", count=found.untimed) if found.untimed else t("alerts.backtest_empty")
    head = t("alerts.backtest_head", start=_moment(found.start, tz), end=_moment(found.end, tz), events=found.events)
    fired = [_fired_line(one, tz) for one in found.fired] or [t("alerts.backtest_nothing")]
    rules = [_rule_line(rule) for rule in found.rules]
    note = [t("alerts.backtest_untimed", count=found.untimed)] if found.untimed else []
    return "\n".join([head, "", *fired, *(["", *rules] if rules else []), *note])


def _fired_line(one: Fired, tz: tzinfo | None) -> str:
    lasted = span(one.lasted_s) if one.ended_at is not None else t("alerts.backtest_open")
    text = f"{_moment(one.fired_at, tz)}  {lasted:>10}  {one.rule}  {one.summary}"
    return click.style(f"{_SIGNS[one.severity]} ", fg=_COLOURS[one.severity]) + safe_text(text)


def _rule_line(rule: RuleSummary) -> str:
    suggested = span(rule.suggested_for_s) if rule.suggested_for_s is not None else NONE
    return t(
        "alerts.backtest_rule",
        rule=rule.rule,
        fired=rule.fired,
        brief=rule.brief,
        longest=span(rule.longest_s),
        now=span(rule.for_s),
        suggested=suggested,
    )


def _moment(at: float, tz: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, tz).astimezone(tz).strftime("%Y-%m-%d %H:%M:%S %Z")
