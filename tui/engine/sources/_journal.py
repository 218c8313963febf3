"""What a unit writes into the systemd journal of some machine, through journalctl, resumed at its cursor."""

import math
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._command import Runner, last_words, outcome
from tui.engine.sources._journal_entry import Boundary, Place, entry_time, readable
from tui.engine.sources._opening import Opening
from tui.engine.sources._output import pieces
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import Batch, StreamSource
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

_UNIT_PATTERN = re.compile(
    r".*[*?\[].*|.+\.(?:service|socket|timer|scope|slice|target|mount|automount|swap|path|device)", re.DOTALL
)
_FORBIDDEN = (b"insufficient permissions", b"not seeing messages from other users")
_NO_JOURNAL = b"No journal files were found"


class Journal:
    """Reads the entries of one unit."""

    def __init__(self, unit: str, opening: Opening, reading: Reading, runner: Runner) -> None:
        self._unit = unit
        self._clock = opening.clock
        self._follow = opening.follow
        self._since = opening.clock.now() if opening.since == math.inf else opening.since
        self._reading = reading
        self._runner = runner

    async def attach(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """Read behind a place of the journal; raises TroubleError where journalctl cannot."""
        try:
            async with aclosing(self._attached(cursor)) as batches:
                async for batch in batches:
                    yield batch
        except TroubleError as trouble:
            self._step(ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise

    async def _attached(self, cursor: str) -> AsyncGenerator[Batch, None]:
        place = Place.read(cursor)
        boundary, began, history = Boundary(place), self._clock.now(), True
        async with await self._runner.start(self._command(place)) as command:
            async with aclosing(pieces(command, self._clock, records=True)) as printed:
                async for piece in printed:
                    if history and not piece.size:
                        history = False
                        await self._check()
                    history = history and (not piece.lines or _before(piece.lines, began))
                    entries, forgotten = boundary.passes(piece.lines)
                    place = place.behind(entries)
                    new = piece._replace(lines=entries, size=sum(map(len, entries)) + len(entries))
                    gap = "journal_vacuumed" if forgotten else ""
                    yield Batch(readable(new), str(place), history=history, gap=gap)
            code, said = await command.wait(), last_words(command.stderr)
        await self._check()
        if code or self._follow:
            raise TroubleError("journal_ended", outcome=outcome(code), said=said or "-")
        found = self._reading.lines > 0
        self._step(ok=found, remedy="" if found else t("sources.step_journal_remedy"))  # a misspelt unit has nothing

    def _command(self, place: Place) -> Sequence[str]:
        """Return the call of journalctl; it begins with the entry at the place, which tells that it still exists."""
        options = ["--output=json", "--output-fields=MESSAGE", "--all", "--no-pager", "--no-tail"]
        if self._follow:
            options.append("--follow")
        if place.cursor:
            options.append(f"--cursor={place.cursor}")
        elif self._since is not None:
            options.append(f"--since=@{self._since:.6f}")
        return ["journalctl", *options, *matches(self._unit)]

    async def _check(self) -> None:
        """Raise TroubleError where nothing comes because nothing can be seen: only the plain output warns of it."""
        if self._reading.lines:
            return
        warned = (await self._runner.run(["journalctl", "--lines=0", "--no-pager"])).stderr
        if any(words in warned for words in _FORBIDDEN):
            raise TroubleError("journal_forbidden", unit=self._unit)
        if _NO_JOURNAL in warned:
            raise TroubleError("journal_none", state=SourceState.WAITING)

    def _step(self, *, ok: bool, detail: str = "", remedy: str = "") -> None:
        step = t("sources.step_journal", unit=safe_text(self._unit))
        self._reading.step(step, ok=ok, detail=detail, remedy=remedy)


def matches(unit: str) -> Sequence[str]:
    """Return what makes journalctl choose a unit; a bare name may also be what a process or container calls itself."""
    if _UNIT_PATTERN.fullmatch(unit):
        return [f"--unit={unit}"]
    own = [f"_SYSTEMD_UNIT={unit}.service", f"_SYSTEMD_USER_UNIT={unit}.service"]
    return ["--", *" + ".join([*own, f"SYSLOG_IDENTIFIER={unit}", f"CONTAINER_NAME={unit}"]).split(" ")]


def _before(entries: Sequence[bytes], moment: float) -> bool:
    """Tell whether entries were written before a moment."""
    written = entry_time(entries[-1])
    return written is not None and written < moment


def journal_source(unit: str, shown: str, scheme: str, opening: Opening, runner: Runner) -> StreamSource:
    """Return the source of one unit's entries.

    Raises:
        UsageError: nothing can be a unit of that name.
    """
    if not unit or "\0" in unit or "\n" in unit:
        raise UsageError(t("sources.journal_unit", value=safe_text(shown)), t("sources.journal_unit_remedy"))
    reading = Reading(shown, scheme, opening.clock, host=runner.host, expect_every_s=opening.options.expect_every_s)
    journal = Journal(unit, opening, reading, runner)
    return StreamSource(shown, opening, journal.attach, reading, on_retry=runner.retry, way=runner.trail)
