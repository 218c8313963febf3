"""Where the files of a bundle lie: in a zip file, or in a folder."""

import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

from tui.engine.bundle import _layout as layout


class Place(Protocol):
    """Gives the files of a bundle by name, with ``/`` between its parts."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The files and their sizes, as far as it tells them: a zip file may lie."""

    def open(self, name: str, /) -> IO[bytes]:
        """Open one file; raises OSError, ``zipfile.BadZipFile`` and what decompression raises."""


class ZipPlace:
    """A bundle as it was written, or zipped again with its folder."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        names = [info.filename for info in self._archive.infolist()]
        manifests = [name for name in names if name.endswith(layout.MANIFEST)]
        self._prefix = manifests[0].removesuffix(layout.MANIFEST) if len(manifests) == 1 else ""
        self.sizes: Mapping[str, int] = {
            info.filename.removeprefix(self._prefix): info.file_size
            for info in self._archive.infolist()
            if not info.is_dir()
        }

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        return self._archive.open(self._prefix + name)

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()


class FolderPlace:
    """A bundle that was unpacked; what is no plain file within it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        found = (each for pattern in ("*", "*/*") for each in self._path.glob(pattern))
        self.sizes: Mapping[str, int] = {
            each.relative_to(self._path).as_posix(): each.lstat().st_size
            for each in found
            if stat.S_ISREG(each.lstat().st_mode) and not each.parent.is_symlink()
        }

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        return (self._path / name).open("rb")

    def close(self) -> None:
        """Nothing is held."""
