"""A flood of lines without meaning is passed over in bytes."""

from datetime import UTC

import pytest

from tui.engine.model import LineBlock
from tui.engine.parser import Parser
from tui.engine.parser._scan import widest

FLOOD = (
    b"2026-01-29 14:00:01,204 - vo.media - DEBUG - [Twilio] media frame seq=%d payload=160 bytes",
    b'{"timestamp": "2026-01-29 14:00:01,204", "level": "DEBUG", "name": "vo.media", "message": "frame %d sent"}',
    b"DEBUG:    audio chunk %d queued",
)
MEANT = "📊 [TTS Azure] trace=t1 TTFB=342ms".encode()


class Line(bytes):
    """A raw line that notes whether anybody decoded it."""

    decoded: list[bytes]

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        Line.decoded.append(bytes(self))
        return super().decode(encoding, errors)


@pytest.mark.parametrize("form", FLOOD)
def test_r72_lines_of_a_debug_flood_are_never_decoded(form: bytes) -> None:
    Line.decoded = []
    lines: list[bytes] = [Line(form % number) for number in range(1000)]
    lines.insert(500, Line(MEANT))
    parser = Parser("app", UTC)

    events = [*parser.feed(LineBlock("app", 1, lines, sum(map(len, lines)), None)), *parser.flush()]

    assert [event.kind for event in events] == ["ttfb"]
    assert Line.decoded == [MEANT]
    assert parser.lines == 1001


def test_of_tokens_that_contain_another_one_only_that_one_is_looked_for() -> None:
    tokens = frozenset({b"TTFB=", b"TTFB", b" TTFB=1", b"error", b"err", b"terr", b"FB"})

    assert widest(tokens) == (b"FB", b"err")
    assert widest(frozenset({b"", b"a"})) == (b"",)
    assert widest(frozenset({b"aa", b"aaa"})) == (b"aa",)
