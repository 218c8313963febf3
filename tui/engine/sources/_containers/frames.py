"""The frames in which the Engine API sends the output of a container without terminal."""

from tui.engine.safe_text import safe_text
from tui.engine.sources._containers.container import Chunk
from tui.engine.sources._trouble import TroubleError

HEADER_SIZE = 8
FRAME_LIMIT = 1024**2
"""A longer frame is none: an engine cuts lines into 16 KiB."""

_STREAMS = (0, 1, 2)
_ERROR = 3
"""In a frame of this stream the engine itself tells why the log ends."""


class Frames:
    """Takes frames apart; holds no more than one unfinished frame."""

    def __init__(self) -> None:
        self._held = b""

    @property
    def incomplete(self) -> bool:
        """The bytes so far end within a frame."""
        return bool(self._held)

    def take(self, data: bytes) -> list[Chunk]:
        """Return the messages that are complete by now; whole lines of one stream in a row come as one chunk.

        Raises:
            TroubleError: the engine reports an error, or what comes are no frames.
        """
        data = self._held + data
        chunks: list[Chunk] = []
        at = 0
        while len(data) - at >= HEADER_SIZE:
            end = at + HEADER_SIZE + _size(data[at : at + HEADER_SIZE])
            if end > len(data):
                break
            _add(chunks, data[at], data[at + HEADER_SIZE : end])
            at = end
        self._held = data[at:]
        return chunks


def _size(header: bytes) -> int:
    """Return the length of the frame behind a header."""
    size = int.from_bytes(header[4:], "big")
    if header[0] not in (*_STREAMS, _ERROR) or header[1:4] != b"\0\0\0" or size > FRAME_LIMIT:
        raise TroubleError("docker_garbled", header=header.hex(" "))
    return size


def _add(chunks: list[Chunk], stream: int, message: bytes) -> None:
    if stream == _ERROR:
        raise TroubleError("docker_log_failed", reason=safe_text(message.decode("utf-8", "replace").strip()))
    if chunks and chunks[-1].stream == stream and chunks[-1].data.endswith(b"\n"):
        message = chunks.pop().data + message
    chunks.append(Chunk(stream, message))
