"""Real terminals for end-to-end tests: a tmux pane to look at, and a pty whose bytes can be judged."""

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte
import pytest

from tests.where_it_stands import HOOK, LAST_BYTES, terminal_size, where_it_stands

ROOT = Path(__file__).resolve().parent.parent
VOXTOP = (sys.executable, "-P", "-m", "tui")
"""The program of this checkout, whatever is installed; needs ``environment()``."""

TIMEOUT_S = 20.0
POLL_S = 0.02

Wanted = str | re.Pattern[str] | Callable[[str], bool]
"""A text to be seen, a pattern to be found, or a question about the whole screen."""


def require(program: str) -> None:
    """Skip the test where a program is missing; with CI=true fail: nothing may go untested there."""
    if shutil.which(program):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed")
    pytest.skip(f"{program} is not installed")


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """Return an environment in which a program depends on nothing of the one who runs the tests.

    With ``home``, configuration and state lie below it.
    """
    dropped = ("TMUX", "XDG_", "VOXTOP_", "NO_COLOR", "COLUMNS", "LINES", "LC_", "LANG", "COLORTERM", "COVERAGE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    kept |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": f"{HOOK}{os.pathsep}{ROOT}"}
    if home is not None:
        kept["HOME"] = str(home)
    return kept | more


def _found(wanted: Wanted, screen: str) -> bool:
    if isinstance(wanted, str):
        return wanted in screen
    if isinstance(wanted, re.Pattern):
        return wanted.search(screen) is not None
    return wanted(screen)


_HOW_IT_ENDED = "#{?pane_dead,dead,}:#{pane_dead_status}:#{pane_dead_signal}"


class Tmux:
    """A program in a pane of a tmux server of its own: type, and wait until the screen shows something."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        width: int = 120,
        height: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        require("tmux")
        self._socket = f"voxtop-{uuid.uuid4().hex}"
        self._folder = tempfile.mkdtemp(prefix="voxtop-")
        self._standing = Path(self._folder) / "standing"
        self._standing.mkdir()
        own = {"TMUX_TMPDIR": self._folder, "STANDING_FOLDER": str(self._standing)}
        self._env = {**(environment() if env is None else env), **own}
        # The pane keeps its last picture when the program ends, without the line tmux would add to it.
        self._tmux(
            *("set-option", "-g", "remain-on-exit", "on", ";"),
            *("set-option", "-g", "remain-on-exit-format", "", ";"),
            *("set-option", "-g", "default-terminal", "tmux-256color", ";"),
            *("new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(cwd or ROOT), shlex.join(command)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tmux(self, *words: str, check: bool = True) -> str:
        command = ("tmux", "-u", "-L", self._socket, "-f", "/dev/null", *words)
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        if check and done.returncode:
            raise AssertionError(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def screen(self) -> str:
        """Return what the pane shows, one line per row, without trailing blanks."""
        return self._tmux("capture-pane", "-p")

    def send(self, *keys: str) -> None:
        """Press keys by their tmux names: ``"q"``, ``"Escape"``, ``"C-p"``, ``"Space"``."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text letter by letter."""
        self._tmux("send-keys", "-l", text)

    def resize(self, width: int, height: int) -> None:
        """Give the pane another size, as a user does with a window."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, wanted: Wanted, timeout: float = TIMEOUT_S) -> str:
        """Look until the screen shows what is wanted and return that screen.

        Raises:
            AssertionError: not within ``timeout`` seconds, or not before the program ended; shows the screen.
        """
        deadline = time.monotonic() + timeout
        while True:
            status = self.exit_status
            screen = self.screen()
            if _found(wanted, screen):
                return screen
            if status is not None:
                raise AssertionError(f"ended with {status}, never showed {wanted!r}:\n{screen}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} not shown within {timeout} s:\n{self._state()}")
            time.sleep(POLL_S)

    def _state(self) -> str:
        """Return what is seen and where the program stands."""
        with Path(self._tmux("display-message", "-p", "#{pane_tty}").strip()).open("rb") as pane:
            size = terminal_size(pane.fileno())
        return f"{self.screen()}\nsize {size}\n{where_it_stands(self._standing)}"

    @property
    def exit_status(self) -> int | None:
        """The program's exit code, negative for a signal; ``None`` while it runs."""
        dead, code, by = self._tmux("display-message", "-p", _HOW_IT_ENDED).strip().split(":")
        if code or by:
            return int(code) if code else -int(by)
        if dead:  # tmux 3.3 can miss that a child ended; the end of another one makes it look
            self._tmux("run-shell", "true")
        return None

    def wait(self, timeout: float = TIMEOUT_S) -> int:
        """Wait until the program ends and return its exit code, negative for a signal."""
        deadline = time.monotonic() + timeout
        while (status := self.exit_status) is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout} s:\n{self._state()}")
            time.sleep(POLL_S)
        return status

    def close(self) -> None:
        """End the server and everything in it."""
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._folder)


# Sequences pyte takes for text: the kitty keyboard's, DCS, and queries it has no words for.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][\d;:]*[A-Za-z]|\x1bP.*?\x1b\\|\x1b\[\?[\d;]*[cmnu]", re.DOTALL)
_UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[\d;:$]*|P[^\x1b]*\x1b?)?\Z")

# A child that leads its own session takes the pty as its controlling terminal, then becomes the program.
_LAUNCHER = "import fcntl, os, sys, termios as t; fcntl.ioctl(1, t.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"


class Pty:
    """A program on a pty of its own: keeps every byte it writes, and a picture of its screen."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        width: int = 120,
        height: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: int | None = None,
    ) -> None:
        """``stdin`` is a descriptor to read from instead of the terminal, as in ``tail x | program``."""
        self._master, slave = pty.openpty()
        self._open = True
        self._size(width, height)
        self.cooked = termios.tcgetattr(self._master)
        """How the terminal was set before the program came."""
        self._standing = Path(tempfile.mkdtemp(prefix="voxtop-"))
        self.output = bytearray()
        """Everything the program wrote."""
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = 0
        launcher = (sys.executable, "-I", "-S", "-c", _LAUNCHER)
        self.process = subprocess.Popen(
            [*launcher, *command],
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**(environment() if env is None else env), "STANDING_FOLDER": str(self._standing)},
            cwd=cwd or ROOT,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _size(self, width: int, height: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the kernel tells the program by SIGWINCH."""
        self._screen.resize(height, width)
        self._size(width, height)

    def send(self, text: str) -> None:
        """Type a text; ``\\x1b`` is Escape, ``\\x03`` is control-C."""
        os.write(self._master, text.encode())

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Make the terminal vanish, as a closed window or a lost SSH connection does."""
        self._open = False
        os.close(self._master)

    def read(self, timeout: float = POLL_S) -> bytes:
        """Return what the program wrote, waiting up to ``timeout`` seconds for the first byte."""
        if not self._open or not select.select([self._master], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says EIO when nobody has the other end open
            return b""
        self.output += data
        return data

    def screen(self) -> str:
        """Return the picture of everything read so far, one line per row."""
        fresh = bytes(self.output[self._drawn :])
        cut = _UNFINISHED.search(fresh)
        fresh = fresh[: cut.start()] if cut else fresh
        self._drawn += len(fresh)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", fresh))
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, wanted: Wanted, timeout: float = TIMEOUT_S) -> str:
        """Read until the screen shows what is wanted and return that screen.

        Raises:
            AssertionError: not within ``timeout`` seconds, or not before the program ended; shows the screen.
        """
        deadline = time.monotonic() + timeout
        while True:
            ended = self.process.poll() is not None
            while self.read(0 if ended else POLL_S) and time.monotonic() <= deadline:
                if _found(wanted, self.screen()):
                    return self.screen()
            if _found(wanted, self.screen()):
                return self.screen()
            if ended:
                raise AssertionError(f"ended with {self.process.returncode}, never showed {wanted!r}:\n{self.screen()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} not shown within {timeout} s:\n{self._state()}")

    def _state(self) -> str:
        """Return what is seen, what came last, what was not read or taken yet, and where the program stands."""
        if not self._open:
            return f"{self.screen()}\n{where_it_stands(self._standing)}"
        standing, size = where_it_stands(self._standing), terminal_size(self._master)
        waiting = struct.unpack("i", fcntl.ioctl(self._master, termios.FIONREAD, bytes(4)))[0]
        last = bytes(self.output[-LAST_BYTES:])
        return f"{self.screen()}\nsize {size}, {waiting} bytes not read behind {last!r}\n{standing}"

    def wait(self, timeout: float = TIMEOUT_S) -> int:
        """Read until the program ends and return its exit code, negative for a signal."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout} s:\n{self._state()}")
            if not self._open:
                time.sleep(POLL_S)
            self.read()
        while self.read(0):
            pass
        return self.process.returncode

    def left_behind(self) -> list[str]:
        """Return what the program changed about the terminal and did not set back; empty is right."""
        left = modes_left(bytes(self.output))
        if self._open and termios.tcgetattr(self._master)[:4] != self.cooked[:4]:
            left.append("line settings (echo, line editing, signals)")
        return left

    def close(self) -> None:
        """End the program, whatever it is doing, and close the terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self._standing)
        if self._open:
            self.hang_up()


_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])|\x1b\[([<>])(\d*)u")
_ON_BY_DEFAULT = {7, 25}
_NAMES = {
    7: "line wrap",
    25: "cursor",
    47: "alternate screen",
    1047: "alternate screen",
    1049: "alternate screen",
    1000: "mouse",
    1002: "mouse",
    1003: "mouse",
    1006: "mouse",
    1015: "mouse",
    1016: "mouse",
    1004: "focus reports",
    2004: "bracketed paste",
    2026: "synchronised output",
    2048: "size reports",
}


def modes_left(output: bytes) -> list[str]:
    """Return the terminal modes that a program's output leaves other than they are in a fresh terminal."""
    modes: dict[int, bool] = {}
    keyboards = 0
    for numbers, letter, direction, count in _MODE.findall(output):
        if direction:
            keyboards += 1 if direction == b">" else -int(count or 1)
        else:
            modes |= {int(number): letter == b"h" for number in numbers.split(b";") if number}
    left = [_NAMES.get(mode, f"mode {mode}") for mode, on in modes.items() if on != (mode in _ON_BY_DEFAULT)]
    return list(dict.fromkeys(left + ["keyboard protocol"] * (keyboards > 0)))
