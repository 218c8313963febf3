"""Posts the notification as JSON, signed with a shared secret; the receiver tells repetitions by their key."""

from dataclasses import dataclass
from functools import partial

from tui.engine.alerts.notify._posting import Poster, UrlOptions
from tui.engine.alerts.notify._record import record
from tui.engine.alerts.notify._wording import Wording
from tui.engine.secret import read_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(UrlOptions):
    """``kind = "webhook"``."""

    secret_env: str = ""
    """Variable that holds the secret that signs; without one nothing is signed."""
    secret_file: str = ""
    """File that holds it."""
    token_env: str = ""
    """Variable that holds a token, sent as ``Authorization: Bearer …``."""
    token_file: str = ""
    """File that holds it."""


def open_channel(name: str, options: Options, wording: Wording) -> Poster:
    """Return the channel; raises ConfigError."""
    key = f"notify.{name}"
    return Poster(
        name=name,
        target=options.target(name),
        shape=partial(record, wording=wording),
        signed_with=read_secret(f"{key}.secret", env=options.secret_env, file=options.secret_file),
        token=read_secret(f"{key}.token", env=options.token_env, file=options.token_file),
    )
