"""A log file that grows and is rotated as real ones are: by renaming, the older parts compressed."""

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.engine.clock import Clock
from tui.engine.errors import SourceError
from tui.engine.text import t


class LogWriter:
    """Appends lines to ``app.log``; a rotation moves it to ``.1``, and what was there to ``.2.gz`` and on."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        rotate_bytes: int | None = None,
        rotate_every: float | None = None,
        keep: int = 5,
    ) -> None:
        """Rotate at this size or age in seconds, whichever comes first; ``keep`` rotated parts stay.

        Raises:
            SourceError: the file cannot be written.
        """
        self.path = path
        self.lines = 0
        """Lines written so far."""
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._rotate_every = rotate_every
        self._keep = keep
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, lines: Sequence[str]) -> None:
        """Append whole lines, hand them to the system, and rotate when it is time.

        Raises:
            SourceError: the file cannot be written.
        """
        if not lines:
            return
        try:
            self._file.write("".join(f"{line}\n" for line in lines).encode())
            self._file.flush()
            self.lines += len(lines)
            if self._due():
                self.rotate()
        except OSError as error:
            raise self._unwritable(error) from error

    def rotate(self) -> None:
        """Begin a new file; the writer is closed before its file is renamed, so no line goes astray."""
        self._file.close()
        oldest = self._part(self._keep)
        oldest.unlink(missing_ok=True)
        for number in range(self._keep - 1, 0, -1):
            if self._part(number).exists():
                _move(self._part(number), self._part(number + 1))
        self.path.replace(self._part(1))
        self._open()

    def close(self) -> None:
        """Close the file; it stays where it is."""
        self._file.close()

    def _open(self) -> None:
        try:
            self._file = self.path.open("ab")
            self._opened = self._clock.monotonic()
        except OSError as error:
            raise self._unwritable(error) from error

    def _due(self) -> bool:
        if self._rotate_bytes is not None and self._file.tell() >= self._rotate_bytes:
            return True
        return self._rotate_every is not None and self._clock.monotonic() - self._opened >= self._rotate_every

    def _part(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}" + (".gz" if number > 1 else ""))

    def _unwritable(self, error: OSError) -> SourceError:
        message = t("demo.unwritable", path=self.path, reason=error.strerror or error)
        return SourceError(message, t("demo.unwritable_remedy"))


def _move(part: Path, to: Path) -> None:
    """Rename a part; one that is not compressed yet is compressed beside its name first."""
    if part.suffix == ".gz":
        part.replace(to)
        return
    growing = to.with_name(f".{to.name}.part")
    with part.open("rb") as plain, gzip.open(growing, "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed)
    growing.replace(to)
    part.unlink()
