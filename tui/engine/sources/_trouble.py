"""Failures that explain themselves in words of the catalogue."""

from tui.engine.errors import SourceError
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.text import t

NEVER = float("inf")
"""Time to the next attempt of what would fail in the same way again: only a user's wish tries it anew."""


class TroubleError(OSError):
    """Why a source cannot be read now: the sentence ``sources.KEY`` and its remedy ``sources.KEY_remedy``."""

    def __init__(
        self, key: str, *, state: SourceState = SourceState.FAILED, retry_in_s: float | None = None, **values: object
    ) -> None:
        """Give the sentence and the time to the next attempt.

        Args:
            key: in the table ``sources`` of the catalogue, without the table's name.
            state: WAITING for what may well come by itself, else FAILED.
            retry_in_s: seconds to the next attempt; None leaves it to a growing back-off, ``NEVER`` waits
                until a user asks for it.
            values: fill in the sentence; texts pass ``safe_text`` here.
        """
        super().__init__(key)
        self.key = key
        self.state = state
        self.retry_in_s = retry_in_s
        self.values = {name: safe_text(value) if isinstance(value, str) else value for name, value in values.items()}

    @property
    def reason(self) -> str:
        """The sentence in the user's language."""
        return t(f"sources.{self.key}", **self.values)

    @property
    def remedy(self) -> str:
        """What helps, in the user's language."""
        return t(f"sources.{self.key}_remedy", **self.values)

    def __str__(self) -> str:
        return self.reason

    def as_error(self) -> SourceError:
        """Return it as what ends a command that reads once."""
        return SourceError(self.reason, self.remedy)
