"""A diagnosis for a program to read."""

from datetime import tzinfo

from tui.commands._diagnosis import Diagnosis, Trial
from tui.commands._diagnosis_text import SHAPES_SHOWN, Hide, advice, meaning_text, shown
from tui.engine.dialects._user_file import Loaded
from tui.engine.event_lines import rfc3339
from tui.engine.safe_text import safe_text


def dialects_object(loaded: Loaded, hide: Hide) -> dict[str, object]:
    """Return the user's dialects and those that were rejected."""
    return {
        "dialects": [
            {
                "name": each.name,
                "path": shown(each.path, hide),
                "patterns": len(each.patterns),
                "every_line": each.reads_every_line,
            }
            for each in loaded.dialects
        ],
        "problems": [{"text": shown(each.message, hide), "remedy": each.remedy} for each in loaded.problems],
    }


def source_object(found: Diagnosis, now: float, tz: tzinfo | None, hide: Hide) -> dict[str, object]:
    """Return what was found out about one source."""
    told: dict[str, object] = {
        "source": shown(found.name, hide),
        "readable": found.readable,
        "tried": [
            {"step": shown(what, hide), "ok": ok, "detail": shown(detail, hide), "remedy": hide(safe_text(remedy))}
            for what, ok, detail, remedy in found.trail
        ],
        "lines": found.lines,
        "bytes": found.status.bytes,
        "not_utf8": found.not_utf8,
        "unrecognised": found.unrecognised,
        "understood_pct": found.understood_pct,
        "events": dict(found.kinds),
        "by_dialect": dict(found.dialects),
        "bad_samples": found.bad_samples,
        "times": {
            "sampled": found.sampled,
            "timed": found.timed,
            "zoned": found.zoned,
            "first": rfc3339(found.first),
            "last": rfc3339(found.last),
        },
        "findings": [each._asdict() for each in advice(found, now, tz)],
        "unknown_shapes": [
            {"count": count, "shape": shown(shape, hide), "example": shown(example, hide)}
            for count, shape, example in found.shapes.top(SHAPES_SHOWN)
        ],
    }
    before = found.understood_before_pct
    return told if before is None else told | {"understood_before_pct": before}


def trial_object(tried: Trial, hide: Hide) -> dict[str, object]:
    """Return what the dialect on trial takes, pattern by pattern, and from whom."""
    uses = zip(tried.uses, tried.dialect.patterns, tried.dialect.lines, strict=True)
    return {
        "name": tried.name,
        "every_line": tried.dialect.reads_every_line,
        "patterns": [
            {
                "line": line,
                "event": pattern.rule.event,
                "count": use.count,
                "example": shown(use.example, hide) if use.count else None,
                "gives": meaning_text(use.meaning, hide) if use.count else None,
            }
            for use, pattern, line in uses
        ],
        "taken": [
            {"dialect": dialect, "event": kind, "count": count} for (dialect, kind), count in tried.taken.most_common()
        ],
    }
