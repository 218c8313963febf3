"""How far long work is, on standard error and only for a person."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tui.engine.text import t

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
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True, auto_refresh=False)
        self._task: TaskID | None = None

    def show(self, done: float) -> None:
        """Show how much is done, from 0 to 1."""
        now = time.monotonic()
        if now - self._began < PROGRESS_AFTER_S or now - self._shown < REDRAW_S or not self._bar.console.is_terminal:
            return
        self._shown = now
        if self._task is None:
            self._task = self._bar.add_task(t("cli.reading"), total=1.0)
            self._bar.start()
        self._bar.update(self._task, completed=done, refresh=True)

    def close(self) -> None:
        """Take it off the screen."""
        if self._task is not None:
            self._bar.stop()
