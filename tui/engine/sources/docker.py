"""``docker:CONTAINER``: the logs of containers of the engine on this machine."""

from tui.engine.sources._opening import Opening
from tui.engine.sources._stream import StreamSource

SCHEMES = ("docker",)


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``docker:CONTAINER``."""
    from tui.engine.sources._containers import here  # noqa: PLC0415 - aiohttp takes long to load

    return here(rest, name or f"{SCHEMES[0]}:{rest}", opening)
