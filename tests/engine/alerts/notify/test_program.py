"""The whole way: a line in a log, an alert of ``voxtop watch``, a mail and a webhook, and no secret anywhere."""

import asyncio
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.alerts.notify.conftest import Authority
from tests.engine.alerts.notify.test_email import Inbox, receiving
from tests.engine.alerts.notify.test_posting import Sink, serving
from tests.services import free_port
from tests.terminal import VOXTOP, environment

WAIT_S = 60.0

CANARIES = {
    "groq": "gsk_4f9aQ7Lr2Vn8Kc3Xw6Tb1Zm5",
    "bearer": "tk0nAbCdEfGh1234567890",
    "phone": "+34612345678",
    "password": "c0rrect-h0rse",
    "signing": "s1gn-m3-canary",
    "path": "T0K3N-in-path",
}

CONFIG = """
[service]
server = "voice-prod-01"
dashboard = "https://coolify.example.com/logs"

[notify.mail]
kind = "email"
host = "localhost"
port = {smtp}
user = "voxtop"
password_env = "SMTP_PASSWORD"
sender = "voxtop@example.com"
to = ["ops@example.com"]
ca_file = "{ca_file}"

[notify.hook]
kind = "webhook"
url_file = "{url_file}"
secret_env = "HOOK_SECRET"
allow_networks = ["127.0.0.0/8"]
ca_file = "{ca_file}"
"""


class Place:
    """A home with a configuration, a log, and servers at the other end."""

    def __init__(self, home: Path, inbox: Inbox, sink: Sink, ca_file: str) -> None:
        self.home, self.inbox, self.sink = home, inbox, sink
        self.log = home / "app.log"
        self.config = home / "config.toml"
        url = home / "hook-url"
        url.write_text(f"https://localhost:{sink.port}/hooks/{CANARIES['path']}")
        url.chmod(0o600)
        self.config.write_text(CONFIG.format(smtp=inbox.port, url_file=url, ca_file=ca_file))

    def append(self, message: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} {message}\n")

    async def start(self, *words: str, **more: str) -> asyncio.subprocess.Process:
        secrets = {"SMTP_PASSWORD": CANARIES["password"], "HOOK_SECRET": CANARIES["signing"], **more}
        return await asyncio.create_subprocess_exec(
            *(*VOXTOP, *words, "--config", str(self.config)),
            env=environment(self.home, **secrets),
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


@pytest.fixture
async def place(authority: Authority, tmp_path: Path) -> AsyncIterator[Place]:
    inbox = Inbox()
    login = {"authenticator": inbox.authenticate, "auth_required": True, "require_starttls": True}
    async with (
        receiving(inbox, tls_context=authority.server, **login),
        serving(Sink(), authority.server) as sink,
    ):
        yield Place(tmp_path, inbox, sink, authority.ca_file)


@asynccontextmanager
async def watching(place: Place) -> AsyncIterator[list[bytes]]:
    """Run ``voxtop watch`` and hand out what it wrote to stderr, complete when it has ended."""
    place.append("INFO: Started server process [1]")
    process = await place.start("watch", "app.log", "--listen", str(free_port()))
    said: list[bytes] = []
    assert process.stderr is not None
    listening = asyncio.create_task(_keep(process.stderr, said))
    try:
        yield said
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), WAIT_S)
        await listening


async def _keep(stream: asyncio.StreamReader, said: list[bytes]) -> None:
    while line := await stream.readline():
        said.append(line)


async def until(ready: Callable[[], object], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not ready():
        assert asyncio.get_running_loop().time() < deadline, f"no {what}"
        await asyncio.sleep(0.05)


def unpacked(path: Path) -> bytes:
    """Return everything that a state file holds, what is compressed in plain."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - its own tables
                for cell in row:
                    found.append(cell if isinstance(cell, bytes) else str(cell).encode())
                    with suppress(zlib.error):
                        found.append(zlib.decompress(found[-1]))
    return b"\n".join(found)


async def test_fault_98_an_alert_arrives_by_mail_and_webhook_and_no_secret_is_anywhere(place: Place) -> None:
    async with watching(place) as said:
        await until(lambda: said, "sign of life")
        place.append(f"❌ [LLM Groq] Error: 401 key {CANARIES['groq']} Authorization: Bearer {CANARIES['bearer']}")
        place.append(f"❌ [LLM Groq] Error: 401 for caller from={CANARIES['phone']}")
        place.append(f"⚠️ [Config] GROQ_API_KEY is not set. It was {CANARIES['groq']} before.")

        await until(lambda: place.inbox.mails and place.sink.posts, "message")

    mail = place.inbox.mails[0]
    assert mail["Subject"] == "[PROD] ⚠️ API Key Missing - Voice Orchestrator"
    text = mail.get_body(("plain",))
    assert text is not None
    for words in ("Field: GROQ_API_KEY", "Server: voice-prod-01", "1. ", "Dashboard: https://coolify.example.com/logs"):
        assert words in text.get_content()
    posted = [json.loads(body) for _, body in place.sink.posts]
    assert "config_warning" in {each["rule"] for each in posted}
    held = {
        "mail": b"".join(mail.as_bytes() for mail in place.inbox.mails) + text.get_content().encode(),
        "webhook": b"".join(body for _, body in place.sink.posts),
        "log": b"".join(said),
        **{path.name: path.read_bytes() for path in place.home.glob(".local/state/voxtop/*")},
    }
    assert "state.db" in held
    held["unpacked"] = unpacked(place.home / ".local/state/voxtop/state.db")
    assert b"GROQ_API_KEY" in held["unpacked"]
    assert "gsk_***" in text.get_content()  # the line is told, masked
    assert b"gsk_***" in held["unpacked"]
    assert {
        (name, canary) for name, data in held.items() for canary in CANARIES.values() if canary.encode() in data
    } == set()


async def test_a_test_message_is_marked_as_one_and_says_whether_it_arrived(place: Place) -> None:
    answers = []
    for channel in ("mail", "hook"):
        process = await place.start("alerts", "test", channel)
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)
        answers.append((process.returncode, out.decode() + err.decode()))

    assert [code for code, _ in answers] == [0, 0], answers
    assert "TEST" in str(place.inbox.mails[0]["Subject"])
    assert json.loads(place.sink.posts[0][1])["occasion"] == "test"

    place.inbox.answers.append("451 not now")
    process = await place.start("alerts", "test", "mail")
    out, err = await asyncio.wait_for(process.communicate(), WAIT_S)
    assert process.returncode == 1
    assert "451: not now" in out.decode() + err.decode()


async def test_a_channel_can_be_tried_though_another_cannot_be_opened(place: Place) -> None:
    process = await place.start("alerts", "test", "mail", HOOK_SECRET="")
    out, err = await asyncio.wait_for(process.communicate(), WAIT_S)

    assert process.returncode == 0, out + err
    assert len(place.inbox.mails) == 1
