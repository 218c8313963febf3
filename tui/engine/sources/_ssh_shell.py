"""Files on a machine without SFTP: ``stat``, ``dd`` and ``tail -c`` at explicit offsets, of GNU or busybox.

Each call is one short command. A file is held by its device and inode: after a rename it is found again
among the names beside it; one that was deleted is lost to the commands, which SFTP would not lose.
"""

import errno
import os
import re
import secrets
import stat
from pathlib import PurePosixPath

from tui.engine.sources._access import HEAD_SIZE, FileStat, Handle, Identity, Look, NotRegularError, Sibling
from tui.engine.sources._gzip import GzipHandle, first_contents
from tui.engine.sources._siblings import rotated_names
from tui.engine.sources._ssh_runner import RemoteRunner
from tui.engine.sources._trouble import TroubleError

PACKED_HEAD = 4096

_KINDS = {stat.S_IFDIR: "directory", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}
_GONE, _DENIED = 44, 45
_MATCHED = re.compile(r"([^\0]+)\0(\d+)\n")

_TELL = (
    'tell() { stat -L -c "%d:%i %s %f" -- "$1" 2>/dev/null && { [ -r "$1" ] || echo denied; } '
    '|| { [ -x "${1%/*}/" ] && echo missing || echo denied; }; }; '
)
_FIND = (
    'id() { stat -L -c %d:%i -- "$1" 2>/dev/null; }; f=$1; '
    'if [ "$(id "$f")" != "$2" ]; then f=; b=${1##*/}; '
    'for c in "${1%/*}/${b%.*}"*; do [ "$(id "$c")" = "$2" ] && { f=$c; break; }; done; '
    f'[ "$f" ] || exit {_GONE}; fi; '
    f'[ -r "$f" ] || exit {_DENIED}; exec 3<"$f"; o=/proc/self/fd/3; [ "$(id $o)" = "$2" ] || exit {_GONE}; '
)
_READ = (
    "dd if=$o bs=65536 skip=$(($3/65536)) count=$(($4/65536+2)) 2>/dev/null | tail -c +$(($3%65536+1)) | head -c $4; "
)
_LOOK = _TELL + _FIND + _READ + f'printf %s "$5"; head -c {HEAD_SIZE} $o; printf %s "$5"; stat -L -c %s $o; tell "$1"'
_LIST = (
    'for c in "$1"*; do [ -f "$c" ] && [ -r "$c" ] && '
    f'{{ printf "%s\\0" "$c"; stat -L -c "%d:%i %s" -- "$c"; head -c {PACKED_HEAD} "$c"; printf %s "$2"; }}; done; :'
)
_MATCH = 'IFS=; for f in $1; do [ -f "$f" ] && { printf "%s\\0" "$f"; stat -L -c %Y -- "$f"; }; done; :'
"""Without separators a pattern is expanded as it is, and nothing else in it means anything to the shell."""


class ShellHandle:
    """A file that is held by its identity."""

    broken = ""
    seekable = True

    def __init__(self, shell: "ShellAccess", path: str, file_stat: FileStat) -> None:
        self._shell = shell
        self.path = path
        self.stat = file_stat

    def left(self, offset: int) -> int:
        """Return how much of the file, as it was when opened, lies behind an offset."""
        return max(0, self.stat.size - offset)

    async def read(self, offset: int, size: int) -> bytes:
        """Return bytes at an offset, fewer only at the end of the file."""
        return await self._shell.run(_FIND + _READ, self.path, name(self.stat), str(offset), str(size))

    async def close(self) -> None:
        """Do nothing: nobody has anything open."""


class ShellAccess:
    """The file system of another machine, through commands."""

    def __init__(self, runner: RemoteRunner) -> None:
        self._runner = runner

    async def open(self, path: str) -> ShellHandle:
        """Find a regular file."""
        found = _stat_of((await self.run(_TELL + 'tell "$1"', path)).decode("ascii", "replace"))
        if isinstance(found, OSError):
            raise found
        return ShellHandle(self, path, found)

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        """Read, fingerprint and ask for the path in one command."""
        assert isinstance(handle, ShellHandle)  # noqa: S101 - tells the type checker what ``open`` returned
        mark = secrets.token_hex(16)
        told = await self.run(_LOOK, path, name(handle.stat), str(offset), str(size), mark)
        data, head, tail = told.rsplit(mark.encode(), 2)
        reached, _, found = tail.decode("ascii", "replace").partition("\n")
        return Look(data, head, int(reached), _stat_of(found))

    async def siblings(self, path: str) -> list[Sibling]:
        """List the rotated files of a path with their heads, oldest first."""
        followed = PurePosixPath(path)
        mark = secrets.token_hex(16)
        told = await self.run(_LIST, str(followed.parent / followed.stem), mark)
        found = (_sibling(each) for each in told.split(mark.encode())[:-1])
        by_name = {PurePosixPath(each.path).name: each for each in found if each.head}
        return [by_name[each] for each in rotated_names(followed.name, by_name)]

    async def matching(self, pattern: str) -> dict[str, float]:
        """Return the regular files that match a pattern, and when each was last written; ``**`` is one folder here."""
        told = os.fsdecode(await self.run(_MATCH, pattern))
        return {path: float(written) for path, written in _MATCHED.findall(told)}

    async def open_sibling(self, sibling: Sibling) -> Handle:
        """Find a rotated file again."""
        handle = await self.open(sibling.path)
        return GzipHandle(handle) if sibling.compressed else handle

    async def run(self, script: str, *arguments: str) -> bytes:
        """Run a script of this module and return what it prints."""
        done = await self._runner.run(["sh", "-c", script, "voxtop", *arguments])
        if done.code == _GONE:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if done.code == _DENIED:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if done.code:
            raise TroubleError("ssh_no_files", host=self._runner.host, reason=done.stderr.decode("utf-8", "replace"))
        return done.stdout


def name(file_stat: FileStat) -> str:
    """Return an identity as the scripts print it."""
    assert file_stat.identity is not None  # noqa: S101 - stat told it
    return "{}:{}".format(*file_stat.identity)


def _stat_of(told: str) -> FileStat | OSError:
    """Read what ``tell`` prints."""
    lines = told.split("\n")
    if "denied" in lines:
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if "missing" in lines:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    identity, size, mode = lines[0].split(" ")
    kind = stat.S_IFMT(int(mode, 16))
    if kind != stat.S_IFREG:
        return NotRegularError(_KINDS.get(kind, "device"))
    return FileStat(_identity(identity), int(size))


def _identity(told: str) -> Identity:
    device, _, inode = told.partition(":")
    return int(device), int(inode)


def _sibling(told: bytes) -> Sibling:
    """Read one entry of a listing."""
    path, _, rest = told.partition(b"\0")
    numbers, _, head = rest.partition(b"\n")
    identity, size = numbers.decode("ascii", "replace").split(" ")
    compressed = path.endswith(b".gz")
    head = first_contents(head, HEAD_SIZE) if compressed else head[:HEAD_SIZE]
    return Sibling(os.fsdecode(path), FileStat(_identity(identity), int(size)), compressed, head)
