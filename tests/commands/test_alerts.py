import json
import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.engine.alerts import figures
from tui.cli import root
from tui.engine.alerts import book, outbox
from tui.engine.alerts.judge import Judge
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import shipped
from tui.engine.clock import SystemClock
from tui.engine.errors import UsageError
from tui.engine.state import StateDatabase


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("tui.engine.state._database.state_folder", lambda: tmp_path / "state" / "voxtop")


def run(*words: str) -> Result:
    return CliRunner().invoke(root, ["alerts", *words, "--lang", "en"], standalone_mode=False)


async def fire() -> str:
    """Let a watch judge a missing key and return the id of its alert."""
    clock = SystemClock()
    with StateDatabase() as database:
        judge = Judge(shipped(), database, clock, channels={"ops": Policy()})
        await judge.look(figures.missing(at=clock.now()))
        board = await database.read(partial(book.read_board, scopes=(book.WATCH,), now=clock.now()))
        letter = await database.write(partial(outbox.claim, channel="ops", now=clock.now(), per_hour=9))
        assert letter is not None
        await database.write(partial(outbox.failed, row=letter.row, due=None, reason="550 no", now=clock.now()))
    return board.alerts[0].id


async def test_list_shows_what_fires_since_when_and_what_became_of_its_messages() -> None:
    alert = await fire()

    shown = run("list").output

    assert f"✖ {alert}  FIRING    config_warning  GROQ_API_KEY is not set" in shown
    assert "0 messages sent · 1 given up" in shown
    assert re.search(r"given up \d+ s ago: config_warning to ops: 550 no", shown)
    found = json.loads(run("list", "--json").output)
    assert found["schema"] == "voxtop.alerts/1"
    assert [(one["id"], one["state"], one["dead"]) for one in found["alerts"]] == [(alert, "firing", 1)]
    assert found["dead_letters"][0]["error"] == "550 no"


async def test_ack_takes_the_beginning_of_an_id_and_is_listed() -> None:
    alert = await fire()

    done = run("ack", alert[:4])

    assert f"{alert} (config_warning) is yours" in done.output
    assert "acknowledged by" in run("list").output


async def test_ack_of_an_unknown_alert_names_the_known_ones() -> None:
    alert = await fire()

    with pytest.raises(UsageError, match=f"known: {alert}"):
        raise run("ack", "zzz").exception or AssertionError


def test_a_silence_is_listed_with_its_age_and_ends_by_its_id() -> None:
    made = json.loads(run("silence", "rule=ttfb_p95,stage=TTS", "--for", "2h", "--comment", "known", "--json").output)

    shown = run("list").output
    ended = run("unsilence", made["id"]).output

    assert f"silence {made['id']}  rule=ttfb_p95,stage=TTS  for 0 s, 2 h left" in shown.replace("120 min", "2 h")
    assert ": known" in shown
    assert f"silence {made['id']} is over" in ended
    assert "rule=ttfb_p95" not in run("list").output


@pytest.mark.parametrize("match", ["", "stage=~(", "=x", "rule=a,,"], ids=repr)
def test_a_match_that_can_never_match_is_refused(match: str) -> None:
    assert isinstance(run("silence", match, "--for", "2h", "--comment", "x").exception, UsageError)


def test_nobody_judging_is_said_and_no_alert_is_not_all_clear() -> None:
    shown = run("list").output

    assert "nobody judges just now" in shown
    assert "no alert was known" in shown


def test_a_test_message_goes_out_at_once_and_its_failure_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "voxtop"
    folder.mkdir(parents=True)
    sink = tmp_path / "told"
    (folder / "config.toml").write_text(
        f"""
[notify.good]
kind = "command"
command = ["/bin/sh", "-c", "cat > {sink}"]
[notify.bad]
kind = "command"
command = ["/bin/false"]
""",
        encoding="utf-8",
    )
    options = ("--config", str(folder / "config.toml"))

    good, bad = run("test", "good", *options), run("test", "bad", *options)

    assert (good.return_value, bad.return_value) == (0, 1)
    assert "good: the message arrived" in good.output
    assert "bad: the message did not arrive" in bad.output
    assert json.loads(sink.read_text(encoding="utf-8"))["occasion"] == "test"
    with pytest.raises(UsageError, match="did you mean 'good'"):
        raise run("test", "god", *options).exception or AssertionError


def test_backtest_prints_what_would_have_fired(tmp_path: Path) -> None:
    lines = ["2026-01-29T03:00:00.000000000Z ⚠️ [Config] GROQ_API_KEY is not set."]
    (tmp_path / "app.log").write_text("\n".join(lines) + "\n", encoding="utf-8")

    shown = run("backtest", str(tmp_path / "app.log"), "--tz", "UTC").output
    found = json.loads(run("backtest", str(tmp_path / "app.log"), "--json").output)

    assert "2026-01-29 03:00:10 UTC" in shown
    assert "config_warning  GROQ_API_KEY is not set" in shown
    assert [(one["rule"], one["ended_at"]) for one in found["fired"]] == [("config_warning", None)]
