import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.engine.alerts import figures
from tests.engine.alerts.figures import CALM, NOW
from tests.engine.alerts.killed_judge import ROUNDS
from tests.terminal import environment
from tui.engine.alerts import book, log
from tui.engine.alerts._json import load_notification
from tui.engine.alerts.judge import Judge
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import read_rules
from tui.engine.alerts.telling import Teller
from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.model import Alert, AlertBoard, Notification, Silence, Snapshot, SourceState
from tui.engine.state import StateDatabase

SECRET = "gsk_4f9aQ7Lr2Vn8Kc3Xw6Tb1Zm5"  # noqa: S105 - a canary


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with StateDatabase(tmp_path / "state") as opened:
        yield opened


class Court:
    """A judge and its clock."""

    def __init__(self, database: StateDatabase, **rules: dict[str, object]) -> None:
        self.clock = ManualClock(NOW)
        self.database = database
        self.rules = read_rules(rules, str)
        self.channels = {"ops": Policy()}
        self.judge = self.another()

    def another(self) -> Judge:
        """Return a judge as after a restart."""
        return Judge(self.rules, self.database, self.clock, channels=self.channels)

    async def run(self, snapshot: Snapshot, seconds: int = 0, step: int = 10) -> None:
        await self.judge.look(snapshot)
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            await self.judge.look(snapshot)

    def told(self, state: str = "waiting", channel: str = "ops") -> list[Notification]:
        query = "SELECT body FROM outbox WHERE state = ? AND channel = ? ORDER BY id"
        return self.database.read_now(
            lambda c: [load_notification(body) for (body,) in c.execute(query, (state, channel))]
        )

    def occasions(self, state: str = "waiting") -> list[tuple[str, str]]:
        return [(one.rule, one.occasion) for one in self.told(state)]

    def board(self) -> AlertBoard:
        return self.database.read_now(partial(book.read_board, scopes=(book.WATCH,), now=self.clock.now()))

    def alert(self) -> Alert:
        (alert,) = self.board().alerts
        return alert

    def ack(self) -> None:
        self.database.write_now(partial(book.acknowledge, alert=self.alert(), author="ana", now=self.clock.now()))

    def silence(self, match: str, seconds: float) -> str:
        now = self.clock.now()
        silence = Silence("", match, now + seconds, "known", "ana", now)
        return self.database.write_now(partial(book.add_silence, silence=silence))


@pytest.fixture
def court(database: StateDatabase) -> Court:
    return Court(database)


async def test_r77_an_alert_is_told_when_it_fires_every_half_hour_and_when_it_is_over(court: Court) -> None:
    await court.run(figures.missing(), 3600)
    await court.run(CALM, 60)

    occasions = [(one.occasion, one.at - NOW) for one in court.told()]
    assert occasions == [("fired", 0), ("repeat", 1800), ("repeat", 3600), ("resolved", 3600)]
    assert len({one.alert_key for one in court.told()}) == 1
    assert len({one.key for one in court.told()}) == 4


async def test_what_became_of_alerts_and_what_people_said_is_kept_to_be_looked_back_at(court: Court) -> None:
    await court.run(figures.missing(), 60)
    court.ack()
    silence = Silence("", "rule=config_warning", NOW + 3600, "known", "ana", NOW + 60)
    court.database.write_now(partial(book.add_silence, silence=silence))
    court.clock.advance(10)
    await court.run(CALM, 120)

    job = partial(log.read_notes, since=NOW, until=NOW + 1000, scopes=(book.WATCH,))
    notes = court.database.read_now(job)
    assert [(note.what, note.author) for note in notes] == [
        ("firing", ""),
        ("acknowledged", "ana"),
        ("silenced", "ana"),
        ("resolved", ""),
    ]
    assert [note.at for note in notes] == sorted(note.at for note in notes)
    assert notes[0].alert is not None
    assert notes[0].alert.rule == "config_warning"
    assert notes[2].summary == "rule=config_warning: known"
    (firing,) = (note.alert for note in notes if note.what == "firing")
    board = AlertBoard((firing,)) if firing else AlertBoard()
    assert [alert.acked_by for alert in log.as_said(board, notes[:1]).alerts] == [""]
    assert [alert.acked_by for alert in log.as_said(board, notes[:-1]).alerts] == ["ana"]
    assert [alert.acked_by for alert in log.as_said(board, notes).alerts] == [""]
    others = partial(log.read_notes, since=NOW, until=NOW + 1000, scopes=("other",))
    assert court.database.read_now(others) == notes[2:3]


async def test_each_channel_is_told_what_it_wants_and_as_often_as_it_wants(court: Court) -> None:
    court.channels |= {
        "often": Policy(repeat_s=600),
        "once": Policy(repeat_s=None, resolved=False),
        "tts": Policy(match={"rule": "ttfb*", "stage": "TTS"}),
        "worst": Policy(severities=("critical",)),
    }
    court.judge = court.another()

    await court.run(figures.slow(700, "LLM"), 0)
    await court.run(figures.slow(1200, "LLM"), 300 + 1200)
    await court.run(CALM, 120)

    told = {name: [one.occasion for one in court.told(channel=name)] for name in court.channels}
    assert told == {
        "ops": ["fired", "resolved"],
        "often": ["fired", "repeat", "repeat", "resolved"],
        "once": ["fired"],
        "tts": [],
        "worst": [],
    }


async def test_the_message_says_what_where_how_much_and_since_when(court: Court) -> None:
    snapshot = replace(
        figures.slow(3200),
        sources=(replace(figures.APP, host="voice-prod-01"),),
        recent=(figures.group("timeout", 12, stage="TTS", code="timeout"), figures.group("other", stage="LLM")),
    )

    await court.run(snapshot, 300)

    (told,) = court.told()
    assert told.summary == "TTS: P95 of the first byte 3200 ms (limit 1000 ms, n 100, 5 min; slowest: Azure)"
    assert (told.host, told.label("stage"), told.since, told.severity) == ("voice-prod-01", "TTS", NOW, "critical")
    assert (told.provider, told.value, told.target, told.unit) == ("Azure", 3200, 1000, "ms")
    (line,) = told.evidence
    assert re.fullmatch(r"timeout from Azure TTS ×12 since (?:–|\d\d:\d\d:\d\d): timeout", line)


async def test_fault_98_a_secret_in_the_log_is_in_no_message_and_not_in_the_database(
    court: Court, tmp_path: Path
) -> None:
    text = f"Authorization: Bearer {SECRET} refused for +34600123456"
    snapshot = replace(figures.slow(3200), recent=(figures.group(text, stage="TTS"),))
    snapshot = replace(snapshot, config=figures.missing(f"KEY {SECRET}").config)

    await court.run(snapshot, 300)

    assert len(court.told()) == 2
    written = b"".join(each.read_bytes() for each in (tmp_path / "state").glob("state.db*"))
    assert SECRET.encode() not in written
    assert b"34600123456" not in written


async def test_an_acknowledged_alert_is_not_repeated_and_told_again_when_it_gets_worse(court: Court) -> None:
    await court.run(figures.slow(700), 300)
    court.ack()
    await court.run(figures.slow(700), 3600)
    assert court.alert().acked_by == "ana"
    assert [why for _, why in court.occasions()] == ["fired", "acknowledged"]

    await court.run(figures.slow(1500), 300)

    assert [why for _, why in court.occasions()] == ["fired", "acknowledged", "worse"]
    assert not court.alert().acknowledged


async def test_an_acknowledgement_ends_with_its_episode(court: Court) -> None:
    await court.run(figures.missing())
    court.ack()
    await court.run(CALM, 10)
    assert not court.alert().acknowledged

    await court.run(figures.missing(at=NOW + 20))

    assert [why for _, why in court.occasions()] == ["fired", "resolved", "fired"]
    assert not court.alert().acknowledged


async def test_a_silence_mutes_what_it_matches_and_is_told_when_it_ends_before_the_alert(court: Court) -> None:
    silence = court.silence("rule=config_warning,field=GROQ.*", 600)
    court.silence('field=~"GROQ.*",severity=critical', 600)

    await court.run(figures.missing(), 590)
    assert court.occasions() == []
    assert court.occasions("suppressed") == [("config_warning", "fired")]
    assert court.alert().muted_by != silence  # not a pattern: the first one matches nothing

    await court.run(figures.missing(), 20)

    assert court.occasions() == [("config_warning", "fired")]
    assert court.alert().muted_by == ""


async def test_a_silence_that_is_ended_by_hand_mutes_no_more(court: Court) -> None:
    silence = court.silence("config_warning", 600)
    await court.run(figures.missing())
    assert court.board().silences[0].comment == "known"

    assert court.database.write_now(partial(book.end_silence, silence_id=silence))
    await court.run(figures.missing(), 10)

    assert court.occasions() == [("config_warning", "fired")]


async def test_a_provider_that_is_down_mutes_what_follows_from_it_in_its_own_stage(court: Court) -> None:
    snapshot = replace(
        figures.broken("Azure", 2000, "STT"),
        fallback=figures.falling_back(50, "STT").fallback,
        ttfb=tuple(figures.slow(9000, row.stage).ttfb[index] for index, row in enumerate(CALM.ttfb)),
    )

    await court.run(snapshot, 300)

    assert sorted((one.rule, one.label("stage")) for one in court.told()) == [
        ("provider_down", "STT"),
        ("ttfb_p95", "LLM"),
        ("ttfb_p95", "TTS"),
    ]
    assert sorted(rule for rule, _ in court.occasions("suppressed")) == ["fallback_rate", "ttfb_p95"]
    muted = {alert.rule for alert in court.board().alerts if alert.muted_by == "provider_down"}
    assert muted == {"fallback_rate", "ttfb_p95"}


async def test_after_a_restart_a_firing_alert_goes_on_and_nobody_is_told_twice(court: Court) -> None:
    await court.run(figures.slow(1500), 300)
    before = court.alert()

    court.clock.advance(3)
    court.judge = court.another()
    await court.run(figures.slow(1500), 600)

    assert court.occasions() == [("ttfb_p95", "fired")]
    assert (court.alert().episode, court.alert().fired_at) == (before.episode, before.fired_at)


async def test_after_a_restart_what_the_log_said_meanwhile_is_news(court: Court) -> None:
    await court.run(CALM, 10)

    court.clock.advance(1800)
    court.judge = court.another()
    await court.run(figures.missing(at=NOW + 600))

    assert court.occasions() == [("config_warning", "fired")]


async def test_r68_what_ended_long_ago_is_history_for_whoever_does_not_go_on_with_it(court: Court) -> None:
    await court.run(figures.missing())
    court.clock.advance(86_400)
    later = court.clock.now()
    court.judge = Judge(court.rules, court.database, court.clock, channels=court.channels, resume_s=60)

    await court.run(figures.missing("TELNYX_API_KEY", at=later - 600))
    assert court.board().alerts == ()

    await court.run(figures.missing("TELNYX_API_KEY", at=later))
    assert [dict(alert.labels)["field"] for alert in court.board().firing] == ["TELNYX_API_KEY"]


async def test_r68_at_a_first_start_history_raises_nothing(court: Court) -> None:
    await court.run(figures.missing(at=NOW - 121))

    assert court.board().alerts == ()


async def test_r68_a_warning_without_a_time_in_a_log_that_was_there_before_raises_nothing(court: Court) -> None:
    snapshot = figures.missing()
    (key,) = snapshot.config.missing
    untimed = replace(snapshot.config, missing=(replace(key, first_at=None, last_at=None),))

    await court.run(replace(snapshot, config=untimed))

    assert court.board().alerts == ()


async def test_nothing_is_judged_before_history_was_read(court: Court) -> None:
    reading = replace(figures.missing(), sources=(replace(figures.APP, progress=0.4),))
    await court.run(reading, 3600)
    assert court.board().alerts == ()

    unread = replace(figures.missing(), sources=(replace(figures.APP, state=SourceState.CONNECTING),))
    await court.run(unread, 10)

    assert court.occasions() == [("config_warning", "fired")]


async def test_a_change_that_cannot_be_written_is_written_with_its_message_by_the_next_look(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    await court.run(CALM)
    whole = book.beat

    def full(*_: object, **__: object) -> None:
        raise StateError("the disk is full")

    monkeypatch.setattr(book, "beat", full)
    with pytest.raises(StateError):
        await court.judge.look(figures.missing())
    assert court.board().alerts == ()
    monkeypatch.setattr(book, "beat", whole)

    await court.run(figures.missing(), 10)

    assert court.occasions() == [("config_warning", "fired")]
    assert [alert.rule for alert in court.board().firing] == ["config_warning"]


async def test_another_generation_closes_the_incident_of_the_one_before(court: Court) -> None:
    await court.run(figures.missing())

    await court.run(figures.missing(at=NOW + 61, first_at=NOW + 60))

    first, over, second = court.told()
    assert [one.occasion for one in (first, over, second)] == ["fired", "resolved", "fired"]
    assert first.alert_key == over.alert_key != second.alert_key


async def test_the_board_says_who_judges_and_whether_anybody_does(court: Court) -> None:
    assert not court.board().known
    await court.run(CALM)
    assert court.board().known
    assert court.board().watched_by

    court.clock.advance(16)
    assert not court.board().known

    await court.run(CALM)
    await court.judge.end()
    assert not court.board().known


async def test_a_reload_judges_by_the_new_rules_and_keeps_what_fires(court: Court) -> None:
    await court.run(figures.slow(1500), 300)

    court.judge.use(read_rules({"ttfb_p95": {"warn": 5000}}, str), court.channels, Teller())
    await court.run(figures.slow(1500), 130)

    assert court.occasions() == [("ttfb_p95", "fired"), ("ttfb_p95", "resolved")]


def test_fault_91_a_judge_killed_at_any_moment_loses_no_message_and_repeats_none_under_another_key(
    tmp_path: Path,
) -> None:
    """Every change was told: the last life sends what the earlier ones had only written down."""
    position, sink = tmp_path / "position", tmp_path / "sink"
    position.write_text("0", encoding="utf-8")
    command = [sys.executable, "-m", "tests.engine.alerts.killed_judge", str(tmp_path / "state"), position, sink]
    chance = random.Random(91)  # noqa: S311 - a repeatable history
    for _ in range(6):
        with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for _ in range(chance.randint(1, 9)):
                process.stdout.readline()
            process.kill()
    subprocess.run(command, env=environment(tmp_path), check=True, stdout=subprocess.DEVNULL, timeout=60)

    lines = sink.read_text(encoding="utf-8").splitlines()
    once = list(dict.fromkeys(lines))
    assert [line.split()[0] for line in once] == ["fired", "resolved"] * (ROUNDS // 2 - 1) + ["fired"]
    assert len({line.split()[1] for line in once}) == len(once)
    with sqlite3.connect(tmp_path / "state" / "state.db") as connection:
        (left,) = connection.execute("SELECT count(*) FROM outbox WHERE state <> 'sent'").fetchone()
        (check,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    assert (left, check) == (0, "ok")


async def test_looks_that_lead_to_nothing_are_written_as_a_sign_of_life_and_no_oftener(court: Court) -> None:
    await court.run(CALM)
    versions = []
    for _ in range(12):
        court.clock.advance(1)
        await court.judge.look(CALM)
        versions.append(court.database.version())

    assert len(set(versions)) == 3  # after 5 and 10 s another
    beat = court.database.read_now(book.read_beats)[book.WATCH]
    assert court.clock.now() - beat.at < book.FRESH_S / 2


async def test_what_people_said_counts_with_the_next_look_although_nothing_else_is_written(court: Court) -> None:
    await court.run(figures.missing())
    court.clock.advance(1)
    await court.judge.look(figures.missing())
    assert not court.judge.board.firing[0].acknowledged

    court.ack()
    court.clock.advance(1)
    await court.judge.look(figures.missing())

    assert court.judge.board.firing[0].acknowledged


async def test_a_silence_ends_in_time_for_a_judge_that_reads_nothing_meanwhile(court: Court) -> None:
    silence = Silence("", "rule=config_warning", NOW + 3, "known", "ana", NOW)
    court.database.write_now(partial(book.add_silence, silence=silence))
    await court.run(figures.missing())
    assert court.judge.board.alerts[0].muted_by

    court.clock.advance(3)
    await court.judge.look(figures.missing())

    assert not court.judge.board.alerts[0].muted_by
