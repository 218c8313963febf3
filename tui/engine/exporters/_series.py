"""Which label sets a metric shows: the known ones from the start, new ones from zero, never too many."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tui.engine.redact import redact
from tui.engine.safe_text import safe_text

OTHER = "other"
MAX_SERIES = 200
"""Label sets of one metric; what comes later is counted as ``other``."""

LABEL_LENGTH = 120

BORN_S = 15.0
"""For this long after it was first told a new label set stays at 0, so that ``increase()`` sees its first event."""

Labels = tuple[str, ...]


@lru_cache(maxsize=4096)
def label(text: str) -> str:
    """Return an outside text fit to be a label value."""
    return safe_text(redact(text), LABEL_LENGTH)


def cleaned(raw: Labels) -> Labels:
    """Return the values of a label set, each fit to be one."""
    return tuple(map(label, raw))


class LabelSets:
    """The label sets of one metric."""

    def __init__(self, known: Iterable[Labels] = ()) -> None:
        """``known`` are told at 0 from the start."""
        self._born: dict[Labels, float] = dict.fromkeys(known, float("-inf"))

    def counted(self, found: Mapping[Labels, int], now: float) -> dict[Labels, int]:
        """Return what to tell at ``now``, monotonic seconds."""
        told = dict.fromkeys(self._born, 0)
        for raw, count in found.items():
            labels = self.kept(raw, now)
            told[labels] = told.get(labels, 0) + count
        return {labels: count if self.is_told(labels, now) else 0 for labels, count in told.items()}

    def kept(self, raw: Labels, now: float) -> Labels:
        """Return the label set that stands for another, itself while there is room."""
        labels = cleaned(raw)
        if labels not in self._born and len(self._born) >= MAX_SERIES - 1:
            labels = (OTHER,) * len(labels)
        self._born.setdefault(labels, now)
        return labels

    def is_told(self, labels: Labels, now: float) -> bool:
        """Tell whether a label set is old enough to show its count."""
        return now - self._born[labels] >= BORN_S
