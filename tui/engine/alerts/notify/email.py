"""Mail over SMTP, to a verified server or not at all; the guide's subject and fields, as text and as a page."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from html import escape
from ipaddress import ip_address
from typing import Literal

from tui.engine.alerts.notify._channel import DeliveryError
from tui.engine.alerts.notify._network import tls, trouble
from tui.engine.alerts.notify._required import required
from tui.engine.alerts.notify._wording import Message, Wording, clean
from tui.engine.errors import ConfigError
from tui.engine.model import ChannelOptions, Notification
from tui.engine.safe_text import safe_text
from tui.engine.secret import Secret, read_secret
from tui.engine.text import language, t

TIMEOUT_S = 10.0
"""Of one step: connecting, a command and its answer."""

PATIENCE_S = 25.0
"""Of the whole delivery."""

REFUSED_LOGIN_S = 300.0
"""Wait after a refused password: servers lock out who tries fast."""

Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ChannelOptions):
    """``kind = "email"``."""

    host: str = ""
    """Name of the mail server, as its certificate has it."""
    port: int = 0
    """0 takes 587 for ``starttls``, 465 for ``tls``, 25 for ``none``."""
    security: Security = "starttls"
    """``none`` only to a mail server on this machine, and never with a password."""
    user: str = ""
    """Login, if the server asks for one."""
    password_env: str = ""
    """Variable that holds the password."""
    password_file: str = ""
    """File that holds it, for this user alone."""
    sender: str = ""
    """``voxtop@example.com`` or ``"Voice alerts <voxtop@example.com>"``."""
    to: tuple[str, ...] = ()
    """Recipients."""
    ca_file: str = ""
    """Certificates of an authority of one's own, in PEM; empty trusts those of the system."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mailbox server and its recipients."""

    name: str
    options: Options
    sender: Address
    to: tuple[Address, ...]
    password: Secret
    context: ssl.SSLContext
    wording: Wording

    async def send(self, message: Notification) -> None:
        """Deliver one mail; raises DeliveryError."""
        mail = compose(self.wording.message(message), message.at, self.sender, self.to)
        session: list[smtplib.SMTP] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.to_thread(self._deliver, mail, session)
        except asyncio.CancelledError:
            _hang_up(session)
            raise
        except TimeoutError:
            _hang_up(session)
            raise DeliveryError(t("notify.no_answer", host=self.options.host, seconds=f"{TIMEOUT_S:g}")) from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._failure(error) from None

    def _deliver(self, mail: EmailMessage, session: list[smtplib.SMTP]) -> None:
        """Talk to the server; blocks, so it runs in a thread."""
        smtp = self._connect()
        session.append(smtp)
        try:
            if self.options.security == "starttls":
                smtp.starttls(context=self.context)
            if self.options.user:
                smtp.login(self.options.user, self.password.reveal())
            refused = smtp.send_message(mail)
            with suppress(OSError, smtplib.SMTPException):  # it has been taken; how they part does not matter
                smtp.quit()
        finally:
            smtp.close()
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)

    def _connect(self) -> smtplib.SMTP:
        host, port = self.options.host, self.options.port or PORTS[self.options.security]
        here = socket.gethostname()  # asking for the full name may wait for a name server
        if self.options.security == "tls":
            return smtplib.SMTP_SSL(host, port, here, timeout=TIMEOUT_S, context=self.context)
        return smtplib.SMTP(host, port, here, timeout=TIMEOUT_S)

    def _failure(self, error: Exception) -> DeliveryError:
        """Say what went wrong, and whether the same mail may still arrive later."""
        host = self.options.host
        match error:
            case smtplib.SMTPAuthenticationError():
                return DeliveryError(self._answer(error.smtp_code, error.smtp_error), retry_after_s=REFUSED_LOGIN_S)
            case smtplib.SMTPRecipientsRefused():
                codes = [code for code, _ in error.recipients.values()]
                code, words = next(iter(error.recipients.values()))
                # Some recipients may have it: it is not sent again, and the answer says who has not.
                some = len(codes) < len(self.to)
                return DeliveryError(self._answer(code, words), permanent=some or min(codes) >= 500)
            case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
                permanent = error.smtp_code >= 500 and error.smtp_code != 530  # 530: log in first, which can be mended
                return DeliveryError(self._answer(error.smtp_code, error.smtp_error), permanent=permanent)
            case smtplib.SMTPResponseException():
                return DeliveryError(self._answer(error.smtp_code, error.smtp_error))
            case smtplib.SMTPNotSupportedError():
                return DeliveryError(t("notify.mail_unsupported", host=host, reason=clean(str(error))))
        return DeliveryError(trouble(error, host, TIMEOUT_S))

    def _answer(self, code: int, said: bytes | str) -> str:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        words = clean(self.password.hidden(" ".join(words.split())))
        return t("notify.refused", host=self.options.host, status=code, words=words)


def _hang_up(session: list[smtplib.SMTP]) -> None:
    """End what a server drags out: the thread that waits for it wakes up."""
    for smtp in session:
        if smtp.sock is not None:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)


def compose(message: Message, at: float, sender: Address, to: tuple[Address, ...]) -> EmailMessage:
    """Return the mail; every attempt gives the same, so that a repeated one can be told by its Message-ID."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = to
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    mail["Message-ID"] = _message_id(message.key, sender)
    mail["References"] = _message_id(message.alert_key, sender)  # one thread per episode
    mail["Auto-Submitted"] = "auto-generated"
    if message.severity == "critical" and message.occasion not in {"resolved", "test"}:
        mail["Importance"] = "high"
    mail.set_content(message.text())
    mail.add_alternative(page(message), subtype="html")
    return mail


def _message_id(key: str, sender: Address) -> str:
    """Return an identifier that any key can have, whatever characters are in it."""
    return f"<{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@{sender.domain}>"


_COLOURS = {"critical": "#b00020", "warning": "#8a5a00"}


def page(message: Message) -> str:
    """Return the message as HTML: no script, no picture, nothing fetched."""
    colour = "#1b6e3c" if message.occasion == "resolved" else _COLOURS[message.severity]
    rows = "".join(
        f'<tr><th align="left" style="padding:2px 12px 2px 0">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in message.facts
    )
    parts = [f'<h2 style="color:{colour}">{escape(message.headline)}</h2>', f"<table>{rows}</table>"]
    for heading, lines in message.sections():
        parts.append(f"<p><b>{escape(heading)}</b>{''.join(f'<br>{escape(line)}' for line in lines)}</p>")
    if message.link:
        shown = escape(message.link)
        linked = f'<a href="{shown}">{shown}</a>' if message.link.startswith(("https://", "http://")) else shown
        parts.append(f"<p>{escape(t('notify.dashboard'))}: {linked}</p>")
    body = "\n".join(parts)
    head = f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8"></head>'
    return f"{head}\n<body>\n{body}\n</body></html>\n"


def open_channel(name: str, options: Options, wording: Wording) -> Mail:
    """Return the channel; raises ConfigError."""
    required(name, host=options.host, sender=options.sender, to=options.to)
    key = f"notify.{name}"
    password = read_secret(f"{key}.password", env=options.password_env, file=options.password_file)
    if options.security == "none" and (options.user or not _on_this_machine(options.host)):
        raise ConfigError(t("notify.mail_in_clear", key=f"{key}.security"), t("notify.mail_in_clear_remedy"))
    if bool(options.user) != bool(password):
        raise ConfigError(t("notify.half_login", key=key), t("notify.half_login_remedy", key=key))
    return Mail(
        name=name,
        options=options,
        sender=_address(f"{key}.sender", options.sender),
        to=tuple(_address(f"{key}.to", written) for written in options.to),
        password=password,
        context=tls(f"{key}.ca_file", options.ca_file),
        wording=wording,
    )


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _address(key: str, written: str) -> Address:
    """Return a mail address; raises ConfigError."""
    shown, plain = parseaddr(written) if written.isprintable() else ("", "")
    try:
        address = Address(display_name=shown, addr_spec=plain)
    except (ValueError, IndexError):
        address = Address()
    if not address.username or not address.domain:
        raise ConfigError(t("notify.no_address", key=key, value=safe_text(written)), t("notify.no_address_remedy"))
    return address
