"""Why a playbook is opened: what was counted, since when, in whose words, and what its commands are filled with."""

from tui.engine.blame_sentence import blame_sentence
from tui.engine.evidence import reasons
from tui.engine.model import Blame, ErrorGroup, Playbook, Snapshot
from tui.engine.playbooks.commands import fill_command, fillable
from tui.screens.playbook import Case
from widgets.strip import finding_text

INCIDENT_S = 12 * 3600.0
"""Steps done longer ago belong to an earlier incident."""


def case_of(snapshot: Snapshot, playbook: Playbook | None, group: ErrorGroup | None = None) -> Case:
    """Return the case of a playbook, or of a row of the recent errors that has none."""
    if playbook is None:
        return Case(None, reasons(snapshot, [group] if group else []), group)
    groups = [each for each in snapshot.recent if each.playbook is playbook]
    about = group or next(iter(groups), None)
    began = min((each.first_at for each in groups if each.first_at is not None), default=snapshot.at)
    return Case(
        playbook,
        evidence=evidence(snapshot, playbook),
        group=about,
        commands=filled(snapshot, playbook, about),
        since=max(began, snapshot.at - INCIDENT_S),
        blame=blame_for(snapshot, playbook),
    )


def evidence(snapshot: Snapshot, playbook: Playbook) -> tuple[str, ...]:
    """Return why this playbook was proposed; raw outside text."""
    groups = [group for group in snapshot.recent if group.playbook is playbook]
    figures = (finding_text(one) for one in snapshot.verdict.findings if one.playbook is playbook)
    return (*figures, *map(blame_sentence, blame_for(snapshot, playbook)), *reasons(snapshot, groups))


def blame_for(snapshot: Snapshot, playbook: Playbook) -> tuple[Blame, ...]:
    """Return what changed about the figures that a playbook was proposed for."""
    about = {(one.kpi, one.stage) for one in snapshot.verdict.findings if one.playbook is playbook}
    return tuple(one for one in snapshot.blame if (one.kpi, one.stage) in about)


def filled(snapshot: Snapshot, playbook: Playbook, about: ErrorGroup | None) -> tuple[str, ...]:
    """Return the commands with host, provider and call put in where they are plain names; others stay to be filled."""
    hosts = {source.name: source.host for source in snapshot.sources}
    values = {"host": hosts.get(about.source), "provider": about.provider, "call": about.call} if about else {}
    plain = {name: fillable(value) for name, value in values.items()}
    return tuple(fill_command(command, **plain) for command in playbook.commands)
