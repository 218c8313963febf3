"""What stands in for a monitor while the engine is being loaded: no figures yet, so that nothing is green."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tui.engine.model import EMPTY_SNAPSHOT, LogEvent, RawLine, Snapshot, SourceStatus
from tui.engine.named import parted


class Standby:
    """Knows what will be read. Keys wait for the engine, so that nobody asks for more."""

    moment = travels = None

    def __init__(self, specs: Sequence[str]) -> None:
        self.specs = specs
        verdict = replace(EMPTY_SNAPSHOT.verdict, sources_total=len(specs))
        self._snapshot = replace(EMPTY_SNAPSHOT, verdict=verdict, sources=tuple(map(_status, specs)))

    def snapshot(self) -> Snapshot:
        """Return the sources alone."""
        return self._snapshot

    present = snapshot

    async def run(self) -> None:
        """Read nothing."""

    async def news(self, patience: float) -> bool:  # noqa: ARG002 - there is none
        """Return at once."""
        return False

    def events(self, since: float, until: float) -> list[LogEvent]:  # noqa: ARG002 - likewise
        """Return none."""
        return []

    def lines(self, source: str, first: int, last: int) -> list[RawLine]:  # noqa: ARG002 - likewise
        """Return none."""
        return []

    def lines_kept(self, source: str) -> None:
        """None is kept."""

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> None:
        """None is found."""

    async def choose_source(self, name: str) -> None:
        """Show what there is anyhow."""

    async def choose_host(self, host: str, label: str) -> None:
        """Show what there is anyhow."""

    def choose_all(self) -> None:
        """Show what there is anyhow."""

    def add(self, spec: str) -> None:
        """Add none."""

    def remove(self, name: str) -> None:
        """Remove none."""

    def retry(self, name: str) -> None:
        """Try nothing."""


def _status(spec: str) -> SourceStatus:
    name, scheme, rest, _ = parted(spec)
    return SourceStatus(name or rest or "stdin", scheme)
