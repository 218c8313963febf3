"""Programs that tests run beside voxtop, on ports that nobody else has."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import TypeVar

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
