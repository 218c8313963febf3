"""The terminal under the screen: who owns it, what it can show, how it is given back."""

import asyncio
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tui.engine.clock import until_tick
from tui.engine.errors import UsageError
from tui.engine.text import t
from tui.memory import NO_MEMORY, is_out_of_memory, no_memory

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)

GRACE_S = 1.5
"""A terminal that is gone can block the orderly way out; after this long the process ends anyhow."""

WATCH_S = 2.0
"""A terminal that hung up without a signal is noticed within this time."""

OPENED_WITHIN_S = 0.5
"""A thread that draws may die while the other one still turns the terminal into a screen: not to be overtaken by it."""

MODES_OFF = b"\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[<u"
"""Alternate screen, hidden cursor, mouse, focus, pasting, cut lines and keyboard protocol: all a screen turns on."""

PARENT_VARIABLE = "_VOXTOP_PARENT"
"""Set for a monitor whose screen another process carries to a browser: the number of that process."""


def claim_terminal() -> int | None:
    """Make standard input the terminal, so that keys work, and return the pipe that was there.

    Returns:
        A descriptor of piped standard input, or None when it already was the terminal or a browser is.

    Raises:
        UsageError: there is no terminal to draw on or to read keys from.
    """
    if os.environ.get(PARENT_VARIABLE):
        return None
    if not sys.stdout.isatty():
        raise UsageError(t("cli.no_screen"), t("cli.no_screen_remedy"))
    if sys.stdin.isatty():
        return None
    try:
        keyboard = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise UsageError(t("cli.no_keyboard"), t("cli.no_screen_remedy")) from error
    piped = os.dup(0)
    os.dup2(keyboard, 0)
    os.close(keyboard)
    return piped


def shows_unicode() -> bool:
    """Tell whether the encoding of standard output carries block characters."""
    stream = sys.__stdout__ or sys.stdout  # while a screen is up, Textual has its own in the place of the latter
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


@contextmanager
def given_back() -> Iterator[None]:
    """Leave the terminal as it was, even if the screen fails while it is put away (no memory is left)."""
    before = _line_settings()

    def restore() -> None:
        now = _line_settings()
        if before is not None and now is not None and now != before:
            termios.tcsetattr(0, termios.TCSANOW, before)
            os.write(1, MODES_OFF)

    def thread_died(died: threading.ExceptHookArgs) -> None:
        """End at once where the thread that draws has no memory: the program would wait for it for ever."""
        if died.exc_value is None or not is_out_of_memory(died.exc_value):
            threading.__excepthook__(died)
            return
        time.sleep(OPENED_WITHIN_S)
        restore()
        os.write(2, f"voxtop: {no_memory()}\n".encode())
        os._exit(NO_MEMORY)

    threading.excepthook = thread_died
    try:
        yield
    finally:
        restore()


def _line_settings() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def end_on_signals(leave: Callable[[int], None]) -> None:
    """Leave in order on every ending signal and when the terminal is gone; call inside the event loop.

    ``leave`` gets the exit code, 128 + the number of the signal.
    """
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        last_resort = threading.Timer(GRACE_S, os._exit, (128 + number,))
        last_resort.daemon = True  # beside the loop: what blocks the orderly way out blocks the loop too
        last_resort.start()
        leave(128 + number)

    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)

    def watch() -> None:
        if _terminal_gone():
            end(signal.SIGHUP)
        else:
            loop.call_later(until_tick(WATCH_S), watch)

    if os.isatty(0) or os.environ.get(PARENT_VARIABLE):
        loop.call_later(WATCH_S, watch)


def _terminal_gone() -> bool:
    """Tell whether standard input was a terminal that has hung up (a nohup'ed process gets no signal).

    Of a viewer's monitor the server that carries its screen is the terminal.
    """
    if parent := os.environ.get(PARENT_VARIABLE):
        return str(os.getppid()) != parent
    return _line_settings() is None
