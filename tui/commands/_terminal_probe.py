"""What a terminal says about itself when it is asked: where the cursor stands after a sign, and what it can do."""

import os
import re
import select
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tui.engine.clock import Clock

ANSWER_S = 0.5
"""A terminal that has not answered by then does not answer; over a slow line the first answer counts."""

_COLUMN = re.compile(rb"\x1b\[\d+;(\d+)R")
_ABILITIES = re.compile(rb"\x1b\[\?([\d;]+)c")

CLIPBOARD = 52
"""Among the abilities (DA1): text can be copied with OSC 52."""


class Probe:
    """Asks the controlling terminal; every answer is None where it gives none."""

    def __init__(self, clock: Clock, device: str = "/dev/tty") -> None:
        """Every question may raise OSError: there is no such terminal."""
        self._clock = clock
        self._device = device
        self._silent = False

    def widths(self, signs: Sequence[str]) -> dict[str, int] | None:
        """Return how many cells each sign takes."""
        with self._asking() as descriptor:
            found = {}
            for sign in signs:
                answer = self._ask(descriptor, b"\r" + sign.encode() + b"\x1b[6n", _COLUMN)
                if answer is None:
                    return None
                found[sign] = int(answer[1]) - 1
            return found

    def abilities(self) -> frozenset[int] | None:
        """Return the numbers of the primary device attributes."""
        with self._asking() as descriptor:
            answer = self._ask(descriptor, b"\x1b[c", _ABILITIES)
            return frozenset(map(int, filter(None, answer[1].split(b";")))) if answer else None

    @contextmanager
    def _asking(self) -> Iterator[int]:
        """Open the terminal with its echo off; what was asked leaves no trace."""
        descriptor = os.open(self._device, os.O_RDWR | os.O_NOCTTY)
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor, termios.TCSAFLUSH)
            yield descriptor
        finally:
            os.write(descriptor, b"\r\x1b[K")
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
            os.close(descriptor)

    def _ask(self, descriptor: int, question: bytes, answer: re.Pattern[bytes]) -> re.Match[bytes] | None:
        if self._silent:
            return None
        os.write(descriptor, question)
        until, told = self._clock.monotonic() + ANSWER_S, b""
        while (left := until - self._clock.monotonic()) > 0 and select.select([descriptor], [], [], left)[0]:
            told += os.read(descriptor, 256)
            if found := answer.search(told):
                return found
        self._silent = True
        return None
