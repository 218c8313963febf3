"""What a silence matches: ``rule=ttfb_p95,stage=TTS``, ``provider!=Azure``, ``source=~web.*``; a bare word is a rule.

Patterns are RE2, so that none can take long whatever it is matched against (fault 99).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from tui.engine.errors import UsageError
from tui.engine.model import Alert
from tui.engine.text import t

MAX_LENGTH = 500

_TERM = re.compile(r"\s*(?:(?P<name>[A-Za-z_]\w*)\s*(?P<sign>=~|!~|!=|=)\s*)?(?P<value>\"[^\"]*\"|[^,]*?)\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    name: str
    regex: Any
    inverted: bool

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Tell whether the labels meet it; a missing label is an empty one."""
        return bool(self.regex.fullmatch(labels.get(self.name, ""))) is not self.inverted


@lru_cache(256)
def matcher(text: str) -> tuple[Term, ...]:
    """Return the conditions of a match, which must all hold.

    Raises:
        UsageError: it is empty, too long, or holds a pattern that RE2 does not know.
    """
    if not text.strip() or len(text) > MAX_LENGTH:
        raise UsageError(t("alerts.bad_match", value=text[:80]), t("alerts.match_remedy"))
    terms, position = [], 0
    while position < len(text):
        found = _TERM.match(text, position)
        nameless = found is not None and not found["name"] and "=" in found["value"]
        if found is None or found.end() == position or not found["value"] or nameless:
            raise UsageError(t("alerts.bad_match", value=text), t("alerts.match_remedy"))
        terms.append(_term(found["name"] or "rule", found["sign"] or "=", found["value"].strip('"')))
        position = found.end()
    return tuple(terms)


def _term(name: str, sign: str, value: str) -> Term:
    options = re2.Options()
    options.log_errors = False
    written = value if sign.endswith("~") else re2.escape(value)
    try:
        return Term(name, re2.compile(written, options), sign.startswith("!"))
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise UsageError(t("alerts.bad_pattern", value=value, reason=reason), t("dialect.re2_syntax")) from None


def matches(text: str, alert: Alert) -> bool:
    """Tell whether a silence's match is about an alert."""
    labels = {**dict(alert.labels), "rule": alert.rule, "severity": alert.severity, "id": alert.id}
    labels.setdefault("provider", alert.provider)
    labels.setdefault("host", alert.host)
    return all(term.holds(labels) for term in matcher(text))
