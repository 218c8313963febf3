"""How the terminal speaks to the screen: Textual's way, but for two things."""

import asyncio
import os
import signal
import time
from codecs import getincrementaldecoder
from selectors import EVENT_READ, PollSelector

from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver

CUT_SHORT_S = 2 * ESCAPE_DELAY
"""After this time without more of it, what began like the sequence of a key is taken for what it is."""

READ_BYTES = 4096

MOST_WAITING = 10
"""Of the 30 writes that may wait for the terminal pictures take so many; behind them whoever writes has to wait too."""


class OrderlyDriver(LinuxDriver):
    """Tells the sizes of the terminal in the order in which it had them, and sleeps while nobody types."""

    _typing = _typing_ends = -1
    """The two ends of a pipe: closing the second one ends the wait for keys."""

    @property
    def is_behind(self) -> bool:
        """Tell whether the terminal does not take what was written, as when its connection stalls."""
        return self._writer_thread is not None and self._writer_thread._queue.qsize() > MOST_WAITING  # noqa: SLF001 - nothing public tells

    def start_application_mode(self) -> None:
        """Let the event loop hear of a new size: there nothing interrupts the handler between reading and telling it.

        As a plain signal handler it may be interrupted by the next size, which is then told first, and the screen
        keeps the older one until the terminal changes again.
        """
        self._typing, self._typing_ends = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        tell_size = signal.getsignal(signal.SIGWINCH)
        if callable(tell_size):
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, tell_size, signal.SIGWINCH, None)

    def disable_input(self) -> None:
        """End the wait for keys, and whoever waits."""
        if self._typing_ends >= 0:
            os.close(self._typing_ends)
            self._typing_ends = -1
        super().disable_input()

    def run_input_thread(self) -> None:
        """Pass on what is typed; nothing wakes the processor while nobody does (Textual looks ten times a second)."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace").decode
        with PollSelector() as selector, os.fdopen(self._typing, "rb", buffering=0):
            selector.register(self.fileno, EVENT_READ)
            selector.register(self._typing, EVENT_READ)
            settled_at = time.monotonic() + CUT_SHORT_S
            while not self.exit_event.is_set():
                patience = None if time.monotonic() > settled_at else ESCAPE_DELAY
                ready = {key.fd for key, _ in selector.select(patience)}
                if self.fileno in ready:
                    typed = os.read(self.fileno, READ_BYTES)
                    if not typed:
                        break  # the terminal is gone, which is noticed elsewhere
                    for event in parser.feed(decode(typed)):
                        self.process_message(event)
                    settled_at = time.monotonic() + CUT_SHORT_S
                for event in parser.tick():
                    self.process_message(event)
