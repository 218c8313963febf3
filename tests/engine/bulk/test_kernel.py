"""The kernel in C finds what numpy finds, in any line, and looks at nothing but the text it was given."""

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_build import compile_kernel
from tests.engine.bulk.both_ways import NOW
from tests.terminal import ROOT, environment, require
from tui.engine.bulk import _kernel
from tui.engine.bulk._block import Block
from tui.engine.bulk._call_layout import CallLayout
from tui.engine.bulk._clock import NO_STAMP, Stamp, StampReader
from tui.engine.bulk._columns import Columns, twins
from tui.engine.bulk._kernel import SOURCES, Kernel
from tui.engine.bulk._kernel_matching import KernelMatching
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._matching import ArrayMatching, Matching
from tui.engine.bulk._sample_layout import SampleLayout
from tui.engine.bulk._words import Text, fingerprints

_HEADS = (b"Z [STT Azure] trace=", b"Z [STT Azure] TTFB=", "Z 📊 (Turn Latency): ".encode(), b'", "message": "TTFB=')
_WORDS = st.text('aA09 "\\~.é\x7f\x1f', max_size=100).map(str.encode)
_SHORT = st.text('aA09 "\\~.=F', max_size=12).map(str.encode)
_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_PREFIXES = (b"", b"", b'{"timestamp": "')


@st.composite
def stamps(draw: st.DrawFn) -> Stamp:
    if draw(st.integers(0, 3)) == 0:
        return NO_STAMP
    return Stamp(
        draw(st.sampled_from(_PREFIXES)),
        draw(st.sampled_from((b".", b","))),
        draw(st.integers(1, 9)),
        draw(st.sampled_from(("", "Z"))),
    )


@st.composite
def ends(draw: st.DrawFn) -> tuple[bytes, bytes | None, bool]:
    """What stands behind a message, behind another token, and whether both are in quotation marks."""
    quoted = draw(st.booleans())
    tail = b'"' + draw(_SHORT) if quoted else b""
    return tail, b'"' + draw(_SHORT) if quoted and draw(st.booleans()) else None, quoted


@st.composite
def sample_layouts(draw: st.DrawFn) -> SampleLayout:
    token = draw(st.booleans())
    head, label = draw(st.sampled_from(_HEADS)), b" TTFB=" if token else b""
    return SampleLayout(draw(stamps()), head, draw(st.integers(0, 8)), token, label, *draw(ends()))


@st.composite
def call_layouts(draw: st.DrawFn) -> CallLayout:
    tail, after, quoted = draw(ends())
    tail = draw(st.sampled_from((b"", b")"))) + tail
    duration = draw(st.sampled_from((b"", b" duration=")))
    end = ((duration or tail) + b"\n")[:1]
    return CallLayout(draw(stamps()), draw(st.sampled_from(_HEADS)), end, duration, tail, after, quoted)


def line_of(layout: Layout, rng: random.Random) -> bytes:
    """Return a line that is laid out so, or nearly."""

    def usual(one: bytes, *others: bytes) -> bytes:
        return one if rng.random() < 0.9 else rng.choice(others)

    stamp = layout.stamp
    minute = usual(b"2027-01-15T08:1%d" % rng.randrange(4), b"2027-02-30 08:15", b"x" * 16)
    fraction = b"%0*d" % (stamp.digits, rng.randrange(10**stamp.digits))
    line = stamp.prefix + minute + usual(b":0%d" % rng.randrange(10), b":59", b":60", b":5/", b";59")
    line = (line + stamp.separator + fraction if stamp.digits else b"") + layout.head
    number = usual(b"160", b"7", b"120000", b"120001", b"0", b"1234567", b"160.25", b"1.1234567", b".")
    token = usual(b"t%d" % rng.randrange(99), b"a" * 95, b"a" * 96, b"", b"a b", b'"', b"\\", "é".encode(), b"\x7f")
    rest = (b" FAILED", b" FAILE", b" " + b"a" * 255, b" " + b"a" * 256, b" ends ", b' "q"', b"\t", " ñ".encode())
    if isinstance(layout, SampleLayout):
        line += (token + layout.label if layout.token else b"") + number
        line += usual(b"ms", b"ms ms", b"ms s", b"s", b"ms ", b"m") + usual(b"", b" model=llama", *rest)
    else:
        line += token + (layout.duration + number + b"s" if layout.duration else b"")
    line += layout.tail
    if layout.after is not None:
        line += usual(b"abc-1", *rest) + layout.after
    if rng.random() < 0.1:
        place = rng.randrange(len(line))
        line = line[:place] + rng.randbytes(rng.randrange(3)) + line[place + rng.randrange(3) :]
    return line.replace(b"\n", b"")


class Seen(NamedTuple):
    left: list[int]
    codes: list[int]
    found: list[bool]
    hits: list[list[tuple[float, ...]]]


def seen(matching: Matching, text: Text, lines: list[int]) -> Seen:
    block = Block(text)
    left = matching.look(block, np.array(lines, np.int64))
    hits = [
        sorted(
            tuple(-1.0 if value != value else value for value in row)  # noqa: PLR0124 - not a number
            for each in some
            for row in zip(*(column.tolist() for column in each), strict=True)
        )
        for some in (block.samples, block.calls)
    ]
    return Seen(left.tolist(), block.codes.tolist(), block.found.tolist(), hits)


def each_way(kernel: Kernel, what: Callable[[], object]) -> list[object]:
    """Return what comes out with numpy, and with the kernel."""
    found = []
    for each in (None, kernel):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_kernel, "KERNEL", each)
            found.append(what())
    return found


@given(st.lists(sample_layouts() | call_layouts(), min_size=1, max_size=5, unique=True), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_any_line_is_found_that_numpy_finds(kernel: Kernel, layouts: list[Layout], seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - lines that can be made again, no secret
    lines = [line_of(rng.choice(layouts), rng) for _ in range(30)]
    nothings = {line.translate(_AS_ZERO) for line in rng.sample(lines, 6)}
    clock, text = StampReader(UTC, NOW), Text(b"".join(line + b"\n" for line in lines))
    some = sorted(rng.sample(range(30), 27))
    found = []
    for matching in (ArrayMatching(clock), KernelMatching(kernel, clock)):
        for code, layout in enumerate(layouts):
            matching.add_layout(layout, code)
        matching.add_nothings([*nothings], [1 + len(line) % 2 for line in nothings])
        found.append(seen(matching, text, some))

    assert found[0] == found[1]


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"a" * 15, b"b" * 16, b"\x1b[1m", b"\0", b"\t", b"\xff"])))
def test_lines_and_dirt_are_where_numpy_finds_them(kernel: Kernel, pieces: list[bytes]) -> None:
    def looked() -> object:
        text = Text(b"".join(pieces))
        return text.starts.tolist(), text.ends.tolist(), text.is_dirty

    found = each_way(kernel, looked)

    assert found[0] == found[1]


@given(st.lists(st.tuples(st.text("ab0é", max_size=60).map(str.encode), st.integers(0, 60), st.integers(0, 60))))
def test_pieces_of_text_have_the_fingerprints_that_numpy_gives_them_and_are_brought_together_as_by_it(
    kernel: Kernel, pieces: list[tuple[bytes, int, int]]
) -> None:
    text = Text(b"".join(line + b"\n" for line, _, _ in pieces))
    ends = text.starts + [min(max(places), len(line)) for line, *places in pieces]
    begins = np.minimum(text.starts + [min(places) for _, *places in pieces], ends).astype(np.int64)

    def looked() -> tuple[list[int], bytes]:
        return fingerprints(text, begins, ends.astype(np.int64)).tolist(), text.pieces(begins, ends.astype(np.int64))

    found = each_way(kernel, looked)

    assert found[0] == found[1]


_ROWS = st.tuples(st.integers(0, 9), st.integers(0, 15), st.integers(0, 1), st.integers(0, 2))


@given(st.lists(_ROWS, max_size=80), st.lists(st.booleans(), min_size=3, max_size=3))
def test_rows_have_the_twins_that_numpy_finds(
    kernel: Kernel, rows: list[tuple[int, int, int, int]], leveled: list[bool]
) -> None:
    steps, times, marks, codes = np.array(rows, np.int64).reshape(-1, 4).T
    columns = Columns(np.cumsum(steps), times * 0.0017, times * 1.0, codes, marks.astype(np.uint64))

    found = each_way(kernel, lambda: twins(columns, np.array(leveled)).tolist())

    assert found[0] == found[1]


def test_more_lines_remembered_than_a_table_had_room_for_are_all_known(kernel: Kernel) -> None:
    lines = [bytes([97 + number % 26, 97 + number // 26]) * (1 + number % 128) for number in range(600)]
    matching = KernelMatching(kernel, StampReader(UTC, NOW))
    for line in lines:
        matching.add_nothings([line], [1 + len(line) % 2])

    found = seen(matching, Text(b"".join(line + b"\n" for line in lines)), [*range(600)])

    assert found.codes == [1 + len(line) % 2 for line in lines]
    assert found.left == []


def test_lines_of_a_length_are_told_from_each_other_wherever_they_differ(kernel: Kernel) -> None:
    lines = [
        b"frame 0 of %b is here" % (b"x" * place + b"yz"[which : which + 1] + b"x" * (30 - place))
        for place in range(3, 28, 8)
        for which in (0, 1)
    ]
    matching = KernelMatching(kernel, StampReader(UTC, NOW))
    for number, line in enumerate(lines):
        matching.add_nothings([line], [1 + number % 2])

    found = seen(matching, Text(b"".join(line.replace(b"0", b"7") + b"\n" for line in lines)), [*range(len(lines))])

    assert found.codes == [1 + number % 2 for number in range(len(lines))]


def test_of_lines_that_cannot_be_told_at_first_few_are_remembered(kernel: Kernel) -> None:
    lines = [b"a" * place + b"b" + b"a" * (200 - place) for place in range(200)]
    matching = KernelMatching(kernel, StampReader(UTC, NOW))
    for line in lines:
        matching.add_nothings([line], [1])
    text = Text(b"".join(line + b"\n" for line in lines))

    found = seen(matching, text, [*range(len(lines))])

    assert 16 < sum(found.codes) < 100
    assert found.left == [index for index, code in enumerate(found.codes) if not code]


def test_no_line_is_known_that_differs_from_one_remembered_in_more_than_its_digits(kernel: Kernel) -> None:
    known = b"frame 0 of " + b"a" * 100
    every = [known[:place] + bytes([char]) + known[place + 1 :] for place in (0, 6, 40, 110) for char in range(256)]
    others = [line for line in every if b"\n" not in line and line.translate(_AS_ZERO) != known]
    matching = KernelMatching(kernel, StampReader(UTC, NOW))
    matching.add_nothings([known], [1])

    found = seen(matching, Text(b"".join(line + b"\n" for line in others)), [*range(len(others))])

    assert found.left == [*range(len(others))]


@given(st.integers(0, 2**32), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_digits_that_count_are_looked_at_where_other_lines_differ_in_these_only(
    kernel: Kernel, seed: int, free: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - lines that can be made again, no secret
    size = rng.randrange(1, 120)
    free = min(free, size)
    known = bytes(rng.choice(b"0123ab") for _ in range(size))
    changed = [known[:at] + bytes([rng.choice(b"0123456789ab")]) + known[at + 1 :] for at in range(size)]
    variants = [known, *rng.sample(changed, min(5, size))]
    matching = KernelMatching(kernel, StampReader(UTC, NOW))
    matching.add_nothings([b"familiar 0"], [2])
    for line in variants:
        matching.add_nothing(line, free, 1)
    wanted = {line[:free].translate(_AS_ZERO) + line[free:] for line in variants}

    found = seen(matching, Text(b"".join(line + b"\n" for line in [*changed, b"familiar 7"])), [*range(size + 1)])

    assert found.codes == [*(int(one[:free].translate(_AS_ZERO) + one[free:] in wanted) for one in changed), 2]
    assert found.left == [index for index, code in enumerate(found.codes) if not code]


_CHILD = """
import random, sys
import numpy as np
from datetime import UTC
from pathlib import Path
from bench.fuzz import seeds
from tests.engine.bulk.both_ways import NOW, compare
from tests.engine.bulk.dirty_logs import HALF_STAMPED, dirty_log, talking_log
from tests.engine.reports.reading import DATA
from tui.engine.bulk import _kernel, _words
from tui.engine.bulk._block_reader import BlockReader

_kernel.KERNEL = _kernel.Kernel(Path(sys.argv[1]))
_words.Room.of = lambda self, size: np.zeros(size + 64, np.uint8)
_words.PADDING = 64
reader, rng = BlockReader("app", UTC, NOW), random.Random(1)
logs = [log.read_bytes() for log in sorted(DATA.glob("*/*.log"))] + [seed[1:] for seed in seeds()]
logs += [dirty_log(seed, 300, dirt=0.01) for seed in range(6)] + [talking_log(seed, 300) for seed in range(3)]
logs += [dirty_log(seed, 300, dirt=0.01, writers=HALF_STAMPED) for seed in range(3)]
for log in list(logs):
    compare(log, reader)
    mangled = bytearray(log)
    for _ in range(len(mangled) // 40):
        mangled[rng.randrange(len(mangled))] = rng.randrange(256)
    reader.read(bytes(mangled) + b"\\n", [])
    reader.read(log[: rng.randrange(len(log) + 1)] + b"\\n", [])
    reader.read(rng.randbytes(len(log) % 5000) + b"\\n", [])
print("looked at", len(logs))
"""


def test_no_byte_but_those_it_was_given_is_looked_at(tmp_path: Path) -> None:
    require("cc")
    built = tmp_path / "kernel.bin"
    compile_kernel(SOURCES, built, "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    asan = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout
    loaded = {"LD_PRELOAD": asan.strip(), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}

    command = [sys.executable, "-c", _CHILD, str(built)]
    done = subprocess.run(command, env=environment(**loaded), cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("looked at")
    assert done.stderr == ""


def _chosen(folder: Path, **more: str) -> bool:
    """Tell whether a process chooses the kernel that lies in a folder."""
    asked = "import sys; from pathlib import Path; from tui.engine.bulk import _kernel; "
    asked += "_kernel.BUILT = Path(sys.argv[1], 'kernel.bin'); print(_kernel._loaded() is not None)"
    command = [sys.executable, "-c", asked, str(folder)]
    done = subprocess.run(command, env=environment(**more), cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_numpy_does_it_where_no_kernel_was_built_or_another_or_none_is_wanted(tmp_path: Path) -> None:
    require("cc")
    compile_kernel(SOURCES, tmp_path / "kernel.bin")
    assert _chosen(tmp_path)
    assert not _chosen(tmp_path, VOXTOP_KERNEL="off")

    other = tmp_path / "other"
    other.mkdir()
    assert not _chosen(other)
    (other / "kernel.bin").write_bytes(b"no library")
    assert not _chosen(other)
    source = other / "kernel.c"
    source.write_text("int nothing_to_see;\n", encoding="utf-8")
    compile_kernel([source], other / "kernel.bin")
    assert not _chosen(other)
    for same in SOURCES:
        (other / same.name).write_bytes(same.read_bytes())
    source.write_bytes(source.read_bytes() + b"/* not the same */\n")
    compile_kernel([other / same.name for same in SOURCES], other / "kernel.bin")
    assert not _chosen(other)


def test_doing_without_the_kernel_is_no_setting_that_is_unknown(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("2027-01-15T08:15:14.006Z 📊 [STT Azure] TTFB=160ms\n", encoding="utf-8")
    command = [sys.executable, "-m", "tui", "report", str(log)]

    more = environment(tmp_path, VOXTOP_KERNEL="off")
    done = subprocess.run(command, env=more, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
