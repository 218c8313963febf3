"""Telegram, through a bot: plain text without a parse mode, so that nothing a log says is markup."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.engine.alerts.notify._network import WebOptions, WebTarget
from tui.engine.alerts.notify._posting import Poster, needed_secret
from tui.engine.alerts.notify._required import required
from tui.engine.alerts.notify._wording import Message, Wording
from tui.engine.secret import Secret

TEXT_UNITS = 4096
"""Of UTF-16, as Telegram counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(WebOptions):
    """``kind = "telegram"``."""

    token_env: str = ""
    """Variable that holds the bot's token."""
    token_file: str = ""
    """File that holds it, for this user alone."""
    chat: str = ""
    """Number of the chat, or ``@name`` of a channel."""
    url: str = "https://api.telegram.org"
    """Server of the bot API."""


def shape(message: Message, chat: str) -> Mapping[str, object]:
    """Return a ``sendMessage``; a resolved alert makes no sound."""
    text = f"{message.subject}\n\n{message.text()}"
    return {
        "chat_id": chat,
        "text": _cut(text),
        "link_preview_options": {"is_disabled": True},
        "disable_notification": message.occasion == "resolved",
    }


def _cut(text: str) -> str:
    """Return the beginning that fits into one message."""
    data = text.encode("utf-16-le")
    if len(data) <= 2 * TEXT_UNITS:
        return text
    return data[: 2 * TEXT_UNITS - 2].decode("utf-16-le", "ignore") + "…"


def open_channel(name: str, options: Options, wording: Wording) -> Poster:
    """Return the channel; raises ConfigError."""
    required(name, chat=options.chat, url=options.url)
    key = f"notify.{name}"
    token = needed_secret(f"{key}.token", env=options.token_env, file=options.token_file)
    url = Secret(f"{options.url.rstrip('/')}/bot{token.reveal()}/sendMessage")
    target = WebTarget(key, url, options)
    return Poster(name, target, lambda about: shape(wording.message(about), options.chat), in_body=token)
