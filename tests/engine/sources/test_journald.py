"""The source over a real journald."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine.sources.journal import NOBODY, Journald, require_journald
from tests.engine.sources.running import Running
from tests.sshd import sshd, use_home
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.parser import Parser
from tui.engine.sources import open_source

Run = Callable[..., Running]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journald]:
    require_journald()
    (tmp_path / "bin").mkdir()
    daemon = Journald(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(daemon.bin_dir), prepend=":")
    yield daemon
    daemon.close()


def messages(source: Running) -> list[str]:
    """Return what the entries say."""
    return [json.loads(line)["MESSAGE"] for line in source.lines]


def ids(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last + 1)]


async def shows(source: Running, wanted: list[str]) -> None:
    await source.until(lambda: len(source.lines) >= len(wanted))
    assert messages(source) == wanted


async def test_what_the_journal_holds_is_read_to_its_end(run: Run, journal: Journald) -> None:
    journal.write(*ids(1, 100))
    journal.write("of somebody else", name="other")

    source = run("journald:voice", follow=False)

    assert (await source.end()).state is SourceState.ENDED
    assert messages(source) == ids(1, 100)
    assert {block.arrived for block in source.blocks if block.lines} == {None}
    assert source.source.trail()[-1].ok


async def test_what_is_written_later_comes_live(run: Run, journal: Journald) -> None:
    journal.write("before")
    source = run("journald:voice")
    await shows(source, ["before"])

    await source.until(lambda: not source.blocks[-1].lines)
    journal.write("after")

    await shows(source, ["before", "after"])
    assert source.blocks[-1].arrived is not None
    assert source.status.state is SourceState.LIVE


async def test_r68_only_what_was_written_since_a_moment_is_read(run: Run, journal: Journald) -> None:
    journal.write("early")
    first = run("journald:voice", follow=False)
    await first.end()
    moment = int(json.loads(first.lines[0])["__REALTIME_TIMESTAMP"]) / 1e6 + 0.000001
    journal.write("late")

    source = run("journald:voice", since=moment, follow=False)

    await source.end()
    assert messages(source) == ["late"]


async def test_from_now_on_is_nothing_of_before_even_after_a_restart(run: Run, journal: Journald) -> None:
    journal.write("before")
    source = run("journald:voice", since=float("inf"))
    await source.until(lambda: source.blocks)

    journal.write("after")

    await shows(source, ["after"])


async def test_reading_goes_on_behind_a_bookmark(run: Run, journal: Journald) -> None:
    journal.write(*ids(1, 5))
    first = run("journald:voice", follow=False)
    await first.end()
    journal.write(*ids(6, 9))

    second = run("journald:voice", bookmark=first.source.bookmark, follow=False)
    await second.end()
    third = run("journald:voice", bookmark=second.source.bookmark, follow=False)
    await third.end()

    assert messages(second) == ids(6, 9)
    assert third.lines == []
    assert not second.gaps
    assert not third.gaps


async def test_fault_71_rotation_and_vacuum_while_reading_lose_nothing(run: Run, journal: Journald) -> None:
    source = run("journald:voice")
    for turn in range(10):
        journal.write(*ids(turn * 50 + 1, turn * 50 + 50))
        await source.until(lambda turn=turn: len(source.lines) >= turn * 50 + 50)
        journal.forget() if turn % 2 else journal.control("--rotate")

    await shows(source, ids(1, 500))
    assert not source.gaps


async def test_fault_71_rotation_while_nobody_reads_loses_nothing(run: Run, journal: Journald) -> None:
    journal.write(*ids(1, 5))
    first = run("journald:voice", follow=False)
    await first.end()
    journal.control("--rotate")
    journal.write(*ids(6, 7))
    journal.control("--rotate")
    journal.write(*ids(8, 9))

    second = run("journald:voice", bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert messages(second) == ids(6, 9)
    assert not second.gaps


async def test_fault_71_vacuum_while_nobody_reads_is_a_gap_and_the_rest_is_read_once(
    run: Run, journal: Journald
) -> None:
    journal.write(*ids(1, 5))
    first = run("journald:voice", follow=False)
    await first.end()
    journal.write("lost")
    journal.forget()
    journal.write(*ids(6, 9))

    second = run("journald:voice", bookmark=first.source.bookmark, follow=False)
    await second.end()
    third = run("journald:voice", bookmark=second.source.bookmark, follow=False)
    await third.end()

    assert messages(second) == ids(6, 9)
    assert len(second.gaps) == second.status.gaps == 1
    assert third.lines == []
    assert not third.gaps


async def test_fault_71_a_killed_daemon_and_a_killed_journalctl_lose_nothing(run: Run, journal: Journald) -> None:
    source = run("journald:voice")
    journal.write(*ids(1, 20))
    await source.until(lambda: len(source.lines) == 20)
    journal.kill()
    journal.start()
    journal.write(*ids(21, 40))
    await source.until(lambda: len(source.lines) == 40)
    readers = [each for each in psutil.Process().children() if each.name() == "journalctl"]
    assert len(readers) == 1
    readers[0].kill()
    journal.write(*ids(41, 60))

    await shows(source, ids(1, 60))


async def test_fault_72_messages_of_bytes_are_shown_and_counted(run: Run, journal: Journald) -> None:
    journal.write(b"bad \xff\xfe bytes", b"\x00\x01\x02", "fine ✅")
    journal.send(b"SYSLOG_IDENTIFIER=voice\nNOTE=without a message\n")
    journal.send(b"MESSAGE=one\nMESSAGE=two\nSYSLOG_IDENTIFIER=voice\n")
    journal.sync()

    source = run("journald:voice", follow=False)
    await source.end()

    said = [json.loads(line).get("MESSAGE") for line in source.lines]
    assert said == ["bad \ufffd\ufffd bytes", "\x00\x01\x02", "fine ✅", None, "one\ntwo"]
    assert source.status.lines == 5


async def test_fault_72_a_huge_message_is_cut_told_and_holds_up_nothing(run: Run, journal: Journald) -> None:
    journal.write("❌ [STT Azure] Error: 401 " + "x" * 150_000, b"\xff" * 100_000, "next")

    source = run("journald:voice", follow=False)
    await source.end()

    assert len(source.lines) == 3
    assert json.loads(source.lines[2])["MESSAGE"] == "next"
    assert source.status.truncated == 2
    parser = Parser("journald:voice")
    found = [event for block in source.blocks for event in parser.feed(block)] + parser.flush()
    assert [(event.kind, event.provider, event.code) for event in found] == [("error", "Azure", "401")]
    assert found[0].time is not None


async def test_fault_69_no_journal_at_all_is_a_state_with_a_remedy(run: Run, journal: Journald) -> None:
    journal.kill()
    for file in journal.files:
        file.unlink()
    source = run("journald:voice")

    await source.until(lambda: source.status.state is SourceState.WAITING)
    assert "systemd-journald" in source.status.remedy
    journal.start()
    journal.write("here")

    await shows(source, ["here"])


async def test_who_may_not_read_the_journal_is_told_the_group_to_join(run: Run, journal: Journald) -> None:
    journal.write("secret")
    journal.read_as(*NOBODY)

    source = run("journald:voice", follow=False)

    status = await source.end()
    assert status.state is SourceState.FAILED
    assert "systemd-journal" in status.remedy
    assert source.lines == []
    assert not source.source.trail()[-1].ok


async def test_a_unit_nobody_knows_is_told_by_the_trail(run: Run, journal: Journald) -> None:
    journal.write("x")

    source = run("journald:vioce", follow=False)
    await source.end()

    last = source.source.trail()[-1]
    assert not last.ok
    assert "SYSLOG_IDENTIFIER" in last.remedy


async def test_the_name_of_a_container_is_found_too(run: Run, journal: Journald) -> None:
    journal.write("from docker", name="0123456789ab", CONTAINER_NAME="voice")

    source = run("journald:voice", follow=False)
    await source.end()

    assert messages(source) == ["from docker"]


@pytest.mark.parametrize("spec", ["journald:", "journald:a\0b", "journald:a\nb"])
def test_no_unit_is_a_mistake(spec: str) -> None:
    with pytest.raises(UsageError, match="no unit"):
        open_source(spec, clock=ManualClock(), since=None, line_time=lambda _: None)


async def test_another_machine_s_journal_survives_lost_connections_line_by_line(
    run: Run, journal: Journald, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd(f"SetEnv PATH={journal.bin_dir}:/usr/bin:/bin") as server:
        use_home(monkeypatch, server)
        source = run(server.url("/voice", "ssh+journald"))
        for turn in range(4):
            journal.write(*ids(turn * 10 + 1, turn * 10 + 10))
            await source.until(lambda turn=turn: len(source.lines) >= turn * 10 + 5)
            server.kill_children()

        await source.until(lambda: len(source.lines) >= 40)
        assert messages(source) == ids(1, 40)
        assert not source.gaps
        assert source.status.host == f"127.0.0.1:{server.port}"
        await source.close()


async def test_the_trail_to_another_machine_s_journal_tells_the_way_and_what_lies_there(
    run: Run, journal: Journald, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.write("there")
    with sshd(f"SetEnv PATH={journal.bin_dir}:/usr/bin:/bin") as server:
        use_home(monkeypatch, server)
        source = run(server.url("/voice", "ssh+journald"), follow=False)

        assert (await source.end()).state is SourceState.ENDED

    assert messages(source) == ["there"]
    trail = source.source.trail()
    assert len(trail) > 1
    assert all(step.ok for step in trail)
