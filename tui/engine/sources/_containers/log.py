"""One request for the log of one container, on its way into batches."""

from collections.abc import Iterator, Sequence

from tui.engine.clock import Clock
from tui.engine.lines import LINE_CAP, Piece
from tui.engine.model import Life
from tui.engine.sources._containers.container import Chunk, Container
from tui.engine.sources._containers.place import Place, Places, Repeats
from tui.engine.sources._containers.rows import Joiner, Rows
from tui.engine.sources._containers.stamps import SECOND, stamp_of
from tui.engine.sources._stream import Batch


class Log:
    """Takes chunks; gives the lines that nobody was given yet, and notes their place."""

    def __init__(self, container: Container, places: Places, clock: Clock, *, framed: bool) -> None:
        """``framed`` tells that the engine keeps the two output streams apart."""
        self.container = container
        self._framed = framed
        self._places = places
        self._place = places.of.setdefault(container.id, Place(part=container.part))
        self._repeats = Repeats(self._place)
        self._joiner = Joiner(clock, framed=framed and not container.tty)
        self.since = self._place.since(places.beginning)
        """Where to read from."""

    def take(self, chunks: Sequence[Chunk]) -> Iterator[Batch]:
        """Yield a batch for the lines that are complete, and for none an empty one."""
        batches = [batch for chunk in chunks for batch in self._batches(self._joiner.take(chunk))]
        yield from batches or (Batch(),)

    def finish(self) -> Iterator[Batch]:
        """Yield the line without newline that an ended process left, and note that there is no more."""
        for rows in self._joiner.rest():
            yield from self._batches(rows)
        self._place.drained = self.container.ended
        part = self.container.part
        yield Batch(cursor=self._places.as_json(), part=part, life=Life(None, self.container.ended) if part else None)

    def ended(self) -> None:
        """Note that there was no more to read for now."""
        self._place.at_end = True

    @property
    def finished(self) -> bool:
        """The process has ended, and its log was read to the end."""
        return not self.container.running and self._place.drained == self.container.ended is not None

    def _batches(self, rows: Rows) -> Iterator[Batch]:
        """Yield the new ones among some lines, those of a new process apart."""
        lines = self._repeats.without(rows.stream, rows.piece.lines)
        piece = rows.piece if len(lines) == len(rows.piece.lines) else _piece(lines)
        at = self._first_of_life(lines)
        if at is None:
            yield from self._batch(rows.stream, piece)
            return
        if at:
            yield from self._batch(rows.stream, _piece(lines[:at]))
            piece = _piece(lines[at:])
        life = self._life()
        self._place.life = self.container.started
        yield from self._batch(rows.stream, piece, life)

    def _batch(self, stream: int, piece: Piece, life: Life | None = None) -> Iterator[Batch]:
        if piece.lines:
            self._place.took(stream, piece.lines, framed=self._framed)
            self._place.at_end = False
            yield Batch(piece, self._places.as_json(), life=life, part=self.container.part)

    def _first_of_life(self, lines: list[bytes]) -> int | None:
        """Return the index of the first line that the present process wrote, once."""
        begins = self.container.first_line_from
        if begins is None or self._place.life == self.container.started:
            return None
        stamps = enumerate(map(stamp_of, lines))
        return next((at for at, stamp in stamps if stamp is not None and stamp >= begins * SECOND), None)

    def _life(self) -> Life | None:
        """Return the beginning of the present process, unless that was before anybody wanted to know."""
        began, beginning = self.container.started, self._places.beginning
        if began is None or (beginning and began < float(beginning)):
            return None
        earlier = [place for place in self._places.of.values() if place.part == self._place.part]
        ends = [place.drained for place in earlier if place.drained is not None]
        if self._place.lines and self.container.ended is not None:
            ends.append(self.container.ended)
        return Life(began, max((end for end in ends if end <= began), default=None))


def _piece(lines: list[bytes]) -> Piece:
    """Return some lines of a piece as one."""
    return Piece(lines, sum(len(line) + 1 for line in lines), sum(len(line) >= LINE_CAP for line in lines))
