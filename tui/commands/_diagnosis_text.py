"""A diagnosis in words: findings with their remedies, and a page to read."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from tui.commands._diagnosis import Diagnosis, Trial
from tui.engine import written
from tui.engine.dialects._dialect import Nothing
from tui.engine.dialects._user import UserDialect
from tui.engine.errors import VoxtopError
from tui.engine.event_lines import as_object
from tui.engine.model import LogEvent, SourceState
from tui.engine.safe_text import safe_text
from tui.engine.text import t

Hide = Callable[[str], str]
"""What every text from outside goes through before it is printed."""

SHAPES_SHOWN = 10
EXAMPLE_SHOWN = 160
UNDERSTOOD_PCT = 90.0
"""Below this the shapes that are not known are worth a dialect."""
TIMED_PCT = 50.0
AHEAD_S = 300.0
"""A newest line this far ahead of now has a wrong clock or zone (semantics R67)."""


class Advice(NamedTuple):
    """One thing that is not as it should be, and what to do."""

    code: str
    text: str
    remedy: str


def shown(text: str, hide: Hide) -> str:
    """Return outside text fit for the page: harmless first, then redacted, then cut."""
    whole = hide(safe_text(text, EXAMPLE_SHOWN * 100))
    return whole if len(whole) <= EXAMPLE_SHOWN else whole[: EXAMPLE_SHOWN - 1] + "…"


def advice(found: Diagnosis, now: float, tz: tzinfo | None) -> list[Advice]:
    """Return what is wrong with a source, worst first; ``tz`` is the zone the user named, if any."""
    status = found.status
    if not found.readable:
        no_file = status.state is SourceState.WAITING and status.kind == "file"
        remedy = t("doctor.missing_remedy") if no_file else safe_text(status.remedy)
        return [Advice("unreadable", safe_text(status.reason), remedy)]
    if not found.lines:
        return [_advice("empty")]
    return list(_advised(found, now, tz))


def _advised(found: Diagnosis, now: float, tz: tzinfo | None) -> Iterator[Advice]:
    understood = found.understood_pct or 0.0
    if found.status.binary:
        yield _advice("binary")
    if not found.kinds.total():
        yield _advice("no_events")
    if understood < UNDERSTOOD_PCT:
        yield _advice("unknown", pct=percent(understood), count=found.unrecognised)
    if found.sampled and 100.0 * found.timed / found.sampled < TIMED_PCT:
        yield _advice("no_times")
    elif found.zoned < found.timed and tz is None:
        yield _advice("no_zone")
    if found.last is not None and found.last > now + AHEAD_S:
        yield _advice("ahead")
    for code, count in (
        ("bad_samples", found.bad_samples),
        ("not_utf8", found.not_utf8),
        ("truncated", found.truncated),
        ("gaps", found.status.gaps),
    ):
        if count:
            yield _advice(code, count=count)


def _advice(code: str, **values: object) -> Advice:
    return Advice(code, t(f"doctor.{code}", **values), t(f"doctor.{code}_remedy"))


def percent(value: float) -> str:
    """Return a share with one decimal; almost all is not all."""
    return f"{written.number(min(value, 99.9) if value < 100 else value, 1)} %"


def source_page(found: Diagnosis, now: float, hide: Hide, tz: tzinfo | None) -> Iterator[str]:
    """Yield the lines about one source."""
    yield hide(safe_text(found.name))
    yield from _trail(found, hide)
    if found.readable and found.lines:
        yield _row("lines", t("doctor.read", encoding=_encoding(found), **_size(found)))
        yield _row("understood", _coverage(found))
        yield _row("events", _counted(found.kinds))
        yield _row("dialects", _counted(found.dialects))
        yield _row("times", _times(found, tz))
    for each in advice(found, now, tz):
        yield f"  ! {each.text}"
        yield f"    -> {each.remedy}"
    shapes = found.shapes.top(SHAPES_SHOWN)
    if shapes:
        yield f"  {t('doctor.shapes')}"
    for count, shape, example in shapes:
        yield f"  {count:>9} x {shown(shape, hide)}"
        yield f"            {t('doctor.example', text=shown(example, hide))}"


def _trail(found: Diagnosis, hide: Hide) -> Iterator[str]:
    """Yield what was tried; the remedy of what failed is told once, here or with the findings."""
    for step in found.trail:
        yield _row("tried" if step.ok else "failed", shown(": ".join(filter(None, (step.what, step.detail))), hide))
        if step.remedy and (found.readable or step.remedy != found.status.remedy):
            yield f"    -> {hide(safe_text(step.remedy))}"


def _row(key: str, value: str) -> str:
    return f"  {t(f'doctor.row_{key}'):<12} {value}"


def _coverage(found: Diagnosis) -> str:
    after, before = found.understood_pct, found.understood_before_pct
    if after is None or before is None:
        return t("doctor.coverage", pct=percent(after or 0.0), count=found.unrecognised)
    return t("doctor.coverage_change", before=percent(before), after=percent(after), count=found.unrecognised)


def _size(found: Diagnosis) -> dict[str, str]:
    return {"lines": written.count(found.lines), "bytes": written.count(found.status.bytes)}


def _encoding(found: Diagnosis) -> str:
    return t("doctor.mixed") if found.not_utf8 else "UTF-8"


def _counted(counts: Counter[str]) -> str:
    if not counts.total():
        return t("doctor.none")
    return f"{counts.total()}: " + ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _times(found: Diagnosis, tz: tzinfo | None) -> str:
    if not found.timed or found.first is None or found.last is None:
        return t("doctor.none")
    share = percent(100.0 * found.timed / found.sampled)
    zone = t("doctor.zoned" if found.zoned == found.timed else "doctor.zoneless")
    first, last = (_moment(moment, tz) for moment in (found.first, found.last))
    return t("doctor.span", pct=share, zone=zone, first=first, last=last)


def _moment(time: float, tz: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(time, UTC)
    return (moment.astimezone(tz) if tz else moment.astimezone()).strftime("%Y-%m-%d %H:%M:%S %Z")


def dialect_page(own: Sequence[UserDialect], problems: Sequence[VoxtopError], hide: Hide) -> Iterator[str]:
    """Yield the lines about the user's dialects."""
    if own or problems:
        yield t("doctor.own")
    for dialect in own:
        yield f"  {dialect.name:<12} {t('doctor.own_row', count=len(dialect.patterns), path=safe_text(dialect.path))}"
        if dialect.reads_every_line:
            yield f"  ! {t('doctor.every_line')}"
            yield f"    -> {t('doctor.every_line_remedy')}"
    for problem in problems:
        yield f"  ! {shown(problem.message, hide)}"
        if problem.remedy:
            yield f"    -> {safe_text(problem.remedy)}"


def trial_page(trial: Trial, hide: Hide) -> Iterator[str]:
    """Yield the lines about the dialect on trial: what each pattern takes, and from whom."""
    yield t("doctor.trial", name=trial.name, path=safe_text(trial.dialect.path))
    for number, (use, line) in enumerate(zip(trial.uses, trial.dialect.lines, strict=True), 1):
        event = trial.dialect.patterns[number - 1].rule.event
        yield f"  {use.count:>9} x {t('doctor.trial_row', number=number, line=line, event=event)}"
        if use.count:
            yield f"            {t('doctor.example', text=shown(use.example, hide))}"
            yield f"            => {meaning_text(use.meaning, hide)}"
    for (dialect, kind), count in trial.taken.most_common():
        yield f"  {t('doctor.trial_taken', count=count, dialect=dialect, event=kind)}"
    if trial.dialect.reads_every_line:
        yield f"  ! {t('doctor.every_line')}"
        yield f"    -> {t('doctor.every_line_remedy')}"


def meaning_text(meaning: object, hide: Hide) -> str:
    """Return what an example means, in one line."""
    if not isinstance(meaning, LogEvent):
        return t("doctor.bad_sample" if meaning is Nothing.BAD_SAMPLE else "doctor.nothing")
    values = {key: value for key, value in as_object(meaning).items() if key not in {"source", "line", "time", "event"}}
    told = (f"{key}={shown(value, hide) if isinstance(value, str) else value}" for key, value in values.items())
    return " ".join([meaning.kind, *told])
