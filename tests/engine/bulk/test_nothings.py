"""Lines that hold nothing which might mean something are told at once, and so are they only."""

import re
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW
from tui.engine.bulk import _nothings
from tui.engine.bulk._block_reader import BlockReader
from tui.engine.bulk._familiar import BLANK, KNOWN, UNKNOWN, UNRECOGNISED
from tui.engine.bulk._kernel import Kernel
from tui.engine.bulk._nothings import ArrayNothings, KernelNothings, Nothings
from tui.engine.bulk._steps import stepwise
from tui.engine.bulk._words import Text
from tui.engine.dialects._dialect import dialects, use_dialects
from tui.engine.dialects._user import UserDialect
from tui.engine.envelopes._envelope import envelopes
from tui.engine.parser import Parser

_PATTERNS = [envelope.candidates for envelope in envelopes() if envelope.candidates]
_TOKENS = sorted({token for dialect in dialects() for token in (*dialect.candidates, *dialect.signature)})
_BETWEEN = st.sampled_from([b"", b" ", b"\t", b"a", b"5", b"caller said ", "é✅".encode(), b"\xc2", b"\x0b", b"x" * 70])


@st.composite
def pieces(draw: st.DrawFn) -> bytes:
    """A token, or one that lacks a byte, or has another digit or case; or what a pattern finds."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.from_regex(draw(st.sampled_from(_PATTERNS)))).replace(b"\n", b"")
    token = draw(st.sampled_from(_TOKENS))
    changes = (token, token[:-1], token[1:], token.swapcase(), re.sub(rb"[0-9]", b"7", token))
    return draw(st.sampled_from(changes))


_LINES = st.lists(st.one_of(_BETWEEN, pieces()), max_size=5).map(b"".join)


def _asked(nothings: Nothings, line: bytes) -> int:
    """Return the code of a line by the definition."""
    if any(token in line for token in nothings.candidates):
        return UNKNOWN
    if any(pattern.search(line) for pattern in nothings.patterns):
        return UNKNOWN
    if any(token in line for token in nothings.known):
        return KNOWN
    if not line.strip(b" \t\n\r\x0b\f"):
        return BLANK
    return KNOWN if line[0] in b" \t" else UNRECOGNISED


def _told(nothings: Nothings, lines: list[bytes]) -> list[int]:
    text = Text(b"".join(line + b"\n" for line in lines))
    return nothings.codes(text, np.arange(len(lines))).tolist()


@given(st.lists(_LINES, max_size=30))
@settings(max_examples=300, deadline=None)
def test_each_line_is_told_as_it_would_be_alone(kernel: Kernel, lines: list[bytes]) -> None:
    array, fast = ArrayNothings(), KernelNothings(kernel)
    wanted = [_asked(array, line) for line in lines]

    assert _told(array, lines) == wanted
    assert _told(fast, lines) == wanted


@pytest.mark.parametrize("token", _TOKENS)
def test_a_token_is_found_wherever_it_stands_in_a_line_but_not_where_that_ends_before(
    kernel: Kernel, token: bytes
) -> None:
    lines = [b"x" * before + token + b"~" * behind for before in range(9) for behind in (0, 1, 5)]
    lines += [part for cut in range(1, len(token)) for part in (b"x" + token[:cut], token[cut:])]
    nothings = KernelNothings(kernel)

    assert _told(nothings, lines) == [_asked(nothings, line) for line in lines]


@pytest.mark.parametrize("candidates", [(b"",), (b"x",), (b"!5",), (b"acm",), (b"acme: ok", b"ac")])
@pytest.mark.parametrize("signature", [(), (b"",), (b"m",), (b"[acme]",)])
def test_tokens_of_a_dialect_of_ones_own_are_looked_for_however_short_they_are(
    kernel: Kernel, candidates: tuple[bytes, ...], signature: tuple[bytes, ...]
) -> None:
    use_dialects([UserDialect("acme", 5, (), candidates, signature)])
    try:
        nothings = ArrayNothings(), KernelNothings(kernel)
        lines = [
            b"",
            b"x",
            b"acme",
            b"acme: ok",
            b"[acme] hello",
            b"hello m",
            b" m",
            b"!",
            b"!5",
            b"tha!",
            b"5 ac",
            b"ac",
        ]
        found = [_told(each, lines) for each in nothings]
    finally:
        use_dialects(())

    assert found == 2 * [[_asked(nothings[0], line) for line in lines]]


def test_tokens_are_all_found_where_there_are_more_of_them_than_groups(kernel: Kernel) -> None:
    candidates = tuple(f"{chr(33 + number // 90)}{chr(33 + number % 90)}~".encode() for number in range(400))
    use_dialects([UserDialect("acme", 5, (), candidates, ())])
    try:
        nothings = KernelNothings(kernel)
        lines = [part for token in candidates for part in (b"x" + token, token[1:], token[:2] + b"x")]
        found = _told(nothings, lines)
    finally:
        use_dialects(())

    assert found == [_asked(nothings, line) for line in lines]
    assert found.count(UNKNOWN) >= len(candidates)


@pytest.mark.parametrize("pattern", _PATTERNS, ids=lambda pattern: pattern.pattern.decode())
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_what_a_pattern_finds_begins_as_the_pattern_does(pattern: re.Pattern[bytes], data: st.DataObject) -> None:
    line = data.draw(st.from_regex(pattern))

    assert line[pattern.search(line).start() :].startswith(pattern.pattern[: _nothings._PIECE])


_LEVELS = st.lists(
    st.sampled_from([b"level", b"leve", b"\\", b'"', b" ", b"\t", b":", b"3", b"4", b"9", b"x"]),
    min_size=1,
    max_size=12,
)


@given(st.lists(_LEVELS.map(b"".join) | _LEVELS.map(lambda pieces: b"level" + b"".join(pieces[1:])), max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_pattern_that_the_kernel_walks_along_is_found_where_it_stands_only(
    kernel: Kernel, lines: list[bytes]
) -> None:
    lines = [*lines, *(b'level\\\\"' + line + b":\t7" for line in lines)]
    nothings = KernelNothings(kernel)

    assert _told(nothings, lines) == [_asked(nothings, line) for line in lines]


@pytest.mark.parametrize(
    ("pattern", "begin"),
    [
        (rb'level\\*"[ \t]*:[ \t]*[4-9]', b"level"),
        (rb"a\.b[0-9]", b"a.b"),
        (rb"ab*[cd]", b"a"),
        (rb"ab*[bc]", None),
        (rb"a[ab]*[ c]*b", None),
        (rb"ab*", None),
        (rb"abc", None),
        (rb"[ab]c", None),
        (rb"a[^b]", None),
        (rb"a.", None),
        (rb"a\d", None),
        (rb"a(?:b|c)", None),
        (rb"a(?<!b)c", None),
        (rb"ab{2}[c]", None),
        (rb"a[\n]", None),
        (rb"a[b]?c", None),
        (rb"a[b]+c", None),
        (rb"a|[bc]", None),
        (b"a" + b"[bc]" * 9, None),
    ],
)
def test_only_patterns_are_walked_along_in_which_no_step_may_have_to_be_taken_back(
    pattern: bytes, begin: bytes | None
) -> None:
    found = stepwise(re.compile(pattern))

    assert (found and found[0]) == begin


def test_a_pattern_with_options_is_asked() -> None:
    assert stepwise(re.compile(rb"a[bc]", re.IGNORECASE)) is None


@pytest.mark.usefixtures("both_looks")
def test_hardly_any_line_that_means_nothing_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [b"caller said %d %b" % (n, bytes([97 + n % 26, 97 + n // 26]) * 5) for n in range(600)]
    asked = [b'10.0.3.%d:%d - "GET /health HTTP/1.1" 200 OK' % (n % 9, 40_000 + n) for n in range(600)]
    reader = BlockReader("app", UTC, NOW)
    monkeypatch.setattr(Parser, "feed", lambda *_, **__: pytest.fail("read line by line"))

    found = reader.read(b"".join(b"%b\n%b\n\n  \n" % pair for pair in zip(said, asked, strict=True)), [])

    assert (found.lines, found.unrecognised) == (2400, 600)
