"""A filter over rows typed by the user: a regular expression that cannot stall the screen."""

import re
import time
from collections.abc import Callable

from tui.engine.text import t

MAX_PATTERN = 100
MAX_TEXT = 500
MAX_SIMPLE = 4_000
"""The same where nothing in the pattern repeats, so that a text is gone through but once."""
BUDGET_S = 0.1
"""Time that one pass over all rows may take before the filter is given up."""
PER_TEXT_S = 0.00025
"""Time that each text of many may take beside that, on average."""

_MAX_UNBOUNDED = 2
_MAX_OPTIONAL = 8
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?[<:=!]*|[*+?]\??|\{\d*,?\d*\}\??|[()|]|.", re.DOTALL)
"""The parts of a pattern that decide how long it may run; everything else is one token per character."""


class FilterError(ValueError):
    """The pattern does not compile or could run for ages; the message says which, in the user's language."""


class RowFilter:
    """Finds text by regular expression, case ignored; a leading ``!`` keeps what does not match.

    Raises:
        FilterError: the pattern is unusable.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.inverted = text.startswith("!")
        pattern = text[1:] if self.inverted else text
        if len(pattern) > MAX_PATTERN:
            raise FilterError(t("panel_recent.filter_long", most=MAX_PATTERN))
        try:
            self._search: Callable[[str], object] = re.compile(pattern, re.IGNORECASE).search
        except (re.error, OverflowError, RecursionError) as error:
            raise FilterError(t("panel_recent.filter_invalid", reason=error)) from error
        if _may_be_slow(pattern):
            raise FilterError(t("panel_recent.filter_slow"))
        self._most = MAX_TEXT if re.search(r"[*+?{]", pattern) else MAX_SIMPLE

    def finder(self) -> Callable[[str], bool]:
        """Return what tells of one text after the other whether it passes, however many there are.

        It raises FilterError once they take too long: other keys wait meanwhile.
        """
        texts, spent = 0, 0.0

        def passes(text: str) -> bool:
            nonlocal texts, spent
            began = time.perf_counter()
            found = (self._search(text[: self._most]) is None) is self.inverted
            texts, spent = texts + 1, spent + time.perf_counter() - began
            if spent > BUDGET_S + texts * PER_TEXT_S:
                raise FilterError(t("panel_recent.filter_slow"))
            return found

        return passes

    def keep(self, texts: list[str]) -> list[bool]:
        """Return which texts pass.

        Raises:
            FilterError: the pass took too long.
        """
        out = []
        started = time.perf_counter()
        for text in texts:
            out.append((self._search(text[:MAX_TEXT]) is None) is self.inverted)
            if time.perf_counter() - started > BUDGET_S:
                raise FilterError(t("panel_recent.filter_slow"))
        return out


def _may_be_slow(pattern: str) -> bool:
    """Tell whether a pattern could backtrack without end.

    Refused: a repeated group that itself repeats or branches, more than two repetitions without a bound, many
    optional parts. What is left takes polynomial time over at most ``MAX_TEXT`` characters.
    """
    groups: list[bool] = [False]
    unbounded = optional = 0
    risky_group = False
    for part in _TOKEN.findall(pattern):
        repeats = part[0] in "*+{" or part in {"?", "??"}
        if repeats and risky_group:
            return True
        risky_group = False
        if part.startswith("("):
            groups.append(False)
        elif part == ")" and len(groups) > 1:
            risky_group = groups.pop()
            groups[-1] |= risky_group
        elif part == "|" or repeats:
            groups[-1] = True
        unbounded += repeats and part[0] in "*+{"
        optional += repeats and part[0] == "?"
    return unbounded > _MAX_UNBOUNDED or optional > _MAX_OPTIONAL
