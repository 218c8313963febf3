"""``exec:COMMAND…``: any command whose output is a log, run without a shell and started again when it ends."""

import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._command import LocalRunner, Runner, last_words, outcome
from tui.engine.sources._opening import Opening
from tui.engine.sources._output import pieces
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import Batch, StreamSource
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

SCHEMES = ("exec",)


class Execution:
    """Runs the command; what it prints while nobody runs it is lost, which each new start tells."""

    def __init__(self, argv: Sequence[str], opening: Opening, reading: Reading, runner: Runner) -> None:
        self._argv = argv
        self._clock = opening.clock
        self._reading = reading
        self._runner = runner
        self._gap = ""

    async def attach(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """Start the command and yield its lines; raises TroubleError where it fails."""
        del cursor  # a command begins where it likes
        step = t("sources.step_command", command=safe_text(self._argv[0]))
        try:
            running = await self._runner.start(self._argv)
        except TroubleError as trouble:
            self._reading.step(step, ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise
        self._reading.step(step, ok=True)
        async with running as command:
            async with aclosing(pieces(command, self._clock)) as printed:
                async for piece in printed:
                    yield Batch(piece, gap=self._gap)
                    self._gap = ""
            code = await command.wait()
            self._gap = "restarted"
            said = last_words(command.stderr)
        self._reading.step(t("sources.step_exit"), ok=code == 0, detail=" ".join(filter(None, (outcome(code), said))))
        if code:
            raise TroubleError("exec_failed", command=self._argv[0], outcome=outcome(code), said=said or "-")

    def ended(self) -> TroubleError:
        """Explain that the command ended by itself."""
        return TroubleError("exec_ended", state=SourceState.WAITING, command=self._argv[0])


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``exec:COMMAND…``, quoted as for a shell but given to none."""
    shown = name or f"exec:{rest}"
    try:
        argv = shlex.split(rest)
    except ValueError as error:
        raise UsageError(
            t("sources.exec_quoting", value=safe_text(shown), reason=error), t("sources.exec_remedy")
        ) from error
    if not argv or "\0" in rest:
        raise UsageError(t("sources.exec_empty", value=safe_text(shown)), t("sources.exec_remedy"))
    reading = Reading(shown, "exec", opening.clock, expect_every_s=opening.options.expect_every_s)
    execution = Execution(argv, opening, reading, LocalRunner())
    return StreamSource(shown, opening, execution.attach, reading, ended=execution.ended)
