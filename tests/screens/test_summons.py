"""Calling somebody at another window: once for what is new, never for what was there, and with nothing but text."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tui.engine.clock import ManualClock
from tui.engine.model import Calling, Finding, Snapshot, SourceState, SourceStatus, Status
from tui.engine.text import use_language
from tui.screens._summons import CALM_S, Summons, call, sequences
from tui.screens.desk import Desk

TTFB = Finding("ttfb", Status.CRITICAL, 1_804, 500, "TTS", "azure", 183, 300)
CONFIG = Finding("config", Status.CRITICAL, 1, 0, detail="GROQ_API_KEY")
CALM = replace(samples.typical(), sources=(SourceStatus("app.log", "file", SourceState.LIVE),))


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def bad(*findings: Finding) -> Snapshot:
    return replace(CALM, verdict=replace(CALM.verdict, findings=findings))


def test_what_becomes_critical_calls_once_and_tells_what_it_is() -> None:
    summons = Summons(ManualClock())

    said = [summons.news(each) for each in (CALM, bad(TTFB), bad(TTFB), bad(TTFB, CONFIG), CALM)]

    assert said[0] == said[2] == said[4] == ""
    assert "TTS P95" in said[1]
    assert "GROQ_API_KEY not set" in said[3]
    assert "TTS" not in said[3]


def test_what_was_critical_when_the_monitor_was_opened_calls_nobody() -> None:
    summons = Summons(ManualClock())

    assert summons.news(bad(TTFB)) == ""
    assert summons.news(bad(TTFB)) == ""


def test_r68_history_that_is_being_read_calls_nobody() -> None:
    summons = Summons(ManualClock())
    reading = replace(bad(TTFB), sources=(SourceStatus("app.log", "file", SourceState.LIVE, progress=0.5),))
    stale = replace(bad(TTFB), verdict=replace(bad(TTFB).verdict, freshness="stale"))

    assert [summons.news(each) for each in (CALM, reading, bad(TTFB), stale)] == ["", "", "", ""]


def test_a_figure_that_goes_up_and_down_around_its_limit_calls_once() -> None:
    clock = ManualClock()
    summons = Summons(clock)
    summons.news(CALM)
    calls = 0
    for _ in range(20):
        for each in (bad(TTFB), CALM):
            calls += bool(summons.news(each))
            clock.advance(30)
    assert calls == 1

    clock.advance(CALM_S)
    assert summons.news(bad(TTFB))


def test_the_text_ends_no_sequence() -> None:
    summons = Summons(ManualClock())
    summons.news(CALM)
    text = summons.news(bad(replace(CONFIG, detail=samples.HOSTILE)))

    assert text.isprintable()
    assert list(sequences(Calling(), text)) == ["\a"]
    assert list(sequences(Calling(bell=False), text)) == []
    for desktop, fields in (("osc9", 1), ("osc777", 3)):
        (sequence,) = sequences(Calling(bell=False, desktop=desktop), text)  # type: ignore[arg-type]
        inner = sequence.removeprefix("\x1b]").removesuffix("\a")
        assert inner.isprintable()
        assert inner.count(";") >= fields if desktop == "osc9" else inner.count(";") == fields


async def test_the_desktop_is_told_through_a_program_with_nothing_but_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, out = tmp_path / "notify-send", tmp_path / "said"
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(out)!r}, 'w').write(repr(sys.argv[1:]))\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    await call(Calling(bell=False, desktop="notify-send"), "-x <b>$(id)</b>", print, print)

    assert out.read_text() == repr(
        ["--app-name=voxtop", "--urgency=critical", "--", "voxtop", "-x &lt;b&gt;$(id)&lt;/b&gt;"]
    )


async def test_a_desktop_that_cannot_be_told_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    complaints: list[str] = []

    await call(Calling(desktop="notify-send"), "x", lambda _: None, complaints.append)

    assert complaints == ["cannot show a desktop notification: No such file or directory"]


async def test_the_monitor_writes_bell_and_sequence_to_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_over(CALM, desk=Desk(ManualClock(samples.NOW), calling=Calling(desktop="osc9")))
    written: list[str] = []
    async with app.run_test() as pilot:
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        monitor = app._engine.monitor
        assert isinstance(monitor, FixedMonitor)
        monitor.show(bad(TTFB))
        while not any(text.startswith("\x1b]9;voxtop: TTS P95") for text in written):
            await pilot.pause(0.05)

    assert written.count("\a") == 1
