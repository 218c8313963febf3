"""How far a file was read, as a value that survives a restart."""

import base64
import json
from typing import Any

from tui.engine.frozen import frozen
from tui.engine.sources._access import Identity


@frozen
class Place:
    """A place in one file: enough to find it again after it was renamed, copied or compressed."""

    identity: Identity | None = None
    offset: int = 0
    """End of the last complete line (of the uncompressed contents)."""
    head: bytes = b""
    """The first bytes of the file, as many as were there, at most 256."""
    mark: bytes = b""
    """The last bytes before ``offset``, at most 64."""
    skipping: bool = False
    """``offset`` lies within an over-long line whose rest is thrown away."""

    @property
    def blank(self) -> bool:
        """Whether not a single byte was seen there yet."""
        return not self.offset and not self.head


@frozen
class Position:
    """Where a followed path was read to: everything newer than ``place`` is still unread."""

    place: Place
    retiring: tuple[Place, ...] = ()
    """Rotated files that were read to their end but may still get late lines."""
    seen: frozenset[str] = frozenset()
    """Rotated files older than ``place``, by identity and by digest of their head."""

    def to_json(self) -> str:
        """Return the position as one line of JSON."""
        return json.dumps(
            {
                "place": _to_table(self.place),
                "retiring": [_to_table(place) for place in self.retiring],
                "seen": sorted(self.seen),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Position":
        """Return the position that ``to_json`` wrote."""
        table = json.loads(text)
        return cls(
            _from_table(table["place"]),
            tuple(_from_table(each) for each in table["retiring"]),
            frozenset(table["seen"]),
        )


def _to_table(place: Place) -> dict[str, Any]:
    return {
        "identity": place.identity,
        "offset": place.offset,
        "head": base64.b64encode(place.head).decode(),
        "mark": base64.b64encode(place.mark).decode(),
        "skipping": place.skipping,
    }


def _from_table(table: dict[str, Any]) -> Place:
    device_inode = table["identity"]
    return Place(
        None if device_inode is None else (device_inode[0], device_inode[1]),
        table["offset"],
        base64.b64decode(table["head"]),
        base64.b64decode(table["mark"]),
        table["skipping"],
    )
