"""The monitor in lines: one for each change of state, none for a figure that merely moves."""

import signal
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

from tests import samples
from tests.engine.test_blame_sentence import SLOW as BLAMED
from tests.samples import NOW
from tests.terminal import VOXTOP, environment
from tui.commands._plain import StateChanges
from tui.engine.blame_sentence import blame_sentence
from tui.engine.model import EMPTY_SNAPSHOT, Finding, Snapshot, SourceState, SourceStatus, Status, Verdict
from tui.engine.text import use_language

SLOW = Finding("ttfb", Status.WARNING, 612.0, 500.0, "TTS", "Azure", n=33, window_s=300)
APP = SourceStatus("app", "file", SourceState.LIVE)


def snapshot(status: Status, *findings: Finding, freshness: str = "live", source: SourceStatus = APP) -> Snapshot:
    verdict = Verdict(status, NOW, findings, freshness, 1, 1)  # type: ignore[arg-type]
    return replace(EMPTY_SNAPSHOT, at=NOW, verdict=verdict, sources=(source,))


def test_the_first_snapshot_tells_where_everything_stands() -> None:
    lines = StateChanges().since_last(snapshot(Status.WARNING, SLOW))

    assert lines == ["state: WARN", "WARN: TTS P95 612 ms (limit 500, n 33; slowest Azure)", "source app: live"]


def test_a_figure_that_moves_within_its_state_is_no_change() -> None:
    changes = StateChanges()
    changes.since_last(snapshot(Status.WARNING, SLOW))

    assert changes.since_last(snapshot(Status.WARNING, replace(SLOW, value=640.0, n=40))) == []


def test_worse_and_over_are_told() -> None:
    changes = StateChanges()
    changes.since_last(snapshot(Status.WARNING, SLOW))
    worse = changes.since_last(
        snapshot(Status.CRITICAL, replace(SLOW, status=Status.CRITICAL, value=1200.0, limit=1000.0))
    )
    over = changes.since_last(snapshot(Status.OK))

    assert worse == ["state: CRIT", "CRIT: TTS P95 1200 ms (limit 1000, n 33; slowest Azure)"]
    assert over == ["state: OK", "over: TTS P95 1200 ms (limit 1000, n 33; slowest Azure)"]


def test_what_changed_is_told_once_for_each_place() -> None:
    changes = StateChanges()
    changes.since_last(snapshot(Status.WARNING, SLOW))
    explained = replace(snapshot(Status.WARNING, SLOW), blame=(BLAMED,))
    moved_on = replace(explained, blame=(replace(BLAMED, share=90.2, until=NOW + 90),))
    elsewhere = replace(explained, blame=(replace(BLAMED, culprit=(("client", "telnyx"),)),))

    assert changes.since_last(explained) == [f"changed: {blame_sentence(BLAMED)}"]
    assert changes.since_last(moved_on) == []
    assert changes.since_last(elsewhere)[0].startswith("changed: TTS P95 +640 ms since")


def test_without_data_nothing_is_over() -> None:
    changes = StateChanges()
    changes.since_last(snapshot(Status.WARNING, SLOW))
    stale = replace(APP, state=SourceState.STALE, reason="nothing was read for 3 s", remedy="look at the disk")

    lines = changes.since_last(snapshot(Status.NO_DATA, freshness="stale", source=stale))

    assert lines == ["state: NO DATA", "source app: stale (nothing was read for 3 s; look at the disk)"]


def test_a_gap_and_a_removed_source_are_told() -> None:
    changes = StateChanges()
    changes.since_last(snapshot(Status.OK))
    gap = changes.since_last(snapshot(Status.OK, source=replace(APP, gaps=1, gap_reason="the file was emptied")))
    gone = changes.since_last(replace(snapshot(Status.OK), sources=()))

    assert gap == ["source app: lines may be lost (the file was emptied)"]
    assert gone == ["source app removed"]


def test_hostile_names_and_texts_print_as_pictures_in_both_languages() -> None:
    for language in ("en", "es"):
        use_language(language)
        lines = StateChanges().since_last(samples.hostile())

        assert lines
        assert all(line.isprintable() for line in lines)


def test_a_piped_log_is_told_in_lines_until_it_ends(tmp_path: Path) -> None:
    log = "🔌 WS CONNECTION | Client: twilio, ID: c1\n⚠️ [Config] GROQ_API_KEY is not set\n"
    words = [*VOXTOP, "--plain", "-"]
    done = subprocess.run(
        words, env=environment(tmp_path), input=log, capture_output=True, text=True, check=False, timeout=60
    )

    told = [line[21:] for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert done.stderr == ""
    assert "source stdin: ended" in [line.partition(" (")[0] for line in told]


def test_a_signal_ends_the_lines_with_its_exit_code(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    words = [*VOXTOP, "--plain", f"app={log}"]
    with subprocess.Popen(words, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        next(line for line in process.stdout if "source app: quiet" in line)
        with log.open("a", encoding="utf-8") as writer:
            writer.write("⚠️ [Config] GROQ_API_KEY is not set\n")
        told = next(line for line in process.stdout if "GROQ_API_KEY not set" in line)
        process.send_signal(signal.SIGTERM)

        assert "CRIT" in told
        assert process.wait() == 143
        watchdog.cancel()
