"""Logging in to a machine, through the machines on the way, few at the same time (reliability §2.3)."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from weakref import WeakKeyDictionary

import asyncssh

from tui.engine.sources._ssh_address import Address, parse_address
from tui.engine.sources._ssh_guard import Guard
from tui.engine.sources._ssh_settings import Settings, effective_settings
from tui.engine.sources._ssh_trouble import explain
from tui.engine.sources._trouble import NEVER, TroubleError

AT_ONCE = 4
JITTER_S = 0.2
"""Logins begin apart by up to this when several are wanted: sshd drops what comes in a rush (MaxStartups)."""
ROOM_AFTER_S = 2.0
"""A machine that has not answered by then holds up no other."""
MAX_JUMPS = 8


class Login(NamedTuple):
    """How one machine is logged in to."""

    address: Address
    insecure: frozenset[str]
    """Machines whose keys nobody checks, as agreed in the user's own config."""
    passphrase: str | None
    """Opens keys that are protected by one."""

    async def enter(self, guard: Guard) -> tuple[asyncssh.SSHClientConnection, Settings]:
        """Log in; raises TroubleError."""
        async with _door().open():
            return await _log_in(self, guard)


async def _log_in(
    login: Login, guard: Guard, jumps: Sequence[str] = (), depth: int = 0
) -> tuple[asyncssh.SSHClientConnection, Settings]:
    """Log in, through the machines on the way if there are any, each with all checks of its own."""
    settings: Settings | None = None
    tunnel: asyncssh.SSHClientConnection | None = None
    address = login.address
    try:
        settings = await effective_settings(
            address, lambda: guard, insecure=address.host in login.insecure, passphrase=login.passphrase
        )
        if jumps := jumps or settings.jumps:
            tunnel = await _jump(login, jumps, depth)
        link = await asyncssh.connect(
            address.host, address.port or (), options=settings.options, tunnel=tunnel, config=None
        )
    except TroubleError:
        raise
    except (OSError, asyncssh.Error) as error:
        raise await explain(error, address, settings, guard) from error
    else:
        if tunnel is not None:  # from now on it goes with the link
            link.set_tunnel(tunnel)
            tunnel = None
        return link, settings
    finally:
        if tunnel is not None:
            tunnel.abort()


async def _jump(login: Login, jumps: Sequence[str], depth: int) -> asyncssh.SSHClientConnection:
    """Log in to the last machine on the way, through those before it."""
    address = parse_address(jumps[-1])
    if address is None or depth >= MAX_JUMPS:
        raise TroubleError("ssh_config", reason=f"ProxyJump {jumps[-1]}", retry_in_s=NEVER)
    link, _ = await _log_in(login._replace(address=address), Guard(lambda *_: None), jumps[:-1], depth + 1)
    return link


class _Door:
    """Lets few in at the same time, and not in step."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._wanted = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None, None]:
        """Wait for a place, and keep it until inside or for as long as others may be kept waiting."""
        self._wanted += 1
        try:
            await self._room.acquire()
            release = asyncio.get_running_loop().call_later(ROOM_AFTER_S, self._room.release)
            try:
                if self._wanted > 1:
                    await asyncio.sleep(random.uniform(0, JITTER_S))  # noqa: S311 - spreads, keeps no secret
                yield
            finally:
                if release.when() > asyncio.get_running_loop().time():
                    release.cancel()
                    self._room.release()
        finally:
            self._wanted -= 1


_DOORS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Door] = WeakKeyDictionary()


def _door() -> _Door:
    return _DOORS.setdefault(asyncio.get_running_loop(), _Door())
