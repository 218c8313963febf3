"""Mail to a real server over real TLS, in every way in which that can fail."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.engine.alerts.notify import told
from tests.engine.alerts.notify.conftest import Authority
from tests.engine.alerts.notify.told import MISSING_KEY, hostile, wording
from tui.engine.alerts.notify import DeliveryError, email, open_channel
from tui.engine.errors import ConfigError
from tui.engine.text import use_language

PASSWORD = "c0rrect-h0rse"  # noqa: S105 - made up


class Inbox:
    """A mail server's mind: what it took, and how it answers."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.logins: list[str] = []
        self.answers: list[str] = []
        """One per mail after its data; afterwards it takes everything."""
        self.refused: dict[str, str] = {}
        self.port = 0

    def authenticate(self, *words: Any) -> AuthResult:  # noqa: ANN401 - as aiosmtpd calls it
        login = words[-1]
        assert isinstance(login, LoginPassword)
        self.logins.append(login.login.decode())
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        del session
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer == "hang":
            await asyncio.Event().wait()
        if answer.startswith("250") or answer == "drop":
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if answer == "drop":
            server.transport.abort()
        return answer


@asynccontextmanager
async def receiving(inbox: Inbox, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Inbox]:  # noqa: ANN401 - aiosmtpd's
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="localhost", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield inbox
    finally:
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 1)


@pytest.fixture
async def inbox(authority: Authority) -> AsyncIterator[Inbox]:
    """Return a server that wants STARTTLS and a login."""
    made = Inbox()
    login: dict[str, Any] = {"authenticator": made.authenticate, "auth_required": True}
    async with receiving(made, tls_context=authority.server, require_starttls=True, **login):
        yield made


@pytest.fixture
def password(tmp_path: Path) -> Callable[[str], str]:
    def written(value: str) -> str:
        path = tmp_path / f"password-{len(list(tmp_path.iterdir()))}"
        path.write_text(value)
        path.chmod(0o600)
        return str(path)

    return written


@pytest.fixture
def mail_to(authority: Authority, password: Callable[[str], str]) -> Callable[..., Any]:
    def opened(inbox: Inbox, **options: Any) -> Any:  # noqa: ANN401 - as the options are
        set_ = {
            "host": "localhost",
            "port": inbox.port,
            "user": "voxtop",
            "password_file": password(PASSWORD),
            "sender": "Voice alerts <voxtop@example.com>",
            "to": ("ops@example.com", "boss@example.com"),
            "ca_file": authority.ca_file,
            **options,
        }
        return open_channel("ops", email.Options(kind="email", **set_), wording())

    return opened


async def failure(channel: Any) -> DeliveryError:  # noqa: ANN401 - any channel
    with pytest.raises(DeliveryError) as caught:
        await channel.send(MISSING_KEY)
    return caught.value


Open = Callable[..., Any]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_r78_the_mail_has_subject_text_and_page_in_the_users_language(
    inbox: Inbox, mail_to: Open, language: str
) -> None:
    use_language(language)
    await mail_to(inbox).send(MISSING_KEY)

    mail = inbox.mails[0]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert mail["Subject"] == "[PROD] ⚠️ API Key Missing - Voice Orchestrator"
    assert mail["To"] == "ops@example.com, boss@example.com"
    for part in (text.get_content(), page.get_content()):
        for words in ("GROQ_API_KEY", "2026-01-29 03:00:00 CET (UTC+01:00)", "voice-prod-01", "1. "):
            assert words in part
        assert ("Impact:", "Impacto:")[language == "es"] in part
        assert ("Action required:", "Acción requerida:")[language == "es"] in part
    assert '<a href="https://coolify.example.com/logs">' in page.get_content()
    assert inbox.logins == ["voxtop"]


async def test_fault_89_a_mail_is_sent_again_with_the_same_message_id_until_it_is_taken_once(
    inbox: Inbox, mail_to: Open
) -> None:
    inbox.answers += ["451 come back later", "421 too busy", "452 no room"]
    channel = mail_to(inbox)

    for _ in range(3):
        assert not (await failure(channel)).permanent
    await channel.send(MISSING_KEY)

    assert len(inbox.mails) == 1


async def test_fault_89_taken_and_then_cut_off_is_sent_again_and_told_by_its_message_id(
    inbox: Inbox, mail_to: Open
) -> None:
    inbox.answers.append("drop")
    channel = mail_to(inbox)

    error = await failure(channel)
    await channel.send(MISSING_KEY)

    assert "cut the connection before it said" in error.reason
    assert len(inbox.mails) == 2
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 1


async def test_fault_89_twelve_mails_to_a_server_that_fails_often_all_arrive(inbox: Inbox, mail_to: Open) -> None:
    inbox.answers += ["451 no", "250 taken", "drop", "451 no", "250 taken", "452 no", "421 no", "250 taken"]
    channel, messages = mail_to(inbox), [replace(MISSING_KEY, key=f"alert/{number}") for number in range(12)]

    for message in messages:
        await told.until_taken(channel, message)

    assert len({mail["Message-ID"] for mail in inbox.mails}) == 12


async def test_fault_89_a_refused_login_is_tried_again_late_and_works_once_it_is_mended(
    inbox: Inbox, mail_to: Open, password: Callable[[str], str]
) -> None:
    error = await failure(mail_to(inbox, password_file=password("wr0ng-passw0rd")))
    await mail_to(inbox).send(MISSING_KEY)

    assert not error.permanent
    assert error.retry_after_s is not None
    assert error.retry_after_s >= 300
    assert "wr0ng" not in error.reason
    assert len(inbox.mails) == 1


async def test_fault_89_a_bad_certificate_is_refused_before_a_password_or_a_mail_is_sent(
    authority: Authority, mail_to: Open
) -> None:
    for context, ca_file in ((authority.impostor, authority.ca_file), (authority.server, "")):
        for security in ("starttls", "tls"):
            made = Inbox()
            login: dict[str, Any] = {"authenticator": made.authenticate}
            how: dict[str, Any] = {"tls": context} if security == "tls" else {"tls_context": context}
            async with receiving(made, **how, **login):
                error = await failure(mail_to(made, security=security, ca_file=ca_file))

            assert "the certificate of localhost is not trusted" in error.reason
            assert not error.permanent
            assert (made.logins, made.mails) == ([], [])


async def test_a_server_without_starttls_gets_no_password(mail_to: Open) -> None:
    made = Inbox()
    async with receiving(made, authenticator=made.authenticate, auth_require_tls=False):
        error = await failure(mail_to(made))

    assert "lacks what is needed to send safely" in error.reason
    assert (made.logins, made.mails) == ([], [])


async def test_tls_from_the_first_byte_works_too(authority: Authority, mail_to: Open) -> None:
    made = Inbox()
    async with receiving(made, tls=authority.server, authenticator=made.authenticate, auth_require_tls=False):
        await mail_to(made, security="tls").send(MISSING_KEY)

    assert len(made.mails) == 1


async def test_a_mail_server_on_this_machine_may_be_spoken_to_in_clear_without_a_login(mail_to: Open) -> None:
    made = Inbox()
    async with receiving(made):
        await mail_to(made, host="127.0.0.1", security="none", user="", password_file="").send(MISSING_KEY)

    assert len(made.mails) == 1


async def test_fault_89_a_server_that_goes_silent_is_left_after_the_timeout(
    inbox: Inbox, mail_to: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT_S", 0.3)
    inbox.answers.append("hang")
    channel = mail_to(inbox)

    error = await failure(channel)
    await channel.send(MISSING_KEY)

    assert "does not answer" in error.reason
    assert not error.permanent
    assert len(inbox.mails) == 1


async def test_fault_89_a_server_that_drags_its_answer_out_is_left_as_well(
    mail_to: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "PATIENCE_S", 0.5)

    gone = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n250-")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x\r\n250-")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        gone.set()

    made = Inbox()
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]

    error = await failure(mail_to(made))

    assert not error.permanent
    await asyncio.wait_for(gone.wait(), 10)
    server.close()


@pytest.mark.parametrize(("answer", "permanent"), [("550 nobody", True), ("450 later", False)])
async def test_what_a_refused_recipient_means_depends_on_the_answer(
    inbox: Inbox, mail_to: Open, answer: str, permanent: bool
) -> None:
    inbox.refused = dict.fromkeys(("ops@example.com", "boss@example.com"), answer)

    error = await failure(mail_to(inbox))

    assert error.permanent is permanent
    assert answer.partition(" ")[2] in error.reason


async def test_a_mail_that_reached_some_is_not_sent_to_them_again_and_names_who_is_missing(
    inbox: Inbox, mail_to: Open
) -> None:
    inbox.refused = {"boss@example.com": "450 no such boss"}

    error = await failure(mail_to(inbox))

    assert error.permanent
    assert "no such boss" in error.reason
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("answer", ["554 looks like spam", "552 too large"])
async def test_a_mail_that_is_refused_as_such_is_given_up(inbox: Inbox, mail_to: Open, answer: str) -> None:
    inbox.answers.append(answer)

    assert (await failure(mail_to(inbox))).permanent


async def test_nobody_there_is_said_in_words(mail_to: Open) -> None:
    made = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        made.port = closed.getsockname()[1]

    assert (await failure(mail_to(made))).reason.startswith("no connection to localhost: ")
    assert "cannot be found" in (await failure(mail_to(made, host="mail.invalid"))).reason


async def test_a_hostile_text_arrives_as_a_harmless_mail(inbox: Inbox, mail_to: Open) -> None:
    await mail_to(inbox).send(hostile())
    await mail_to(inbox).send(hostile(rule="own", key="a\r\nBcc: evil@example.com\ud800", alert_key="\n\n"))

    for mail in inbox.mails:
        assert str(mail["Subject"]).replace("⚠️", "").isprintable()
        assert mail["Bcc"] is None
        page, text = mail.get_body(("html",)), mail.get_body(("plain",))
        assert page is not None
        assert text is not None
        assert "\x1b" not in text.get_content() + page.get_content()
        assert "<script" not in page.get_content()
        assert page.get_content().count("<a ") == 0


def test_markup_in_a_text_stays_text_on_the_page() -> None:
    bad = '<img src=x onerror=alert(1)>" &amp; <script>'
    message = wording().message(
        hostile(summary=bad, labels=(("field", bad),), evidence=(bad,), dashboard="https://x/\"'>")
    )

    page = email.page(message)

    assert "<img" not in page
    assert "<script" not in page
    assert 'href="https://x/&quot;&#x27;&gt;"' in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": ""}, "'notify.ops.host' is not set; add host to [notify.ops]"),
        ({"to": ()}, "'notify.ops.to' is not set"),
        ({"sender": "nobody"}, "'notify.ops.sender': 'nobody' is no mail address"),
        ({"to": ("a@b.c", "x\r\nBcc: y@z")}, "is no mail address"),
        ({"security": "none"}, "without a login only; use starttls or tls"),
        ({"security": "none", "user": "", "password_file": "", "host": "mail.example.com"}, "on this machine"),
        ({"user": ""}, "a password without a user"),
        ({"password_file": ""}, "a user without a password"),
        ({"ca_file": "/absent.pem"}, "cannot use the certificates in /absent.pem"),
    ],
)
def test_what_makes_no_sense_is_said_before_the_first_mail(mail_to: Open, options: Any, words: str) -> None:  # noqa: ANN401 - as the options are
    with pytest.raises(ConfigError) as caught:
        mail_to(Inbox(), **options)

    assert words in str(caught.value)


def test_fault_98_the_password_shows_in_no_repr(mail_to: Open) -> None:
    assert PASSWORD not in repr(mail_to(Inbox()))
