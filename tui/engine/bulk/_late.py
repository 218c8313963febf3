"""Latencies and calls that were understood line by line, on their way into columns: few of them are objects at once."""

from collections.abc import Sequence

from tui.engine.bulk._columns import NONE, Columns, Series, is_call_column, is_sample_column, of_events
from tui.engine.model import LogEvent

_WAITING = 500


class Late:
    """Takes events of one block."""

    def __init__(self, series: Series) -> None:
        """``series`` numbers what they have in common."""
        self.ids: list[str] = []
        """Of the calls."""
        self.count = 0
        self._series = series
        self._new_samples: list[LogEvent] = []
        self._new_calls: list[LogEvent] = []
        self._samples, self._calls = [NONE], [NONE]

    def take(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        """Take the events that a column can hold; return the others."""
        others: list[LogEvent] = []
        for event in events:
            if is_sample_column(event):
                self._new_samples.append(event)
            elif is_call_column(event):
                self._new_calls.append(event)
            else:
                others.append(event)
        self.count += len(events) - len(others)
        if len(self._new_samples) + len(self._new_calls) >= _WAITING:
            self._convert()
        return others

    def columns(self) -> tuple[list[Columns], list[Columns]]:
        """Return the latencies and the calls taken so far."""
        self._convert()
        return self._samples, self._calls

    def _convert(self) -> None:
        self._samples.append(of_events(self._new_samples, self._series))
        self._calls.append(of_events(self._new_calls, self._series))
        self.ids += [event.id or "" for event in self._new_calls]
        self._new_samples, self._new_calls = [], []
