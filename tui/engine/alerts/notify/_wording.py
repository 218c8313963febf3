"""A notification in words: the subject, the fields and the numbered actions of the guide's mail (semantics R78)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice

from tui.engine.impact import impact
from tui.engine.model import Notification, Occasion, Playbook, ServiceOptions, Severity
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import catalogue, language, t

SUBJECT_LENGTH = 200
ENVIRONMENT_LENGTH = 40
TEXT_LENGTH = 500
LINE_LENGTH = 300
LINES = 8
"""Pieces of evidence, and alerts told along, that a message holds at most."""

_MARKS: dict[Occasion, str] = {"resolved": "✅"}
_MARK = "⚠️"


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, in the user's language; nothing in it is raw, secret or longer than a screen."""

    key: str
    alert_key: str
    occasion: Occasion
    severity: Severity
    subject: str
    """With environment and service: for a mail, a title."""
    headline: str
    """One sentence."""
    facts: tuple[tuple[str, str], ...]
    """Label and value, in the order to show them."""
    impact: str = ""
    """What callers notice, or what the playbook gives as the cause."""
    actions: tuple[str, ...] = ()
    """To be numbered."""
    evidence: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    note: str = ""
    """How many messages this one stands for."""
    link: str = ""
    """The dashboard."""

    def sections(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield heading and lines of everything below the fields; a heading without lines stands alone."""
        if self.impact:
            yield t("notify.impact", text=self.impact), ()
        if self.actions:
            yield t("notify.actions"), tuple(f"{number}. {step}" for number, step in enumerate(self.actions, 1))
        if self.evidence:
            yield t("notify.evidence"), tuple(f"· {line}" for line in self.evidence)
        if self.also:
            yield t("notify.also"), tuple(f"· {line}" for line in self.also)
        if self.note:
            yield self.note, ()

    def text(self) -> str:
        """Return the whole message as plain text; lines end with a line feed."""
        blocks = [self.headline, "\n".join(f"{label}: {value}" for label, value in self.facts)]
        blocks += ["\n".join((heading, *lines)) for heading, lines in self.sections()]
        if self.link:
            blocks.append(f"{t('notify.dashboard')}: {self.link}")
        return "\n\n".join(block for block in blocks if block) + "\n"


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts notifications into words."""

    service: ServiceOptions = field(default_factory=ServiceOptions)
    playbook: Callable[[str], Playbook | None] = lambda _: None
    """Finds a playbook by its id."""
    zone: tzinfo | None = None
    """Of the times in messages; None is the zone of this machine."""

    def message(self, about: Notification) -> Message:
        """Return a notification in words; texts from outside are masked and made harmless on the way."""
        playbook = self.playbook(about.playbook) if about.playbook else None
        over = about.occasion == "resolved"
        steps = playbook.steps[language()] if playbook and not over else ()
        return Message(
            key=about.key,
            alert_key=about.alert_key,
            occasion=about.occasion,
            severity=about.severity,
            subject=self._subject(about),
            headline=t(f"notify.head_{about.occasion}", summary=clean(about.summary)),
            facts=tuple(self._facts(about)),
            impact="" if over else _impact(about, playbook),
            actions=tuple(map(clean, steps)),
            evidence=_few(about.evidence),
            also=_few(about.also),
            note=t("notify.suppressed", count=about.suppressed) if about.suppressed else "",
            link=clean(self.link(about)),
        )

    def server(self, about: Notification) -> str:
        """Return where the thing runs that the message is about."""
        return self.service.server or about.host

    def link(self, about: Notification) -> str:
        """Return the address of the dashboard, empty if there is none."""
        return about.dashboard or self.service.dashboard

    def moment(self, at: float) -> str:
        """Return a time with its zone: ``2026-01-29 03:00:00 CET (UTC+01:00)``."""
        when = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        offset = when.strftime("%z")
        return f"{when:%Y-%m-%d %H:%M:%S} {when.tzname()} (UTC{offset[:3]}:{offset[3:5]})"

    def _subject(self, about: Notification) -> str:
        """Return one line, as short as a mail's subject has to be."""
        service = self.service
        title = t(f"notify.subject_{about.occasion}", title=_title(about))
        words = f"{title} - {service.name}" if service.name else title
        lead = f"[{clean(service.environment)[:ENVIRONMENT_LENGTH]}] " if service.environment else ""
        lead += _MARKS.get(about.occasion, _MARK) + " "
        return lead + clean(words)[: SUBJECT_LENGTH - len(lead)]

    def _facts(self, about: Notification) -> Iterator[tuple[str, str]]:
        for name, value in about.labels:
            yield _named("notify_label", name) or clean(name), clean(value)
        yield t("notify.timestamp"), self.moment(about.at)
        if about.since and about.since != about.at:
            yield t("notify.since"), self.moment(about.since)
        if server := self.server(about):
            yield t("notify.server"), clean(server)
        if about.sources:
            yield t("notify.sources"), clean(", ".join(about.sources))
        yield t("notify.severity"), t(f"notify.{about.severity}")


def clean(text: str) -> str:
    """Return text as it may leave the process: secrets masked, controls visible, of bounded length."""
    return safe_text(redact(text), TEXT_LENGTH)


def _few(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(safe_text(redact(line), LINE_LENGTH) for line in islice(lines, LINES))


def _title(about: Notification) -> str:
    """Return what happened in a few words: those of the rule, else the whole summary."""
    title = _named("notify_title", about.rule)
    if not title:
        return about.summary
    where = " ".join(filter(None, map(about.label, ("stage", "provider", "source"))))
    return f"{title}: {where}" if where else title


def _named(table: str, name: str) -> str:
    """Return a text of the catalogue for a name that the catalogue may not know, then an empty one."""
    return catalogue(language()).get(f"{table}.{name}", "")


def _impact(about: Notification, playbook: Playbook | None) -> str:
    """Return what callers notice of a missing field (semantics R63), else what the playbook gives as the cause."""
    missing = about.label("field")
    said = impact(missing) if missing else clean(playbook.cause[language()]) if playbook else ""
    return said[:1].upper() + said[1:]
