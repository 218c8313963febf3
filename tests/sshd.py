"""A real sshd on the loopback interface with a user's ``~/.ssh`` of its own to reach it (reliability §2.4)."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pytest

from tests.terminal import require

SSHD = "/usr/sbin/sshd"
TIMEOUT_S = 20.0

_CONFIG = """
ListenAddress 127.0.0.1
HostKey {folder}/host_ed25519
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
LogLevel VERBOSE
SetEnv HOME={folder}/there
"""
SFTP = "Subsystem sftp internal-sftp"


class Sshd:
    """A server that can be restarted, frozen and robbed of its connections; ``home`` has the key that opens it."""

    def __init__(self, *lines: str, subsystem: str = SFTP) -> None:
        """``lines`` go to the front of its configuration, where the first value of a keyword wins."""
        require(SSHD)
        self.folder = Path(tempfile.mkdtemp(prefix="voxtop-sshd-"))
        self.home = self.folder / "home"
        self.there = self.folder / "there"
        """What the server's user takes for home: no ``.bashrc`` of this machine has a say."""
        self.there.mkdir()
        self.lines = (*lines, subsystem)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        keygen(self.folder / "host_ed25519")
        (self.home / ".ssh").mkdir(parents=True, mode=0o700)
        self.new_user_key()
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)

    def __enter__(self) -> Self:
        self.start()
        self.trust()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, path: Path | str, scheme: str = "ssh") -> str:
        """Return the address of a file there, as a user types it."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    @property
    def account(self) -> str:
        """``user@host:port``, the user being the one who runs the tests."""
        return f"{getpass.getuser()}@127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it wrote about connections and keys."""
        return (self.folder / "log").read_text(errors="replace")

    def configure(self, *lines: str) -> None:
        """Set the user's ``~/.ssh/config``; keepalives are quick."""
        text = "\n".join(("ServerAliveInterval 1", *lines))
        (self.home / ".ssh/config").write_text(text + "\n")

    def trust(self) -> None:
        """Let the user know the host's present key."""
        key = " ".join((self.folder / "host_ed25519.pub").read_text().split()[:2])
        (self.home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{self.port} {key}\n")
        self.configure()

    def new_user_key(self, passphrase: str = "") -> None:
        """Give the user another key that the server accepts."""
        keygen(self.home / ".ssh/id_ed25519", passphrase=passphrase)
        shutil.copy(self.home / ".ssh/id_ed25519.pub", self.folder / "authorized_keys")

    def open_to_all(self) -> None:
        """Let every user of this machine log in, and get at what lies in the folder."""
        self.folder.chmod(0o755)
        (self.folder / "authorized_keys").chmod(0o644)

    def new_host_key(self) -> None:
        """Take another host key from the next start on."""
        keygen(self.folder / "host_ed25519")

    def hash_known_hosts(self) -> None:
        """Keep the names of known hosts as hashes only."""
        command = ["ssh-keygen", "-q", "-H", "-f", str(self.home / ".ssh/known_hosts")]
        subprocess.run(command, check=True, capture_output=True)

    @contextmanager
    def agent(self) -> Iterator[Path]:
        """Run a key agent that has the user's key, and give its socket."""
        path = self.folder / "agent"
        process = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + TIMEOUT_S
            while not path.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            environment = {**os.environ, "SSH_AUTH_SOCK": str(path)}
            subprocess.run(["ssh-add", "-q", self.home / ".ssh/id_ed25519"], env=environment, check=True)
            yield path
        finally:
            process.terminate()
            process.wait()

    def fingerprint(self) -> str:
        """Return the host key's fingerprint as ssh-keygen prints it."""
        printed = subprocess.run(
            ["ssh-keygen", "-lf", self.folder / "host_ed25519.pub"], capture_output=True, text=True, check=True
        )
        return printed.stdout.split()[1]

    def start(self) -> None:
        """Start it, on the same port as before if there was one, and wait until it greets."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            port = self.port or _free_port()
            config = "\n".join((*self.lines, f"Port {port}", _CONFIG.format(folder=self.folder)))
            (self.folder / "sshd_config").write_text(config)
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [SSHD, "-D", "-e", "-f", self.folder / "sshd_config"], stderr=log, stdin=subprocess.DEVNULL
                )
            if self._greets(port):
                self.port = port
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"sshd does not start:\n{self.log}")

    def _greets(self, port: int) -> bool:
        deadline = time.monotonic() + TIMEOUT_S
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as attempt:
                    return attempt.recv(4) == b"SSH-"
            except OSError:
                time.sleep(0.02)
        return False

    def stop(self) -> None:
        """Stop it with all its connections."""
        if self._process is not None:
            family = self._family()
            self._process.kill()
            self._process.wait()
            _signal(family, signal.SIGKILL)
            self._process = None

    def restart(self) -> None:
        """Stop and start it on the same port."""
        self.stop()
        self.start()

    def kill_children(self) -> int:
        """Kill every connection, and return how many processes that were."""
        family = self._family()
        _signal(family, signal.SIGKILL)
        return len(family)

    def freeze(self) -> None:
        """Let nothing pass any more, as a cable does that somebody pulled."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        _signal(self._family(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let everything go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
        _signal(self._family(), signal.SIGCONT)

    def connections(self) -> int:
        """Return how many connections there are now."""
        assert self._process is not None
        return len(psutil.Process(self._process.pid).children())

    def _family(self) -> list[psutil.Process]:
        assert self._process is not None
        try:
            family: list[psutil.Process] = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return family


@contextmanager
def sshd(*lines: str, subsystem: str = SFTP) -> Iterator[Sshd]:
    """Run a server for a test."""
    with Sshd(*lines, subsystem=subsystem) as server:
        yield server


def use_home(monkeypatch: pytest.MonkeyPatch, server: Sshd) -> None:
    """Let this process be the user who knows the server, without an agent."""
    monkeypatch.setenv("HOME", str(server.home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def _signal(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def keygen(path: Path, *, kind: str = "ed25519", passphrase: str = "") -> None:
    """Make a key pair, in place of an older one."""
    path.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
