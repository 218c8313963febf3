"""Recovery from rotated files: which of them continue a place, and which were never read."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.engine.sources._access import HEAD_SIZE, Access, Handle, Sibling
from tui.engine.sources._position import Place
from tui.engine.sources._siblings import TELLING_SIZE, alike, is_known, keys
from tui.engine.sources._tail import Tail
from tui.engine.sources._trouble import TroubleError

_LISTINGS = 5
"""Attempts to open rotated files whose names are just being shifted."""


class Recovered(NamedTuple):
    """What has to be read before the file that the path leads to now."""

    tails: list[Tail]
    """Oldest first."""
    lost: bool
    """Nothing continues the place: lines may be lost."""
    seen: frozenset[str]
    """Keys of the rotated files that need not be read."""


class Rotated(NamedTuple):
    """The rotated files of a path and what is known about them."""

    access: Access
    path: str
    seen: frozenset[str]
    """Keys of files that were read or are older than where reading began."""
    retiring: tuple[Place, ...] = ()
    """Places in rotated files that are still open."""

    async def recover(self, place: Place, live: Handle | None, *, held: bool) -> Recovered:
        """Open the rotated file that continues ``place`` and every newer one but ``live`` itself.

        ``held`` says that the file of the place is still open and will be read to its end anyhow.
        """
        for _ in range(_LISTINGS):
            siblings = await self._others(live)
            opened: list[Tail] = []
            try:
                return await self._continue(place, siblings, opened, held=held)
            except FileNotFoundError:
                await close_all(opened)
            except BaseException:
                await close_all(opened)
                raise
        return Recovered([], lost=True, seen=self.seen)

    async def find(self, places: Sequence[Place]) -> list[Tail | None]:
        """Return for each place a tail of the rotated file that continues it; None if it is gone or may not be read.

        They are listed once for all places: on another machine that takes longest.
        """
        for _ in range(_LISTINGS if places else 0):
            siblings = await self._others(None)
            opened: list[Tail | None] = []
            try:
                for place in places:
                    opened.append(await self._open_continuing(place, siblings))  # noqa: PERF401 - closed on failure
            except FileNotFoundError:
                await close_all(filter(None, opened))
            except BaseException:
                await close_all(filter(None, opened))
                raise
            else:
                return opened
        return [None for _ in places]

    async def _open_continuing(self, place: Place, siblings: list[Sibling]) -> Tail | None:
        try:
            found = await self._find(place, siblings)
        except (FileNotFoundError, TroubleError):  # names are being shifted, or no way to any file
            raise
        except OSError:
            return None
        return found[1] if found else None

    async def unread(self, live: Handle, live_head: bytes, *, renamed: bool) -> list[Tail]:
        """Return tails of the rotated files that appeared since reading began and are older than ``live``.

        Before a line of the live file was read, only these betray that it was copied and emptied. ``renamed`` says that
        it stands among the rotated files by now, where those behind it are newer.
        """
        for _ in range(_LISTINGS):
            siblings = await self.access.siblings(self.path)
            place = _index_of(live, live_head, siblings)
            older = siblings[:place] if place is not None else [] if renamed else siblings
            opened: list[Tail] = []
            try:
                await self._open([each for each in self._unknown(older) if not alike(each.head, live_head)], opened)
            except FileNotFoundError:
                await close_all(opened)
            else:
                return opened
        return []

    async def _others(self, live: Handle | None) -> list[Sibling]:
        siblings = await self.access.siblings(self.path)
        if live is None:
            return siblings
        identity = live.stat.identity
        if identity is not None:
            return [each for each in siblings if each.stat.identity != identity]
        head = await live.read(0, HEAD_SIZE)
        return [each for each in siblings if len(head) < TELLING_SIZE or not alike(each.head, head)]

    async def _continue(self, place: Place, siblings: list[Sibling], opened: list[Tail], *, held: bool) -> Recovered:
        found = await self._find(place, siblings)
        if found is None:
            newer = [each for each in self._unknown(siblings) if not alike(each.head, place.head)]
            older = [each for each in siblings if each not in newer]
            lost = not place.blank and (bool(newer) or not held)  # an empty file that is held is none of those listed
        else:
            index, tail = found
            older, newer, lost = siblings[:index], self._unknown(siblings[index + 1 :]), False
            if not place.offset:  # nothing of it was read yet: copies of what it held before are unread as well
                before = self._unknown(older)
                await self._open(before, opened)
                older = [each for each in older if each not in before]
            if held:
                await tail.handle.close()
            else:
                opened.append(tail)
        await self._open(newer, opened)
        seen = _all_keys(older)
        return Recovered(opened, lost, seen | keys(place.identity, place.head) if held else seen)

    async def _find(self, place: Place, siblings: list[Sibling]) -> tuple[int, Tail] | None:
        """Return the index and a tail of the rotated file that has at ``place`` what was read there.

        Files seen before are older than the place and come last: heads may be alike in every file.
        """
        for index in sorted(range(len(siblings)), key=lambda each: is_known(siblings[each], self.seen)):
            sibling = siblings[index]
            same = not sibling.compressed and sibling.stat.identity == place.identity is not None
            weak = not place.offset and not same and is_known(sibling, self.seen)
            if weak or not (same if place.blank else sibling.head.startswith(place.head)):
                continue
            tail = Tail(await self._open_one(sibling), place)
            if await tail.matches():
                return index, tail
            await tail.handle.close()
        return None

    def _unknown(self, siblings: Iterable[Sibling]) -> list[Sibling]:
        heads = [place.head for place in self.retiring]
        return [
            each
            for each in siblings
            if not is_known(each, self.seen) and not any(alike(each.head, head) for head in heads)
        ]

    async def _open(self, siblings: Sequence[Sibling], opened: list[Tail]) -> None:
        for sibling in siblings:
            opened.append(Tail(await self._open_one(sibling)))  # noqa: PERF401 - the caller closes them on failure

    async def _open_one(self, sibling: Sibling) -> Handle:
        """Open a listed file; FileNotFoundError if its name leads to another one by now."""
        handle = await self.access.open_sibling(sibling)
        try:
            if await _is(handle, sibling):
                return handle
        except BaseException:
            await handle.close()
            raise
        await handle.close()
        raise FileNotFoundError(sibling.path)


def _index_of(live: Handle, head: bytes, siblings: Sequence[Sibling]) -> int | None:
    """Return where an open file stands among the rotated ones: by its inode, else where one begins alike."""
    identity = live.stat.identity
    for index, each in enumerate(siblings):
        by_contents = identity is None or each.compressed
        if alike(each.head, head) if by_contents else each.stat.identity == identity:
            return index
    return None


async def _is(handle: Handle, sibling: Sibling) -> bool:
    """Tell whether an opened file is the one that was listed; without inodes its head must do."""
    if handle.stat.identity is None and sibling.stat.identity is None:
        return await handle.read(0, len(sibling.head)) == sibling.head
    return handle.stat.identity == sibling.stat.identity


async def close_all(tails: Iterable[Tail]) -> None:
    """Close the files of some tails."""
    for tail in tails:
        await tail.handle.close()


def _all_keys(siblings: Iterable[Sibling]) -> frozenset[str]:
    return frozenset().union(*(keys(each.stat.identity, each.head) for each in siblings))


def keys_of(siblings: Iterable[Sibling], tails: Iterable[Tail]) -> frozenset[str]:
    """Return the keys of siblings that are not among the tails still to be read."""
    unread = (keys(tail.place.identity, tail.place.head) for tail in tails)
    return _all_keys(siblings).difference(*unread)
