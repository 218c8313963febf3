"""Why nobody is told of an alert: a silence, or another alert that explains it."""

from collections.abc import Collection, Mapping, Sequence

from tui.engine.alerts.matching import matches
from tui.engine.alerts.rule import AlertRule
from tui.engine.model import Alert, AlertState, Silence


def muted_by(
    alert: Alert, firing: Collection[Alert], rules: Mapping[str, AlertRule], silences: Sequence[Silence], now: float
) -> str:
    """Return the id of the silence or the rule of the firing alert that mutes this one, empty if none does."""
    for silence in silences:
        if now < silence.until and matches(silence.match, alert):
            return silence.id
    parent = next((other for other in firing if other.id != alert.id and _explains(other, alert, rules)), None)
    return parent.rule if parent else ""


def _explains(parent: Alert, child: Alert, rules: Mapping[str, AlertRule]) -> bool:
    """Tell whether a firing alert inhibits another: by its rule's word, for equal labels where both have them."""
    rule = rules.get(parent.rule)
    if rule is None or parent.state is not AlertState.FIRING or child.rule not in rule.inhibits:
        return False
    theirs, mine = dict(parent.labels), dict(child.labels)
    return all(theirs[name] == mine[name] for name in rule.equal if name in theirs and name in mine)
