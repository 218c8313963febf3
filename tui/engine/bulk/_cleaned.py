"""A block as the parser looks at it: no carriage returns, colours of a terminal, holes of NULs, nor too long lines."""

from tui.engine.envelopes._cleaning import clean_bytes
from tui.engine.lines import LINE_CAP
from tui.engine.parser._parser import MAX_LINE

_TAKEN_OFF = (b"\x1b", b"\x00")


def cleaned(data: bytes) -> bytes | None:
    """Return the lines of a block as a source and the parser clean them, one by one; None where that is not sure."""
    dirty = any(dirt in data for dirt in _TAKEN_OFF)
    lines = [line.lstrip(b"\0") for line in data.removesuffix(b"\n").split(b"\n")]
    lines = [line[:LINE_CAP].removesuffix(b"\r")[:MAX_LINE] for line in lines]
    if dirty:
        lines = [clean_bytes(line) if b"\x1b" in line or b"\0" in line else line for line in lines]
    clean = b"\n".join([*lines, b""])
    return None if b"\r" in clean or clean.count(b"\n") != len(lines) else clean
