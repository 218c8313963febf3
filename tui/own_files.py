"""A folder of files that the user writes while the program runs."""

from pathlib import Path

LOOK_EVERY_S = 1.0
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
        for path in self.folder.glob("*.toml"):
            try:
                stat = path.stat()
            except OSError:
                continue
            found[path.name] = (stat.st_mtime_ns, stat.st_size)
        return found
