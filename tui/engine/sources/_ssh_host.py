"""One machine reached over SSH: a connection that everything on it shares (reliability §2.3).

Whoever wants something there holds the machine while it does (``hold``), and opens sessions on it
(``session``). While nobody holds it for some seconds the connection is closed. A second connection is
only made when the machine gives no more sessions on the first (``MaxSessions``).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import asyncssh

from tui.engine.clock import Clock
from tui.engine.model import SourceStep
from tui.engine.safe_text import safe_text
from tui.engine.sources._backoff import Backoff
from tui.engine.sources._ssh_guard import Guard
from tui.engine.sources._ssh_login import Login
from tui.engine.sources._ssh_settings import Settings
from tui.engine.sources._ssh_trouble import reason_of
from tui.engine.sources._trouble import NEVER, TroubleError
from tui.engine.text import t

LINGER_S = 10.0
"""How long a connection that nobody uses is kept."""
TICK_S = 1.0
SUSPENDED_S = 5.0
"""A tick longer than its second by this means that the machine slept: what was connected before is gone."""
MAX_LINKS = 10
"""Connections to one machine that gives few sessions on each."""
REQUESTS_AT_ONCE = 16
START_S = 30.0
"""Patience with the machine when it begins a session."""

T = TypeVar("T")


class _FullError(Exception):
    """A connection gives no more sessions."""


logging.getLogger("asyncssh").setLevel(logging.CRITICAL)  # its failures are told by the status of a source


class Host:
    """Keeps connected to one machine for as long as somebody holds it."""

    def __init__(self, login: Login, clock: Clock) -> None:
        """Connect to nothing yet; ``clock`` tells when to try again, and that this machine slept."""
        self.name = str(login.address)
        self._login = login
        self._clock = clock
        self._backoff = Backoff(clock)
        self._links: dict[Guard, asyncssh.SSHClientConnection] = {}
        self._attempt: asyncio.Task[TroubleError | asyncssh.SSHClientConnection] | None = None
        self._trouble: TroubleError | None = None
        self._next_try = 0.0
        self.holders = 0
        """How many use the machine just now."""
        self.sftp_off = False
        """The machine was asked for SFTP and has none that works."""
        self.requests = asyncio.Semaphore(REQUESTS_AT_ONCE)
        """Taken by each look at a file: however many files there are, the channel's queue stays short."""
        self._sftp: asyncssh.SFTPClient | None = None
        self._sftp_turn = asyncio.Lock()
        self._tending: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._steps: dict[str, SourceStep] = {}

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return bool(self._links)

    def retry(self) -> None:
        """Let the next attempt be made at once, and wake who waits for it."""
        self._backoff.retry()
        self._next_try = 0.0
        self._woken.set()
        self._woken = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until somebody wants another attempt at once."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), None if seconds == NEVER else seconds)

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the machine."""
        return tuple(self._steps.values())

    def step(self, what: str, *, ok: bool, detail: str = "", remedy: str = "") -> None:
        """Note one thing that was tried."""
        self._steps[what] = SourceStep(what, ok, detail, remedy)

    def hold(self) -> "Hold":
        """Keep the connection while something is done with it."""
        return Hold(self)

    def worked(self) -> None:
        """Note that the machine answered: half a minute of it ends the back-off."""
        self._backoff.worked()

    async def connection(self) -> asyncssh.SSHClientConnection:
        """Return a connection, making one if there is none; raises TroubleError, at once while it is too early."""
        for link in self._links.values():
            return link
        return await self._connect()

    async def session(self, begin: Callable[[asyncssh.SSHClientConnection], Awaitable[T]]) -> T:
        """Begin a session on whichever connection still gives one.

        Raises TroubleError where the machine cannot be reached or gives none, and what ``begin`` raises.
        """
        await self.connection()
        for link in [*self._links.values()]:
            with suppress(_FullError):
                return await self._begin(begin, link)
        if len(self._links) < MAX_LINKS:
            fresh = await self._connect()
            try:
                return await self._begin(begin, fresh)
            except _FullError:
                fresh.abort()
        raise TroubleError("ssh_sessions", host=self.name)

    async def _begin(
        self, begin: Callable[[asyncssh.SSHClientConnection], Awaitable[T]], link: asyncssh.SSHClientConnection
    ) -> T:
        try:
            return await begin(link)
        except asyncssh.ChannelOpenError as error:
            if link.is_closed():
                raise self.lost(error) from error
            if error.code == asyncssh.OPEN_REQUEST_SESSION_FAILED:
                raise
            raise _FullError from error
        except (asyncssh.ConnectionLost, ConnectionError) as error:
            raise self.lost(error) from error

    async def sftp(self) -> asyncssh.SFTPClient:
        """Return the one SFTP channel of the machine; raises TroubleError, or what its end says of SFTP itself."""
        async with self._sftp_turn:
            if self._sftp is None:
                try:
                    self._sftp = await asyncio.wait_for(self.session(lambda link: link.start_sftp_client()), START_S)
                except asyncssh.SFTPConnectionLost as error:
                    if not self._links:
                        raise self.lost(error) from error
                    raise
            return self._sftp

    def forget_sftp(self, client: asyncssh.SFTPClient) -> None:
        """Give up a channel that is broken, if it is still the present one."""
        if self._sftp is client:
            self._sftp = None

    def lost(self, error: BaseException) -> TroubleError:
        """Return the trouble that a lost connection means."""
        return self._trouble or TroubleError("ssh_lost", host=self.name, reason=reason_of(error))

    async def _connect(self) -> asyncssh.SSHClientConnection:
        """Make a connection together with everybody who wants one now."""
        if self._attempt is None or self._attempt.done():
            remaining = self._next_try - self._clock.monotonic()
            if self._trouble is not None and remaining > 0:
                raise _after(self._trouble, remaining)
            self._attempt = asyncio.create_task(self._try())
        link = await asyncio.shield(self._attempt)
        if isinstance(link, TroubleError):
            raise link
        return link

    async def _try(self) -> TroubleError | asyncssh.SSHClientConnection:
        """Make one attempt and note how it went; returned and not raised, since nobody may be waiting any more."""
        guard = Guard(self._over)
        try:
            link, settings = await self._login.enter(guard)
        except TroubleError as trouble:
            return self._failed(trouble)
        self._links[guard] = link
        self._trouble, self.sftp_off = None, False
        self._note_login(link, settings, guard)
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())
        return link

    def _note_login(self, link: asyncssh.SSHClientConnection, settings: Settings, guard: Guard) -> None:
        version = safe_text(str(link.get_extra_info("server_version", "")), 80)
        self.step(
            t("sources.ssh_step_connect", host=safe_text(self.name)),
            ok=True,
            detail=f"{settings.account}, {version}",
        )
        key = link.get_server_host_key()
        checked = settings.known_hosts is not None
        told = t("sources.ssh_step_key" if checked else "sources.ssh_step_key_unchecked")
        self.step(told, ok=checked, detail=key.get_fingerprint() if key else "")
        if guard.banner:
            self.step(t("sources.ssh_step_banner"), ok=True, detail=guard.banner)

    def _failed(self, trouble: TroubleError) -> TroubleError:
        """Note a trouble and when to try again."""
        wait_s = self._backoff.next_pause() if trouble.retry_in_s is None else trouble.retry_in_s
        self._next_try = self._clock.monotonic() + wait_s
        self._trouble = _after(trouble, wait_s)
        what = t("sources.ssh_step_connect", host=safe_text(self.name))
        self._steps[what] = SourceStep(what, ok=False, detail=trouble.reason, remedy=trouble.remedy)
        return self._trouble

    def _over(self, guard: Guard, error: Exception | None) -> None:
        """Note that a connection is over; if it was the last one, all wait a moment before the next."""
        if self._links.pop(guard, None) is None or self._links:
            return
        self._sftp = None
        if error is not None:
            self._failed(TroubleError("ssh_lost", host=self.name, reason=reason_of(error)))

    async def _tend(self) -> None:
        """Give up connections that nobody uses, and those that a sleep of this machine has killed."""
        unused_s = 0.0
        try:
            while self._links and unused_s < LINGER_S:
                wall, steady = self._clock.now(), self._clock.monotonic()
                await asyncio.sleep(TICK_S)
                slept_s = max(self._clock.now() - wall, self._clock.monotonic() - steady) - TICK_S
                unused_s = 0.0 if self.holders else unused_s + TICK_S
                if slept_s > SUSPENDED_S:
                    self._disconnect()
                    self._trouble = None
                    self.retry()
        finally:
            self._tending = None
            for link in self._disconnect():
                await link.wait_closed()

    def _disconnect(self) -> list[asyncssh.SSHClientConnection]:
        """Give up all connections, without a trouble to tell of."""
        links = list(self._links.values())
        self._links.clear()
        self._sftp = None
        for link in links:
            link.abort()
        return links


class Hold:
    """Keeps a machine's connection until released, which may be done more than once."""

    def __init__(self, host: Host) -> None:
        self._host: Host | None = host
        host.holders += 1

    def release(self) -> None:
        """Need the connection no more."""
        if self._host is not None:
            self._host.holders -= 1
            self._host = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _after(trouble: TroubleError, seconds: float) -> TroubleError:
    """Return a trouble with the time to the next attempt."""
    return TroubleError(trouble.key, state=trouble.state, retry_in_s=seconds, **trouble.values)
