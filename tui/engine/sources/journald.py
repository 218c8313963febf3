"""``journald:UNIT``: what a unit writes into this machine's systemd journal."""

from tui.engine.sources._command import LocalRunner
from tui.engine.sources._journal import journal_source
from tui.engine.sources._opening import Opening
from tui.engine.sources._stream import StreamSource

SCHEMES = ("journald",)


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``journald:UNIT``."""
    return journal_source(rest, name or f"{SCHEMES[0]}:{rest}", SCHEMES[0], opening, LocalRunner())
