"""What happened in a span, in order: processes, keys, fallbacks, errors, alerts, and what people did."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.engine.model import AlertNote, LogEvent, Playbook
from tui.engine.safe_text import safe_text
from tui.engine.shapes import line_shape
from tui.engine.text import language, t

MOST = 400
"""Entries kept; of more, the rest is told as a number."""
TEXT_LENGTH = 160
AGAIN_S = 5.0
"""The same words sooner after each other are one entry: a process says in several lines that it ends."""

_ONCE = {"error", "warning", "fallback", "config_warning"}
_EACH = {"process_start", "process_ready", "process_stop", "recovery"}


@dataclass(frozen=True, slots=True)
class DoneSteps:
    """A playbook that was worked with."""

    playbook: Playbook
    done: dict[int, float]
    """By step, from 0: when."""


class Entry(NamedTuple):
    """One line of the timeline."""

    at: float
    text: str
    """In the user's language; texts from the log are clean."""


def timeline(
    events: Iterable[LogEvent], notes: Sequence[AlertNote], steps: Sequence[DoneSteps], clean: Callable[[str], str]
) -> list[Entry]:
    """Return what happened, oldest first; equal errors are one entry with their number."""
    entries = sorted([*_of_log(events, clean), *map(_of_alert, notes), *_of_people(steps)])
    last: dict[str, float] = {}
    told = []
    for entry in entries:
        if entry.at - last.get(entry.text, float("-inf")) > AGAIN_S:
            told.append(entry)
        last[entry.text] = entry.at
    return told


def _of_log(events: Iterable[LogEvent], clean: Callable[[str], str]) -> Iterator[Entry]:
    firsts: dict[tuple[str | None, ...], tuple[LogEvent, float, int]] = {}
    for event in events:
        at = event.time if event.time is not None else event.arrived
        if at is None:
            continue
        if event.kind in _EACH:
            yield Entry(at, t(f"bundle.{event.kind}", source=_shown(event.source, clean), stage=event.stage or ""))
        elif event.kind in _ONCE:
            key = (event.kind, event.stage, event.provider, event.code, event.to, event.field, line_shape(event.text))
            first, began, count = firsts.get(key, (event, at, 0))
            firsts[key] = (first, began, count + 1)
    for first, began, count in firsts.values():
        yield Entry(began, _first(first, count, clean))


def _first(event: LogEvent, count: int, clean: Callable[[str], str]) -> str:
    where = " ".join(filter(None, (event.stage, event.provider, event.code)))
    what = event.field or event.text or event.to or ""
    return t(
        f"bundle.{event.kind}",
        where=_shown(where, clean),
        text=_shown(what, clean),
        to=f" → {_shown(event.to, clean)}" if event.to else "",
        stage=event.stage or "",
        count=count,
    )


def _of_alert(note: AlertNote) -> Entry:
    summary = note.summary if note.alert else safe_text(note.summary, TEXT_LENGTH)
    severity = t(f"bundle.severity_{note.alert.severity}") if note.alert else ""
    text = t(f"bundle.alert_{note.what}", summary=summary, author=safe_text(note.author, 40), severity=severity)
    return Entry(note.at, text)


def _of_people(steps: Sequence[DoneSteps]) -> Iterator[Entry]:
    for one in steps:
        words = one.playbook.steps[language()]
        for step, at in one.done.items():
            if step < len(words):
                title = one.playbook.title[language()]
                yield Entry(at, t("bundle.ticked", number=step + 1, step=words[step], playbook=title))


def _shown(text: str, clean: Callable[[str], str]) -> str:
    return safe_text(clean(text), TEXT_LENGTH)
