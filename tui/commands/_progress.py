"""How far long work is, on standard error and only for a person."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.engine.text import t

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PROGRESS_AFTER_S = 1.0
REDRAW_S = 0.1


@contextmanager
def shown_progress() -> Iterator[Callable[[float], None]]:
    """Give what takes the share done, from 0 to 1, and draws a bar with the time left once the work takes long."""
    bar = _Bar()
    try:
        yield bar.show
    finally:
        bar.close()


class _Bar:
    """A progress bar on standard error, if that is a terminal and the work takes its time."""

    def __init__(self) -> None:
        self._began = self._shown = time.monotonic()
        self._drawn: tuple[Progress, TaskID] | None = None

    def show(self, done: float) -> None:
        """Show how much is done, from 0 to 1."""
        now = time.monotonic()
        if now - self._began < PROGRESS_AFTER_S or now - self._shown < REDRAW_S or not sys.stderr.isatty():
            return
        self._shown = now
        if self._drawn is None:
            self._drawn = _drawn()
        bar, task = self._drawn
        bar.update(task, completed=done, refresh=True)

    def close(self) -> None:
        """Take it off the screen."""
        if self._drawn is not None:
            self._drawn[0].stop()


def _drawn() -> "tuple[Progress, TaskID]":
    """Draw a bar; Rich takes 80 ms to load, which work that is done soon, or that nobody watches, saves."""
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - see above

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    console = Console(stderr=True, highlight=False)
    bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True, auto_refresh=False)
    task = bar.add_task(t("cli.reading"), total=1.0)
    bar.start()
    return bar, task
