"""``voxtop alerts``: what fires, who has it, what is silenced; shared with a running watch and monitor."""

import asyncio
import difflib
import getpass
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from tui.alerting import one_channel, rules_in_force
from tui.commands._alerts_text import as_json, as_text, backtest_json, backtest_text
from tui.commands._options import read_settings, settings_options, settle
from tui.commands._redaction import redaction
from tui.config import Settings
from tui.engine.alerts import book, outbox
from tui.engine.alerts.matching import matcher
from tui.engine.alerts.notify import DeliveryError
from tui.engine.alerts.telling import sample
from tui.engine.backtesting import Backtest
from tui.engine.clock import SystemClock
from tui.engine.errors import SourceError, UsageError
from tui.engine.model import Alert, AlertState, Silence
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.state import StateDatabase
from tui.engine.text import t
from tui.engine.when import parse_since, parse_span, parse_until
from tui.output import json_text

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add ``--json``, which the command gets as ``as_object``."""
    return click.option("--json", "as_object", is_flag=True, help=t("alerts.option_json"))(command)


@click.group("alerts", help=t("alerts.command"), context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run one of the commands below."""


@command.command("list", help=t("alerts.command_list"))
@json_option
@settings_options
def list_alerts(*, config: Path | None, as_object: bool, **flags: object) -> None:
    """Print alerts, silences and messages that were given up."""
    read_settings(config, **flags)
    now = SystemClock().now()
    with StateDatabase() as database:
        board = database.read_now(partial(book.read_board, scopes=_scopes(database, now), now=now))
        dead = database.read_now(partial(outbox.dead_letters, since=now - book.DEAD_LETTERS_S))
    click.echo(as_json(board, dead) if as_object else as_text(board, dead, now))


def _scopes(database: StateDatabase, now: float) -> list[str]:
    """Return whose alerts are worth listing: the watch's, and those of monitors that run."""
    beats = database.read_now(book.read_beats)
    alive = [scope for scope, beat in beats.items() if scope != book.WATCH and book.is_alive(beat, now)]
    return [book.WATCH, *alive]


@command.command("ack", help=t("alerts.command_ack"))
@click.argument("alert_id", metavar="ID")
@json_option
@settings_options
def ack(*, alert_id: str, config: Path | None, as_object: bool, **flags: object) -> None:
    """Take an alert on: it is not told again until it gets worse or is over."""
    read_settings(config, **flags)
    now = SystemClock().now()
    with StateDatabase() as database:
        board = database.read_now(partial(book.read_board, scopes=_scopes(database, now), now=now))
        alert = _named(alert_id, board.alerts)
        if alert.state is not AlertState.FIRING:
            raise UsageError(t("alerts.not_firing", id=alert.id, state=t(f"alerts.{alert.state.value}")))
        database.write_now(partial(book.acknowledge, alert=alert, author=_author(), now=now), durable=True)
    _say(as_object, t("alerts.acked", id=alert.id, rule=alert.rule), id=alert.id, rule=alert.rule)


def _named(alert_id: str, alerts: Sequence[Alert]) -> Alert:
    """Return the alert of an id, or of its unmistakable beginning."""
    found = [alert for alert in alerts if alert_id and alert.id.startswith(alert_id)]
    if len(found) != 1:
        known = ", ".join(alert.id for alert in alerts) or t("alerts.none_known")
        raise UsageError(t("alerts.no_such_alert", id=alert_id), t("alerts.known_ids", ids=known))
    return found[0]


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"


def _say(as_object: bool, sentence: str, **values: object) -> None:
    click.echo(json_text(values, indent=None) if as_object else sentence)


@command.command("silence", help=t("alerts.command_silence"))
@click.argument("match")
@click.option("--for", "span", required=True, metavar="SPAN", help=t("alerts.option_for"))
@click.option("--comment", required=True, metavar="TEXT", help=t("alerts.option_comment"))
@json_option
@settings_options
def silence(*, match: str, span: str, comment: str, config: Path | None, as_object: bool, **flags: object) -> None:
    """Mute what matches, for a time."""
    read_settings(config, **flags)
    matcher(match)
    now = SystemClock().now()
    until = now + parse_span(span)
    new = Silence("", match, until, comment, _author(), now)
    with StateDatabase() as database:
        silence_id = database.write_now(partial(book.add_silence, silence=new), durable=True)
    _say(
        as_object, t("alerts.silenced", id=silence_id, match=match, span=span), id=silence_id, match=match, until=until
    )


@command.command("unsilence", help=t("alerts.command_unsilence"))
@click.argument("silence_id", metavar="ID")
@json_option
@settings_options
def unsilence(*, silence_id: str, config: Path | None, as_object: bool, **flags: object) -> None:
    """End a silence before its time."""
    read_settings(config, **flags)
    now = SystemClock().now()
    with StateDatabase() as database:
        if not database.write_now(partial(book.end_silence, silence_id=silence_id), durable=True):
            known = ", ".join(one.id for one in database.read_now(partial(book.read_silences, now=now)))
            remedy = t("alerts.known_ids", ids=known or t("alerts.none_known"))
            raise UsageError(t("alerts.no_such_silence", id=silence_id), remedy)
    _say(as_object, t("alerts.unsilenced", id=silence_id), id=silence_id)


@command.command("test", help=t("alerts.command_test"))
@click.argument("channel")
@json_option
@settings_options
def test(*, channel: str, config: Path | None, as_object: bool, **flags: object) -> int:
    """Send a message that says that nothing is wrong, at once and past the queue; 1 if it did not arrive."""
    settings = read_settings(config, **flags)
    if channel not in settings.notify:
        close = difflib.get_close_matches(channel, settings.notify, n=1)
        known = ", ".join(settings.notify) or t("alerts.none_known")
        remedy = t("config.did_you_mean", key=close[0]) if close else t("alerts.known_channels", names=known)
        raise UsageError(t("alerts.no_such_channel", name=channel), remedy)
    problem = asyncio.run(_send_test(settings, channel))
    sentence = t("alerts.test_failed", name=channel, reason=problem) if problem else t("alerts.test_sent", name=channel)
    _say(as_object, sentence, channel=channel, ok=not problem, error=problem)
    return 1 if problem else 0


async def _send_test(settings: Settings, channel: str) -> str:
    """Return why the message did not arrive, empty if it did."""
    opened = one_channel(settings, PlaybookCatalogue.load(), channel)
    try:
        await opened.send(sample(SystemClock().now()))
    except DeliveryError as error:
        return error.reason
    return ""


@command.command("backtest", help=t("alerts.command_backtest"))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--since", default="all", show_default=True, metavar="T", help=t("cli.since"))
@click.option("--until", default="all", show_default=True, metavar="T", help=t("alerts.option_until"))
@click.option("--rotated", is_flag=True, help=t("alerts.option_rotated"))
@json_option
@settings_options
def backtest(
    *,
    sources: tuple[str, ...],
    since: str,
    until: str,
    rotated: bool,
    config: Path | None,
    as_object: bool,
    **flags: object,
) -> None:
    """Run the rules in force over past logs, in the logs' own time."""
    settings = settle(config, **flags)
    redaction(wanted=True)
    clock, tz = SystemClock(), settings.zone()
    run = Backtest(
        sources,
        rules_in_force(settings),
        settings.thresholds,
        clock,
        tz,
        start=parse_since(since, clock.now(), tz),
        end=parse_until(until, clock.now(), tz),
        rotated=rotated,
        options=settings.source_options(),
    )
    found = asyncio.run(run.run())
    for status in found.unreadable:
        raise SourceError(status.reason, status.remedy)
    click.echo(backtest_json(found) if as_object else backtest_text(found, tz))
