"""What else can be wrong on the way to a machine: each has a sentence and a remedy of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.sources.remote import Reader
from tests.engine.sources.session import append, numbered
from tests.sshd import Sshd, keygen, sshd, use_home
from tui.engine.model import SourceState, SourceStatus


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with sshd() as server:
        use_home(monkeypatch, server)
        yield server


async def trouble(spec: str) -> SourceStatus:
    async with Reader(spec) as reader:
        status = await reader.until_state(SourceState.FAILED)
    assert status.reason.isprintable()
    assert status.remedy
    return status


async def test_too_many_keys_are_told_from_wrong_ones(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd("MaxAuthTries 1") as server:
        use_home(monkeypatch, server)
        keygen(server.home / ".ssh/id_ed25519")
        status = await trouble(server.url(log))
    assert "too many keys" in status.reason
    assert "IdentitiesOnly yes" in status.remedy


async def test_nothing_in_common_to_encrypt_with_is_told(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd("Ciphers 3des-cbc") as server:
        use_home(monkeypatch, server)
        go_through_a_relay(server)  # the server gives up too, and asyncssh may hear of that before it says why it did
        status = await trouble(server.url(log))
    assert "no way of encrypting in common" in status.reason


async def test_a_line_of_the_config_that_makes_no_sense_is_named(server: Sshd, log: Path) -> None:
    server.configure("Port twenty-two")
    status = await trouble(server.url(log))
    assert "line 2" in status.reason
    assert "twenty-two" in status.reason


async def test_a_proxy_command_that_is_missing_is_named(server: Sshd, log: Path) -> None:
    server.configure("ProxyCommand /nowhere/proxy %h")
    assert "/nowhere/proxy" in (await trouble(server.url(log))).reason


async def test_a_proxy_command_is_used(server: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    go_through_a_relay(server)
    async with Reader(server.url(log)) as reader:
        await reader.until_lines(numbered(1, 3))


def go_through_a_relay(server: Sshd) -> None:
    """Reach a server through a program that tells its end to nobody before we hang up."""
    relay = server.folder / "relay.py"
    relay.write_text(RELAY)
    server.configure(f"Match host 127.0.0.1\nProxyCommand python3 {relay} %h %p")


RELAY = """
import os, socket, sys, threading
link = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def back():
    while data := link.recv(65536):
        os.write(1, data)
threading.Thread(target=back, daemon=True).start()
while data := os.read(0, 65536):
    link.sendall(data)
"""


async def test_a_machine_on_the_way_that_forwards_nothing_is_told(
    server: Sshd, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd("AllowTcpForwarding no") as jump:
        known = (server.home / ".ssh/known_hosts").read_text() + (jump.home / ".ssh/known_hosts").read_text()
        (server.home / ".ssh/known_hosts").write_text(known)
        (jump.folder / "authorized_keys").write_text((server.home / ".ssh/id_ed25519.pub").read_text())
        use_home(monkeypatch, server)
        server.configure("Host inner", "HostName 127.0.0.1", f"Port {server.port}", f"ProxyJump 127.0.0.1:{jump.port}")
        status = await trouble(f"ssh://inner{log}")
    assert "lets nothing through" in status.reason
    assert "AllowTcpForwarding" in status.remedy


async def test_machines_that_lie_on_the_way_to_each_other_are_no_endless_way(server: Sshd, log: Path) -> None:
    server.configure("Host a", "ProxyJump b", "Host b", "ProxyJump a")
    assert "ProxyJump" in (await trouble(f"ssh://a{log}")).reason


async def test_a_known_hosts_file_that_cannot_be_read_is_named(server: Sshd, log: Path) -> None:
    server.configure(f"UserKnownHostsFile {server.folder}")
    assert str(server.folder) in (await trouble(server.url(log))).reason


async def test_a_key_named_in_the_config_that_is_not_there_is_passed_over_as_ssh_does(server: Sshd, log: Path) -> None:
    append(log, numbered(1, 3))
    server.configure("IdentityFile ~/.ssh/gone", "IdentityFile ~/.ssh/id_ed25519")
    async with Reader(server.url(log)) as reader:
        await reader.until_lines(numbered(1, 3))


async def test_a_revoked_key_is_refused(server: Sshd, log: Path) -> None:
    known_hosts = server.home / ".ssh/known_hosts"
    known_hosts.write_text("@revoked " + known_hosts.read_text())
    assert "revoked" in (await trouble(server.url(log))).reason


async def test_no_sftp_and_no_commands_leave_a_sentence(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd("ForceCommand /bin/false", subsystem="") as server:
        use_home(monkeypatch, server)
        assert "runs no commands" in (await trouble(server.url(log))).reason
