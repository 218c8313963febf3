"""Random histories of everything that happens to a log file, with a follower that has to get every line."""

import asyncio
import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

from tui.engine.clock import ManualClock
from tui.engine.sources._access import Access
from tui.engine.sources._follow import ROTATE_WAIT_S, Follower
from tui.engine.sources._position import Position
from tui.engine.sources._trouble import TroubleError

STEPS = 30
STAMPED_BEFORE = 1_000_000_000
"""Seconds since the epoch that no history reaches: a later stamp is the test's own time."""
KEPT = 12
"""Rotated files that are kept; older ones are deleted. None is that still gets late lines."""


class History:
    """One random history of a log file with a follower that polls now and then.

    A file is emptied without a copy only after everything in it was read: what else is lost cannot be told by anybody.
    """

    def __init__(self, folder: Path, seed: int, access: Access, *, several: bool) -> None:
        """With ``several``, any number of rotations may happen between two polls, otherwise one."""
        self._random = random.Random(seed)  # noqa: S311 - a history, no secret
        folder.mkdir()
        self._folder = folder
        self._path = folder / "app.log"
        self._access = access
        self._clock = ManualClock()
        self._next_id = 0
        self._unfinished = b""
        self._several = several
        self._rotated = False
        self._lossy = 0
        self.written: list[bytes] = []
        self.delivered: list[bytes] = []
        self.gaps = 0
        self.steps: list[str] = []
        self._writer = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._follower = Follower(access, str(self._path), self._clock)

    async def run(self) -> None:
        """Live through the history and read to its end."""
        actions: list[Callable[[], object]] = [self._write, self._write, self._burst, self._begin_line, self._pass_time]
        rotations: list[Callable[[], object]] = [self._rename, self._copytruncate, self._truncate_and_grow]
        await self._poll()
        for _ in range(STEPS):
            choice = self._random.random()
            if choice < 0.45:
                await self._note(self._random.choice(actions))
            elif choice < 0.75:
                await self._note(self._poll)
            elif choice < 0.88 and (self._several or not self._rotated):
                await self._note(self._random.choice(rotations))
            elif choice < 0.94:
                await self._note(self._gzip)
            else:
                await self._note(self._restart)
        self._finish_line()
        await self._poll()
        self._clock.advance(ROTATE_WAIT_S + 1)
        await self._poll()
        await self._follower.close()
        os.close(self._writer)

    @property
    def gaps_expected(self) -> int:
        """Times a file was emptied that nobody had copied."""
        return self._lossy

    async def _note(self, action: Callable[[], object]) -> None:
        self.steps.append(getattr(action, "__name__", ""))
        result = action()
        if asyncio.iscoroutine(result):
            await result
        self._stamp()

    def _stamp(self) -> None:
        """Let what was just written carry the time of the history, not of the test."""
        for path in self._folder.iterdir():
            if path.stat().st_mtime > STAMPED_BEFORE:
                os.utime(path, (self._clock.now(), self._clock.now()))

    def _line(self) -> bytes:
        self._next_id += 1
        return f"{self._next_id}".encode() + b" " + b"x" * self._random.choice([0, 3, 40, 200])

    def _write(self) -> None:
        self._finish_line()
        line = self._line()
        os.write(self._writer, line + b"\n")
        self.written.append(line)

    def _burst(self) -> None:
        for _ in range(self._random.randrange(2, 40)):
            self._write()

    def _begin_line(self) -> None:
        self._finish_line()
        self._unfinished = self._line()
        cut = self._random.randrange(1, len(self._unfinished) + 1)
        os.write(self._writer, self._unfinished[:cut])
        self.written.append(self._unfinished)
        self._unfinished = self._unfinished[cut:] + b"\n"

    def _finish_line(self) -> None:
        os.write(self._writer, self._unfinished)
        self._unfinished = b""

    def _pass_time(self) -> None:
        self._clock.advance(self._random.choice([0.1, 1, ROTATE_WAIT_S]))

    async def _poll(self) -> None:
        while True:
            try:
                chunk = await self._follower.poll()
            except (FileNotFoundError, TroubleError):  # held by its name only and gone, or the way to it is lost
                continue
            self.delivered += chunk.piece.lines
            self.gaps += bool(chunk.gap)
            if not (chunk.more or isinstance(chunk.trouble, TroubleError)):
                break
        self._rotated = False

    async def _read_all(self) -> None:
        """Poll until nothing comes: after a rotation the new file is begun by a poll of its own."""
        before = -1
        while len(self.delivered) > before:
            before = len(self.delivered)
            await self._poll()

    def _shift(self) -> None:
        for number in range(KEPT, 0, -1):
            for ending in ("", ".gz"):
                old = self._folder / f"app.log.{number}{ending}"
                if old.exists():
                    old.rename(self._folder / f"app.log.{number + 1}{ending}")
        for ending in ("", ".gz"):
            (self._folder / f"app.log.{KEPT + 1}{ending}").unlink(missing_ok=True)

    def _rename(self) -> None:
        self._shift()
        self._path.rename(self._folder / "app.log.1")
        self._finish_line()
        if self._random.random() < 0.5:
            self._write()  # a late line through the old descriptor
        os.close(self._writer)
        self._writer = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._rotated = True

    def _copytruncate(self) -> None:
        self._finish_line()
        self._shift()
        (self._folder / "app.log.1").write_bytes(self._path.read_bytes())
        os.truncate(self._path, 0)
        self._rotated = True

    async def _truncate_and_grow(self) -> None:
        self._finish_line()
        await self._read_all()
        size = self._path.stat().st_size
        os.truncate(self._path, 0)
        self._lossy += size > 0
        grown = 0
        while grown <= size * self._random.choice([0, 0.5, 1]):
            self._write()
            grown += len(self.written[-1]) + 1
        self._rotated = True

    def _gzip(self) -> None:
        for number in range(1, KEPT + 1):
            plain = self._folder / f"app.log.{number}"
            if plain.exists():
                with gzip.open(f"{plain}.gz", "wb") as packed:
                    packed.write(plain.read_bytes())
                plain.unlink()
                return

    async def _restart(self) -> None:
        position = self._follower.position
        await self._follower.close()
        saved = Position.from_json(position.to_json()) if position else None
        self._follower = Follower(self._access, str(self._path), self._clock, position=saved)


async def live_through(folder: Path, seed: int, access: Access, *, several: bool = False) -> None:
    """Live through one history; every line must come once, in order, and each loss be told."""
    history = History(folder, seed, access, several=several)
    try:
        await history.run()
        assert history.delivered == history.written
        assert history.gaps == history.gaps_expected
    except BaseException:
        print(f"seed {seed}: {' '.join(history.steps)}")  # noqa: T201 - the way to see it again
        raise
