"""Slack, through an incoming webhook: blocks of plain text, so that nothing a log says becomes a mention or a link."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.engine.alerts.notify._posting import Poster, UrlOptions
from tui.engine.alerts.notify._wording import Message, Wording
from tui.engine.text import t

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
FIELDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(UrlOptions):
    """``kind = "slack"``: ``url_env`` or ``url_file`` holds the webhook's address."""


def shape(message: Message) -> Mapping[str, object]:
    """Return a message of Block Kit; ``text`` is what a notification shows."""
    blocks: list[Mapping[str, object]] = [
        {"type": "header", "text": _plain(message.subject, HEADER_LENGTH)},
        {"type": "section", "text": _plain(message.headline, SECTION_LENGTH)},
    ]
    if message.facts:
        fields = [_plain(f"{label}\n{value}", 2000) for label, value in message.facts[:FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    for heading, lines in message.sections():
        blocks.append({"type": "section", "text": _plain("\n".join((heading, *lines)), SECTION_LENGTH)})
    if message.link:
        words = _plain(f"{t('notify.dashboard')}: {message.link}", SECTION_LENGTH)
        blocks.append({"type": "context", "elements": [words]})
    return {"text": _escaped(message.subject), "blocks": blocks}


def _plain(text: str, limit: int) -> Mapping[str, object]:
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": "plain_text", "text": cut, "emoji": False}


def _escaped(text: str) -> str:
    """Return text whose ``<…>`` is neither a mention nor a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def open_channel(name: str, options: Options, wording: Wording) -> Poster:
    """Return the channel; raises ConfigError."""
    return Poster(name, options.target(name), lambda about: shape(wording.message(about)))
