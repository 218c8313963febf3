"""A systemd-journald of a test's own: its sockets and files lie in a mount namespace that nobody else sees."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import TIMEOUT_S, require

JOURNALD = "/lib/systemd/systemd-journald"
_PRIVATE = """
mount --make-rprivate /
for folder in /run/systemd /run/log /var/log/journal; do mkdir -p $folder; mount -t tmpfs tmpfs $folder; done
mkdir /run/systemd/journal
exec sleep infinity
"""
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Journald:
    """The daemon, and in ``bin_dir`` a journalctl that reads what it writes."""

    def __init__(self, bin_dir: Path) -> None:
        """Begin with an empty journal."""
        self.bin_dir = bin_dir
        self._daemon: subprocess.Popen[bytes] | None = None
        self._keeper = subprocess.Popen(["unshare", "--mount", "sh", "-ec", _PRIVATE])
        self._root = Path(f"/proc/{self._keeper.pid}/root")
        try:
            _wait(lambda: Path(f"/proc/{self._keeper.pid}/comm").read_text() == "sleep\n")
            self.start()
            self.read_as()
        except BaseException:
            self.close()
            raise

    @property
    def files(self) -> list[Path]:
        """The files of the journal, as seen from outside."""
        return sorted((self._root / "run/log/journal").glob("*/*.journal"))

    def start(self) -> None:
        """Start the daemon and wait until it listens."""
        self._daemon = subprocess.Popen(
            [*self._inside(), JOURNALD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _wait(self._listens)

    def kill(self) -> None:
        """End the daemon without a chance to tidy up."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def close(self) -> None:
        """End everything; the files go with the namespace."""
        self.kill()
        self._keeper.kill()
        self._keeper.wait()

    def read_as(self, *user: str) -> None:
        """Let journalctl run as somebody else, such as ``NOBODY``."""
        script = self.bin_dir / "journalctl"
        script.write_text(f'#!/bin/sh\nexec {" ".join([*self._inside(), *user])} /usr/bin/journalctl "$@"\n')
        script.chmod(0o755)

    def control(self, *options: str) -> str:
        """Run journalctl for its effect, such as ``--rotate``."""
        done = subprocess.run([*self._inside(), "journalctl", *options], capture_output=True, text=True, check=True)
        return done.stdout

    def forget(self) -> None:
        """Rotate, and remove everything written before."""
        self.control("--rotate")
        for file in self.files:
            if "@" in file.name:
                file.unlink()

    def write(self, *messages: str | bytes, name: str = "voice", **fields: str) -> None:
        """Send entries of one identifier, as a program does that speaks the journal's own protocol."""
        more = b"".join(f"{key}={value}\n".encode() for key, value in fields.items())
        for message in messages:
            data = message.encode() if isinstance(message, str) else message
            size = len(data).to_bytes(8, "little")
            self.send(b"MESSAGE\n" + size + data + b"\nSYSLOG_IDENTIFIER=" + name.encode() + b"\n" + more)
        self.sync()

    def send(self, entry: bytes) -> None:
        """Send an entry as it is."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.connect(self._socket)
            to.send(entry)

    def sync(self) -> None:
        """Wait until all that was sent is in the journal."""
        self.control("--sync")

    @property
    def _socket(self) -> str:
        return str(self._root / "run/systemd/journal/socket")

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            return to.connect_ex(self._socket) == 0

    def _inside(self) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", "--"]


def require_journald() -> None:
    """Skip the test where there can be no journal of its own; with CI=true fail."""
    for program in (JOURNALD, "journalctl", "unshare", "nsenter"):
        require(program)
    if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("a journald of one's own needs root")
        pytest.skip("a journald of one's own needs root")


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not ready():
        assert time.monotonic() < deadline, "journald does not start"
        time.sleep(0.02)
