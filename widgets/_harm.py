"""What hurt a caller, in a sign and a few words."""

from tui.engine.model import Impact, Mark, Status, Story, Thresholds
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Run
from widgets._view import View, role_of


def status_of(impact: Impact, story: Story, limits: Thresholds) -> Status:
    """Return how bad it was; a call of which nothing is known is no good one."""
    if impact.harm in {"failed", "silence"}:
        return Status.CRITICAL
    if impact.harm == "slow":
        one = impact.stage
        return limits.ttfb_ms(one.stage).status(one.ms) if one else Status.WARNING
    if impact.harm == "none":
        return Status.OK if story.turns else Status.NO_DATA
    return Status.WARNING


def harm(impact: Impact, story: Story, limits: Thresholds, view: View) -> Run:
    """Return sign and words: ``✖ failed 401``, ``▲ slow TTS 1240 ms``."""
    status = status_of(impact, story, limits)
    return Run(f"{view.glyphs.of(status)} {_words(impact, story)}", role_of(status))


def _words(impact: Impact, story: Story) -> str:
    one, mark = impact.stage, impact.mark
    if impact.harm == "silence":
        return t("call.silence", span=fmt.span(impact.amount))
    if impact.harm == "slow":
        return t("call.slow", what=f"{one.stage} {fmt.latency(one.ms)}" if one else t("call.turn"))
    if impact.harm == "none":
        return t("call.fine" if story.turns else "call.nothing")
    if mark is None:
        return t("call.lost")
    return t(f"call.{impact.harm}", what=cause(mark))


def cause(mark: Mark) -> str:
    """Return what a mark is about: ``TTS 401``, ``TTS → Google``; safe text."""
    if mark.kind == "fallback":
        return " ".join(filter(None, (mark.stage, f"→ {safe_text(mark.to, 20)}" if mark.to else "")))
    return " ".join(filter(None, (mark.stage, safe_text(mark.code or mark.provider or "", 20))))
