"""Whether two open files are one, by their inodes or, where nobody tells these, by their contents."""

from collections.abc import Iterable

from tui.engine.sources._access import HEAD_SIZE, Handle
from tui.engine.sources._tail import Tail


async def is_same_file(one: Handle, other: Handle) -> bool:
    """Tell whether two open files are one; without inodes, whether the other begins with all that this one does."""
    if one.stat.identity is not None and other.stat.identity is not None:
        return one.stat.identity == other.stat.identity
    head = await one.read(0, HEAD_SIZE)
    grown = await other.read(0, HEAD_SIZE)
    return grown.startswith(head) if head else not grown


async def is_among(file: Handle, others: Iterable[Tail]) -> bool:
    """Tell whether a file, by now perhaps compressed, is one of those that are to be read from their start."""
    head = await file.read(0, HEAD_SIZE)
    for other in others:
        if file.stat.identity is not None and other.handle.stat.identity == file.stat.identity:
            return True
        if head and not other.place.offset and await other.handle.read(0, HEAD_SIZE) == head:
            return True
    return False


async def continues(tail: Tail, live: Handle) -> bool:
    """Tell whether a newly opened file is the one that is being read."""
    identity = live.stat.identity
    if identity is not None and tail.place.identity is not None:
        return identity == tail.place.identity
    return await is_same_file(tail.handle, live) and await Tail(live, tail.place).matches()
