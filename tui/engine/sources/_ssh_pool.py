"""The machines that a run has to do with: one shared object for each, as sources get at it."""

import asyncio
import os
from collections.abc import Sequence
from weakref import WeakKeyDictionary, WeakValueDictionary

from tui.engine.model import SourceStep
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_host import Host
from tui.engine.sources._ssh_login import Login
from tui.engine.sources._ssh_settings import PASSPHRASE

_HOSTS: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Login, Host]] = WeakKeyDictionary()
"""By event loop, since what waits for a connection belongs to one; a machine goes with its last source."""


class RemoteHost:
    """One machine as a source sees it; nothing is connected before somebody wants something there."""

    def __init__(self, address: Address, opening: Opening) -> None:
        self.address = address
        self._clock = opening.clock
        environment = os.environ if opening.options.environment is None else opening.options.environment
        self._login = Login(address, opening.options.insecure_hosts, environment.get(PASSPHRASE))
        self._host: Host | None = None

    def get(self) -> Host:
        """Return the object that everything on the machine shares, within the running event loop."""
        if self._host is None:
            hosts = _HOSTS.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
            self._host = hosts.get(self._login) or Host(self._login, self._clock)
            hosts[self._login] = self._host
        return self._host

    def retry(self) -> None:
        """Let the next attempt be made at once."""
        if self._host:
            self._host.retry()

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the machine."""
        return self._host.trail() if self._host else ()
