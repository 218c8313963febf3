"""Asks the orchestrator's health endpoint and keeps the answers: an uptime that the log alone cannot give (R73)."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import aiohttp

from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.safe_text import safe_text
from tui.engine.state import StateDatabase

PROBE_S = 15.0
TIMEOUT_S = 5.0
KEEP_S = 30 * 86_400.0


class Probe(NamedTuple):
    """One question and what came back."""

    at: float
    ok: bool
    status: int | None
    """Of HTTP; None where there was no answer."""
    ms: float
    reason: str = ""


async def ask(session: aiohttp.ClientSession, url: str, clock: Clock) -> Probe:
    """Ask once; anything but 2xx within the time is a failure, and redirects are not followed."""
    at, began = clock.now(), clock.monotonic()
    try:
        async with session.get(url, allow_redirects=False) as answer:
            await answer.content.read(1024)
            status, reason = answer.status, "" if 200 <= answer.status < 300 else safe_text(answer.reason or "")
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return Probe(at, False, None, 1000 * (clock.monotonic() - began), safe_text(str(error) or type(error).__name__))
    return Probe(at, 200 <= status < 300, status, 1000 * (clock.monotonic() - began), reason)


def save(connection: sqlite3.Connection, probe: Probe) -> None:
    """Keep an answer, for a month."""
    connection.execute("INSERT INTO probes VALUES (?, ?, ?, ?, ?)", probe)
    connection.execute("DELETE FROM probes WHERE at < ?", (probe.at - KEEP_S,))


class Answered(NamedTuple):
    """What the questions of a period came to."""

    share: float
    """Of those that were answered well, 0…1."""
    asked: int


def answered(connection: sqlite3.Connection, since: float, until: float = float("inf")) -> Answered | None:
    """Return how the questions between two moments were answered; None if none was asked."""
    question = "SELECT avg(ok), count(*) FROM probes WHERE at BETWEEN ? AND ?"
    share, asked = connection.execute(question, (since, until)).fetchone()
    return Answered(float(share), asked) if asked else None


def uptime(connection: sqlite3.Connection, since: float) -> float | None:
    """Return the share of questions since a moment that were answered well, 0…1; None if none was asked."""
    found = answered(connection, since)
    return found.share if found else None


async def keep_asking(
    url: str, database: StateDatabase, clock: Clock, tell: Callable[[Probe], None], every_s: float = PROBE_S
) -> None:
    """Ask until cancelled; ``tell`` hears of every change between well and ill."""
    was_ok: bool | None = None
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
        while True:
            probe = await ask(session, url, clock)
            try:
                await database.write(partial(save, probe=probe))
            except StateError as error:
                probe = probe._replace(reason=f"{probe.reason} {error}".strip())
            if probe.ok != was_ok:
                was_ok = probe.ok
                tell(probe)
            await asyncio.sleep(every_s)
