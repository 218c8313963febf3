"""Blocks of a log as the lines that ``voxtop events`` prints: latencies and calls written by column."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np

from tui.engine.bulk._block import Block
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._clock import Times
from tui.engine.bulk._layouts import by_code
from tui.engine.bulk._words import Places
from tui.engine.event_lines import KEYS, STORE_ONLY, EventLines, as_object
from tui.engine.model import LogEvent

_UNKNOWN = "unknown"
"""Written where nobody knows the trace (semantics R19)."""

_KEPT = 100_000
_TOGETHER = 500
"""Lines encoded in one go."""


class Listed(NamedTuple):
    """What a block says."""

    lines: int
    """Of the log."""
    text: bytes
    """Whole lines in UTF-8, with the newline of the last; as a string each letter takes four bytes beside a symbol."""

    @property
    def held(self) -> int:
        """Return the bytes that it takes while it waits."""
        return len(self.text)


class _Rows(NamedTuple):
    """Written events of one layout."""

    lines: Places
    texts: list[str]


class Lister:
    """Writes blocks that begin and end between records."""

    def __init__(self, reader: BlockReader, lines: EventLines) -> None:
        self._reader = reader
        self._lines = lines
        self._numbers = _Numbers()

    def read(self, data: bytes | memoryview, first_line: int) -> Listed:
        """Return what lines say, every one of them with its newline."""
        found = self._reader.find(data)
        block = found.block
        shown = [event for event in found.events if event.kind not in STORE_ONLY]
        numbers = np.array([event.line for event in shown], np.int64) + (first_line - 1)
        moved = (event._replace(line=line) for event, line in zip(shown, numbers.tolist(), strict=True))
        rows = [*self._samples(block, first_line), *self._calls(block, first_line)]
        rows.append(_Rows(numbers, self._lines.lines(moved)))
        order = np.argsort(np.concatenate([each.lines for each in rows]), kind="stable")
        texts = [text for each in rows for text in each.texts]
        places = order.tolist()
        parts = (places[begin : begin + _TOGETHER] for begin in range(0, len(places), _TOGETHER))
        written = ("".join(f"{texts[at]}\n" for at in part).encode() for part in parts)
        return Listed(block.text.ends.size, b"".join(written))

    def _samples(self, block: Block, first_line: int) -> Iterator[_Rows]:
        for code, hits in chain.from_iterable(map(by_code, block.samples)):
            common = self._reader.series.events[code]
            tokens = block.words(hits.tokens, hits.token_ends)
            named = np.array([token not in {"", _UNKNOWN} for token in tokens], np.bool_)
            for with_trace in (True, False):
                which = named == with_trace
                if which.any():
                    lines = hits.lines[which] + first_line
                    varying = self._common(lines, hits.times[which]) | {"ms": self._numbers.of(hits.ms[which])}
                    if with_trace:
                        varying["trace"] = self._lines.values([tokens[at] for at in np.flatnonzero(which).tolist()])
                    yield _Rows(lines, self._written(common, varying))

    def _calls(self, block: Block, first_line: int) -> Iterator[_Rows]:
        for code, hits in chain.from_iterable(map(by_code, block.calls)):
            told = ~np.isnan(hits.durations)
            for with_duration in (True, False):
                which = told == with_duration
                if which.any():
                    lines = hits.lines[which] + first_line
                    varying = self._common(lines, hits.times[which])
                    varying["id"] = self._lines.values(block.words(hits.begins[which], hits.ends[which]))
                    if with_duration:
                        varying["duration_s"] = self._numbers.of(hits.durations[which])
                    yield _Rows(lines, self._written(self._reader.series.events[code], varying))

    def _common(self, lines: Places, times: Times) -> dict[str, list[str]]:
        return {"line": list(map(str, lines.tolist())), "time": _moments(times)}

    def _written(self, common: LogEvent, varying: dict[str, list[str]]) -> list[str]:
        """Return a line for each value of what varies; the rest is the same in all of them."""
        same, pieces, piece = as_object(common), list[Iterable[str]](), "{"
        for key in ("source", "line", "time", "event", *KEYS):
            if key in varying:
                pieces += [repeat(f'{piece}"{key}": '), varying[key]]
                piece = ", "
            elif key in same:
                piece += f'"{key}": {self._lines.value(key, same[key])}, '
        return list(map("".join, zip(*pieces, repeat(piece.removesuffix(", ") + "}"), strict=False)))


class _Numbers:
    """Remembers how numbers are written."""

    def __init__(self) -> None:
        self._written: dict[float, str] = {}

    def of(self, numbers: Times) -> list[str]:
        """Return numbers as JSON writes them."""
        if len(self._written) > _KEPT:
            self._written.clear()
        known, found = self._written, numbers.tolist()
        known |= {number: json.dumps(number) for number in set(found) - known.keys()}
        return [known[number] for number in found]


def _moments(times: Times) -> list[str]:
    """Return times as ``rfc3339`` writes them, in quotation marks: rounded as ``datetime.fromtimestamp`` does.

    Where there is none, ``null``.
    """
    if (none := np.isnan(times)).any():
        written = iter(_moments(times[~none]))
        return ["null" if without else next(written) for without in none.tolist()]
    fractions, whole = np.modf(times)
    micros = np.rint(fractions * 1e6)
    whole += np.where(micros >= 1e6, 1.0, np.where(micros < 0, -1.0, 0.0))
    micros += np.where(micros >= 1e6, -1e6, np.where(micros < 0, 1e6, 0.0))
    seconds, places = np.unique(whole, return_inverse=True)
    begins = [datetime.fromtimestamp(second, UTC).isoformat().removesuffix("+00:00") for second in seconds.tolist()]
    pairs = zip(places.tolist(), micros.astype(np.int64).tolist(), strict=True)
    return [f'"{begins[place]}.{micro:06}Z"' if micro else f'"{begins[place]}Z"' for place, micro in pairs]
