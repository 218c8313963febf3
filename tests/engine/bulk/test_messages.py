"""What two processes tell each other comes whole and in order, or the end is told."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tui.engine.bulk import _messages


def test_messages_of_any_size_come_whole_and_in_order() -> None:
    told = [b"", b"one", os.urandom(300_000), b"last"]  # more than a pipe holds
    read, write = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: [_messages.send(write, message) for message in told])
        assert [_messages.receive(read) for _ in told] == told
    os.close(write)
    with pytest.raises(EOFError):
        _messages.receive(read)
    os.close(read)


@pytest.mark.parametrize("left", [4, 8, 10])
def test_half_a_message_is_none(left: int) -> None:
    read, write = os.pipe()
    _messages.send(write, b"message")
    whole = os.read(read, 100)
    os.write(write, whole[:left])
    os.close(write)
    with pytest.raises(EOFError):
        _messages.receive(read)
    os.close(read)


def test_what_nobody_reads_any_more_is_told() -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(OSError, match="pipe"):
        _messages.send(write, b"message")
    os.close(write)
