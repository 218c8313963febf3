"""What a server answered in one round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from tui.engine.fleet._api import Line, Value
from tui.engine.metrics.windows import MINUTES

Buckets = dict[float, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """Values of this moment and lines of the last hour, by the names of the queries."""

    now: float
    values: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)

    def seen_from(self, host: str) -> Self:
        """Return the same with the states of one host only; an empty one is all of them."""
        if not host:
            return self
        states = [each for each in self.of("states") if host_of(each.labels) == host]
        return replace(self, values={**self.values, "states": states})

    def of(self, name: str) -> Sequence[Value]:
        """Return the series of a query; none where nobody has any."""
        return self.values.get(name, ())

    def state(self, metric: str) -> list[Value]:
        """Return the series of one metric taken as it is."""
        return [each for each in self.of("states") if each.labels.get("__name__") == metric]

    def total(self, name: str) -> int | None:
        """Return the one number of a query, None where it has none."""
        return next((round(each.value) for each in self.of(name)), None)

    def by(self, name: str, label: str) -> dict[str, int]:
        """Return rounded numbers by one label."""
        return {each.labels.get(label, ""): round(each.value) for each in self.of(name)}

    def buckets(self, name: str, **labels: str) -> Buckets:
        """Return a histogram: the sum of those that have these labels."""
        found: Buckets = {}
        for each in self.of(f"{name}_buckets"):
            if labels.items() <= each.labels.items():
                bound = float(each.labels.get("le", "inf"))
                found[bound] = found.get(bound, 0.0) + each.value
        return found

    def sum_of(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples of such histograms."""
        found = [each.value for each in self.of(f"{name}_sum") if labels.items() <= each.labels.items()]
        return sum(found) if found else None

    def minutes(self, name: str, **labels: str) -> tuple[float | None, ...]:
        """Return a series of the last 60 minutes, oldest first; ``None`` where nothing was scraped."""
        line = next((each for each in self.lines.get(name, ()) if labels.items() <= each.labels.items()), None)
        return tuple(line.points.get(at) if line else None for at in minute_ends(self.now))

    def minute_buckets(self, name: str, **labels: str) -> list[Buckets]:
        """Return a histogram for each of the last 60 minutes."""
        lines = [each for each in self.lines.get(name, ()) if labels.items() <= each.labels.items()]
        return [
            {float(each.labels.get("le", "inf")): each.points[at] for each in lines if at in each.points}
            for at in minute_ends(self.now)
        ]


def host_of(labels: Mapping[str, str]) -> str:
    """Return what a target is called: its label ``host``, else its instance as Prometheus knows it."""
    return labels.get("host") or labels.get("instance", "?")


def minute_ends(now: float) -> range:
    """Return the end of each of the last 60 minutes, oldest first; that of the present one is yet to come."""
    end = 60 * (int(now // 60) + 1)
    return range(end - 60 * (MINUTES - 1), end + 1, 60)
