"""File access for tests: without threads, without inodes as over SFTP, and over a way that is lost now and then."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.engine.sources._access import Access, FileStat, Handle, Look, Sibling
from tui.engine.sources._local import LocalAccess, LocalHandle
from tui.engine.sources._trouble import TroubleError


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


class FlakyHandle:
    """A file over a way that is lost now and then."""

    def __init__(self, inner: Handle, fail: Callable[[], None]) -> None:
        self.inner = inner
        self._fail = fail

    @property
    def stat(self) -> FileStat:
        return self.inner.stat

    @property
    def broken(self) -> str:
        return self.inner.broken

    @property
    def seekable(self) -> bool:
        return self.inner.seekable

    def left(self, offset: int) -> int:
        return self.inner.left(offset)

    async def read(self, offset: int, size: int) -> bytes:
        self._fail()
        return await self.inner.read(offset, size)

    async def close(self) -> None:
        await self.inner.close()


class FlakyAccess:
    """Fails at any call, and so at every point of the follower's ways, one time in so many."""

    def __init__(self, inner: Access, seed: int, *, one_in: int) -> None:
        self._inner = inner
        self._random = random.Random(seed)  # noqa: S311 - decides when to fail, keeps no secret
        self._one_in = one_in
        self.failures = 0

    def _fail(self) -> None:
        if self._random.randrange(self._one_in) == 0:
            self.failures += 1
            raise TroubleError("ssh_lost", host="there", reason="just so")

    async def open(self, path: str) -> FlakyHandle:
        self._fail()
        return FlakyHandle(await self._inner.open(path), self._fail)

    async def look(self, handle: Handle, path: str, offset: int, size: int) -> Look:
        assert isinstance(handle, FlakyHandle)
        self._fail()
        return await self._inner.look(handle.inner, path, offset, size)

    async def siblings(self, path: str) -> list[Sibling]:
        self._fail()
        return await self._inner.siblings(path)

    async def open_sibling(self, sibling: Sibling) -> FlakyHandle:
        self._fail()
        return FlakyHandle(await self._inner.open_sibling(sibling), self._fail)
