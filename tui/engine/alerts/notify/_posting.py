"""A channel that posts JSON: what differs between services is the address, the shape and how they know us."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.engine.alerts.notify._network import WebOptions, WebTarget
from tui.engine.errors import ConfigError
from tui.engine.model import Notification
from tui.engine.secret import Secret, read_secret
from tui.engine.text import t

SIGNATURE = "X-Voxtop-Signature"
"""``sha256=`` and the HMAC-SHA256 of the body, in hexadecimal digits."""

NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlOptions(WebOptions):
    """Options of a channel whose address is a secret."""

    url_env: str = ""
    """Variable that holds the address to post to."""
    url_file: str = ""
    """File that holds it, for this user alone."""

    def target(self, name: str) -> WebTarget:
        """Return where to post; raises ConfigError."""
        url = needed_secret(f"notify.{name}.url", env=self.url_env, file=self.url_file)
        return WebTarget(f"notify.{name}", url, self)


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts a shape of each notification to one address."""

    name: str
    target: WebTarget
    shape: Callable[[Notification], Mapping[str, object]]
    """Pure: notification to the JSON object that the service wants."""
    signed_with: Secret = NO_SECRET
    token: Secret = NO_SECRET
    """Sent as ``Authorization: Bearer …``."""
    in_body: Secret = NO_SECRET
    """A key that the shape holds, so that it can be masked in what the service answers."""

    async def send(self, message: Notification) -> None:
        """Post once; raises DeliveryError."""
        body = json.dumps(self.shape(message), ensure_ascii=False).encode()
        secrets = (self.signed_with, self.token, self.in_body)
        await self.target.post(body, self._headers(message.key, body), secrets)

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        """Return what tells the receiver who posts, and whether it has seen this before."""
        found = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key, "User-Agent": "voxtop"}
        if self.signed_with:
            found[SIGNATURE] = f"sha256={hmac.new(self.signed_with.reveal().encode(), body, 'sha256').hexdigest()}"
        if self.token:
            found["Authorization"] = f"Bearer {self.token.reveal()}"
        return found


def needed_secret(key: str, *, env: str, file: str) -> Secret:
    """Return a secret without which the channel is none; raises ConfigError."""
    secret = read_secret(key, env=env, file=file)
    if not secret:
        raise ConfigError(t("notify.missing_secret", key=key), t("notify.missing_secret_remedy", key=key))
    return secret
