"""``coolify:https://HOST/APP_UUID``: an application's log through Coolify's API, polled and each line taken once."""

import asyncio
import math
import os
import re
from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from yarl import URL

from tui.engine.errors import UsageError
from tui.engine.lines import LINE_CAP, Piece
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._http import FAR_S, Answer, Service, is_private_way, parse_url, refused
from tui.engine.sources._opening import Opening
from tui.engine.sources._overlap import Tail
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import Batch, StreamSource
from tui.engine.sources._trouble import NEVER, TroubleError
from tui.engine.text import t

SCHEMES = ("coolify",)

TOKEN = "COOLIFY_TOKEN"  # noqa: S105 - the name of the variable that holds it
POLL_S = 3.0
"""Coolify runs ``docker logs`` over SSH for each poll, and lets 200 requests a minute pass."""
STALE_S = 20.0
MOST_LINES = 10_000
"""Coolify gives no more, whatever is asked for."""
FEW_LINES = 200
_UUID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Poll(NamedTuple):
    """The end of the log at one moment."""

    lines: list[bytes]
    asked: int

    @property
    def whole(self) -> bool:
        """It holds the log from its beginning: fewer lines came than were asked for.

        Docker counts a long line several times and Coolify trims the ends: only far fewer are fewer.
        """
        return len(self.lines) < self.asked // 2


class Application:
    """The log of one application, whatever container it runs in at the moment."""

    def __init__(self, url: URL, opening: Opening, reading: Reading) -> None:
        self._base, self._uuid = url.parent, url.name
        self._opening = opening
        self._reading = reading

    async def attach(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """Poll, and yield what is new since the poll that the cursor remembers."""
        tail, asked, history = Tail.read(cursor), MOST_LINES, True
        async with Service(self._base, {"Authorization": f"Bearer {self._token()}"}) as service:
            while True:
                poll = await self._poll(service, asked)
                known = tail.known(poll.lines, whole=poll.whole) if tail.sums else 0
                if known is None and not poll.whole and asked < MOST_LINES:
                    asked = MOST_LINES
                    continue
                lines, gap = self._first(poll) if not cursor else _new(poll, known)
                cursor = str(tail := Tail.of(poll.lines) if poll.lines else tail)
                yield Batch(_piece(lines), cursor, history=history, gap=gap)
                if not self._opening.follow:
                    return
                history, asked = False, min(MOST_LINES, max(FEW_LINES, 4 * len(lines)))
                await asyncio.sleep(POLL_S)

    def _token(self) -> str:
        """Return the token; raises TroubleError where there is none that fits into a header."""
        known = os.environ if self._opening.options.environment is None else self._opening.options.environment
        token = known.get(TOKEN, "").strip()
        usable = token.isascii() and token.isprintable() and token != ""
        self._step("step_coolify_token", ok=usable, remedy="coolify_no_token_remedy")
        if not usable:
            raise TroubleError("coolify_no_token", variable=TOKEN, retry_in_s=NEVER)
        return token

    async def _poll(self, service: Service, lines: int) -> Poll:
        """Ask for the last lines; raises TroubleError where Coolify has none to give."""
        path = f"api/v1/applications/{self._uuid}/logs"
        try:
            answer = await service.get(path, {"lines": str(lines), "show_timestamps": "true"})
            logs = self._logs(answer)
        except TroubleError as trouble:
            step = t("sources.step_coolify_logs", uuid=self._uuid)
            self._reading.step(step, ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise
        self._step("step_coolify_logs", ok=True)
        body = logs.encode("utf-8", "replace")
        return Poll([line.removesuffix(b"\r") for line in body.split(b"\n")] if body else [], lines)

    def _logs(self, answer: Answer) -> str:
        """Return the log of an answer; raises TroubleError for any other answer."""
        said = answer.message if answer.status != 200 else ""
        match answer.status:
            case 200:
                told = answer.json()
                if isinstance(told, dict) and isinstance(told.get("logs"), str):
                    return str(told["logs"])
                raise TroubleError("coolify_no_logs", host=self._base.host or "", retry_in_s=FAR_S)
            case 400 if "not running" in said:
                raise TroubleError("coolify_stopped", state=SourceState.WAITING, uuid=self._uuid)
            case 400 | 401 if answer.status == 401 or "token" in said.lower():
                raise TroubleError("coolify_token", variable=TOKEN, said=said, retry_in_s=FAR_S)
            case 403:
                raise TroubleError("coolify_forbidden", said=said, retry_in_s=FAR_S)
            case 404:
                raise TroubleError("coolify_unknown", uuid=self._uuid, said=said, retry_in_s=FAR_S)
        raise refused(answer, self._base)

    def _first(self, poll: Poll) -> tuple[list[bytes], str]:
        """Return the lines of the first poll that are asked for, and the gap if older ones are out of reach."""
        since, times = self._opening.since, [self._opening.line_time(line) for line in poll.lines]
        if since == math.inf:
            return [], ""
        gap = "" if poll.whole else "coolify_limit"
        if since is None:
            return poll.lines, gap
        timed = [(index, time) for index, time in enumerate(times) if time is not None]
        if not timed:
            return poll.lines, gap
        start = next((index for index, time in timed if time >= since), len(poll.lines))
        return (poll.lines, gap) if start == timed[0][0] else (poll.lines[start:], "")

    def _step(self, key: str, *, ok: bool, remedy: str = "") -> None:
        told = t(f"sources.{remedy}", variable=TOKEN) if remedy and not ok else ""
        self._reading.step(t(f"sources.{key}", uuid=self._uuid), ok=ok, remedy=told)


def _new(poll: Poll, known: int | None) -> tuple[list[bytes], str]:
    """Return the lines behind those that are known, and the gap if the poll does not follow on the one before."""
    if known is not None:
        return poll.lines[known:], ""
    return poll.lines, ("coolify_replaced" if poll.whole else "coolify_overflow") if poll.lines else ""


def _piece(lines: Sequence[bytes]) -> Piece:
    size = sum(map(len, lines)) + len(lines)
    return Piece([line[:LINE_CAP] for line in lines], size, sum(len(line) > LINE_CAP for line in lines))


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``coolify:https://HOST/APP_UUID``."""
    shown = name or f"coolify:{rest}"
    url = parse_url(rest, shown, t("sources.coolify_remedy"))
    if not _UUID.fullmatch(url.name):
        raise UsageError(t("sources.coolify_uuid", value=safe_text(shown)), t("sources.coolify_remedy"))
    if not is_private_way(url):
        raise UsageError(t("sources.coolify_clear", value=safe_text(shown)), t("sources.coolify_clear_remedy"))
    reading = Reading(
        shown,
        "coolify",
        opening.clock,
        host=url.host or "",
        stale_after_s=STALE_S,
        expect_every_s=opening.options.expect_every_s,
    )
    return StreamSource(shown, opening, Application(url, opening, reading).attach, reading)
