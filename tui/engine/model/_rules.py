"""What a user sets about alerts."""

from collections.abc import Mapping
from dataclasses import field

from tui.engine.frozen import frozen


class RuleTable(dict[str, object]):
    """One ``[alerts.rules.NAME]`` as written; ``tui.engine.alerts.rule`` says what may stand in it."""


@frozen
class AlertOptions:
    """Settings that reach the judging of alerts."""

    rules: Mapping[str, RuleTable] = field(default_factory=dict)
    """Changes to shipped rules, and rules of the user's own."""
