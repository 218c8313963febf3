"""A user's own dialect is known to the second process too."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tui.engine.bulk._chunks import Chunks, parse_chunks
from tui.engine.dialects._dialect import use_dialects
from tui.engine.dialects._user_file import read_dialect
from tui.engine.model import LineBlock

DIALECT = """
name = "ours"

[[pattern]]
event = "call_opened"
match = 'ring from (?P<client>\\w+) as (?P<id>\\S+)'
"""


@pytest.fixture
def own_dialect(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "ours.toml"
    path.write_text(DIALECT, encoding="utf-8")
    use_dialects((read_dialect(path),))
    yield
    use_dialects(())


@pytest.mark.usefixtures("own_dialect")
async def test_a_large_log_is_read_with_the_users_own_dialect_in_both_processes() -> None:
    async def blocks() -> AsyncIterator[LineBlock]:
        for first in range(1, 2001, 500):
            lines = [b"ring from twilio as c%d" % n for n in range(first, first + 500)]
            yield LineBlock("app", first, lines, 1, None)

    events = [event async for part in parse_chunks(blocks(), None, 0.0, Chunks(8_000)) for event in part.events]

    assert [event.id for event in events] == [f"c{n}" for n in range(1, 2001)]
