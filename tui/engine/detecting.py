"""What on this machine looks like the log of an orchestrator: a few cheap look-ups, nothing is started or changed."""

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from glob import iglob
from pathlib import Path
from typing import NamedTuple

from tui.engine.clock import Clock
from tui.engine.model import LineBlock
from tui.engine.parser import Parser
from tui.engine.sources._trouble import TroubleError

PLACES = (
    *("/var/log/*.log", "/var/log/*/*.log", "/opt/*/*.log", "/opt/*/logs/*.log", "/srv/*/logs/*.log"),
    *("~/.pm2/logs/*.log", "~/*/logs/*.log", "./*.log", "./logs/*.log"),
)
"""Where the logs of applications usually lie."""

LOOKED_AT = 2_000
"""Names looked at, at most: a folder may hold any number."""
OPENED = 60
"""Files whose end is read, those written last."""
END_BYTES = 64 * 1024
UNKNOWN_MOST = 5
"""Files offered none of whose lines means anything: those written last."""
FRESH_S = 86_400.0
"""A log that nobody wrote to for so long is nobody's to watch."""
PATIENCE_S = 2.0
"""Whoever has not answered by then is left out."""


class Candidate(NamedTuple):
    """A source that could be watched."""

    spec: str
    written: float | None = None
    """Seconds since the epoch; None for what is no file."""
    events: int = 0
    """How many events the end of its log holds."""
    about: str = ""
    """What else is known of it: raw outside text."""


async def candidates(clock: Clock, places: Iterable[str] = PLACES) -> list[Candidate]:
    """Return what could be watched, the logs that are understood first.

    Only names, times and the last 64 KiB of files this user may read are looked at, and the Docker engine is asked
    for its running containers.
    """
    jobs = [asyncio.to_thread(lambda: list(_logs(clock, places))), _containers()]
    done, late = await asyncio.wait([asyncio.ensure_future(job) for job in jobs], timeout=PATIENCE_S)
    for job in late:
        job.cancel()
    found = [each for job in done for each in job.result()]
    return sorted(found, key=lambda each: (-each.events, each.written is not None, -(each.written or 0.0), each.spec))


def _logs(clock: Clock, places: Iterable[str]) -> Iterator[Candidate]:
    now = clock.now()
    unknown = 0
    for written, path in sorted(set(_files(places, now)), reverse=True)[:OPENED]:
        with suppress(OSError):
            events = _events(path, clock)
            unknown += not events
            if events or unknown <= UNKNOWN_MOST:
                yield Candidate(path, written, events)


def _files(places: Iterable[str], now: float) -> Iterator[tuple[float, str]]:
    """Yield when each regular, readable file that was written to lately was, and its path."""
    seen = 0
    for place in places:
        for path in iglob(os.path.expanduser(place)):  # noqa: PTH111, PTH207 - names as they are written, one at a time
            seen += 1
            if seen > LOOKED_AT:
                return
            with suppress(OSError):
                found = os.stat(path)  # noqa: PTH116 - likewise
                fresh = stat.S_ISREG(found.st_mode) and found.st_size > 0 and now - found.st_mtime < FRESH_S
                if fresh and os.access(path, os.R_OK):
                    yield found.st_mtime, os.path.abspath(path)  # noqa: PTH100 - without its links resolved


def _events(path: str, clock: Clock) -> int:
    """Return how many events the end of a file holds."""
    with Path(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - END_BYTES))
        lines = file.read(END_BYTES).split(b"\n")
    whole = lines[:-1] if size <= END_BYTES else lines[1:-1]
    parser = Parser(path, clock=clock)
    return len(parser.feed(LineBlock(path, 1, whole, 0, None))) + len(parser.flush())


async def _containers() -> list[Candidate]:
    """Return the running containers, if this user may ask for them."""
    from tui.engine.sources._containers.api import Api, address_in  # noqa: PLC0415 - HTTP loads after the first picture

    try:
        async with Api(address_in(None)).connected() as engine:
            return [Candidate(f"docker:{name}", about=image) for name, image in await engine.running()]
    except (TroubleError, OSError):
        return []
