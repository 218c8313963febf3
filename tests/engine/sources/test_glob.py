"""Patterns of names: which files they mean (faults 32 and 33)."""

import os
from pathlib import Path

import pytest

from tui.engine.sources import expanded, pattern_of


def found(spec: str) -> list[str]:
    pattern = pattern_of(spec)
    assert pattern is not None
    return pattern.specs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for age, name in enumerate(("app.log", "app.log.1", "app.log.2.gz", "app-2026-01-31.log", "edge.log", "notes.txt")):
        path = tmp_path / name
        path.write_text("x\n", encoding="utf-8")
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / "dir.log").mkdir()
    os.mkfifo(tmp_path / "pipe.log")
    return tmp_path


def test_a_pattern_means_regular_files_the_one_written_last_first(folder: Path) -> None:
    assert found(f"{folder}/*.log") == [f"file:{folder}/app.log", f"file:{folder}/edge.log"]


def test_rotated_and_compressed_siblings_belong_to_their_file_and_are_not_counted_twice(folder: Path) -> None:
    assert [Path(spec).name for spec in found(f"{folder}/*")] == ["app.log", "edge.log", "notes.txt"]
    (folder / "app.log").unlink()
    assert [Path(spec).name for spec in found(f"{folder}/*.log*")] == ["app.log.1", "app-2026-01-31.log", "edge.log"]


def test_files_of_a_named_pattern_are_named_after_it(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a b.log").write_text("x\n", encoding="utf-8")

    specs = found(f"voice={folder}/**/*.log")

    assert f"voice.app.log=file:{folder}/app.log" in specs
    assert f"voice.sub_a_b.log=file:{folder}/sub/a b.log" in specs


@pytest.mark.parametrize("name", ["star*.log", "[1].log", "what?.log"])
def test_fault_33_a_file_whose_name_holds_wildcards_is_that_file_and_no_pattern(tmp_path: Path, name: str) -> None:
    assert pattern_of(str(tmp_path / name)) is not None
    (tmp_path / name).touch()
    assert pattern_of(str(tmp_path / name)) is None


def test_other_kinds_of_source_have_no_patterns() -> None:
    assert pattern_of("-") is None
    assert pattern_of("exec:ls *") is None
    assert pattern_of("/var/log/app.log") is None


def test_fault_33_bytes_that_are_no_utf8_and_newlines_survive_a_pattern(tmp_path: Path) -> None:
    strange = os.fsencode(tmp_path) + b"/-a\n\xff.log"
    Path(os.fsdecode(strange)).write_text("x\n", encoding="utf-8")

    assert found(f"{tmp_path}/*.log") == [f"file:{os.fsdecode(strange)}"]


def test_where_a_log_is_read_once_a_pattern_is_its_files_by_name_and_one_without_any_stays(folder: Path) -> None:
    specs = [f"{folder}/*.log", "docker:voice", f"{folder}/none-*.log", f"file:{folder}/app.log"]

    assert expanded(specs) == [
        f"file:{folder}/app.log",
        f"file:{folder}/edge.log",
        "docker:voice",
        f"{folder}/none-*.log",
    ]
