"""Opens a source where an earlier run left it."""

from collections.abc import Callable

from tui.engine.monitor._monitor import Monitor
from tui.engine.sources import identity
from tui.engine.sources._source import Source
from tui.engine.state import Recording


def follow(monitor: Monitor, spec: str, opening: Callable[..., Source], recording: Recording | None) -> str:
    """Let a monitor follow a source, from where an earlier run left it if that was recorded; return its name.

    ``opening`` is ``open_source`` with everything but the spec and the bookmark filled in.

    Raises:
        UsageError: the source is written wrongly.
        ValueError: a source of that name is followed already.
    """
    source = opening(spec)
    if recording is None:
        monitor.attach(source)
    else:
        left = recording.source(source.name, identity(spec))
        monitor.attach(opening(spec, bookmark=left.bookmark), left.counts if left.bookmark else None)
    return source.name
