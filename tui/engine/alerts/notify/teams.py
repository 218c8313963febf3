"""Microsoft Teams, through a workflow that posts adaptive cards.

Texts from outside stand in text runs, which know no Markdown: a log cannot make a link of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.engine.alerts.notify._posting import Poster, UrlOptions
from tui.engine.alerts.notify._wording import Message, Wording
from tui.engine.text import t

_COLOURS = {"critical": "Attention", "warning": "Warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(UrlOptions):
    """``kind = "teams"``: ``url_env`` or ``url_file`` holds the address that the workflow shows."""


def shape(message: Message) -> Mapping[str, object]:
    """Return a message with one adaptive card."""
    colour = "Good" if message.occasion == "resolved" else _COLOURS[message.severity]
    body = [_block(_run(message.subject, weight="Bolder", size="Medium", color=colour)), _block(_run(message.headline))]
    body += [_block(_run(f"{label}: ", weight="Bolder"), _run(value)) for label, value in message.facts]
    for heading, lines in message.sections():
        body.append(_block(_run(heading, weight="Bolder" if lines else "Default")))
        body += [_block(_run(line)) for line in lines]
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": t("notify.dashboard"), "url": message.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _run(text: str, **looks: str) -> Mapping[str, object]:
    return {"type": "TextRun", "text": text, **looks}


def _block(*runs: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def open_channel(name: str, options: Options, wording: Wording) -> Poster:
    """Return the channel; raises ConfigError."""
    return Poster(name, options.target(name), lambda about: shape(wording.message(about)))
