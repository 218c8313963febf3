"""``loki:http://HOST:3100/{SELECTOR}``: logs that a Loki server collected; what it holds, then its live tail."""

import base64
import math
import os
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import groupby
from typing import Any

import aiohttp
from yarl import URL

from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._http import FAR_S, Answer, Service, explained, is_private_way, parse_url, refused
from tui.engine.sources._loki_entries import SECOND, Entry, Place, entries, piece
from tui.engine.sources._opening import Opening
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import Batch, StreamSource
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

SCHEMES = ("loki",)

PAGE = 1000
"""Entries asked for at once; Loki's own limit is 5,000 unless somebody lowered it."""
WINDOW = 24 * 3600 * SECOND
"""Loki refuses to look through more than a month at once, and some through less."""
WHOLE = 30 * 24 * 3600 * SECOND
"""What "all" means: Loki keeps no beginning of a log."""
TICK_S = 1.0
HEARTBEAT_S = 5.0
STALE_S = 15.0
LOOK_BACK = 3600 * SECOND
"""How far before now the live tail begins at most, where the last entry is older: clocks may differ."""
AHEAD = 60 * SECOND
"""How far the clocks that stamp entries may be ahead of ours."""
EXAMPLE = '{app="voice"}'
MAX_MESSAGE = 64 * 1024 * 1024


class Query:
    """The entries that one LogQL query finds."""

    def __init__(self, base: URL, query: str, headers: Mapping[str, str], opening: Opening, reading: Reading) -> None:
        self._base, self._query, self._headers = base, query, headers
        self._opening = opening
        self._reading = reading
        self._began: int | None = None

    async def attach(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """Read what Loki holds behind a place and then what it gets."""
        now = int(self._opening.clock.now() * SECOND)
        self._began = now if self._began is None else self._began
        place = Place(cursor, self._start(now))
        async with Service(self._base, self._headers) as service:
            async with aclosing(self._history(service, place, now)) as batches:
                async for batch in batches:
                    yield batch
            if self._opening.follow:
                async with aclosing(self._tail(service, place, now)) as batches:
                    async for batch in batches:
                        yield batch

    async def _history(self, service: Service, place: Place, until: int) -> AsyncGenerator[Batch, None]:
        """Yield the entries before a moment, page by page and day by day."""
        start = place.start
        while start < until:
            end = min(start + WINDOW, until)
            page = await self._page(service, start, end)
            fresh = place.new(page, place.known(start))
            full = len(page) >= PAGE
            crowded = full and page[-1].stamp == start
            for batch in _batches(fresh, place, gap="loki_crowded" if crowded else ""):
                yield batch._replace(history=True)
            start = page[-1].stamp + crowded if full else end

    def _start(self, now: int) -> int:
        """Return where to begin, in nanoseconds."""
        since = self._opening.since
        if since == math.inf:
            return now if self._began is None else self._began
        return now - WHOLE if since is None else int(since * SECOND)

    async def _page(self, service: Service, start: int, end: int) -> list[Entry]:
        """Return the first entries of a span; raises TroubleError."""
        asked = {"query": self._query, "start": str(start), "end": str(end)}
        step = t("sources.step_loki_query")
        try:
            answer = await service.get("loki/api/v1/query_range", asked | {"limit": str(PAGE), "direction": "forward"})
            found = self._found(answer)
        except TroubleError as trouble:
            self._reading.step(step, ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise
        self._reading.step(step, ok=True)
        return found

    def _found(self, answer: Answer) -> list[Entry]:
        if answer.status != 200:
            raise self._refused(answer)
        try:
            data = answer.json()["data"]
            if data["resultType"] != "streams":
                raise TroubleError(
                    "loki_query", query=self._query, example=EXAMPLE, said=str(data["resultType"]), retry_in_s=FAR_S
                )
            return entries(data["result"])
        except (KeyError, TypeError, ValueError):
            raise TroubleError("loki_strange", host=self._base.host or "", retry_in_s=FAR_S) from None

    def _refused(self, answer: Answer) -> TroubleError:
        """Return what it means that Loki answers with anything but success."""
        match answer.status:
            case 400:
                return TroubleError(
                    "loki_query", query=self._query, example=EXAMPLE, said=answer.message, retry_in_s=FAR_S
                )
            case 401 | 403:
                return TroubleError("loki_login", host=self._base.host or "", said=answer.message, retry_in_s=FAR_S)
            case 404:
                return TroubleError("loki_strange", host=self._base.host or "", retry_in_s=FAR_S)
        return refused(answer, self._base)

    async def _tail(self, service: Service, place: Place, now: int) -> AsyncGenerator[Batch, None]:
        """Yield what Loki gets from now on; raises TroubleError where that ends, as it does after an hour.

        What came between the history and the tail is asked for once more: of what lies before its own beginning
        a tail promises nothing.
        """
        start = max(place.start, now - LOOK_BACK)
        known, asked = place.known(start), {"query": self._query, "start": str(start), "limit": str(5 * PAGE)}
        step = t("sources.step_loki_tail")
        try:
            async with service.session.ws_connect(
                self._base / "loki/api/v1/tail", params=asked, heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE
            ) as socket:
                self._reading.step(step, ok=True)
                connected = int(self._opening.clock.now() * SECOND)
                async with aclosing(self._history(service, place, connected + AHEAD)) as missed:
                    async for batch in missed:
                        yield batch._replace(history=False)
                known |= place.known(start)
                async for told in _messages(socket):
                    fresh = place.new(_streams(told), known)
                    for batch in _batches(fresh, place, gap="loki_dropped" if told.get("dropped_entries") else ""):
                        yield batch
        except aiohttp.WSServerHandshakeError as error:
            trouble = self._refused(Answer(error.status, error.message.encode()))
            self._reading.step(step, ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise trouble from error
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TroubleError):
                raise
            raise explained(error, self._base) from error
        raise TroubleError("loki_tail_ended", state=SourceState.WAITING, retry_in_s=TICK_S)


async def _messages(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield what comes, nothing after each silent second, until the socket is closed."""
    while True:
        try:
            message = await socket.receive(timeout=TICK_S)
        except TimeoutError:
            yield {}
            continue
        if message.type is aiohttp.WSMsgType.ERROR and isinstance(message.data, Exception):
            raise message.data
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            return
        told = message.json()
        yield told if isinstance(told, dict) else {}


def _streams(told: Mapping[str, Any]) -> list[Entry]:
    try:
        return entries(told.get("streams") or ())
    except (KeyError, TypeError, ValueError):
        raise TroubleError("loki_strange", host="", retry_in_s=FAR_S) from None


def _batches(fresh: Sequence[Entry], place: Place, *, gap: str = "") -> Iterator[Batch]:
    """Yield entries as they come, those of one process in a row together."""
    if not fresh:
        yield Batch(gap=gap)
    for part, group in groupby(fresh, key=lambda entry: entry.part):
        run = list(group)
        place.remember(run)
        yield Batch(piece(run), str(place), gap=gap, part=part)
        gap = ""


def login(environment: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers for what the environment names, in the variables of Loki's own logcli.

    Raises:
        UsageError: a variable holds what fits into no header.
    """
    known = os.environ if environment is None else environment
    found: dict[str, str] = {}
    if token := known.get("LOKI_BEARER_TOKEN", "").strip():
        found["Authorization"] = f"Bearer {token}"
    elif user := known.get("LOKI_USERNAME"):
        pair = f"{user}:{known.get('LOKI_PASSWORD', '')}".encode("utf-8", "surrogateescape")
        found["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    if tenant := known.get("LOKI_ORG_ID", "").strip():
        found["X-Scope-OrgID"] = tenant
    if not all(value.isascii() and value.isprintable() for value in found.values()):
        raise UsageError(t("sources.loki_header"), t("sources.loki_header_remedy"))
    return found


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``loki:http://HOST:3100/{SELECTOR}``, a LogQL query of lines."""
    shown = name or f"loki:{rest}"
    address, brace, query = rest.partition("{")
    url = parse_url(address.rstrip("/"), shown, t("sources.loki_remedy", example=EXAMPLE))
    if not brace or "}" not in query or "\0" in query:
        raise UsageError(t("sources.loki_selector", value=safe_text(shown)), t("sources.loki_remedy", example=EXAMPLE))
    headers = login(opening.options.environment)
    if "Authorization" in headers and not is_private_way(url):
        raise UsageError(t("sources.loki_clear", value=safe_text(shown)), t("sources.loki_clear_remedy"))
    reading = Reading(
        shown,
        "loki",
        opening.clock,
        host=url.host or "",
        stale_after_s=STALE_S,
        expect_every_s=opening.options.expect_every_s,
    )
    asked = Query(url, brace + query, headers, opening, reading)
    return StreamSource(shown, opening, asked.attach, reading)
