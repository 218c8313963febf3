"""What comes through a pipe, uncompressed on the way if it begins as a gzip file does."""

from collections.abc import AsyncIterator

from tui.engine.sources._access import FileStat
from tui.engine.sources._gzip import GzipHandle
from tui.engine.sources._packed import GZIP, refuse_packed

_STEP = 256 * 1024


class _Come:
    """What came and was not taken yet, as if it were a file that grows."""

    broken = ""
    seekable = False
    stat = FileStat(None, 0)

    def __init__(self) -> None:
        self.data = b""

    def left(self, offset: int) -> int:
        """Return how much there is to take; the offset always is that of the next byte."""
        del offset
        return len(self.data)

    async def read(self, offset: int, size: int) -> bytes:
        """Take the next bytes."""
        del offset
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    async def close(self) -> None:
        """Leave the pipe to whom it belongs."""


class Piped:
    """The contents of a stream."""

    def __init__(self) -> None:
        self._come = _Come()
        self._gzip: GzipHandle | None = None
        self._begun = False
        self._offset = 0

    @property
    def broken(self) -> str:
        """Why the contents would end too early, if nothing more came; else empty."""
        return self._gzip.broken if self._gzip else ""

    @property
    def given_up(self) -> bool:
        """Tell whether nothing that may still come can be read."""
        return self.broken not in ("", "gz_truncated")

    async def contents(self, data: bytes) -> AsyncIterator[bytes]:
        """Yield what the next bytes of the stream hold; raises TroubleError for what cannot be uncompressed here."""
        if not self._begun:
            self._begun = True
            refuse_packed(data)
            self._gzip = GzipHandle(self._come) if data.startswith(GZIP) else None
        if self._gzip is None:
            yield data
            return
        self._come.data += data
        while part := await self._gzip.read(self._offset, _STEP):
            self._offset += len(part)
            yield part
