"""The Docker Engine API on its socket: GET and nothing else, for whoever may write to it owns the machine."""

import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from tui.engine.sources._containers.container import Chunk, Container, Wanted, inspected
from tui.engine.sources._containers.frames import Frames
from tui.engine.sources._trouble import NEVER, TroubleError

SOCKET = "/var/run/docker.sock"
ANSWER_S = 10.0
"""Patience with an answer; logs and events may take as long as they like."""
READ_SIZE = 256 * 1024
_REFUSED = {401: "docker_forbidden", 403: "docker_forbidden", 501: "docker_not_readable"}


class Api:
    """Asks an engine over its unix socket, or over TCP as a socket proxy listens."""

    framed = True
    stopped = "container_stopped"
    look_every_s = 1.0

    def __init__(self, address: str = "") -> None:
        """``address`` is what ``DOCKER_HOST`` says; empty is the usual socket."""
        self.address = address or f"unix://{SOCKET}"
        self._scheme, _, rest = self.address.partition("://")
        self._path = rest if self._scheme == "unix" else ""
        self._base = "http://docker" if self._path else f"http://{rest.rstrip('/')}"
        self._session: aiohttp.ClientSession | None = None
        self._version = ""
        self.summary = ""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Api"]:
        """Agree on a version and keep connections until the end."""
        if self._scheme not in {"unix", "tcp", "http"}:
            raise TroubleError("docker_address", address=self.address, retry_in_s=NEVER)
        connector = aiohttp.UnixConnector(self._path, limit=0) if self._path else aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=ANSWER_S)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, read_bufsize=READ_SIZE) as session:
            self._session = session
            await self.now()
            self.summary = f"{self.address}, API {self._version}"
            yield self

    async def now(self) -> float:
        """Return the engine's time to the second; take note of its version."""
        async with self._get("/_ping", versioned=False, timeout_s=ANSWER_S) as response:
            try:
                self._version = response.headers["Api-Version"]
                return parsedate_to_datetime(response.headers["Date"]).timestamp()
            except KeyError as error:
                raise TroubleError("docker_unclear", reason=f"no {error.args[0]}") from error

    async def answers(self) -> bool:
        """Tell that the engine still answers, or raise."""
        await self.now()
        return True

    async def find(self, wanted: Wanted) -> list[Container]:
        """Return the containers meant, oldest first."""
        names = [wanted.text]
        if wanted.filters:
            filters = {name: [value] for name, value in wanted.filters.items()}
            listed = await self._json("/containers/json", {"all": "1", "filters": json.dumps(filters)})
            names = [each["Id"] for each in listed]
        found = [await self._json(f"/containers/{name}/json", {}) for name in names]
        return inspected(each for each in found if each is not None)

    async def running(self) -> list[tuple[str, str]]:
        """Return name and image of every container that runs."""
        listed = await self._json("/containers/json", {})
        try:
            return [(each["Names"][0].removeprefix("/"), str(each["Image"])) for each in listed]
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise TroubleError("docker_unclear", reason=str(error)) from error

    async def log(self, container: Container, since: str, *, follow: bool) -> AsyncGenerator[Sequence[Chunk], None]:
        """Yield the log of a container from a moment on to its end for now."""
        asked = {"stdout": "1", "stderr": "1", "timestamps": "1", "follow": str(int(follow))}
        frames = None if container.tty else Frames()
        async with self._get(f"/containers/{container.id}/logs", asked | ({"since": since} if since else {})) as answer:
            async for data in answer.content.iter_any():
                yield [Chunk(1, data)] if frames is None else frames.take(data)

    async def starts(self) -> AsyncGenerator[None, None]:
        """Yield as soon as it is listened, then whenever some container starts."""
        filters = json.dumps({"type": ["container"], "event": ["start"]})
        async with self._get("/events", {"filters": filters}) as answer:
            yield
            async for _ in answer.content.iter_any():
                yield
        raise TroubleError("docker_lost", address=self.address, reason="EOF")

    async def _json(self, path: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - as the engine answers
        """Return an answer; None where there is no such thing."""
        async with self._get(path, query, missing_ok=True, timeout_s=ANSWER_S) as response:
            try:
                return None if response.status == 404 else await response.json(content_type=None)
            except ValueError as error:
                raise TroubleError("docker_unclear", reason=str(error)) from error

    @asynccontextmanager
    async def _get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        versioned: bool = True,
        missing_ok: bool = False,
        timeout_s: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask; whatever goes wrong until the answer is read is a trouble."""
        assert self._session is not None  # noqa: S101 - connected
        url = f"{self._base}/v{self._version}{path}" if versioned else self._base + path
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=ANSWER_S)
        try:
            async with self._session.get(url, params=query, timeout=timeout, allow_redirects=False) as response:
                if response.status != 200 and not (missing_ok and response.status == 404):
                    raise await _refused(response)
                yield response
        except TimeoutError as error:
            raise TroubleError("docker_silent", address=self.address, seconds=f"{ANSWER_S:g}") from error
        except aiohttp.ClientConnectorError as error:
            raise self._unreachable(error.os_error) from error
        except aiohttp.ClientError as error:
            raise TroubleError(
                "docker_lost", address=self.address, reason=str(error) or type(error).__name__
            ) from error

    def _unreachable(self, error: OSError) -> TroubleError:
        if isinstance(error, FileNotFoundError):
            return TroubleError("docker_absent", address=self.address)
        if isinstance(error, PermissionError):
            return TroubleError("docker_no_permission", address=self.address)
        return TroubleError("docker_down", address=self.address, reason=error.strerror or str(error))


async def _refused(response: aiohttp.ClientResponse) -> TroubleError:
    """Say what an answer other than 200 means, in the engine's words."""
    told = (await response.content.read(4096)).decode("utf-8", "replace").strip()
    try:
        told = str(json.loads(told)["message"])
    except (ValueError, KeyError, TypeError):
        told = told or str(response.reason)
    key = _REFUSED.get(response.status, "docker_refused")
    return TroubleError(key, status=response.status, reason=told, path=response.url.path)


def address_in(environment: Mapping[str, str] | None) -> str:
    """Return what the user's environment says about the engine's address."""
    return (os.environ if environment is None else environment).get("DOCKER_HOST", "")
