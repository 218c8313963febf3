"""Commands on another machine, with a real sshd at the other end."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import psutil
import pytest

from tests.sshd import Sshd, sshd, use_home
from tui.engine.clock import SystemClock
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_runner import RemoteRunner, remote_runner
from tui.engine.sources._trouble import TroubleError


@pytest.fixture(scope="module")
def server() -> Iterator[Sshd]:
    with sshd() as server:
        yield server


@pytest.fixture
def runner(server: Sshd, monkeypatch: pytest.MonkeyPatch) -> RemoteRunner:
    use_home(monkeypatch, server)
    return to(server)


def to(server: Sshd) -> RemoteRunner:
    return remote_runner(Address("127.0.0.1", port=server.port), Opening(SystemClock(), None, lambda _: None))


def running(mark: str) -> bool:
    return any(mark in " ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"]))


async def gone(mark: str) -> None:
    """Wait until no process carries the mark in its arguments any more."""
    async with asyncio.timeout(20):
        while running(mark):  # noqa: ASYNC110 - the end of a stranger's process is no event here
            await asyncio.sleep(0.05)


async def drain(chunks: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def test_arguments_arrive_as_they_are(runner: RemoteRunner, tmp_path: Path) -> None:
    odd = ["a b", "", f"$(touch {tmp_path}/canary)", f"`touch {tmp_path}/canary`", "'", '"', "-n", "x;y", "é\n\\n", "*"]

    done = await runner.run(["printf", "%s|", *odd])

    assert done.code == 0
    assert done.stdout.decode() == "".join(f"{each}|" for each in odd)
    assert not os.listdir(tmp_path)  # noqa: PTH208 - what is compared is that nothing is there


async def test_exit_code_and_complaints_come_back(runner: RemoteRunner) -> None:
    assert await runner.run(["sh", "-c", "echo out; echo err >&2; exit 3"]) == (3, b"out\n", b"err\n")


async def test_a_missing_command_is_named(runner: RemoteRunner) -> None:
    with pytest.raises(TroubleError, match="nosuchprogram: no such command"):
        await runner.start(["nosuchprogram", "-f"])


async def test_output_comes_while_the_command_runs_and_leaving_ends_it(runner: RemoteRunner) -> None:
    async with await runner.start(["sh", "-c", "echo first; sleep 987.125; echo never"]) as command:
        chunks = command.chunks()
        assert await anext(chunks) == b"first\n"
        assert await anext(chunks) == b""
        await chunks.aclose()

    await gone("sleep 987.125")


async def test_fault_60_no_process_stays_behind_a_lost_connection(server: Sshd, runner: RemoteRunner) -> None:
    async with await runner.start(["sh", "-c", "echo up; exec sleep 987.25"]) as command:
        chunks = command.chunks()
        assert await anext(chunks) == b"up\n"

        assert server.kill_children()

        with pytest.raises(TroubleError, match="was lost"):
            await drain(chunks)
    await gone("sleep 987.25")


async def test_all_commands_share_one_connection(server: Sshd, runner: RemoteRunner) -> None:
    before = server.log.count("Accepted publickey")

    await asyncio.gather(*(runner.run(["true"]) for _ in range(5)), *(to(server).run(["true"]) for _ in range(3)))

    assert server.log.count("Accepted publickey") == before + 1


async def test_fault_54_more_connections_are_made_where_one_gives_few_sessions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sshd("MaxSessions 1") as server:
        use_home(monkeypatch, server)
        async with await to(server).start(["sleep", "987.5"]):
            assert (await to(server).run(["echo", "second"])).stdout == b"second\n"

        assert server.log.count("Accepted publickey") == 2


async def test_fault_56_what_a_login_shell_prints_is_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd('ForceCommand echo noise; echo noise >&2; eval "$SSH_ORIGINAL_COMMAND"') as server:
        use_home(monkeypatch, server)
        assert await to(server).run(["sh", "-c", "echo out; echo err >&2"]) == (0, b"out\n", b"err\n")


async def test_an_account_without_a_shell_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd("ForceCommand internal-sftp") as server:
        use_home(monkeypatch, server)
        with pytest.raises(TroubleError, match="runs no commands for this user"):
            await to(server).run(["true"])
