"""A wait that fails tells where the program hangs, so that nobody has to see it hang again."""

import sys
from pathlib import Path

import pytest

from tests.terminal import Pty, Tmux, environment

WAITS = """
import asyncio
async def for_nobody():
    print("begun", flush=True)
    await asyncio.Event().wait()
async def main():
    await asyncio.create_task(for_nobody(), name="the one that waits")
asyncio.run(main())
"""
HOLDS_THE_LOOP = """
import asyncio, threading
def for_a_lock():
    lock = threading.Lock()
    lock.acquire()
    print("begun", flush=True)
    lock.acquire()
async def main():
    for_a_lock()
asyncio.run(main())
"""
IN_C = """
import re
def for_a_match():
    print("begun", flush=True)
    re.match("(a+)+b", "a" * 100)
for_a_match()
"""
"""No Python runs in it any more that could tell anything."""

STANDING = [
    pytest.param(WAITS, "1 × for_nobody:", id="task"),
    pytest.param(HOLDS_THE_LOOP, "in for_a_lock", id="lock"),
    pytest.param(IN_C, "in for_a_match", id="C"),
]


@pytest.mark.parametrize(("program", "standing"), STANDING)
def test_a_wait_on_a_pty_that_fails_tells_where_the_program_stands(program: str, standing: str) -> None:
    with Pty([sys.executable, "-P", "-c", program], width=33, height=7) as terminal:
        terminal.wait_for("begun")
        with pytest.raises(AssertionError) as never_shown:
            terminal.wait_for("never", timeout=0)
        with pytest.raises(AssertionError) as never_ended:
            terminal.wait(timeout=0)

        for failed in never_shown, never_ended:
            message = str(failed.value)
            assert standing in message
            assert "size 33×7, 0 bytes not read behind b'begun" in message


@pytest.mark.parametrize(("program", "standing"), STANDING)
def test_a_wait_on_a_pane_that_fails_tells_where_the_program_stands(program: str, standing: str) -> None:
    with Tmux([sys.executable, "-P", "-c", program], width=33, height=7) as terminal:
        terminal.wait_for("begun")
        with pytest.raises(AssertionError) as never_shown:
            terminal.wait_for("never", timeout=0)
        with pytest.raises(AssertionError) as never_ended:
            terminal.wait(timeout=0)

        for failed in never_shown, never_ended:
            assert standing in str(failed.value)
            assert "size 33×7" in str(failed.value)


def test_a_program_that_cannot_answer_is_not_asked() -> None:
    become = "import os; print('begun', flush=True); os.execvp('sleep', ['sleep', '60'])"
    with Pty([sys.executable, "-P", "-c", become], env=environment()) as terminal:
        terminal.wait_for("begun")
        terminal.wait_for(lambda _: _is_sleep(terminal.process.pid))
        with pytest.raises(AssertionError, match="not shown within"):
            terminal.wait_for("never", timeout=0)

        assert terminal.process.poll() is None


def _is_sleep(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
