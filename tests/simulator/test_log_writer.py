import gzip
from pathlib import Path

import pytest

from tui.engine.clock import ManualClock
from tui.engine.errors import SourceError
from tui.simulator.log_writer import LogWriter


def parts(path: Path) -> list[Path]:
    """Return the file and its rotated parts, oldest first."""
    found = path.parent.glob(f"{path.name}*")
    return sorted(
        found, key=lambda part: -int(part.name.removeprefix(f"{path.name}.").split(".")[0]) if part != path else 1
    )


def content(part: Path) -> str:
    raw = gzip.decompress(part.read_bytes()) if part.suffix == ".gz" else part.read_bytes()
    return raw.decode()


def test_rotation_by_size_loses_no_line(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    written = [f"line {number} ñ" for number in range(1000)]

    with LogWriter(path, ManualClock(), rotate_bytes=1000, keep=100) as writer:
        for start in range(0, 1000, 7):
            writer.write(written[start : start + 7])

    assert "".join(map(content, parts(path))).splitlines() == written
    assert writer.lines == 1000
    names = [part.name for part in parts(path)]
    assert len(names) > 5
    assert names[-2:] == ["app.log.1", "app.log"]
    assert all(name.endswith(".gz") for name in names[:-2])


def test_rotation_by_age_follows_the_clock(tmp_path: Path) -> None:
    path, clock = tmp_path / "app.log", ManualClock()

    with LogWriter(path, clock, rotate_every=60) as writer:
        writer.write(["a"])
        clock.advance(59)
        writer.write(["b"])
        clock.advance(1)
        writer.write(["c"])
        writer.write(["d"])

    assert (tmp_path / "app.log.1").read_text() == "a\nb\nc\n"
    assert path.read_text() == "d\n"


def test_rotation_renames_the_very_file_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "app.log"

    with LogWriter(path, ManualClock()) as writer:
        writer.write(["a"])
        inode = path.stat().st_ino
        writer.rotate()

    assert (tmp_path / "app.log.1").stat().st_ino == inode
    assert path.stat().st_ino != inode


def test_only_so_many_parts_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "app.log"

    with LogWriter(path, ManualClock(), keep=3) as writer:
        for number in range(6):
            writer.write([str(number)])
            writer.rotate()

    assert sorted(part.name for part in tmp_path.iterdir()) == ["app.log", "app.log.1", "app.log.2.gz", "app.log.3.gz"]
    assert content(tmp_path / "app.log.3.gz") == "3\n"


def test_a_single_part_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "app.log"

    with LogWriter(path, ManualClock(), keep=1) as writer:
        for number in range(3):
            writer.write([str(number)])
            writer.rotate()

    assert sorted(part.name for part in tmp_path.iterdir()) == ["app.log", "app.log.1"]
    assert (tmp_path / "app.log.1").read_text() == "2\n"


def test_lines_are_readable_as_soon_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("before\n")

    with LogWriter(path, ManualClock()) as writer:
        writer.write(["after"])

        assert path.read_text() == "before\nafter\n"


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot write .*nowhere.*No such file"):
        LogWriter(tmp_path / "nowhere" / "app.log", ManualClock())
