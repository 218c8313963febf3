"""Calls somebody who looks at another window: the terminal's bell, and a notification on the desktop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress

from tui.engine.clock import Clock
from tui.engine.model import Calling, Finding, Snapshot, Stage, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets.strip import finding_text

CALM_S = 900.0
"""What was critical within this time is no news: a figure that goes up and down around its limit calls once."""

LENGTH = 200
PATIENCE_S = 5.0

_Key = tuple[str, Stage | None, str]


class Summons:
    """Tells what has become critical, once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[_Key, float] = {}
        self._attached = False

    def news(self, snapshot: Snapshot) -> str:
        """Return what to call for, empty if there is nothing new.

        Whoever opens the monitor sees what is wrong already; history that is still being read is no news
        either (semantics R68).
        """
        now = self._clock.monotonic()
        critical = {_key(one): one for one in snapshot.verdict.findings if one.status is Status.CRITICAL}
        fresh = [one for key, one in critical.items() if now - self._seen.get(key, -CALM_S) >= CALM_S]
        self._seen = {key: at for key, at in self._seen.items() if now - at < CALM_S} | dict.fromkeys(critical, now)
        if any(source.progress is not None for source in snapshot.sources) or snapshot.verdict.freshness != "live":
            return ""
        attached, self._attached = self._attached, True
        return safe_text(", ".join(map(finding_text, fresh)), LENGTH) if attached else ""


def _key(finding: Finding) -> _Key:
    return finding.kpi, finding.stage, finding.detail


def sequences(calling: Calling, text: str) -> Iterator[str]:
    """Yield what to write to the terminal; ``text`` is safe, and can end no sequence."""
    if calling.bell:
        yield "\a"
    if calling.desktop == "osc9":
        yield f"\x1b]9;voxtop: {text}\a"
    if calling.desktop == "osc777":
        yield f"\x1b]777;notify;voxtop;{text.replace(';', ',')}\a"


async def call(calling: Calling, text: str, write: Callable[[str], None], complain: Callable[[str], None]) -> None:
    """Call the user; ``complain`` hears why a notification could not be shown."""
    for sequence in sequences(calling, text):
        write(sequence)
    if calling.desktop == "notify-send":
        try:
            await _notify_send(text)
        except OSError as error:
            complain(t("screen.no_desktop", reason=safe_text(error.strerror or str(error))))


async def _notify_send(text: str) -> None:
    """Show a notification through the desktop's own program, without a shell; raises OSError."""
    nothing = asyncio.subprocess.DEVNULL
    from html import escape  # noqa: PLC0415 - a table of two thousand names that the start does not need

    body = escape(text)  # many desktops read markup in it
    argv = ("notify-send", "--app-name=voxtop", "--urgency=critical", "--", "voxtop", body)
    process = await asyncio.create_subprocess_exec(*argv, stdin=nothing, stdout=nothing, stderr=nothing)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
