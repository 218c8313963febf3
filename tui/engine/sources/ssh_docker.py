"""``ssh+docker://[user@]host[:port]/CONTAINER``: the logs of containers of another machine's engine."""

from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import parse_target
from tui.engine.sources._stream import StreamSource

SCHEMES = ("ssh+docker",)


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``ssh+docker://[user@]host[:port]/CONTAINER``."""
    from tui.engine.sources._containers import there  # noqa: PLC0415 - aiohttp takes long to load
    from tui.engine.sources._ssh_runner import remote_runner  # noqa: PLC0415 - asyncssh takes long to load

    address, container = parse_target(rest, SCHEMES[0])
    return there(container, name or f"{SCHEMES[0]}:{rest}", opening, remote_runner(address, opening))
