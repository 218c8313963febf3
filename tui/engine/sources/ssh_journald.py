"""``ssh+journald://[user@]host[:port]/UNIT``: what a unit writes into another machine's systemd journal."""

from tui.engine.sources._journal import journal_source
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import parse_target
from tui.engine.sources._stream import StreamSource

SCHEMES = ("ssh+journald",)


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``ssh+journald://[user@]host[:port]/UNIT``."""
    from tui.engine.sources._ssh_runner import remote_runner  # noqa: PLC0415 - asyncssh takes long to load

    address, unit = parse_target(rest, SCHEMES[0])
    return journal_source(unit, name or f"{SCHEMES[0]}:{rest}", SCHEMES[0], opening, remote_runner(address, opening))
