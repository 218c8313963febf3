"""How the terminal speaks to the screen: Textual's way, but for one thing."""

import asyncio
import signal

from textual.drivers.linux_driver import LinuxDriver


class OrderlyDriver(LinuxDriver):
    """Tells the sizes of the terminal in the order in which it had them."""

    def start_application_mode(self) -> None:
        """Let the event loop hear of a new size: there nothing interrupts the handler between reading and telling it.

        As a plain signal handler it may be interrupted by the next size, which is then told first, and the screen
        keeps the older one until the terminal changes again.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]
        tell_size = signal.getsignal(signal.SIGWINCH)
        if callable(tell_size):
            asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, tell_size, signal.SIGWINCH, None)
