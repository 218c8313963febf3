"""What a channel is told, how often, and when: its part of ``[notify.NAME]`` as rules."""

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Self

from tui.engine.model import ChannelOptions, Notification
from tui.engine.when import Hours, parse_hours, parse_span


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that every kind of channel understands."""

    severities: tuple[str, ...] = ("warning", "critical")
    match: Mapping[str, str] = field(default_factory=dict)
    resolved: bool = True
    repeat_s: float | None = 1800.0
    """None never repeats (semantics R77)."""
    quiet: Hours | None = None
    per_hour: int = 30
    tz: tzinfo | None = None

    @classmethod
    def of(cls, options: ChannelOptions, tz: tzinfo | None) -> Self:
        """Return what a channel's settings mean; they were checked when they were read."""
        return cls(
            severities=options.severities,
            match=options.match,
            resolved=options.resolved,
            repeat_s=parse_span(options.repeat) if options.repeat else None,
            quiet=parse_hours(options.quiet_hours) if options.quiet_hours else None,
            per_hour=options.per_hour,
            tz=tz,
        )

    def wants(self, message: Notification) -> bool:
        """Tell whether a message goes to this channel at all."""
        if message.severity not in self.severities or (message.occasion == "resolved" and not self.resolved):
            return False
        labels = {**dict(message.labels), "rule": message.rule, "provider": message.provider, "host": message.host}
        return all(fnmatch.fnmatchcase(labels.get(name, ""), pattern) for name, pattern in self.match.items())

    def repeats(self, told_at: float, now: float) -> bool:
        """Tell whether it is time to tell again what nobody acknowledged."""
        return self.repeat_s is not None and abs(now - told_at) >= self.repeat_s

    def is_quiet(self, now: float) -> bool:
        """Tell whether only critical messages go out now."""
        return self.quiet is not None and self.quiet.hold(now, self.tz)
