"""Alerts in words: one sentence with figure, limit and n, the same for every channel and list."""

from tui.engine import written
from tui.engine.model import Alert
from tui.engine.safe_text import safe_text
from tui.engine.text import catalogue, language, t

NONE = "–"
LABEL_LENGTH = 80


def describe(alert: Alert) -> str:
    """Return what is wrong, in the user's language; labels are made safe, nothing is masked."""
    labels = {name: safe_text(value, LABEL_LENGTH) for name, value in alert.labels}
    burns = alert.unit == "×"
    key = "alert_text.burn" if burns else f"alert_text.{alert.figure}"
    what = t(
        key if key in catalogue(language()) else "alert_text.other",
        rule=alert.rule,
        stage=labels.get("stage", ""),
        field=labels.get("field", ""),
        source=labels.get("source", ""),
        provider=labels.get("provider", "") or safe_text(alert.provider, LABEL_LENGTH) or NONE,
        value=amount(alert.value, alert.unit),
        limit=amount(alert.target, alert.unit),
        n=alert.n,
        window=span(alert.window_s),
    )
    return what.strip()


def amount(value: float | None, unit: str = "") -> str:
    """Return a figure with its unit, rounded for reading."""
    if value is None:
        return NONE
    if unit == "ms":
        return f"{written.number(value)} ms"
    if unit == "%":
        return f"{written.number(value, 1)} %"
    return written.number(value) if float(value).is_integer() and not unit else f"{written.number(value, 1)}{unit}"


def span(seconds: float | None) -> str:
    """Return a window or an age in its largest whole units."""
    if seconds is None:
        return NONE
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    if whole < 2 * 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min" if whole % 3600 >= 60 else f"{whole // 3600} h"
