"""A file on another machine: the follower over SFTP, or over commands where there is no SFTP."""

from collections.abc import Sequence

import asyncssh

from tui.engine.model import SourceStep
from tui.engine.sources._access import Access, Handle, Look, Sibling
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._opening import Opening
from tui.engine.sources._position import Position
from tui.engine.sources._reading import Reading
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_pool import RemoteHost
from tui.engine.sources._ssh_runner import RemoteRunner
from tui.engine.sources._ssh_sftp import SftpAccess, SftpHandle
from tui.engine.sources._ssh_shell import ShellAccess
from tui.engine.sources._ssh_trouble import reason_of
from tui.engine.text import t

IDLE_POLL_S = 1.0
"""Between polls of a remote file in which nothing was new for a while."""
STALE_AFTER_S = 5.0
"""A poll each second that takes its time on the way."""


class RemoteAccess:
    """Chooses the way to a machine's files: SFTP, else commands; asked anew after each login."""

    def __init__(self, remote: RemoteHost) -> None:
        self._remote = remote
        self._shell = ShellAccess(RemoteRunner(remote))

    async def open(self, path: str) -> Handle:
        """Open a regular file."""
        return await (await self._chosen()).open(path)

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Look the way the file was opened."""
        way: Access = SftpAccess(self._remote.get()) if isinstance(handle, SftpHandle) else self._shell
        return await way.look(handle, path, offset, size)

    async def siblings(self, path: str) -> list[Sibling]:
        """Return the rotated files of a path."""
        return await (await self._chosen()).siblings(path)

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Open a rotated file."""
        return await (await self._chosen()).open_sibling(sibling)

    async def matching(self, pattern: str) -> dict[str, float]:
        """Return the regular files that match a pattern, and when each was last written."""
        return await (await self._chosen()).matching(pattern)

    async def _chosen(self) -> SftpAccess | ShellAccess:
        host = self._remote.get()
        with host.hold():
            await host.connection()
            if host.sftp_off:
                return self._shell
            try:
                await host.sftp()
            except (asyncssh.Error, TimeoutError) as error:
                host.sftp_off = True
                noisy = isinstance(error, asyncssh.SFTPBadMessage)
                remedy = t("sources.ssh_step_sftp_noisy" if noisy else "sources.ssh_step_sftp_off")
                host.step(t("sources.ssh_step_sftp"), ok=False, detail=reason_of(error), remedy=remedy)
                return self._shell
            host.step(t("sources.ssh_step_sftp"), ok=True)
            return SftpAccess(host)


class SshSource(FileSource):
    """One file on another machine, which it shares a connection with all others there."""

    def __init__(self, address: Address, path: str, name: str, opening: Opening) -> None:
        """Connect to nothing yet."""
        self._remote = RemoteHost(address, opening)
        super().__init__(
            path,
            name,
            opening.clock,
            since=opening.since,
            line_time=opening.line_time,
            follow=opening.follow,
            rotated=opening.rotated,
            position=Position.from_json(opening.bookmark) if opening.bookmark else None,
            access=RemoteAccess(self._remote),
            reading=Reading(
                name,
                "ssh",
                opening.clock,
                host=address.host,
                stale_after_s=STALE_AFTER_S,
                expect_every_s=opening.options.expect_every_s,
            ),
            idle_poll_s=IDLE_POLL_S,
            wait=lambda seconds: self._remote.get().pause(seconds),
        )

    def retry(self) -> None:
        """Try to reach the machine at once, for all that wait for it."""
        self._remote.retry()

    def trail(self) -> Sequence[SourceStep]:
        """Return what was tried to get at the machine and at the file."""
        return (*self._remote.trail(), *super().trail())
