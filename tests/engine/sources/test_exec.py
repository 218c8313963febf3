"""Real commands: their output, their end, and nothing left of them."""

import asyncio
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.sources.running import PATIENCE_S, Running
from tests.processes import alive, gone
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.sources import open_source
from tui.engine.sources._command import LocalRunner

Run = Callable[..., Running]


def python(program: str) -> str:
    """Return the address of a command that runs a Python program."""
    return f"exec:{shlex.quote(sys.executable)} -c {shlex.quote(program)}"


async def test_the_output_of_a_command_is_read_to_its_end(run: Run) -> None:
    source = run("exec:printf 'one\\ntwo\\nunfinished'", follow=False)

    status = await source.end()

    assert source.lines == [b"one", b"two", b"unfinished"]
    assert (status.state, status.lines) == (SourceState.ENDED, 3)
    assert not source.gaps


async def test_no_shell_sees_the_command(run: Run, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    source = run(f"exec:echo $HOME `touch {canary}` $(touch {canary}) ; touch {canary} 'a  b' | cat", follow=False)

    await source.end()

    assert not canary.exists()
    assert source.lines == [f"$HOME `touch {canary}` $(touch {canary}) ; touch {canary} a  b | cat".encode()]


async def test_a_command_that_fails_is_told_with_its_last_words_and_masks_no_controls(run: Run) -> None:
    source = run(python("import sys; print('x'); sys.stderr.write('first\\ncannot \\x1b[2Jreach it\\n'); sys.exit(3)"))

    await source.until(lambda: source.status.state is SourceState.FAILED)

    assert source.lines[:1] == [b"x"]
    assert source.status.reason == f"{sys.executable}: exit code 3, last words: cannot ␛[2Jreach it"
    assert source.status.remedy


async def test_a_command_that_a_signal_ended_is_told_by_the_name_of_the_signal(run: Run) -> None:
    source = run(python("import os; os.kill(os.getpid(), 9)"), follow=False)

    assert "SIGKILL" in (await source.end()).reason


async def test_a_command_that_ends_is_started_again_and_says_that_lines_may_be_missing(
    run: Run, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    source = run(python(f"f = open({str(count)!r}, 'a'); print(f.tell()); f.write('x')"))

    await source.until(lambda: len(source.lines) >= 3)

    assert source.lines[:3] == [b"0", b"1", b"2"]
    assert len(source.gaps) == len(source.lines) - 1
    assert source.blocks[0].gap == ""


async def test_a_pause_before_the_next_start_is_shown_and_can_be_ended(run: Run) -> None:
    source = run(python("import sys; sys.exit(1)"))
    await source.until(lambda: source.status.retry_at is not None)

    assert source.status.state is SourceState.FAILED
    source.source.retry()
    await source.until(lambda: source.status.retry_at is None or source.status.state is not SourceState.FAILED)


@pytest.mark.parametrize("manners", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN);"])
async def test_no_process_is_left_behind_even_of_what_the_command_started(
    run: Run, manners: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.sources._command.KILL_AFTER_S", 0.2)
    child = f"import signal,os,time;{manners}print(os.getpid(),flush=True);time.sleep(600)"
    parent = (
        f"import subprocess,sys,os,signal;{manners}print(os.getpid(),flush=True);"
        f"subprocess.run([sys.executable,'-c',{child!r}])"
    )
    source = run(python(parent))
    await source.until(lambda: len(source.lines) == 2)
    pids = [int(line) for line in source.lines]
    assert all(alive(pid) for pid in pids)

    await source.close()

    await gone(*pids)


async def test_a_child_that_keeps_the_errors_open_does_not_hold_up_the_end(run: Run) -> None:
    child = "import time,os;os.close(1);time.sleep(600)"
    source = run(
        python(
            f"import subprocess,sys;p=subprocess.Popen([sys.executable,'-c',{child!r}],stdout=subprocess.DEVNULL);"
            "print(p.pid)"
        ),
        follow=False,
    )

    assert (await source.end()).state is SourceState.ENDED
    await gone(int(source.lines[0]))


async def test_a_silent_command_is_quiet_and_not_live(run: Run) -> None:
    source = run("exec:sleep 600")

    await source.until(lambda: source.blocks)

    assert source.status.state is SourceState.QUIET


async def test_a_prompt_without_newline_is_shown_after_a_while(run: Run) -> None:
    source = run(python("import sys,time;sys.stdout.write('login: ');sys.stdout.flush();time.sleep(600)"))

    await source.lines_to_be([b"login: "])


async def test_a_missing_command_is_named_with_what_to_do(run: Run) -> None:
    source = run("exec:no-such-command-here --flag", follow=False)

    status = await source.end()

    assert status.state is SourceState.FAILED
    assert "no-such-command-here" in status.reason
    assert status.remedy
    assert [(step.ok, bool(step.remedy)) for step in source.source.trail()] == [(False, True)]


async def test_the_trail_tells_how_the_command_ended(run: Run) -> None:
    source = run(python("import sys; sys.stderr.write('why'); sys.exit(2)"), follow=False)

    await source.end()

    assert [(step.ok, step.detail) for step in source.source.trail()] == [(True, ""), (False, "exit code 2 why")]


async def test_r70_bytes_that_are_no_text_stay_whole_lines(run: Run) -> None:
    source = run(python("import os; os.write(1, b'\\xff\\xfe\\x00ab\\r\\nnext\\n')"), follow=False)

    await source.end()

    assert source.lines == [b"\xff\xfe\x00ab", b"next"]


@pytest.mark.parametrize("spec", ["exec:", "exec:   ", "exec:echo 'unclosed", "exec:a\0b"])
def test_a_command_that_cannot_be_meant_is_a_mistake(spec: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(spec, clock=ManualClock(), since=None, line_time=lambda _: None)
    assert "\0" not in caught.value.message
    assert "exec:" in caught.value.remedy


async def test_a_command_gets_no_input(run: Run) -> None:
    source = run("exec:cat", follow=False)

    assert (await source.end()).state is SourceState.ENDED
    assert os.isatty(0) or source.lines == []


async def test_whoever_stops_while_a_command_starts_waits_for_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    for ticks in range(25):
        begun = asyncio.create_task(LocalRunner().start(["sh", "-c", f"echo $$ >> {started}; exec sleep 600"]))
        for _ in range(ticks):
            await asyncio.sleep(0)
        begun.cancel()
        done, _ = await asyncio.wait([begun], timeout=PATIENCE_S)
        assert done
        if not begun.cancelled():
            async with begun.result():
                pass

    await gone(*map(int, started.read_text().split() if started.exists() else ()))
