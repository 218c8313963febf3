"""ntfy, the public server or one of one's own: a message published as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.engine.alerts.notify._network import WebOptions, WebTarget
from tui.engine.alerts.notify._posting import Poster, needed_secret
from tui.engine.alerts.notify._required import required
from tui.engine.alerts.notify._wording import Message, Wording
from tui.engine.secret import Secret, read_secret

MESSAGE_BYTES = 4096
"""What is longer becomes an attachment."""

_TAGS = {"critical": "rotating_light", "warning": "warning"}
_PRIORITIES = {"critical": 5, "warning": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(WebOptions):
    """``kind = "ntfy"``."""

    topic_env: str = ""
    """Variable that holds the topic: on a public server whoever knows it reads along."""
    topic_file: str = ""
    """File that holds it, for this user alone."""
    token_env: str = ""
    """Variable that holds an access token, for a topic that asks for one."""
    token_file: str = ""
    """File that holds it."""
    url: str = "https://ntfy.sh"
    """The server."""


def shape(message: Message, topic: str) -> Mapping[str, object]:
    """Return a message to publish; critical ones ring through, resolved ones stay calm."""
    over = message.occasion == "resolved"
    body = message.text().encode()
    found: dict[str, object] = {
        "topic": topic,
        "title": message.subject,
        "message": body[:MESSAGE_BYTES].decode("utf-8", "ignore"),
        "priority": 3 if over or message.occasion == "test" else _PRIORITIES[message.severity],
        "tags": ["white_check_mark" if over else _TAGS[message.severity]],
    }
    if message.link:
        found["click"] = message.link
    return found


def open_channel(name: str, options: Options, wording: Wording) -> Poster:
    """Return the channel; raises ConfigError."""
    required(name, url=options.url)
    key = f"notify.{name}"
    topic = needed_secret(f"{key}.topic", env=options.topic_env, file=options.topic_file)
    return Poster(
        name,
        WebTarget(key, Secret(options.url), options),
        lambda about: shape(wording.message(about), topic.reveal()),
        token=read_secret(f"{key}.token", env=options.token_env, file=options.token_file),
        in_body=topic,
    )
