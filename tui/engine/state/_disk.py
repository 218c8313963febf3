"""What the disk under the state file can do: its room, its locks, its kind."""

import fcntl
import os
import shutil
from pathlib import Path

_NETWORK = {
    *("9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs"),
    *("fuse.cephfs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"),
}
"""File systems over which processes cannot share memory, as SQLite's write-ahead log asks for."""

_MOUNTS = Path("/proc/self/mounts")


def free_bytes(folder: Path) -> int:
    """Return how much a user without privileges may still write there."""
    return shutil.disk_usage(folder).free


def shares_memory(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Tell whether the folder lies on a disk of this machine; where nobody can tell, it does."""
    try:
        rows = [row.split(" ") for row in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return True
    where = folder.resolve()
    above = [(len(at), kind) for _, at, kind, *_ in rows if where.is_relative_to(_unescaped(at))]
    return max(above, default=(0, ""))[1] not in _NETWORK


def _unescaped(mount: str) -> str:
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        mount = mount.replace(code, char)
    return mount


class Lock:
    """A lock file for its owner only; let go when closed or when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it if it is not there.

        Raises:
            OSError: it cannot be written.
        """
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Wait until nobody else holds it."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Hold it alone, if nobody else holds it."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Hold it together with others."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go."""
        os.close(self._fd)
