"""Names of rotated files: which belong to a path, and in which order they were written."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from tui.engine.sources._access import HEAD_SIZE, Identity, Sibling

TELLING_SIZE = 16
"""Bytes that tell one head from another, few enough to be there soon after a file was begun."""

_NUMBER = r"\.(?P<number>\d{1,5})"
_DATE = (
    r"[-._](?P<date>\d{4}-?\d{2}-?\d{2}(?:[-_T.]?\d{2}(?:[-_:]?\d{2}){0,2}(?:_\d+)?)?|\d{10})"
    r"(?:\.(?P<copy>\d{1,5}))?"
)


def rotated_names(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that are rotations of ``name``, oldest first.

    ``app.log`` has ``app.log.1`` (the higher the older), ``app.log-20260131``, ``app.log.2026-01-31``
    and ``app.2026-01-31_00-00-00.log``, each also with ``.gz``. While a file is being compressed both
    stand side by side: then only the plain one counts.
    """
    path = PurePath(name)
    whole, base, ending = re.escape(name), re.escape(path.stem), re.escape(path.suffix)
    pattern = re.compile(rf"(?:{whole}(?:{_NUMBER}|{_DATE})|{base}{_DATE_INSIDE}{ending})(?P<gz>\.gz)?", re.DOTALL)
    found: dict[str, tuple[tuple[int, str, int], str]] = {}
    for each in sorted(names):
        match = pattern.fullmatch(each)
        if match:
            found.setdefault(each.removesuffix(match["gz"] or ""), (_age(match), each))
    return [each for _, each in sorted(found.values())]


_DATE_INSIDE = _DATE.replace("<date>", "<inner>").replace("<copy>", "<inner_copy>")


def _age(match: re.Match[str]) -> tuple[int, str, int]:
    """Return a key that sorts dated files before numbered ones, each oldest first."""
    if match["number"]:
        return 1, "", -int(match["number"])
    digits = re.sub(r"\D", "", match["date"] or match["inner"])
    return 0, digits, -int(match["copy"] or match["inner_copy"] or 0)


def keys(identity: Identity | None, head: bytes) -> frozenset[str]:
    """Return the names under which a file is remembered as seen: by its inode and by its head."""
    whole = f"head:{_digest(head[:HEAD_SIZE])}"
    return frozenset([whole] if identity is None else [whole, _inode(identity, head)])


def is_known(sibling: Sibling, seen: frozenset[str]) -> bool:
    """Tell whether a sibling was seen before.

    Compressing gives a file another identity, so that a compressed one is also known by its head.
    """
    identity = sibling.stat.identity
    if identity is None or sibling.compressed:
        return not seen.isdisjoint(keys(identity, sibling.head))
    return _inode(identity, sibling.head) in seen


def _inode(identity: Identity, head: bytes) -> str:
    """Name a file by its inode; a few bytes tell it from a later one that got the same inode."""
    return f"inode:{identity[0]}:{identity[1]}:{_digest(head[:TELLING_SIZE])}"


def _digest(data: bytes) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - loads OpenSSL

    return blake2b(data, digest_size=8).hexdigest()


def alike(one: bytes, other: bytes) -> bool:
    """Tell whether two heads may be of one file: equal as far as both reach, and neither empty."""
    shared = min(len(one), len(other))
    return bool(shared) and one[:shared] == other[:shared]
