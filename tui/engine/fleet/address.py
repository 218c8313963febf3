"""``[NAME=]prom:http://HOST:9090[{SELECTOR}]``: which server, and which of its targets."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tui.engine.errors import UsageError
from tui.engine.safe_text import safe_text
from tui.engine.text import t

SCHEME = "prom"

_SPEC = re.compile(
    rf"(?:(?P<name>[\w.-]+)=)?{SCHEME}:(?P<url>[^{{]*)(?:\{{(?P<matchers>.*)\}})?", re.DOTALL | re.IGNORECASE
)
_MATCHER = r'\s*[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*'
_MATCHERS = re.compile(rf"(?:{_MATCHER}(?:,{_MATCHER})*,?)?\s*")


@dataclass(frozen=True, slots=True)
class FleetAddress:
    """A server and the part of its targets that is looked at."""

    name: str
    url: str
    """Of the API, without a slash at its end."""
    matchers: str = ""
    """Of a selector, without its braces."""


def fleet_address(spec: str) -> FleetAddress | None:
    """Return what a source means if it is one of this kind.

    Raises:
        UsageError: it is, and it is written wrongly.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        return None
    url = _url(found["url"], spec)
    matchers = (found["matchers"] or "").strip().removesuffix(",")
    if not _MATCHERS.fullmatch(matchers):
        raise UsageError(t("fleet.bad_selector", value=safe_text(matchers)), t("fleet.bad_selector_remedy"))
    return FleetAddress(found["name"] or url.netloc, url.geturl().rstrip("/"), matchers)


def _url(text: str, spec: str) -> SplitResult:
    try:
        url = urlsplit(text)
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(t("fleet.bad_address", value=safe_text(spec)), t("fleet.bad_address_remedy"))
    if url.username or url.password:
        raise UsageError(t("fleet.login_in_address"), t("fleet.login_in_address_remedy"))
    return url
