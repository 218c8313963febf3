"""What one connection tells about itself on the way: the host key it was offered, a banner, its end."""

from collections.abc import Callable

import asyncssh

from tui.engine.safe_text import safe_text

_BANNER_LENGTH = 200


class Guard(asyncssh.SSHClient):
    """Trusts no key that is not known already; never asks anybody anything."""

    def __init__(self, lost: Callable[["Guard", Exception | None], None]) -> None:
        """``lost`` is called when the connection is over."""
        self._lost = lost
        self._link: asyncssh.SSHClientConnection | None = None
        self.offered: asyncssh.SSHKey | None = None
        """The key that was refused."""
        self.offered_by = ""
        """The network address that offered it."""
        self.banner = ""
        """What the machine says before login, fit for any screen."""

    @property
    def connected(self) -> bool:
        """Whether anybody answered at all."""
        return self._link is not None

    @property
    def greeted(self) -> bool:
        """Whether the other end ever said that it speaks SSH."""
        return self._link is not None and bool(self._link.get_extra_info("server_version"))

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Remember whose end this is."""
        self._link = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Refuse a key that is not among the known ones, and remember it."""
        del host, port
        self.offered, self.offered_by = key, addr
        return False

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Keep what is said, on one line."""
        del lang
        self.banner = safe_text(" ".join(msg.split()), _BANNER_LENGTH)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that it is over."""
        self._lost(self, exc)
