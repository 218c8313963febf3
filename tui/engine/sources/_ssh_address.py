"""``//[user@]host[:port]/REST``: the address of another machine, and what is meant on it."""

import os
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from tui.engine.errors import UsageError
from tui.engine.safe_text import safe_text
from tui.engine.text import t

_ADDRESS = re.compile(
    r"(?:(?P<user>[^@/]+)@)?(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%[^/\]]+)?)\]|(?P<host>[^@:/\[\]]+))(?::(?P<port>\d{1,5}))?"
)


class Address(NamedTuple):
    """A machine as the user names it: ``host`` may be an alias of ``~/.ssh/config``, which fills in the rest."""

    host: str
    user: str = ""
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (f"{self.user}@" if self.user else "") + host + (f":{self.port}" if self.port else "")


def parse_target(rest: str, scheme: str) -> tuple[Address, str]:
    """Return the machine of ``//[user@]host[:port]/REST`` and REST, percent-decoded, without the slash before it.

    Bytes that are no UTF-8 come as surrogate escapes.

    Raises:
        UsageError: it is not written like that.
    """
    authority, slash, target = rest.removeprefix("//").partition("/")
    address = parse_address(authority) if rest.startswith("//") else None
    decoded = unquote_to_bytes(os.fsencode(target))
    if address is None or not slash or not decoded or b"\0" in decoded:
        raise UsageError(
            t("sources.ssh_address", value=safe_text(f"{scheme}:{rest}")),
            t("sources.ssh_address_remedy", scheme=scheme),
        )
    return address, os.fsdecode(decoded)


def parse_address(text: str) -> Address | None:
    """Return the machine of ``[user@]host[:port]``, None if it is none; no name begins like an option."""
    match = _ADDRESS.fullmatch(text)
    if match is None or match[0].startswith("-") or not 0 < int(match["port"] or 22) < 2**16:
        return None
    return Address(match["v6"] or match["host"], match["user"] or "", int(match["port"]) if match["port"] else None)
