"""Files on another machine over SFTP: every file of the machine on one channel, read at explicit offsets."""

import asyncio
import errno
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import PurePosixPath

import asyncssh

from tui.engine.sources._access import HEAD_SIZE, FileStat, Handle, Look, NotRegularError, Sibling
from tui.engine.sources._gzip import GzipHandle, first_contents
from tui.engine.sources._siblings import rotated_names
from tui.engine.sources._ssh_host import Host

READ_SIZE = 255 * 1024
"""Bytes asked for at once: what OpenSSH gives at most."""
LISTINGS = 5
"""Attempts to list rotated files whose names are just being shifted."""
PACKED_HEAD = 4096
"""Compressed bytes that hold the head of the contents."""

_KINDS = {stat.S_IFDIR: "directory", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


class SftpHandle:
    """An open file over there; it keeps the connection as long as it is open."""

    broken = ""
    seekable = True

    def __init__(
        self,
        host: Host,
        client: asyncssh.SFTPClient,
        file: "asyncssh.SFTPClientFile",
        file_stat: FileStat,
    ) -> None:
        """Take over an open file."""
        self.host, self.client, self.file = host, client, file
        self.stat = file_stat
        self._hold = host.hold()

    def left(self, offset: int) -> int:
        """Return how much of the file, as it was when opened, lies behind an offset."""
        return max(0, self.stat.size - offset)

    async def read(self, offset: int, size: int) -> bytes:
        """Return bytes at an offset, fewer only at the end of the file."""
        async with _failures(self.host, self.client):
            return await self.read_raw(offset, size)

    async def read_raw(self, offset: int, size: int) -> bytes:
        """Do the same with the errors of SFTP."""
        data = b""
        while len(data) < size:
            wanted = min(READ_SIZE, size - len(data))
            more = await self.read_once(offset + len(data), wanted)
            data += more
            if len(more) < wanted:
                break
        return data

    async def read_once(self, offset: int, size: int) -> bytes:
        """Ask once for at most ``READ_SIZE`` bytes, or for none."""
        data: bytes = await self.file.read(size, offset) if size else b""
        return data

    async def close(self) -> None:
        """Close the file, if there is still a way to it."""
        with suppress(asyncssh.Error, OSError, ValueError):
            await self.file.close()
        self._hold.release()


class SftpAccess:
    """The file system of another machine."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def open(self, path: str) -> SftpHandle:
        """Open a regular file."""
        with self._host.hold():
            client = await self._host.sftp()
            async with _failures(self._host, client):
                # Asked before: opening a pipe would make the whole channel wait for its writer.
                _regular(await client.stat(os.fsencode(path)))
                file = await client.open(os.fsencode(path), "rb", block_size=0)
                try:
                    file_stat = _regular(await file.stat())
                except BaseException:
                    await file.close()
                    raise
            return SftpHandle(self._host, client, file, file_stat)

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Read, fingerprint and ask for the path in one round trip: a server answers in the order it is asked."""
        assert isinstance(handle, SftpHandle)  # noqa: S101 - tells the type checker what ``open`` returned
        async with self._host.requests, _failures(self._host, handle.client):
            look = await self._look(handle, path, offset, min(size, READ_SIZE))
            if size > READ_SIZE == len(look.data):
                rest = await handle.read_raw(offset + READ_SIZE, size - READ_SIZE)
                again = await self._look(handle, path, offset, 0)
                look = again._replace(data=look.data + rest)
        self._host.worked()
        return look

    async def _look(self, handle: SftpHandle, path: str, offset: int, size: int) -> Look:
        data, head, attrs, found = await asyncio.gather(
            handle.read_once(offset, size),
            handle.read_once(0, HEAD_SIZE),
            handle.file.stat(),
            _stat_path(handle.client, os.fsencode(path)),
        )
        return Look(data, head, attrs.size or 0, found)

    async def siblings(self, path: str) -> list[Sibling]:
        """List the rotated files of a path with their heads; none where the folder is gone or closed.

        A rotation renames one file after the other. While it goes on, names lead to other files than a moment ago,
        and nothing here tells one file from another: such a listing is thrown away.
        """
        followed = PurePosixPath(path)
        found: list[Sibling] = []
        with self._host.hold():
            names = await self._rotated(followed)
            for _ in range(LISTINGS):
                opened = await asyncio.gather(*(self._sibling(str(followed.parent / name)) for name in names))
                found = [sibling for sibling in opened if sibling is not None]
                before, names = names, await self._rotated(followed)
                if names == before:
                    break
        return found

    async def matching(self, pattern: str) -> dict[str, float]:
        """Return the regular files that match a pattern, and when each was last written; no wildcard means a dot."""
        with self._host.hold():
            client = await self._host.sftp()
            async with self._host.requests, _failures(self._host, client):
                try:
                    listed = await client.glob_sftpname(os.fsencode(pattern))
                except asyncssh.SFTPNoSuchFile:
                    return {}
            found = [os.fsdecode(each.filename) for each in listed]
            told = await asyncio.gather(
                *(self._written(client, path) for path in found if not _is_hidden(path, pattern))
            )
        return {path: written for path, written in told if written}

    async def _written(self, client: asyncssh.SFTPClient, path: str) -> tuple[str, float]:
        """Return when a regular file was last written, through symlinks; 0 for anything else."""
        async with self._host.requests, _failures(self._host, client):
            found = await _stat_path(client, os.fsencode(path))
        return path, 0.0 if isinstance(found, OSError) else float(found.modified or 1)

    async def _rotated(self, followed: PurePosixPath) -> dict[str, tuple[int | None, int | None]]:
        """Return size and time of each rotated file, oldest first; none where the folder is gone or closed."""
        client = await self._host.sftp()
        try:
            async with _failures(self._host, client):
                listed = await client.readdir(os.fsencode(str(followed.parent)))
        except (FileNotFoundError, PermissionError):
            return {}
        told = {os.fsdecode(each.filename): (each.attrs.size, each.attrs.mtime) for each in listed}
        return {name: told[name] for name in rotated_names(followed.name, told)}

    async def _sibling(self, path: str) -> Sibling | None:
        """Return a rotated file, None if it is unreadable, empty or already gone."""
        async with self._host.requests:
            try:
                handle = await self.open(path)
            except (FileNotFoundError, PermissionError, NotRegularError):
                return None
            try:
                head = await handle.read(0, PACKED_HEAD)
            finally:
                await handle.close()
        compressed = path.endswith(".gz")
        head = first_contents(head, HEAD_SIZE) if compressed else head[:HEAD_SIZE]
        return Sibling(path, handle.stat, compressed, head) if head else None

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Open a rotated file."""
        handle = await self.open(sibling.path)
        return GzipHandle(handle) if sibling.compressed else handle


def _is_hidden(path: str, pattern: str) -> bool:
    """Tell whether a wildcard would have to stand for the dot in front of a name."""
    return "/." in path and "/." not in pattern


async def _stat_path(client: asyncssh.SFTPClient, path: bytes) -> FileStat | OSError:
    try:
        return _regular(await client.stat(path))
    except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost):
        raise
    except asyncssh.SFTPError as error:
        return as_os_error(error)
    except OSError as error:
        return error


def _regular(attrs: asyncssh.SFTPAttrs) -> FileStat:
    """Return what the machine tells of a regular file; anything else is a NotRegularError."""
    kind = stat.S_IFMT(attrs.permissions or stat.S_IFREG)
    if kind != stat.S_IFREG:
        raise NotRegularError(_KINDS.get(kind, "device"))
    return FileStat(None, attrs.size or 0, attrs.mtime)


@asynccontextmanager
async def _failures(host: Host, client: asyncssh.SFTPClient) -> AsyncGenerator[None, None]:
    """Turn what SFTP says into what a local file system would, and a lost way into a TroubleError."""
    try:
        yield
    except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost) as error:
        host.forget_sftp(client)
        raise host.lost(error) from error
    except asyncssh.SFTPError as error:
        raise as_os_error(error) from error
    except (asyncssh.Error, ConnectionError) as error:
        host.forget_sftp(client)
        raise host.lost(error) from error


def as_os_error(error: asyncssh.SFTPError) -> OSError:
    """Return the local equal of an SFTP error."""
    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if isinstance(error, asyncssh.SFTPPermissionDenied):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return OSError(errno.EIO, error.reason)
