"""Programs that tests run beside voxtop, on ports that nobody else has."""

import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.terminal import require

T = TypeVar("T")

DEADLINE_S = 60.0
_POLL_S = 0.05


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def fetched(address: str, headers: Mapping[str, str] | None = None) -> str | None:
    """Return what a page says, None while nobody answers."""
    request = urllib.request.Request(address, headers=dict(headers or {}))  # noqa: S310 - a test's own server
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            body: bytes = answer.read()
            return body.decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def eventually(ask: Callable[[], T | None], what: str, deadline_s: float = DEADLINE_S) -> T:
    """Return the first answer that is not None or False."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(_POLL_S)
    raise AssertionError(f"within {deadline_s:.0f} s there was no {what}")


class Prometheus:
    """A real Prometheus that scrapes and judges every second."""

    def __init__(
        self,
        folder: Path,
        targets: Mapping[str, Sequence[int]],
        *,
        rules: Sequence[Path] = (),
        alertmanager: int | None = None,
    ) -> None:
        """``targets`` are ports by job; ``rules`` are files."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder / f"prometheus-{self.port}"
        self._folder.mkdir()
        self._config = self._folder / "prometheus.yml"
        config: dict[str, object] = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
                for job, ports in targets.items()
            ],
        }
        if alertmanager is not None:
            config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]}
        self._config.write_text(json.dumps(config), encoding="utf-8")

    def __enter__(self) -> Self:
        require("prometheus")
        self._process = started(
            "prometheus",
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--rules.alert.resend-delay=1s",  # the first ones are sent before Alertmanager is known
            log=self._folder / "log",
        )
        eventually(lambda: fetched(f"{self.url}/-/ready"), "Prometheus that is ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended(self._process)


class Alertmanager:
    """A real Alertmanager with a configuration."""

    def __init__(self, folder: Path, config: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder, self._config = folder, config

    def __enter__(self) -> Self:
        require("prometheus-alertmanager")
        self._process = started(
            "prometheus-alertmanager",
            f"--config.file={self._config}",
            f"--storage.path={self._folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
            log=self._folder / "alertmanager.log",
        )
        eventually(lambda: fetched(f"{self.url}/-/ready"), "Alertmanager that is ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended(self._process)


class Sink:
    """A web server that keeps every JSON that is posted to it, by path."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, Any]] = []
        posts = self.posts

        class Keep(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posts.append((self.path, json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def started(*command: str, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Run a program that writes what it says into a file."""
    with log.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env)


def ended(process: subprocess.Popen[bytes]) -> None:
    """End a program, by force where it does not listen."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
