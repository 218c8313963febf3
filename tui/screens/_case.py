"""Why a playbook is opened: what was counted, since when, in whose words, and what its commands are filled with."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tui.engine.model import ErrorGroup, Playbook, Snapshot
from tui.engine.playbooks.commands import fill_command, fillable
from tui.engine.text import t
from tui.screens.playbook import Case
from widgets.strip import finding_text

INCIDENT_S = 12 * 3600.0
"""Steps done longer ago belong to an earlier incident."""

REFUSED = frozenset({"401", "403", "auth"})


def case_of(snapshot: Snapshot, playbook: Playbook | None, group: ErrorGroup | None = None) -> Case:
    """Return the case of a playbook, or of a row of the recent errors that has none."""
    if playbook is None:
        return Case(None, tuple(_group_lines([group] if group else [])), group)
    groups = [each for each in snapshot.recent if each.playbook is playbook]
    about = group or next(iter(groups), None)
    began = min((each.first_at for each in groups if each.first_at is not None), default=snapshot.at)
    return Case(
        playbook,
        evidence=evidence(snapshot, playbook),
        group=about,
        commands=filled(snapshot, playbook, about),
        since=max(began, snapshot.at - INCIDENT_S),
    )


def evidence(snapshot: Snapshot, playbook: Playbook) -> tuple[str, ...]:
    """Return why this playbook was proposed; raw outside text."""
    groups = [group for group in snapshot.recent if group.playbook is playbook]
    figures = (finding_text(one) for one in snapshot.verdict.findings if one.playbook is playbook)
    return (*figures, *_group_lines(groups), *_key_lines(snapshot, groups))


def _group_lines(groups: Sequence[ErrorGroup]) -> Iterator[str]:
    for group in groups:
        what = group.code or t(f"evidence.{group.kind}")
        where = " ".join(filter(None, (group.provider, group.stage)))
        said = t("evidence.from", what=what, where=where) if where else what
        yield t("evidence.group", what=said, count=group.count, time=_clock_time(group.first_at), text=group.text)


def _key_lines(snapshot: Snapshot, groups: Sequence[ErrorGroup]) -> Iterator[str]:
    """Yield what the start of the process said about the keys of the providers that refuse us (semantics R62)."""
    providers = {group.provider for group in groups if group.provider and group.code in REFUSED}
    if not providers:
        return
    config = snapshot.config
    missing = [key for key in config.missing if any(key.field.startswith(name.upper()) for name in providers)]
    for key in missing:
        yield t("evidence.missing", field=key.field, time=_clock_time(key.first_at))
    if not missing and config.start_seen:
        yield t("evidence.set", provider=", ".join(sorted(providers)), time=_clock_time(config.started_at))


def filled(snapshot: Snapshot, playbook: Playbook, about: ErrorGroup | None) -> tuple[str, ...]:
    """Return the commands with host, provider and call put in where they are plain names; others stay to be filled."""
    hosts = {source.name: source.host for source in snapshot.sources}
    values = {"host": hosts.get(about.source), "provider": about.provider, "call": about.call} if about else {}
    plain = {name: fillable(value) for name, value in values.items()}
    return tuple(fill_command(command, **plain) for command in playbook.commands)


def _clock_time(at: float | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S")
