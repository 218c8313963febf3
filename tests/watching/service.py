"""``voxtop watch`` as a real process, with its log read line by line."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.terminal import environment

PATIENCE_S = 40.0
MISSING = "⚠️ [Config] {} is not set. Service may fail at runtime.\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Watch:
    """One life of the service over ``app.log`` in a home of its own."""

    def __init__(self, home: Path, *words: str, **variables: str) -> None:
        self.home = home
        self.log = home / "app.log"
        self.log.touch()
        self.port = free_port()
        command = [sys.executable, "-P", "-m", "tui", "watch", str(self.log), "--log-format", "json"]
        command += ["--listen", f"127.0.0.1:{self.port}", *words]
        env = environment(home, XDG_STATE_HOME=str(home / "state"), XDG_CONFIG_HOME=str(home / "config"), **variables)
        self._said = home / f"stderr-{self.port}"
        self._read = 0
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(command, env=env, stderr=said)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text)

    def wait_for(self, event: str, **values: object) -> dict[str, Any]:
        """Return the next line of the log that fits; fail with what was read when none comes."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            lines = self.said().splitlines(keepends=True)
            for line in lines[self._read :]:
                if not line.endswith("\n"):
                    break
                self._read += 1
                found = json.loads(line) if line.startswith("{") else {}
                if found.get("event") == event and all(found.get(key) == value for key, value in values.items()):
                    return dict(found)
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {event} {values} in {self.said()}")

    def said(self) -> str:
        """Return everything on standard error."""
        return self._said.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.process.wait(timeout=PATIENCE_S)

    def configure(self, text: str) -> None:
        folder = self.home / "config" / "voxtop"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text, encoding="utf-8")


def channel(home: Path) -> str:
    """Return a configuration with a channel that appends the key of each message to ``told``."""
    return f"""
[notify.local]
kind = "command"
command = ["/bin/sh", "-c", "echo $VOXTOP_OCCASION $VOXTOP_KEY >> {home / "told"}"]
"""


@contextmanager
def watching(home: Path, *words: str, configured: str = "", **variables: str) -> Iterator[Watch]:
    """Start the service and wait until it judges."""
    folder = home / "config" / "voxtop"
    folder.mkdir(parents=True, exist_ok=True)
    if configured:
        (folder / "config.toml").write_text(configured, encoding="utf-8")
    with Watch(home, *words, **variables) as watch:
        watch.wait_for("ready")
        yield watch
