"""What a command prints, on its way into lines."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.engine.clock import Clock
from tui.engine.lines import Piece
from tui.engine.sources._command import Command
from tui.engine.sources._cutter import Cutter


async def pieces(command: Command, clock: Clock, *, records: bool = False) -> AsyncGenerator[Piece, None]:
    """Yield the lines of a command, an empty piece after each silent second, until its output ends.

    With ``records`` an unfinished line is never taken for a whole one: it is half a record of a program,
    which nobody can read, and not a prompt. An empty piece then means silence and nothing else.
    """
    cutter = Cutter(clock)
    async with aclosing(command.chunks()) as chunks:
        async for data in chunks:
            piece = cutter.take(data) if data or records else cutter.overdue()
            if piece.size or not data or not records:
                yield piece
    rest = cutter.flush()
    if rest.lines and not records:
        yield rest
