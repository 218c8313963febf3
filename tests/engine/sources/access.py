"""File access for tests: the real one without threads, and one that hides inodes as SFTP does."""

from collections.abc import Callable
from typing import Any

from tui.engine.sources._access import FileStat, Handle, Look, Sibling
from tui.engine.sources._local import LocalAccess, LocalHandle


async def inline(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as the function
    """Call at once: real files, no thread."""
    return function(*arguments)


class BlindAccess(LocalAccess):
    """Local files whose identity nobody tells."""

    def __init__(self) -> None:
        super().__init__(inline)

    async def open(self, path: str) -> LocalHandle:
        handle = await super().open(path)
        handle.stat = _blind(handle.stat)
        return handle

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        look = await super().look(handle, path, offset, size)
        return look if isinstance(look.path, OSError) else look._replace(path=_blind(look.path))

    async def siblings(self, path: str) -> list[Sibling]:
        return [each._replace(stat=_blind(each.stat)) for each in await super().siblings(path)]


def _blind(stat: FileStat) -> FileStat:
    return stat._replace(identity=None)
