"""Writes a bundle: one zip file, whole or not at all, readable by its owner alone."""

import errno
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from tui.engine.bundle import _layout as layout
from tui.engine.bundle._lines import in_order, line_of
from tui.engine.bundle.charts import charts
from tui.engine.bundle.postmortem import post_mortem
from tui.engine.bundle.timeline import DoneSteps, Entry, timeline
from tui.engine.model import AlertNote, LogEvent, Snapshot
from tui.engine.redact import redact
from tui.engine.report import Report
from tui.engine.reports.json import render, rfc3339
from tui.engine.safe_text import safe_text
from tui.engine.text import language

Clean = Callable[[str], str]
_NAMES_TRIED = 100


@dataclass(frozen=True, slots=True)
class Incident:
    """Everything that goes into a bundle; texts from logs may still be as they were written."""

    report: Report
    """Over the span, redacted."""
    snapshot: Snapshot
    """As of its end, redacted."""
    events: Sequence[LogEvent]
    """Of the span, and of what explains its first figures before it."""
    notes: Sequence[AlertNote] = ()
    steps: Sequence[DoneSteps] = ()
    screens: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By file name: title and SVG, redacted."""
    version: str = ""
    tz: tzinfo | None = None
    clean: Clean = redact


def write_bundle(incident: Incident, folder: Path, progress: Callable[[float], None] = lambda _: None) -> Path:
    """Write a bundle into a folder, which is made if need be; return where it went.

    Never over another file; ``progress`` hears how much is done, 0…1. Blocking: call it in a thread.

    Raises:
        OSError: it cannot be written, and nothing was left behind.
    """
    start = incident.report.period.asked.start or 0.0
    name = f"voxtop-incident-{datetime.fromtimestamp(start, incident.tz):%Y%m%d-%H%M}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=f".{name}.")  # for its owner only
    try:
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                _fill(archive, incident, progress)
            out.flush()
            os.fsync(out.fileno())
        return _named(Path(draft), folder, name)
    finally:
        Path(draft).unlink()


def _named(draft: Path, folder: Path, name: str) -> Path:
    """Give the finished file the first name that is free."""
    for number in range(1, _NAMES_TRIED):
        path = folder / (f"{name}.zip" if number == 1 else f"{name}-{number}.zip")
        try:
            os.link(draft, path)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))


def _fill(archive: zipfile.ZipFile, incident: Incident, progress: Callable[[float], None]) -> None:
    files: dict[str, dict[str, object]] = {}

    def put(name: str, text: str) -> None:
        body = text.encode("utf-8", "replace")
        archive.writestr(name, body)
        files[name] = {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    sources = _put_events(put, incident, progress)
    entries = timeline(incident.events, incident.notes, incident.steps, incident.clean)
    asked = incident.report.period.asked
    entries = [entry for entry in entries if asked.holds(entry.at)]
    put(layout.FIGURES, render(incident.report))
    put(layout.ALERTS, _dumped([_as_object(note, incident.clean) for note in incident.notes]))
    put(layout.PLAYBOOKS, _dumped([_steps_as_object(one) for one in incident.steps]))
    pictures = _put_pictures(put, incident)
    put(layout.POST_MORTEM, _draft(incident, entries, pictures))
    manifest = {
        "schema": layout.SCHEMA,
        "voxtop": incident.version,
        "language": language(),
        "start": rfc3339(asked.start),
        "end": rfc3339(asked.end),
        "sources": sources,
        "files": files,
    }
    archive.writestr(layout.MANIFEST, _dumped(manifest))
    progress(1.0)


def _put_events(
    put: Callable[[str, str], None], incident: Incident, progress: Callable[[float], None]
) -> dict[str, str]:
    """Write the events of each source; return the names of the sources by file."""
    lines: dict[str, list[str]] = {}
    for done, event in enumerate(in_order(incident.events)):
        lines.setdefault(event.source, []).append(line_of(event, incident.clean))
        if done % 1000 == 0:
            progress(0.9 * done / len(incident.events))
    files: dict[str, str] = {}
    for number, (source, rows) in enumerate(lines.items(), 1):
        name = f"{layout.EVENTS}/{number:02}.jsonl"
        put(name, "\n".join(rows) + "\n")
        shown = safe_text(incident.clean(source), 200)
        files[name] = shown if shown not in files.values() else f"{shown} ({number})"
    return files


def _put_pictures(put: Callable[[str, str], None], incident: Incident) -> dict[str, str]:
    drawn = charts(incident.snapshot, incident.report.period.asked.end or incident.snapshot.at, incident.tz)
    found = {}
    for folder, pictures in ((layout.CHARTS, drawn), (layout.SCREENS, incident.screens)):
        for name, (title, svg) in pictures.items():
            put(f"{folder}/{name}", svg)
            found[title] = f"{folder}/{name}"
    return found


def _draft(incident: Incident, entries: Sequence[Entry], pictures: Mapping[str, str]) -> str:
    return post_mortem(incident.report, incident.snapshot, entries, incident.steps, pictures, tz=incident.tz)


def _as_object(note: AlertNote, clean: Clean) -> dict[str, object]:
    found: dict[str, object] = {
        "time": rfc3339(note.at),
        "what": note.what,
        "summary": safe_text(clean(note.summary), 500),
        "author": note.author,
    }
    if note.alert:
        labels = {name: clean(value) for name, value in note.alert.labels}
        found |= {"rule": note.alert.rule, "severity": note.alert.severity, "labels": labels}
    return found


def _steps_as_object(one: DoneSteps) -> dict[str, object]:
    words = one.playbook.steps[language()]
    steps = [{"step": word, "done": rfc3339(one.done.get(number))} for number, word in enumerate(words)]
    return {"playbook": one.playbook.id, "title": one.playbook.title[language()], "steps": steps}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
