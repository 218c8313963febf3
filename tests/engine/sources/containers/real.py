"""A Docker engine of its own for the tests, with an image that no registry has to give."""

import io
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

READY_S = 60.0
IMAGE = "tiny:1"
_WRITES_WHAT_IT_IS_TOLD = "cat /io/err >&2 & exec cat /io/out"


class Dockerd:
    """dockerd on a socket, with data and children of its own; containers outlive its restarts."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="voxtop-docker-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._pipes: dict[str, tuple[int, int]] = {}
        self.start_engine()
        self.docker("import", "-", IMAGE, stdin=_root())

    @property
    def address(self) -> str:
        return f"unix://{self._folder}/docker.sock"

    def docker(self, *words: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ("docker", "--host", self.address, *words), input=stdin, capture_output=True, check=False, timeout=READY_S
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.decode().strip()

    def start_engine(self) -> None:
        folder = self._folder
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "dockerd",
                    *("--host", self.address, "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"),
                    *("--pidfile", f"{folder}/pid", "--iptables=false", "--ip6tables=false", "--bridge=none"),
                    *("--storage-driver=vfs", "--live-restore"),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_S
        while subprocess.run(
            ("docker", "--host", self.address, "ps"), capture_output=True, check=False, timeout=READY_S
        ).returncode:
            assert self._process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def stop_engine(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(READY_S)

    def create(self, name: str, *, labels: Mapping[str, str] | None = None, tty: bool = False, driver: str = "") -> str:
        """Make a container that writes what it is told."""
        io_folder = Path(tempfile.mkdtemp(dir=self._folder))
        for stream in ("out", "err"):
            os.mkfifo(io_folder / stream)
        options = [word for key, value in (labels or {}).items() for word in ("--label", f"{key}={value}")]
        options += ["--tty"] * tty + ["--log-driver", driver] * bool(driver)
        command = (IMAGE, "/bin/sh", "-c", _WRITES_WHAT_IT_IS_TOLD)
        found = self.docker(
            "create", "--name", name, "--network", "none", "--volume", f"{io_folder}:/io", *options, *command
        )
        out, err = (os.open(io_folder / stream, os.O_RDWR | os.O_NONBLOCK) for stream in ("out", "err"))
        self._pipes[found] = (out, err)
        return found

    def start(self, container: str) -> None:
        self.docker("start", container)

    def stop(self, container: str) -> None:
        self.docker("stop", "--time", "0", container)

    def remove(self, container: str) -> None:
        self.docker("rm", "--force", container)
        for fd in self._pipes.pop(container):
            os.close(fd)

    def write(self, container: str, data: bytes, stream: int = 1) -> None:
        """Let a running container write."""
        deadline = time.monotonic() + READY_S
        while data:
            assert time.monotonic() < deadline, "the container does not read"
            try:
                data = data[os.write(self._pipes[container][stream - 1], data) :]
            except BlockingIOError:
                time.sleep(0.01)

    def logged(self, container: str, *options: str) -> bytes:
        """Return what the engine keeps of a container's output."""
        done = subprocess.run(
            ("docker", "--host", self.address, "logs", *options, container),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
        )
        return done.stdout

    def clear(self) -> None:
        """Remove every container."""
        assert self._process is not None
        if self._process.poll() is not None:
            self.start_engine()
        for container in self.docker("ps", "--all", "--quiet", "--no-trunc").split():
            self.remove(container)

    def close(self) -> None:
        self.clear()
        self.stop_engine()
        shutil.rmtree(self._folder, ignore_errors=True)


def _root() -> bytes:
    """Return the file system of the image: busybox and a few of its names."""
    packed = io.BytesIO()
    busybox = shutil.which("busybox")
    assert busybox is not None
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(os.path.realpath(busybox), "bin/busybox")
        for name in ("sh", "cat"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return packed.getvalue()
