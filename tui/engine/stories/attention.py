"""Which calls of a span need attention first, by what hurt the caller most.

A call that failed comes before one with silence, that before a fallback, that before a slow answer, that before a
warning; of two alike the one with more of it, then the newer one. A rule of this tool.
"""

from collections.abc import Iterable, Sequence

from tui.engine.metrics.errors import HANG_UP_RACE
from tui.engine.model import (
    HARMS,
    Bucket,
    CallRow,
    Impact,
    Mark,
    Stage,
    StageTime,
    Story,
    Thresholds,
    Turn,
)

ERRORS_PANEL, CALLS_PANEL, TTFB_PANEL, FALLBACK_PANEL = 5, 4, 3, 2


def attention(stories: Iterable[Story], bucket: Bucket, thresholds: Thresholds, now: float) -> tuple[CallRow, ...]:
    """Return what the bucket's figure is made of, call by call, the worst first; what is tied to none comes last."""
    rows = [row for story in stories if (row := _row(story, bucket, thresholds, now))]
    return tuple(sorted(rows, key=_order))


def totals(rows: Iterable[CallRow]) -> int:
    """Return what all rows add to the figure: the panel's n."""
    return sum(row.n for row in rows)


def impact_of(story: Story, since: float, until: float, thresholds: Thresholds, now: float) -> Impact:
    """Return what hurt most between two moments, the second not included."""
    marks = [mark for mark in story.marks if mark.code not in HANG_UP_RACE and _within(mark.at, since, until)]
    turns = [turn for turn in story.turns if _within(turn.heard_at, since, until)]
    errors = [mark for mark in marks if mark.kind == "error"]
    lost = story.ending == "lost" and _within(story.closed_at, since, until)
    if errors or lost:
        return Impact("failed", _many(errors), errors[0] if errors else None)
    silence = sum(turn.silence_s for turn in turns)
    if story.waiting_since is not None and story.waiting_since < until and now >= since:
        silence += max(0.0, now - story.waiting_since - thresholds.silence_after_s)
    if silence or (story.waiting_since is not None and since <= now < until):
        return Impact("silence", silence)
    if fallbacks := [mark for mark in marks if mark.kind == "fallback"]:
        return Impact("fallback", _many(fallbacks), fallbacks[0])
    if slow := _slowest_over(turns, since, until, thresholds):
        return slow
    warnings = [mark for mark in marks if mark.kind == "warning"]
    return Impact("warning", _many(warnings), warnings[0]) if warnings else Impact()


def _many(marks: Sequence[Mark]) -> float:
    """Return how many of them count; echoes of one thing that happened elsewhere first are one here."""
    return float(sum(mark.counts for mark in marks) or 1)


def _slowest_over(turns: Sequence[Turn], since: float, until: float, thresholds: Thresholds) -> Impact | None:
    """Return how many times a limit the slowest answer was, if it was at or over one."""
    stages = [one for turn in turns for one in turn.stages if _within(one.at, since, until)]
    over = [(one.ms / thresholds.ttfb_ms(one.stage).warn_at, one) for one in stages]
    whole = [turn.ms / thresholds.turn_ms.warn_at for turn in turns if turn.ms is not None]
    ratio, worst = max(over, key=lambda each: each[0], default=(0.0, None))
    if max([ratio, *whole]) < 1:
        return None
    return Impact("slow", max([ratio, *whole]), stage=worst if ratio >= 1 else None)


def _row(story: Story, bucket: Bucket, thresholds: Thresholds, now: float) -> CallRow | None:
    since, until = bucket.since, bucket.until
    n = _adds(story, bucket, now)
    if n == 0 and (
        bucket.panel in {FALLBACK_PANEL, TTFB_PANEL, CALLS_PANEL, ERRORS_PANEL} or not _lives(story, bucket)
    ):
        return None
    turns = [turn for turn in story.turns if _within(turn.heard_at, since, until)]
    stages = [one for turn in story.turns for one in turn.stages if _within(one.at, since, until)]
    return CallRow(
        story,
        impact_of(story, since, until, thresholds, now),
        n,
        len(turns),
        (_slowest(stages, "STT"), _slowest(stages, "LLM"), _slowest(stages, "TTS")),
        max((turn.ms for turn in turns if turn.ms is not None), default=None),
    )


def _adds(story: Story, bucket: Bucket, now: float) -> int:
    """Return how much of a bucket's figure is of this story: what the panel counts, as the panel counts it."""
    since, until = bucket.since, bucket.until
    if bucket.panel == TTFB_PANEL:
        return sum(
            bucket.stage in {None, one.stage}
            and bucket.provider in {None, one.provider}
            and _within(one.at, since, until)
            for turn in story.turns
            for one in turn.stages
        )
    if bucket.panel == CALLS_PANEL:
        opened = story.opened_at
        return int(opened is not None and opened < until and (story.closed_at or now) >= since and story.key.call != "")
    kind = {FALLBACK_PANEL: "fallback", ERRORS_PANEL: "error"}.get(bucket.panel)
    return sum(_is_of(mark, kind, bucket) for mark in story.marks)


def _is_of(mark: Mark, kind: str | None, bucket: Bucket) -> bool:
    if kind is None or mark.kind != kind or not mark.counts or not _within(mark.at, bucket.since, bucket.until):
        return False
    if kind == "fallback":
        return mark.stage is not None and bucket.stage in {None, mark.stage}
    return bucket.stage in {None, mark.stage} and bucket.provider in {None, mark.provider}


def _lives(story: Story, bucket: Bucket) -> bool:
    if story.first_at is None or story.last_at is None:
        return bucket.since == float("-inf")
    last = bucket.until if story.ending == "open" else story.last_at
    return story.first_at < bucket.until and last >= bucket.since


def _within(at: float | None, since: float, until: float) -> bool:
    if at is None:
        return since == float("-inf")
    return since <= at < until


def _slowest(stages: Iterable[StageTime], stage: Stage) -> StageTime | None:
    return max((one for one in stages if one.stage == stage), key=lambda one: one.ms, default=None)


def _order(row: CallRow) -> tuple[bool, int, float, float, tuple[str, str, str, int]]:
    return (
        not row.story.tied,
        -HARMS.index(row.impact.harm),
        -row.impact.amount,
        -(row.story.last_at or 0.0),
        row.story.key,
    )
