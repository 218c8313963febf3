from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.engine.alerts.rule import AlertRule, read_rules, shipped
from tui.engine.backtesting import Backtest, Backtested, Fired, suggested_for
from tui.engine.clock import ManualClock
from tui.engine.model import Thresholds

BEGIN = 1_769_655_600.0
"""2026-01-29 03:00:00 UTC."""


def at(seconds: float) -> str:
    return datetime.fromtimestamp(BEGIN + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")


def log(path: Path, seconds: int, ms: Callable[[int], int], extra: dict[int, str] | None = None) -> Path:
    """Write a log in which every five seconds a call is answered after so many milliseconds."""
    lines = []
    for second in range(0, seconds, 5):
        lines.append(f"{at(second)} 📊 [TTS Azure] trace=t{second} TTFB={ms(second)}ms total=1.2s")
        if extra and second in extra:
            lines.append(f"{at(second)} {extra[second]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def backtest(*paths: Path, rules: dict[str, AlertRule] | None = None, **options: float) -> Backtested:
    clock = ManualClock(BEGIN + 30 * 86_400)
    chosen = dict(shipped()) if rules is None else rules
    return await Backtest([str(path) for path in paths], chosen, Thresholds(), clock, **options).run()


async def test_an_outage_of_the_past_fires_when_it_would_have_and_for_as_long(tmp_path: Path) -> None:
    path = log(tmp_path / "app.log", 3600, lambda second: 3200 if 1200 <= second < 2400 else 300)

    found = await backtest(path)

    (one,) = found.fired
    assert (one.rule, one.severity, dict(one.labels)) == ("ttfb_p95", "critical", {"stage": "TTS"})
    # P95 is bad as soon as a twentieth of five minutes is, and for as long as that lasts.
    assert 1200 + 300 <= one.fired_at - BEGIN <= 1200 + 300 + 60
    assert one.ended_at is not None
    assert 2400 + 270 <= one.ended_at - BEGIN <= 2400 + 310
    assert (found.start, found.events, found.untimed) == (BEGIN, 720, 0)


async def test_a_missing_key_fires_at_once(tmp_path: Path) -> None:
    path = log(tmp_path / "app.log", 600, lambda _: 300, {100: "⚠️ [Config] GROQ_API_KEY is not set."})

    (one,) = (await backtest(path)).fired

    assert one.rule == "config_warning"
    assert one.fired_at - BEGIN <= 110
    assert one.ended_at is None


async def test_a_long_silence_is_skipped_and_resolves_nothing(tmp_path: Path) -> None:
    first = log(tmp_path / "a.log", 900, lambda _: 3200).read_text(encoding="utf-8")
    week = f"{at(7 * 86_400)} 📊 [TTS Azure] trace=z TTFB=300ms total=1.2s\n"
    (tmp_path / "app.log").write_text(first + week, encoding="utf-8")

    found = await backtest(tmp_path / "app.log")

    assert [one.rule for one in found.fired] == ["ttfb_p95"]
    assert found.end is not None
    assert found.end - BEGIN >= 7 * 86_400


async def test_several_logs_are_one_story_in_the_order_of_their_times(tmp_path: Path) -> None:
    late = log(tmp_path / "late.log", 600, lambda _: 300, {500: "⚠️ [Config] GROQ_API_KEY is not set."})
    early = log(tmp_path / "early.log", 600, lambda _: 300, {100: "⚠️ [Config] TELNYX_API_KEY is not set."})

    found = await backtest(late, early)

    assert [dict(one.labels)["field"] for one in found.fired] == ["TELNYX_API_KEY", "GROQ_API_KEY"]


async def test_only_the_period_asked_for_is_judged(tmp_path: Path) -> None:
    path = log(tmp_path / "app.log", 3600, lambda second: 3200 if second < 1800 else 300)

    found = await backtest(path, start=BEGIN + 2400)

    assert found.fired == ()
    assert found.start == BEGIN + 2400


async def test_r66_events_without_times_cannot_be_judged_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("📊 [TTS Azure] trace=z TTFB=3200ms\n" * 50, encoding="utf-8")

    found = await backtest(tmp_path / "app.log")

    assert (found.untimed, found.fired, found.start) == (50, (), None)


async def test_a_rule_whose_alerts_end_by_themselves_gets_a_longer_time_suggested(tmp_path: Path) -> None:
    rules = read_rules({"ttfb_p95": {"for": "240s"}}, str)
    path = log(tmp_path / "app.log", 3600, lambda second: 3200 if 600 <= second % 1200 < 620 else 300)

    found = await backtest(path, rules=rules)

    (rule,) = found.rules
    assert rule.rule == "ttfb_p95"
    assert rule.fired == len(found.fired)
    assert (rule.for_s, rule.brief) == (240, 3)
    assert rule.suggested_for_s is not None
    assert 240 < rule.suggested_for_s <= 330


@pytest.mark.parametrize(
    ("lasted", "suggested"),
    [([20, 40, 60], 390), ([20, 40, 60, 3600], 390), ([20, 3600, 3600], None), ([], None), ([110] * 5, 450)],
    ids=str,
)
def test_what_is_suggested_ends_most_brief_alerts_and_no_lasting_one(
    lasted: list[int], suggested: float | None
) -> None:
    rule = shipped()["ttfb_p95"]
    fired = [Fired("ttfb_p95", "warning", (), "", 0, 100, 100 + seconds) for seconds in lasted]
    brief = [one for one in fired if one.lasted_s < 120]

    assert suggested_for(rule, fired, brief) == suggested


def test_nothing_is_suggested_for_rules_that_tell_of_facts() -> None:
    fired = [Fired("config_warning", "critical", (), "", 0, 100, 101)]

    assert suggested_for(shipped()["config_warning"], fired, fired) is None
