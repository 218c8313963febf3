"""What changed, in one sentence: the same on the screen, in a message and in a line of text."""

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from tui.engine.safe_text import safe_text
from tui.engine.text import language, t

if TYPE_CHECKING:
    from tui.engine.model import Blame, Precursor

_NAME_LENGTH = 60


def blame_sentence(blame: "Blame", zone: tzinfo | None = None) -> str:
    """Return ``TTS P95 +640 ms since 14:02: 88 % Azure on voice-prod-02; began 40 s after …``, safe to show.

    Without a zone the time is that of this machine.
    """
    said = t(
        f"blame.{blame.shift}",
        what=figure_change(blame),
        time=_clock_time(blame.at, zone),
        share=f"{blame.share:.0f}",
        where=culprit(blame, bare=blame.shift == "traffic"),
        before=f"{blame.traffic[0]:.0f}",
        after=f"{blame.traffic[1]:.0f}",
    )
    if not blame.preceded:
        return said
    nearest = blame.preceded[0]
    return said + t("blame.preceded", ago=_ago(blame.at - nearest.at), what=precursor_text(nearest))


def figure_change(blame: "Blame") -> str:
    """Return the figure and by how much it is worse, such as ``TTS P95 +640 ms``; where it is rare, how often."""
    name = t(f"blame.figure_{blame.kpi}", stage=blame.stage or "").strip()
    before, after = blame.before.p95, blame.after.p95
    if before is not None and after is not None:
        return t("blame.slower", figure=name, ms=f"{after - before:+.0f}")
    minutes = (blame.at - blame.since) / 60, (blame.until - blame.at) / 60
    rates = [_decimal(n / (span or 1)) for n, span in zip((blame.before.over, blame.after.over), minutes, strict=True)]
    return t("blame.oftener", figure=name, before=rates[0], after=rates[1])


def culprit(blame: "Blame", *, bare: bool = False) -> str:
    """Return where it is: ``TTS Azure on voice-prod-02 for twilio``; ``bare`` begins without ``on`` or ``for``."""
    named = [(name, safe_text(value, _NAME_LENGTH)) for name, value in blame.culprit]
    parts = [t(f"blame.in_{name}", value=value) for name, value in named]
    return " ".join([*(value for _, value in named[:1]), *parts[1:]] if bare else parts)


def precursor_text(precursor: "Precursor") -> str:
    """Return what happened before in a few words, such as ``the TTS fallback opened``."""
    where = safe_text(precursor.source, _NAME_LENGTH)
    return " ".join(t(f"blame.{precursor.kind}", stage=precursor.stage or "", source=where).split())


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _decimal(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if language() == "es" else text


def _clock_time(at: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M")
