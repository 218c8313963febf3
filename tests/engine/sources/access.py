"""File access for tests: the real one without threads, and one that hides inodes as SFTP does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.engine.sources._access import FileStat, Handle, Look, Sibling
from tui.engine.sources._local import LocalAccess, LocalHandle


async def inline(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as the function
    """Call at once: real files, no thread."""
    return function(*arguments)


class BlindAccess(LocalAccess):
    """Local files whose identity nobody tells, only when they were written if ``timed``, in whole seconds."""

    def __init__(self, *, timed: bool = False) -> None:
        super().__init__(inline)
        self._timed = timed

    async def open(self, path: str) -> LocalHandle:
        handle = await super().open(path)
        handle.stat = self._blind(handle.stat, path)
        return handle

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        look = await super().look(handle, path, offset, size)
        return look if isinstance(look.path, OSError) else look._replace(path=self._blind(look.path, path))

    async def siblings(self, path: str) -> list[Sibling]:
        return [each._replace(stat=self._blind(each.stat, each.path)) for each in await super().siblings(path)]

    def _blind(self, stat: FileStat, path: str) -> FileStat:
        modified = int(Path(path).stat().st_mtime) if self._timed else None
        return stat._replace(identity=None, modified=modified)
