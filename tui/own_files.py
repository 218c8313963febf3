"""Files of the user's: a folder that is written to while the program runs, and a file that is written as a whole."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

LOOK_EVERY_S = 2.0
"""A changed file is noticed within this time."""


class OwnFiles:
    """The TOML files of a folder, and whether they are still those of the last look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Where they lie; it may not be there."""
        self._seen = self._stamps()

    def changed(self) -> bool:
        """Tell whether a file came, went or was written since the last look."""
        before, self._seen = self._seen, self._stamps()
        return self._seen != before

    def _stamps(self) -> dict[str, tuple[int, int]]:
        """Return what shows that a file has changed; a file that is just vanishing counts as gone."""
        found = {}
        with suppress(OSError), os.scandir(self.folder) as entries:  # a pattern costs ten times as much each second
            for entry in entries:
                if entry.name.endswith(".toml"):
                    with suppress(OSError):
                        stat = entry.stat()
                        found[entry.name] = (stat.st_mtime_ns, stat.st_size)
        return found


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Put a file into the place of the old one; readers see the old one or the new one, never half of it.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
