"""Which files a pattern means at this moment."""

import asyncio
import glob
import os
import re
import stat
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple, Protocol

from tui.engine.sources._siblings import rotated_names

_NO_NAME = re.compile(r"[^\w.-]")
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")


class Pattern(Protocol):
    """Names of files with ``*``, ``?``, ``[…]`` or ``**`` in them."""

    @property
    def path(self) -> str:
        """The pattern as it is shown."""

    async def look(self) -> list[str]:
        """Return a source for each file that matches, the one written last first.

        Rotated and compressed siblings of a file belong to that file and are none of their own. Raises TroubleError
        where nobody can tell.
        """

    def retry(self) -> None:
        """Let the next look try at once what is being waited for."""


class LocalPattern(NamedTuple):
    """A pattern of this machine, that is not itself the name of a file."""

    name: str
    """What a user calls the files together; empty where only their paths name them."""
    path: str

    def specs(self) -> list[str]:
        """Return a source for each file that matches by now, the one written last first."""
        paths = glob.glob(self.path, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
        found = {path: written for path in paths if (written := _written(path))}
        return [self._spec(path) for path in chosen(found)]

    async def look(self) -> list[str]:
        """Do the same without holding up anybody."""
        return await asyncio.to_thread(self.specs)

    def retry(self) -> None:
        """Do nothing: this machine is always there."""

    def _spec(self, path: str) -> str:
        return f"{named_after(self.name, self.path, path)}=file:{path}" if self.name else f"file:{path}"


def chosen(found: Mapping[str, float]) -> list[str]:
    """Return the files to follow, the one written last first: those that continue another one are not among them."""
    files = [path for path in found if not (path.endswith(_COMPRESSED) or _is_rotated(path, found))]
    return sorted(files, key=lambda path: (-found[path], path))


def named_after(name: str, pattern: str, path: str) -> str:
    """Return the name of one file of a named pattern."""
    inner = os.path.relpath(path, _fixed(pattern))
    return f"{name}.{_NO_NAME.sub('_', inner)}"


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
