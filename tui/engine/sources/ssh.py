"""``ssh://[user@]host[:port]/abs/path``: a file on another machine."""

from tui.engine.sources._opening import Opening
from tui.engine.sources._source import Source
from tui.engine.sources._ssh_address import parse_target

SCHEMES = ("ssh",)


def open_spec(rest: str, name: str, opening: Opening) -> Source:
    """Open ``ssh://…``; asyncssh is loaded only now, since most runs need none."""
    from tui.engine.sources._ssh_source import SshSource  # noqa: PLC0415 - see above

    address, path = parse_target(rest, SCHEMES[0])
    return SshSource(address, f"/{path}", name or f"{SCHEMES[0]}:{rest}", opening)
