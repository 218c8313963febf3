"""Incident bundles: whole, private and redacted when written; checked before anything is believed when read."""

import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import NOW, typical
from tui.engine.bundle._lines import BundleParser, event_of, line_of
from tui.engine.bundle.masking import masked
from tui.engine.bundle.reading import open_bundle
from tui.engine.bundle.timeline import DoneSteps
from tui.engine.bundle.writing import Incident, write_bundle
from tui.engine.errors import SourceError
from tui.engine.model import Alert, AlertNote, AlertState, LineBlock, LogEvent, Playbook, Thresholds
from tui.engine.redact import redact
from tui.engine.report import Span
from tui.engine.reviewing import report_over
from tui.engine.text import use_language

KEY = "gsk_AbCdEfGh1234567890AbCdEfGh1234567890"
BOOK = Playbook(
    "azure.401",
    "critical",
    {"en": "The key is wrong", "es": "x"},
    {"en": "", "es": ""},
    {"en": ("Look", "Mend"), "es": ("a", "b")},
)


def events() -> list[LogEvent]:
    begin = NOW - 600
    return [
        LogEvent("process_start", "app.log", 1, begin),
        LogEvent("call_opened", "app.log", 2, begin + 1, begin + 1.5, id="c1", client="twilio"),
        LogEvent("ttfb", "app.log", 3, begin + 2, begin + 2, stage="TTS", provider="Azure", ms=420.25, trace="t1"),
        LogEvent(
            "error",
            "app.log",
            4,
            begin + 3,
            begin + 3,
            stage="TTS",
            provider="Azure",
            code="401",
            text=f"key {KEY} refused",
        ),
        LogEvent(
            "error",
            "app.log",
            5,
            begin + 9,
            begin + 9,
            stage="TTS",
            provider="Azure",
            code="401",
            text=f"key {KEY} refused",
        ),
        LogEvent("fallback", "edge · eu", 1, begin + 4, stage="TTS", to="Google", text="Switching to Google"),
        LogEvent("call_closed", "app.log", 6, begin + 60, begin + 60, id="c1", duration_s=59.0),
    ]


def incident(**more: Callable[[str], str]) -> Incident:
    span = Span(NOW - 900, NOW)
    report = report_over(events(), span, NOW, Thresholds(), clean=redact)
    alert = Alert("ab12cd", "ttfb", "critical", AlertState.FIRING, "TTS is slow", episode=1, since=NOW - 590)
    notes = [
        AlertNote(NOW - 500, "firing", "TTS is slow", alert),
        AlertNote(NOW - 400, "acknowledged", "TTS is slow", alert, "ana"),
        AlertNote(NOW - 300, "silenced", f"rule=ttfb: {KEY}", None, "ana"),
    ]
    steps = [DoneSteps(BOOK, {0: NOW - 200})]
    screens = {"01-dashboard.svg": ("Screen", "<svg/>")}
    return Incident(report, typical(), events(), notes, steps, screens, "9.9", **more)


def written(tmp_path: Path, **more: Callable[[str], str]) -> Path:
    return write_bundle(incident(**more), tmp_path / "bundles")


def test_a_bundle_holds_events_figures_screens_alerts_steps_and_a_draft_with_charts(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path)) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        draft = archive.read("post-mortem.md").decode()
        figures = json.loads(archive.read("figures.json"))
        alerts = json.loads(archive.read("alerts.json"))
        steps = json.loads(archive.read("playbooks.json"))

    assert manifest["schema"] == "voxtop.bundle/1"
    assert manifest["voxtop"] == "9.9"
    assert set(manifest["files"]) | {"manifest.json"} == names
    assert sorted(manifest["sources"].values()) == ["app.log", "edge · eu"]
    assert {"charts/errors.svg", "charts/ttfb-tts.svg", "screens/01-dashboard.svg"} <= names
    assert figures["schema"] == "voxtop.report/1"
    assert figures["calls"]["opened"] == 1
    assert [each["what"] for each in alerts] == ["firing", "acknowledged", "silenced"]
    assert [each["done"] is not None for each in steps[0]["steps"]] == [True, False]
    for words in (
        "(×2)",
        "ana took on: TTS is slow",
        "alert (critical)",
        "- [x] Look",
        "- [ ] Mend",
        "charts/errors.svg",
    ):
        assert words in draft
    told = [line for line in draft.splitlines() if line.startswith("| 20")]
    assert told == sorted(told)


def test_the_draft_is_in_the_language_of_its_reader(tmp_path: Path) -> None:
    use_language("es")
    try:
        with zipfile.ZipFile(written(tmp_path)) as archive:
            assert "## Cronología" in archive.read("post-mortem.md").decode()
    finally:
        use_language("en")


def test_a_bundle_is_for_its_owner_alone_and_no_secret_is_in_any_file_of_it(tmp_path: Path) -> None:
    os.umask(0o000)
    try:
        path = written(tmp_path)
    finally:
        os.umask(0o022)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert KEY not in archive.read(name).decode(), name
        assert b"gsk_***" in archive.read("events/01.jsonl")


def test_a_bundle_is_written_whole_or_not_at_all_and_never_over_another(tmp_path: Path) -> None:
    first, second = written(tmp_path), written(tmp_path)
    with pytest.raises(RuntimeError, match="cut"):
        written(tmp_path, clean=_failing)

    assert first != second
    assert sorted(first.parent.iterdir()) == sorted([first, second])


def _failing(text: str) -> str:
    raise RuntimeError("cut", text)


def test_what_is_read_back_are_the_events_that_were_written(tmp_path: Path) -> None:
    bundle = open_bundle(written(tmp_path), _empty(tmp_path))
    found = []
    for file, source in bundle.sources.items():
        parser = BundleParser(source)
        found += parser.feed(LineBlock(source, 1, file.read_bytes().splitlines(), 0, None))
        assert parser.unrecognised == 0

    masked_events = [event._replace(text=redact(event.text)) for event in events()]
    assert sorted(found, key=repr) == sorted(masked_events, key=repr)


def test_an_unpacked_bundle_and_one_zipped_again_with_its_folder_are_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(written(tmp_path)) as archive:
        archive.extractall(folder)
    (folder / "post-mortem.md").write_text("finished by hand", encoding="utf-8")
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w") as archive:
        for file in folder.rglob("*.*"):
            archive.write(file, f"incident/{file.relative_to(folder)}")

    assert sorted(open_bundle(folder, _empty(tmp_path, "a")).sources.values()) == ["app.log", "edge · eu"]
    assert sorted(open_bundle(again, _empty(tmp_path, "b")).sources.values()) == ["app.log", "edge · eu"]


def _empty(tmp_path: Path, name: str = "empty") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def _changed(tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(written(tmp_path)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def _manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    def changed(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        change(manifest)
        files["manifest.json"] = json.dumps(manifest).encode()

    return changed


def _traversal(manifest: dict[str, Any]) -> None:
    manifest["sources"] = {"events/../../evil": "x"}
    manifest["files"]["events/../../evil"] = {"bytes": 1, "sha256": ""}


def _bomb(files: dict[str, bytes]) -> None:
    files["events/01.jsonl"] = bytes(50_000_000)


BAD = {
    "changed events": lambda files: files.update({"events/01.jsonl": files["events/01.jsonl"] + b"{}\n"}),
    "a bomb": _bomb,
    "no manifest": lambda files: files.pop("manifest.json"),
    "a manifest that is no JSON": lambda files: files.update({"manifest.json": b"{"}),
    "a manifest that is a list": lambda files: files.update({"manifest.json": b"[]"}),
    "a manifest without end": lambda files: files.update({"manifest.json": b"[" * 900_000}),
    "another schema": _manifest(lambda manifest: manifest.update(schema="voxtop.report/1")),
    "a path that leads out": _manifest(_traversal),
    "a size that is none": _manifest(lambda manifest: manifest["files"]["events/01.jsonl"].update(bytes="many")),
    "no source": _manifest(lambda manifest: manifest.update(sources={})),
    "two sources of one name": _manifest(
        lambda manifest: manifest.update(sources=dict.fromkeys(manifest["sources"], "x"))
    ),
    "events that are not there": lambda files: files.pop("events/01.jsonl"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bundle_that_was_changed_or_is_none_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path, folder = _changed(tmp_path, BAD[name]), _empty(tmp_path)

    with pytest.raises(SourceError, match="is no incident bundle, or was cut off or changed") as refused:
        open_bundle(path, folder)

    assert "\n" not in str(refused.value)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_000_000
    assert not (tmp_path / "evil").exists()


def test_a_newer_bundle_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    path = _changed(tmp_path, _manifest(lambda manifest: manifest.update(schema="voxtop.bundle/2")))

    with pytest.raises(SourceError, match="layout 2"):
        open_bundle(path, _empty(tmp_path))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_bundle_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    whole = written(tmp_path).read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(whole[: int(share * len(whole))])

    with pytest.raises(SourceError, match="cut off"):
        open_bundle(path, _empty(tmp_path))


def test_a_link_out_of_an_unpacked_bundle_is_not_followed(tmp_path: Path) -> None:
    folder, secret = tmp_path / "unpacked", tmp_path / "secret"
    with zipfile.ZipFile(written(tmp_path)) as archive:
        archive.extractall(folder)
    (folder / "events" / "01.jsonl").rename(secret)
    (folder / "events" / "01.jsonl").symlink_to(secret)

    with pytest.raises(SourceError, match="no incident bundle"):
        open_bundle(folder, _empty(tmp_path))


def test_a_bundle_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        open_bundle(tmp_path / "none.zip", _empty(tmp_path))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_line_from_elsewhere_is_believed_unseen(raw: bytes) -> None:
    event = event_of(raw, "x")
    assert event is None or event_of(line_of(event, str).encode(), "x") == event


WRONG = [
    {"event": "nothing"},
    {"event": "error", "text": 5},
    {"event": "ttfb", "ms": "fast"},
    {"event": "ttfb", "stage": "XYZ"},
    {"event": "error", "time": "soon"},
    {"event": "error", "time": 5},
    {"event": "error", "line": [1]},
    {"event": ["error"]},
    {"event": "error", "id": {"a": 1}},
]


@pytest.mark.parametrize("table", WRONG, ids=repr)
def test_fields_that_the_program_would_not_have_written_are_refused(table: dict[str, object]) -> None:
    assert event_of(json.dumps(table).encode(), "x") is None


def test_masking_reaches_every_text_of_a_snapshot_and_leaves_states_and_playbooks_alone() -> None:
    seen = typical()
    told = masked(replace(seen, notice=f"token {KEY}", scope=KEY), redact)

    assert KEY not in repr(told)
    assert told.verdict.status is seen.verdict.status
    assert [row.playbook for row in told.recent] == [row.playbook for row in seen.recent]
