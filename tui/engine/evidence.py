"""Why something is thought to be wrong, line by line: the same on the screen and in a message."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from tui.engine.model import ErrorGroup, Snapshot
from tui.engine.text import t

REFUSED = frozenset({"401", "403", "auth"})


def reasons(snapshot: Snapshot, groups: Sequence[ErrorGroup], zone: tzinfo | None = None) -> tuple[str, ...]:
    """Return what was counted since when, in the log's words, and what the start said about refused keys.

    Raw outside text: pass it through ``redact`` and ``safe_text``. Without a zone times are those of this machine.
    """
    return (*(_counted(group, zone) for group in groups), *_keys(snapshot, groups, zone))


def _counted(group: ErrorGroup, zone: tzinfo | None) -> str:
    """Say ``401 from Azure STT ×12 since 14:02:00: …``."""
    what = group.code or t(f"evidence.{group.kind}")
    where = " ".join(filter(None, (group.provider, group.stage)))
    said = t("evidence.from", what=what, where=where) if where else what
    return t("evidence.group", what=said, count=group.count, time=_clock_time(group.first_at, zone), text=group.text)


def _keys(snapshot: Snapshot, groups: Iterable[ErrorGroup], zone: tzinfo | None) -> Iterator[str]:
    """Yield what the start of the process said about the keys of the providers that refuse us (semantics R62)."""
    providers = {group.provider for group in groups if group.provider and group.code in REFUSED}
    config = snapshot.config
    missing = [key for key in config.missing if any(key.field.startswith(name.upper()) for name in providers)]
    for key in missing:
        yield t("evidence.missing", field=key.field, time=_clock_time(key.first_at, zone))
    if providers and not missing and config.start_seen:
        yield t("evidence.set", provider=", ".join(sorted(providers)), time=_clock_time(config.started_at, zone))


def _clock_time(at: float | None, zone: tzinfo | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M:%S")
