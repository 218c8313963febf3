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


def test_what_nobody_reads_yet_is_kept_and_comes_whole_and_in_order() -> None:
    told = [os.urandom(size) for size in (0, 3, 300_000, 1, 50_000)]
    read, write = os.pipe()
    outgoing = _messages.Outgoing(write)
    for message in told:
        outgoing.send(message)
    with ThreadPoolExecutor(1) as pool:
        flushed = pool.submit(outgoing.flush)
        assert [_messages.receive(read) for _ in told] == told
        flushed.result()
    os.close(write)
    with pytest.raises(EOFError):
        _messages.receive(read)
    os.close(read)


def test_of_what_nobody_reads_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_messages, "_WAITING", 100_000)
    read, write = os.pipe()
    outgoing = _messages.Outgoing(write)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(lambda: [(outgoing.send(b"x" * 90_000), outgoing._size)[1] for _ in range(5)])
        got = [_messages.receive(read) for _ in range(4)]
        kept = sent.result()
        pool.submit(outgoing.flush)
        got.append(_messages.receive(read))
    assert got == [b"x" * 90_000] * 5
    assert max(kept) <= 100_000
    os.close(write)
    os.close(read)


def test_that_nobody_reads_any_more_is_told_whoever_keeps_messages() -> None:
    read, write = os.pipe()
    outgoing = _messages.Outgoing(write)
    os.close(read)
    with pytest.raises(OSError, match="pipe"):
        outgoing.send(b"message")
    os.close(write)


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
