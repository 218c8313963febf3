"""Compressed logs told by their first bytes, whatever their names."""

import re
import shlex

from tui.engine.sources._trouble import TroubleError

GZIP = b"\x1f\x8b\x08"
"""What a gzip file begins with: its two bytes and the only method there is (RFC 1952 §2.3.1)."""

_OTHERS = re.compile(
    rb"(?P<xz>\xfd7zXZ\0)"
    rb"|(?P<bzip2>BZh[1-9](?:1AY&SY|\x17rE8P\x90))"
    rb"|(?P<zstd>\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)"
)
"""What is not uncompressed here, each under the name of the program that does it."""


def refuse_packed(begin: bytes, path: str = "") -> None:
    """Raise TroubleError for what begins as something compressed that is not read here; no path is standard input."""
    if (found := _OTHERS.match(begin)) is None:
        return
    program = str(found.lastgroup)
    if not path:
        raise TroubleError("packed_input", program=program)
    raise TroubleError("packed", path=path, program=program, command=shlex.join([program, "-dc", path]))
