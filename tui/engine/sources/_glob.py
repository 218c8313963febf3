"""Which files a pattern means at this moment."""

import glob
import os
import re
import stat
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from tui.engine.sources._siblings import rotated_names

_NO_NAME = re.compile(r"[^\w.-]")
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")


class Pattern(NamedTuple):
    """A path with ``*``, ``?``, ``[…]`` or ``**`` in it, that is not itself the name of a file."""

    name: str
    """What a user calls the files together; empty where only their paths name them."""
    path: str

    def specs(self) -> list[str]:
        """Return a source for each file that matches, the one written last first.

        Rotated and compressed siblings of a file belong to that file and are none of their own.
        """
        paths = glob.glob(self.path, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
        found = {path: written for path in paths if (written := _written(path))}
        chosen = [path for path in found if not (path.endswith(_COMPRESSED) or _is_rotated(path, found))]
        return [self._spec(path) for path in sorted(chosen, key=lambda path: (-found[path], path))]

    def _spec(self, path: str) -> str:
        if not self.name:
            return f"file:{path}"
        inner = os.path.relpath(path, _fixed(self.path))
        return f"{self.name}.{_NO_NAME.sub('_', inner)}=file:{path}"


def _fixed(pattern: str) -> str:
    """Return the folder in front of the first wildcard."""
    parts = PurePath(pattern).parts
    return str(PurePath(*(parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))] or (".",))))


def _is_rotated(path: str, found: Mapping[str, float]) -> bool:
    """Tell whether a file continues another one that was found."""
    folder, name = os.path.split(path)
    for begin in re.finditer(r"[-._]\d", name):
        head = name[: begin.start()]
        endings = [name[at:].removesuffix(".gz") for at, char in enumerate(name) if char == "." and at > begin.start()]
        for base in (head, *(head + ending for ending in endings)):
            if os.path.join(folder, base) in found and rotated_names(base, [name]):  # noqa: PTH118 - as glob writes it
                return True
    return False


def _written(path: str) -> float:
    """Return when a regular file was last written, 0 for anything else."""
    try:
        found = os.stat(path)  # noqa: PTH116 - any bytes in a name
    except OSError:
        return 0.0
    return found.st_mtime if stat.S_ISREG(found.st_mode) else 0.0
