"""What ``voxtop replay`` plays: a log, or the events of an incident bundle."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tui.engine.bundle._lines import BundleParser, time_of
from tui.engine.bundle.reading import is_bundle, open_bundle
from tui.engine.parser import line_time
from tui.engine.sources._since import LineTime


@dataclass(frozen=True, slots=True)
class Track:
    """One source that is played."""

    path: Path
    name: str
    """As shown: outside text."""
    line_time: LineTime
    parser: BundleParser | None = None
    """What understands its lines; None is what understands every log."""


@contextmanager
def tracks(path: Path, tz: tzinfo | None) -> Iterator[Sequence[Track]]:
    """Yield what a file or a bundle holds; of a bundle a copy, for as long as it is played.

    Raises:
        SourceError: a bundle cannot be used; whether a log can be read shows when it is opened.
    """
    if not is_bundle(path):
        yield [Track(path, path.name, partial(line_time, tz=tz))]
        return
    with TemporaryDirectory(prefix="voxtop-bundle-") as folder:
        bundle = open_bundle(path, Path(folder))
        yield [Track(file, name, time_of, BundleParser(name)) for file, name in bundle.sources.items()]
