"""Tells systemd how a service is doing (sd_notify(3)); says nothing where nobody listens."""

import os
import socket
from collections.abc import Mapping


class ServiceManager:
    """The socket of ``Type=notify`` and the period of ``WatchdogSec``."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Nothing is sent without ``NOTIFY_SOCKET``."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period = environment.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(period) / 1e6 if mine and period.isdecimal() else None
        """A sign of life is expected this often; None where nobody waits for one."""

    def say(self, *states: str) -> None:
        """Send states such as ``READY=1``; a service manager that is gone is none of our troubles."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
            try:
                link.connect(self._address)
                link.sendall("\n".join(states).encode())
            except OSError:
                return
