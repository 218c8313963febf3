"""Bytes cut into lines, with a cap on their length."""

from typing import NamedTuple

LINE_CAP = 256 * 1024
"""Bytes of a line that are kept; the rest is thrown away and the line counted as truncated."""

UTF8_BOM = b"\xef\xbb\xbf"


class Piece(NamedTuple):
    """The lines cut from the front of some bytes."""

    lines: list[bytes]
    """Without newline, one trailing carriage return and leading NULs."""
    size: int
    """Bytes used up; what is left is the beginning of an unfinished line."""
    truncated: int = 0
    """Lines that were cut short."""
    nul_bytes: int = 0
    """NULs taken off: the hole that a writer leaves when its file is emptied under it."""
    skipping: bool = False
    """The bytes ended within an over-long line."""


NOTHING = Piece([], 0)


def cut(data: bytes, *, first: bool = False, skipping: bool = False, cap: int = LINE_CAP) -> Piece:
    """Cut complete lines off the front of ``data``.

    ``first`` says that it is the beginning of a file, where a UTF-8 byte order mark is dropped;
    ``skipping`` that it starts within an over-long line. An unfinished line longer than ``cap`` is cut
    there and then, so that nobody has to hold more than ``cap`` bytes.
    """
    start = 0
    if skipping:
        start = data.find(b"\n") + 1
        if not start:
            return Piece([], len(data), skipping=True)
    end = max(data.rfind(b"\n") + 1, start)
    lines, truncated, nul_bytes = _finished(data[start:end], cap, first=first and not skipping)
    rest = len(data) - end
    hole = rest - len(data[end:].lstrip(b"\0")) if data[end : end + 1] == b"\0" else 0
    if rest - hole <= cap:
        return Piece(lines, end + hole, truncated, nul_bytes + hole)
    beginning = data[end + hole : end + hole + cap]
    lines.append(beginning.removeprefix(UTF8_BOM) if first and not end else beginning)
    return Piece(lines, len(data), truncated + 1, nul_bytes + hole, skipping=True)


def _finished(body: bytes, cap: int, *, first: bool) -> tuple[list[bytes], int, int]:
    """Return the lines of complete lines, how many were too long, and the NULs taken off."""
    if not body:
        return [], 0, 0
    lines = body[:-1].split(b"\n")
    truncated = nul_bytes = 0
    if first:
        lines[0] = lines[0].removeprefix(UTF8_BOM)
    if b"\0" in body:
        nul_bytes = sum(map(len, lines))
        lines = [line.lstrip(b"\0") for line in lines]
        nul_bytes -= sum(map(len, lines))
    if len(body) > cap:
        truncated = sum(len(line) > cap for line in lines)
        lines = [line[:cap] for line in lines]
    if b"\r\n" in body:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines, truncated, nul_bytes


def looks_binary(data: bytes) -> bool:
    """Tell whether more than 30 % of the first 4 KB are no text: controls, or bytes that are no UTF-8."""
    sample = data[:4096]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    no_utf8 = sample.decode("utf-8", "replace").count("\ufffd")
    return controls + no_utf8 > 0.3 * len(sample)


_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\a\b\t\n\f\r\x1b"})
