"""The Docker Engine API as an engine speaks it, with faults that a real one shows only on bad days."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

VERSION = "1.41"
CHUNK = 16 * 1024
NEVER = "0001-01-01T00:00:00Z"

Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


def stamp(ns: int) -> str:
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9:09d}Z"


@dataclass
class Entry:
    """One message of a log: at most 16 KiB, with its newline if the line ends here."""

    at: int
    stream: int
    data: bytes


@dataclass
class Made:
    """One container."""

    id: str
    name: str
    labels: Mapping[str, str]
    tty: bool
    driver: str
    created: int
    started: int = 0
    ended: int = 0
    running: bool = False
    ends: list[int] = field(default_factory=list)
    """Length of the log at the end of each process."""
    log: list[Entry] = field(default_factory=list)
    held: dict[int, bytes] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)


class FakeEngine:
    """An engine in this process: the same few verbs as the real one, and ``fault`` in the way of each request."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._made: dict[str, Made] = {}
        self._runner: web.AppRunner | None = None
        self._listeners: set[asyncio.Queue[bytes]] = set()
        self.fault: Fault | None = None
        self.requests: list[str] = []
        self.clock: Callable[[], int] = time.time_ns

    @property
    def address(self) -> str:
        return f"unix://{self.socket}"

    async def start_engine(self) -> None:
        app = web.Application(middlewares=[self._in_the_way])
        app.router.add_get("/_ping", self._ping)
        app.router.add_get("/v{version}/containers/json", self._list)
        app.router.add_get("/v{version}/containers/{name}/json", self._inspect)
        app.router.add_get("/v{version}/containers/{name}/logs", self._logs)
        app.router.add_get("/v{version}/events", self._events)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self.socket)).start()

    async def stop_engine(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def create(
        self, name: str, *, labels: Mapping[str, str] | None = None, tty: bool = False, driver: str = ""
    ) -> str:
        found = uuid.uuid4().hex * 2
        self._made[found] = Made(found, name, labels or {}, tty, driver or "json-file", self.clock())
        return found

    async def start(self, container: str) -> None:
        made = self._made[container]
        made.running, made.started = True, self.clock()
        for each in self._listeners:
            each.put_nowait(json.dumps({"Type": "container", "Action": "start", "id": made.id}).encode() + b"\n")

    async def stop(self, container: str) -> None:
        made = self._made[container]
        for stream, rest in made.held.items():
            if rest:
                made.log.append(Entry(self.clock(), stream, rest + b"\n"))
        made.held.clear()
        made.running, made.ended = False, self.clock()
        made.ends.append(len(made.log))
        await self._tell(made)

    async def remove(self, container: str) -> None:
        if self._made[container].running:
            await self.stop(container)
        del self._made[container]

    async def write(self, container: str, data: bytes, stream: int = 1) -> None:
        """Cut into messages as the engine's copier does: at newlines, and after 16 KiB."""
        made = self._made[container]
        if made.tty:
            stream, data = 1, data.replace(b"\n", b"\r\n")
        held, at = made.held.get(stream, b"") + data, self.clock()
        while (end := held.find(b"\n", 0, CHUNK)) >= 0 or len(held) >= CHUNK:
            size = end + 1 if end >= 0 else CHUNK
            made.log.append(Entry(at, stream, held[:size]))
            held = held[size:]
            at = self.clock() if end >= 0 else at
        made.held[stream] = held
        await self._tell(made)

    async def close(self) -> None:
        await self.stop_engine()

    async def _tell(self, made: Made) -> None:
        async with made.news:
            made.news.notify_all()

    @web.middleware
    async def _in_the_way(self, request: web.Request, handler: Fault) -> web.StreamResponse:  # type: ignore[override]
        assert request.method == "GET", request.method
        self.requests.append(request.path_qs)
        answer = await self.fault(request) if self.fault else None
        answer = answer or await handler(request)
        assert answer is not None
        return answer

    async def _ping(self, _request: web.Request) -> web.Response:
        return web.Response(text="OK", headers={"Api-Version": VERSION})

    async def _list(self, request: web.Request) -> web.Response:
        filters = json.loads(request.query.get("filters", "{}"))
        made = [each for each in self._made.values() if _matches(each, filters)]
        return web.json_response([{"Id": each.id, "Names": ["/" + each.name]} for each in made])

    def _find(self, request: web.Request) -> Made:
        name = request.match_info["name"]
        for each in self._made.values():
            if name in (each.id, each.name) or (len(name) >= 12 and each.id.startswith(name)):
                return each
        raise web.HTTPNotFound(text=json.dumps({"message": f"No such container: {name}"}))

    async def _inspect(self, request: web.Request) -> web.Response:
        made = self._find(request)
        state = {
            "Running": made.running,
            "StartedAt": stamp(made.started) if made.started else NEVER,
            "FinishedAt": stamp(made.ended) if made.ended else NEVER,
        }
        told = {
            "Id": made.id,
            "Name": "/" + made.name,
            "Created": stamp(made.created),
            "Config": {"Tty": made.tty, "Labels": dict(made.labels)},
            "HostConfig": {"LogConfig": {"Type": made.driver}},
            "State": state,
        }
        return web.json_response(told)

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        made = self._find(request)
        if made.driver == "none":
            message = "configured logging driver does not support reading"
            return web.json_response({"message": message}, status=501)
        answer = web.StreamResponse()
        await answer.prepare(request)
        whole, _, part = request.query.get("since", "0").partition(".")
        since = int(whole) * 10**9 + int(part.ljust(9, "0"))
        at, follow, life = 0, request.query.get("follow") == "1", len(made.ends) if made.running else -1
        while True:
            ended = life != len(made.ends)
            end = made.ends[life] if ended and life >= 0 and follow else len(made.log)
            fresh, at = made.log[at:end], end
            for each in fresh:
                if each.at >= since:
                    await answer.write(_framed(made, each))
            if not follow or ended:
                break
            async with made.news:
                if at == len(made.log) and life == len(made.ends):
                    await made.news.wait()
        return answer

    async def _events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._listeners.add(heard)
        try:
            while True:
                await answer.write(await heard.get())
        finally:
            self._listeners.discard(heard)


def _framed(made: Made, entry: Entry) -> bytes:
    data = stamp(entry.at).encode() + b" " + entry.data
    return data if made.tty else frame(entry.stream, data)


def frame(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def _matches(made: Made, filters: Mapping[str, list[str]]) -> bool:
    names, labels = filters.get("name", []), filters.get("label", [])
    named = not names or any(re.search(name, "/" + made.name) for name in names)
    return named and all(_has(made.labels, label) for label in labels)


def _has(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
