"""The follower's parts by themselves: cutting lines, naming rotated files, positions, compressed contents."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sources.access import inline
from tui.engine.lines import cut
from tui.engine.sources._gzip import GzipHandle
from tui.engine.sources._local import LocalAccess
from tui.engine.sources._position import Place, Position
from tui.engine.sources._siblings import alike, rotated_names

CAP = 20


@given(st.binary(max_size=200).map(lambda data: data.replace(b"\0", b"a")), st.integers(1, 7))
def test_lines_do_not_depend_on_how_the_bytes_come(data: bytes, step: int) -> None:
    held, lines, used, skipping = b"", [], 0, False
    for start in range(0, len(data), step):
        held += data[start : start + step]
        piece = cut(held, skipping=skipping, cap=CAP)
        lines += piece.lines
        used += piece.size
        skipping, held = piece.skipping, held[piece.size :]

    whole = [line[:CAP] for line in data.split(b"\n")]
    unfinished = whole.pop()
    if skipping:
        whole.append(unfinished)
    assert [line.removesuffix(b"\r") for line in lines] == [line.removesuffix(b"\r") for line in whole]
    assert used == len(data) - len(held)


def test_nuls_are_taken_off_the_front_of_a_line_only() -> None:
    piece = cut(b"\0\0one\0two\n\0\0\0")
    assert piece.lines == [b"one\0two"]
    assert piece.nul_bytes == 5
    assert piece.size == len(b"\0\0one\0two\n\0\0\0")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["app.log.1", "app.log.10", "app.log.2.gz"], ["app.log.10", "app.log.2.gz", "app.log.1"]),
        (["app.log-20260201.gz", "app.log-20260131"], ["app.log-20260131", "app.log-20260201.gz"]),
        (["app.log.2026-02-01", "app.log.2026-01-31"], ["app.log.2026-01-31", "app.log.2026-02-01"]),
        (
            ["app.2026-02-01_10-00-00_12.log", "app-20260131.log"],
            ["app-20260131.log", "app.2026-02-01_10-00-00_12.log"],
        ),
        (["app.log.1", "app.log.1.gz"], ["app.log.1"]),
        (["app.log", "app.log.bak", "app.log.1.tmp", "other.log.1", "app.log.1x", "xapp.log.1"], []),
    ],
)
def test_rotated_files_are_known_by_name_oldest_first(names: list[str], expected: list[str]) -> None:
    assert rotated_names("app.log", names) == expected


def test_names_with_pattern_characters_are_taken_literally() -> None:
    assert rotated_names("a+(b).log", ["a+(b).log.1", "aab.log.1"]) == ["a+(b).log.1"]


def test_heads_are_alike_as_far_as_both_reach() -> None:
    assert alike(b"abc", b"abcdef")
    assert not alike(b"abc", b"abd")
    assert not alike(b"", b"abc")


@given(
    st.tuples(st.integers(0), st.integers(0)) | st.none(),
    st.integers(0),
    st.binary(max_size=256),
    st.binary(max_size=64),
    st.booleans(),
)
def test_a_position_survives_json(
    identity: tuple[int, int] | None, offset: int, head: bytes, mark: bytes, skipping: bool
) -> None:
    place = Place(identity, offset, head, mark, skipping)
    position = Position(place, (place, Place()), frozenset(["head:1", "inode:1:2:3"]))
    assert Position.from_json(position.to_json()) == position


async def test_compressed_contents_read_as_plain_ones_even_backwards(tmp_path: Path) -> None:
    contents = bytes(range(256)) * 10_000
    path = tmp_path / "app.log.1.gz"
    path.write_bytes(gzip.compress(contents[:1_000_000]) + gzip.compress(contents[1_000_000:]) + b"\0" * 512)
    handle = GzipHandle(await LocalAccess(inline).open(str(path)))
    for offset, size in [(0, 10), (999_990, 20), (2_559_000, 5_000), (5, 300), (1_500_000, 300_000), (0, 256)]:
        assert await handle.read(offset, size) == contents[offset : offset + size]
    assert await handle.read(len(contents), 10) == b""
    assert handle.broken == ""
    await handle.close()
