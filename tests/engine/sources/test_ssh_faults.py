"""Faults 45 to 63: what happens to files on other machines, with a real sshd at the other end."""

import asyncio
import functools
import gc
import gzip
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine.sources.history import live_through
from tests.engine.sources.remote import Reader, Writer
from tests.engine.sources.session import append, numbered
from tests.sshd import Sshd, keygen, sshd, use_home
from tests.terminal import require
from tui.engine.clock import SystemClock
from tui.engine.model import SourceOptions, SourceState
from tui.engine.sources import _ssh_host
from tui.engine.sources._backoff import Backoff
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_pool import RemoteHost
from tui.engine.sources._ssh_source import RemoteAccess

WORD = "secret word"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sshd]:
    with sshd() as server:
        yield server


@pytest.fixture
def server(shared: Sshd, monkeypatch: pytest.MonkeyPatch) -> Sshd:
    """Return a server that many tests share; whoever changes it starts one of its own."""
    use_home(monkeypatch, shared)
    return shared


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with sshd() as server:
        use_home(monkeypatch, server)
        yield server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pauses between attempts be short."""
    monkeypatch.setattr(_ssh_host, "Backoff", functools.partial(Backoff, base_s=0.02, cap_s=0.3))


class SleepyClock(SystemClock):
    """The clocks of a machine that slept."""

    slept_s = 0.0

    def now(self) -> float:
        return super().now() + self.slept_s


async def test_fault_45_after_a_sleep_of_the_machine_the_connection_is_made_anew(own: Sshd, log: Path) -> None:
    clock = SleepyClock()
    writer = Writer(log)
    writer.write(3)
    async with Reader(own.url(log), clock=clock) as reader:
        await reader.until_lines(writer.lines)
        logins = own.log.count("Accepted publickey")

        clock.slept_s = 3600.0

        await reader.until(lambda: own.log.count("Accepted publickey") == logins + 1, timeout=5 + 10)
        writer.write(3)
        await reader.until_lines(writer.lines)


@pytest.mark.usefixtures("quick")
async def test_fault_46_a_connection_killed_fifty_times_loses_no_line(own: Sshd, log: Path) -> None:
    chance = random.Random(46)  # noqa: S311 - decides when to kill, keeps no secret
    async with Reader(own.url(log)) as reader, Writer(log) as writer:
        for _ in range(50):
            before = len(reader.blocks)
            await reader.until(lambda before=before: len(reader.blocks) > before)  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(0.0, 0.1))
            own.kill_children()
        await writer.stop()
        await reader.until_lines(writer.lines)
        assert reader.gaps == []


@pytest.mark.usefixtures("quick")
async def test_fault_47_a_black_hole_is_seen_within_the_keepalives_and_loses_no_line(own: Sshd, log: Path) -> None:
    writer = Writer(log)
    writer.write(5)
    async with Reader(own.url(log)) as reader:
        await reader.until_lines(writer.lines)

        own.freeze()
        writer.write(5)
        status = await reader.until_state(SourceState.FAILED)

        assert "keepalive" in status.reason
        own.thaw()
        await reader.until_lines(writer.lines)
        await reader.until_state(SourceState.LIVE)


@pytest.mark.usefixtures("quick")
async def test_fault_48_a_server_that_was_restarted_loses_no_line(own: Sshd, log: Path) -> None:
    writer = Writer(log)
    async with Reader(own.url(log)) as reader:
        for _ in range(3):
            writer.write(5)
            await reader.until_lines(writer.lines)
            own.stop()
            writer.write(5)
            status = await reader.until_state(SourceState.FAILED)
            assert "127.0.0.1" in status.reason
            own.start()
        await reader.until_lines(writer.lines)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("rotations", [1, 3])
async def test_fault_49_rotations_during_an_outage_lose_no_line(own: Sshd, log: Path, rotations: int) -> None:
    writer = Writer(log)
    writer.write(5)
    async with Reader(own.url(log)) as reader:
        await reader.until_lines(writer.lines)
        own.stop()
        writer.write(5)
        for number in range(rotations):
            rotate(log, compress=number > 0)
            writer.write(5)
        await reader.until_state(SourceState.FAILED)
        own.start()
        await reader.until_lines(writer.lines)
        assert reader.gaps == []


def rotate(log: Path, *, compress: bool) -> None:
    """Rename the file as logrotate does with delaycompress: what was app.log.1 becomes app.log.2.gz."""
    for number in (3, 2):
        older = log.with_name(f"app.log.{number}.gz")
        if older.exists():
            older.rename(log.with_name(f"app.log.{number + 1}.gz"))
    previous = log.with_name("app.log.1")
    if compress and previous.exists():
        log.with_name("app.log.2.gz").write_bytes(gzip.compress(previous.read_bytes()))
        previous.unlink()
    log.rename(previous)


async def test_fault_50_a_changed_host_key_is_refused_with_both_fingerprints_and_not_tried_again(
    own: Sshd, log: Path
) -> None:
    append(log, numbered(1, 3))
    old = own.fingerprint()
    own.new_host_key()
    own.restart()

    async with Reader(own.url(log)) as reader:
        status = await reader.until_state(SourceState.FAILED)
        assert "CHANGED" in status.reason
        assert old in status.reason
        assert own.fingerprint() in status.reason
        assert f"ssh-keygen -R '[127.0.0.1]:{own.port}'" in status.remedy
        assert status.retry_at == float("inf")
        assert reader.lines == []
        tries = own.log.count("Connection from")

        own.trust()
        reader.source.retry()

        await reader.until_lines(numbered(1, 3))
        assert own.log.count("Connection from") == tries + 1
    assert own.log.count("userauth") == own.log.count("Accepted publickey") - 1


async def test_fault_50_a_key_that_changes_meanwhile_is_refused(own: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    async with Reader(own.url(log)) as reader:
        await reader.until_lines(numbered(1, 3))
        own.new_host_key()
        own.restart()
        append(log, numbered(4, 6))
        await reader.until(lambda: "CHANGED" in reader.status.reason)
        assert reader.lines == numbered(1, 3)


async def test_fault_50_a_key_of_another_kind_is_a_changed_key(own: Sshd, log: Path) -> None:
    other = own.folder / "other"
    keygen(other, kind="ecdsa")
    key = " ".join(other.with_suffix(".pub").read_text().split()[:2])
    (own.home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{own.port} {key}\n")

    async with Reader(own.url(log)) as reader:
        assert "CHANGED" in (await reader.until_state(SourceState.FAILED)).reason


async def test_fault_51_an_unknown_host_is_refused_with_what_to_type(own: Sshd, log: Path) -> None:
    known_hosts = own.home / ".ssh/known_hosts"
    known_hosts.write_text("")

    async with Reader(own.url(log)) as reader:
        status = await reader.until_state(SourceState.FAILED)

    assert "is not known" in status.reason
    assert "CHANGED" not in status.reason
    assert own.fingerprint() in status.reason
    assert f"ssh-keyscan -p {own.port} 127.0.0.1" in status.remedy
    assert known_hosts.read_text() == ""
    assert "Accepted" not in own.log


async def test_a_host_known_by_a_hash_is_known(own: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    own.hash_known_hosts()
    async with Reader(own.url(log)) as reader:
        await reader.until_lines(numbered(1, 3))


async def test_fault_52_a_config_that_has_no_key_checked_is_refused_unless_ours_agrees(own: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    own.configure("UserKnownHostsFile none")

    async with Reader(own.url(log)) as reader:
        status = await reader.until_state(SourceState.FAILED)
        assert "UserKnownHostsFile none" in status.reason
        assert '"127.0.0.1" = "i-understand"' in status.remedy
        assert "Accepted" not in own.log

    other = SourceOptions(insecure_hosts=frozenset({"elsewhere"}))
    async with Reader(own.url(log), options=other) as reader:
        assert "refused" in (await reader.until_state(SourceState.FAILED)).reason

    agreed = SourceOptions(insecure_hosts=frozenset({"127.0.0.1"}))
    async with Reader(own.url(log), options=agreed) as reader:
        await reader.until_lines(numbered(1, 3))
        assert [step.ok for step in reader.source.trail() if "insecure_host_key" in step.what] == [False]


async def failure(server: Sshd, log: Path, **settings: object) -> tuple[str, str]:
    """Return what a source says that is refused, having tried no more than once."""
    await asyncio.sleep(0)
    gc.collect()  # who waited for five minutes is gone, and the wait with it
    before = server.log.count("Connection from")
    async with Reader(server.url(log), **settings) as reader:
        status = await reader.until_state(SourceState.FAILED)
        assert status.retry_at is not None
        assert status.retry_at - time.time() > 290
        async with Reader(server.url(log), **settings) as other:
            await other.until_state(SourceState.FAILED)
    assert server.log.count("Connection from") <= before + 1
    return status.reason, status.remedy


async def test_fault_53_each_refusal_has_words_of_its_own_and_is_tried_once_in_five_minutes(
    own: Sshd, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = own.home / ".ssh/id_ed25519"
    told: list[str] = []

    keygen(key)  # a key the server does not know
    reason, remedy = await failure(own, log)
    assert str(key) in reason
    assert "ssh-copy-id" in remedy
    told.append(reason)

    keygen(key, passphrase=WORD)
    reason, remedy = await failure(own, log)
    assert "protected by a passphrase" in reason
    assert f"ssh-add {key}" in remedy
    told.append(reason)

    wrong = SourceOptions(environment={"VOXTOP_SSH_PASSPHRASE": "not it"})
    reason, _ = await failure(own, log, options=wrong)
    assert "opens no key" in reason
    assert "not it" not in reason
    told.append(reason)

    monkeypatch.setattr("asyncssh.public_key._bcrypt_available", False)
    right = SourceOptions(environment={"VOXTOP_SSH_PASSPHRASE": WORD})
    reason, _ = await failure(own, log, options=right)
    assert "bcrypt" in reason
    told.append(reason)
    monkeypatch.undo()
    use_home(monkeypatch, own)

    monkeypatch.setenv("SSH_AUTH_SOCK", str(own.folder / "no-agent"))
    reason, _ = await failure(own, log)
    assert str(own.folder / "no-agent") in reason
    told.append(reason)
    monkeypatch.delenv("SSH_AUTH_SOCK")

    key.unlink()
    reason, remedy = await failure(own, log)
    assert "no key" in reason
    told.append(reason)
    assert len(set(told)) == len(told)


async def test_fault_53_the_right_passphrase_opens_the_key(own: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    own.new_user_key(passphrase=WORD)
    options = SourceOptions(environment={"VOXTOP_SSH_PASSPHRASE": WORD})
    async with Reader(own.url(log), options=options) as reader:
        await reader.until_lines(numbered(1, 3))


async def test_fault_53_an_agent_opens_what_no_file_does(own: Sshd, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, numbered(1, 3))
    with own.agent() as path:
        (own.home / ".ssh/id_ed25519").unlink()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        async with Reader(own.url(log)) as reader:
            await reader.until_lines(numbered(1, 3))


async def test_fault_54_twelve_files_share_the_one_session_that_a_server_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd("MaxSessions 1") as server:
        use_home(monkeypatch, server)
        logs = [tmp_path / f"{number}.log" for number in range(12)]
        for path in logs:
            append(path, numbered(1, 20))
        readers = [Reader(server.url(path)) for path in logs]
        for reader in readers:
            reader.start()
        for path, reader in zip(logs, readers, strict=True):
            append(path, numbered(21, 40))
            await reader.until_lines(numbered(1, 40))
        assert server.log.count("Accepted publickey") == 1
        assert server.log.count("subsystem 'sftp'") == 1
        for reader in readers:
            await reader.stop()


async def test_fault_55_twenty_hosts_connect_at_once_past_max_startups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd("MaxStartups 10:30:60") as server:
        use_home(monkeypatch, server)
        key = " ".join((server.folder / "host_ed25519.pub").read_text().split()[:2])
        (server.home / ".ssh/known_hosts").write_text(f"voice {key}\n")
        server.configure("Host voice-*", f"Port {server.port}", "HostName 127.0.0.1", "HostKeyAlias voice")
        append(tmp_path / "app.log", numbered(1, 3))
        readers = [Reader(f"ssh://voice-{number}{tmp_path}/app.log") for number in range(20)]
        for reader in readers:
            reader.start()
        async with asyncio.timeout(30):
            for reader in readers:
                await reader.until_lines(numbered(1, 3))
        assert server.connections() == 20
        for reader in readers:
            await reader.stop()


NOISY = 'ForceCommand echo "noise from .bashrc"; eval "$SSH_ORIGINAL_COMMAND"'


async def test_fault_56_a_noisy_shell_is_explained_and_its_files_are_read_all_the_same(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, numbered(1, 3))
    with sshd(NOISY, subsystem="Subsystem sftp /usr/lib/openssh/sftp-server") as server:
        use_home(monkeypatch, server)
        async with Reader(server.url(log)) as reader:
            await reader.until_lines(numbered(1, 3))
            append(log, numbered(4, 6))
            await reader.until_lines(numbered(1, 6))
            sftp = next(step for step in reader.source.trail() if step.what == "SFTP")
            assert not sftp.ok
            assert ".bashrc" in sftp.remedy


async def test_fault_56_a_banner_cannot_write_to_the_terminal(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, numbered(1, 3))
    with sshd() as server:
        (server.folder / "banner").write_bytes(b"hello\x1b]0;owned\x07\x1b[2J\n\xe2\x80\xaethere\n")
        server.lines = (f"Banner {server.folder}/banner", *server.lines)
        server.restart()
        use_home(monkeypatch, server)
        async with Reader(server.url(log)) as reader:
            await reader.until_lines(numbered(1, 3))
            told = [step.detail for step in reader.source.trail() if "hello" in step.detail]
            assert len(told) == 1
            assert told[0].isprintable()


async def test_fault_57_a_silent_port_and_one_that_is_no_ssh_are_told_apart(own: Sshd, log: Path) -> None:
    own.configure("ConnectTimeout 1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with Reader(f"ssh://127.0.0.1:{silent.getsockname()[1]}{log}") as reader:
            status = await reader.until_state(SourceState.FAILED)
    assert "does not answer as SSH within 1 s" in status.reason

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>\x1b[2J</html>\r\n")
        await writer.drain()
        writer.close()

    web = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with web, Reader(f"ssh://127.0.0.1:{web.sockets[0].getsockname()[1]}{log}") as reader:
        status = await reader.until_state(SourceState.FAILED)
    assert "does not speak SSH" in status.reason
    assert status.reason.isprintable()


async def test_a_closed_port_and_an_unknown_name_are_told_apart(server: Sshd, log: Path) -> None:
    del server
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with Reader(f"ssh://127.0.0.1:{closed.getsockname()[1]}{log}") as reader:
            assert "refuses the connection" in (await reader.until_state(SourceState.FAILED)).reason
    async with Reader(f"ssh://no-such-host.invalid{log}") as reader:
        assert "no such machine" in (await reader.until_state(SourceState.FAILED)).reason


@pytest.mark.usefixtures("quick")
async def test_fault_58_a_machine_on_the_way_that_dies_loses_no_line(own: Sshd, log: Path) -> None:
    writer = Writer(log)
    writer.write(5)
    with sshd() as jump:
        known = (own.home / ".ssh/known_hosts").read_text() + (jump.home / ".ssh/known_hosts").read_text()
        (own.home / ".ssh/known_hosts").write_text(known)
        (jump.folder / "authorized_keys").write_text((own.home / ".ssh/id_ed25519.pub").read_text())
        own.configure("Host inner", "HostName 127.0.0.1", f"Port {own.port}", f"ProxyJump 127.0.0.1:{jump.port}")
        async with Reader(f"ssh://inner{log}") as reader:
            await reader.until_lines(writer.lines)
            assert jump.log.count("Accepted publickey") == 1

            jump.stop()
            writer.write(5)
            await reader.until_state(SourceState.FAILED)
            jump.start()

            await reader.until_lines(writer.lines)


async def test_fault_58_the_key_of_a_machine_on_the_way_is_checked_too(own: Sshd, log: Path) -> None:
    with sshd() as jump:
        own.configure("Host inner", "HostName 127.0.0.1", f"Port {own.port}", f"ProxyJump 127.0.0.1:{jump.port}")
        async with Reader(f"ssh://inner{log}") as reader:
            status = await reader.until_state(SourceState.FAILED)
        assert jump.fingerprint() in status.reason
        assert "is not known" in status.reason
        assert "Accepted" not in jump.log


ODD = [
    "a b",
    "$(touch canary)",
    "`touch canary`",
    ";touch canary;",
    'it\'s "x"',
    "new\nline",
    "-n",
    "*?[x]",
    "\u202eoc",
    "%41",
]


@pytest.mark.parametrize("subsystem", ["Subsystem sftp internal-sftp", ""], ids=["sftp", "commands"])
async def test_fault_59_odd_paths_are_read_and_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subsystem: str
) -> None:
    with sshd(subsystem=subsystem) as server:
        use_home(monkeypatch, server)
        for odd in ODD:
            folder = tmp_path / odd
            folder.mkdir()
            path = folder / f"{odd}.log"
            append(path, numbered(1, 3))
            path.rename(f"{path}.1")
            append(path, numbered(4, 6))
            async with Reader(server.url(str(path).replace("%", "%25")), rotated=True) as reader:
                await reader.until_lines(numbered(1, 6))
        latin = os.fsencode(tmp_path) + b"/\xff\xe9.log"
        append(Path(os.fsdecode(latin)), numbered(1, 3))
        async with Reader(server.url(os.fsdecode(latin))) as reader:
            await reader.until_lines(numbered(1, 3))
        home = Path.home()
        assert not [path for folder in (tmp_path, home, Path("/root")) for path in folder.rglob("canary")]


@pytest.fixture
def busybox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """Return a server whose users have nothing but busybox, and no SFTP."""
    require("busybox")
    tools = tmp_path / "tools"
    tools.mkdir()
    subprocess.run(["busybox", "--install", "-s", tools], check=True)
    with sshd(f'ForceCommand PATH={tools} exec {tools}/sh -c "$SSH_ORIGINAL_COMMAND"', subsystem="") as server:
        use_home(monkeypatch, server)
        yield server


@pytest.mark.usefixtures("quick")
async def test_fault_60_a_busybox_machine_loses_no_line_and_keeps_no_process(busybox: Sshd, log: Path) -> None:
    writer = Writer(log)
    writer.write(5)
    async with Reader(busybox.url(log)) as reader:
        await reader.until_lines(writer.lines)
        rotate(log, compress=False)
        writer.write(5)
        await reader.until_lines(writer.lines)
        rotate(log, compress=True)
        writer.write(5000)
        await reader.until_lines(writer.lines)
        os.truncate(log, 0)
        writer.write(5)
        await reader.until_lines(writer.lines)
        busybox.kill_children()
        writer.write(5)
        await reader.until_lines(writer.lines)
    async with asyncio.timeout(20):
        while running(str(log)):  # noqa: ASYNC110 - the end of a stranger's process is no event here
            await asyncio.sleep(0.05)


def running(mark: str) -> bool:
    return any(mark in " ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"]))


@pytest.fixture
def plain_user() -> str:
    """Return a user whom permissions bind."""
    return "nobody@" if os.geteuid() == 0 else ""


async def test_fault_61_a_file_that_may_no_longer_be_read_or_is_gone_is_told(own: Sshd, plain_user: str) -> None:
    own.open_to_all()
    folder = own.folder / "logs"
    folder.mkdir()
    log = folder / "app.log"
    append(log, numbered(1, 3))
    async with Reader(own.url(log).replace("//", f"//{plain_user}")) as reader:
        await reader.until_lines(numbered(1, 3))

        folder.chmod(0)
        status = await reader.until_state(SourceState.FAILED)
        assert "no permission" in status.reason
        folder.chmod(0o755)
        append(log, numbered(4, 6))
        await reader.until_lines(numbered(1, 6))

        log.unlink()
        folder.rmdir()
        status = await reader.until_state(SourceState.WAITING)
        assert "was deleted" in status.reason
        folder.mkdir()
        append(log, numbered(7, 9))
        await reader.until_lines(numbered(1, 9))


async def test_fault_62_much_more_than_is_consumed_stays_where_it_is(server: Sshd, log: Path) -> None:
    line = b"x" * 990
    with log.open("wb") as file:
        file.writelines(b"%08d %s\n" % (number, line) for number in range(60_000))
    process = psutil.Process()
    async with Reader(server.url(log)) as reader:
        reader.keep = lambda block: block._replace(lines=[line[:8] for line in block.lines])
        await reader.until(lambda: len(reader.blocks) > 10)
        before = process.memory_info().rss
        reader.pause_s = 0.005
        most = 0

        def finished() -> bool:
            nonlocal most
            most = max(most, process.memory_info().rss)
            return sum(len(block.lines) for block in reader.blocks) == 60_000

        await reader.until(finished)
        assert reader.lines == [b"%08d" % number for number in range(60_000)]
        assert most - before < 32 * 1024**2


async def test_fault_63_keys_renewed_in_mid_stream_lose_no_line(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, [line + b" " + b"x" * 500 for line in numbered(1, 20_000)])
    with sshd("RekeyLimit 1M") as server:
        use_home(monkeypatch, server)
        async with Reader(server.url(log)) as reader:
            await reader.until_lines([line + b" " + b"x" * 500 for line in numbered(1, 20_000)])
            append(log, numbered(20_001, 20_010))
            await reader.until(lambda: len(reader.lines) == 20_010)
            assert reader.lines[20_000:] == numbered(20_001, 20_010)


@pytest.mark.parametrize("subsystem", ["Subsystem sftp internal-sftp", ""], ids=["sftp", "commands"])
async def test_reading_goes_on_at_a_bookmark_through_rotations_that_nobody_saw(
    log: Path, monkeypatch: pytest.MonkeyPatch, subsystem: str
) -> None:
    writer = Writer(log)
    writer.write(5)
    with sshd(subsystem=subsystem) as server:
        use_home(monkeypatch, server)
        async with Reader(server.url(log)) as reader:
            await reader.until_lines(writer.lines)
            bookmark = reader.source.bookmark
        for compress in (False, True):
            writer.write(5)
            rotate(log, compress=compress)
        writer.write(5)
        async with Reader(server.url(log), bookmark=bookmark) as reader:
            await reader.until_lines(writer.lines[5:])
            assert reader.gaps == []


@pytest.mark.parametrize(
    ("subsystem", "seeds"), [("Subsystem sftp internal-sftp", 20), ("", 1)], ids=["sftp", "commands"]
)
async def test_random_histories_of_a_file_lose_no_line_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subsystem: str, seeds: int
) -> None:
    with sshd(subsystem=subsystem) as server:
        use_home(monkeypatch, server)
        opening = Opening(SystemClock(), None, lambda _: None)
        access = RemoteAccess(RemoteHost(Address("127.0.0.1", port=server.port), opening))
        for seed in range(seeds):
            await live_through(tmp_path / str(seed), seed, access)
