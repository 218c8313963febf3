"""The calls of a source that are known to have ended (semantics R47, R49)."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_KEPT = 2_000
"""A line that says so again comes soon, and more would fill memory for days."""


@dataclass(slots=True)
class Unopened:
    """A close whose open was never seen, or comes later."""

    at: float | None
    unmeasured: bool
    """How long the call lasted can be told if its open comes later."""


class Ended:
    """The last calls that ended; nothing more is to be known of those that were seen opening."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, Unopened | None] = OrderedDict()
        self._later: list[str] = []
        """Ended after these, many at once: they wait until somebody asks for a single one."""

    def add(self, call_id: str, unopened: Unopened | None = None) -> None:
        """Take a call that ended now."""
        known = self._known()
        known.pop(call_id, None)
        known[call_id] = unopened
        self._forget()

    def add_all(self, ids: Sequence[str]) -> None:
        """Take calls that were seen opening and are not known to have ended."""
        if len(ids) >= _KEPT:
            self._last.clear()
        self._later = [*self._later, *ids][-_KEPT:]

    def pop(self, call_id: str) -> Unopened | None:
        """Forget that a call ended, as it is open again; return what is known of its end."""
        return self._known().pop(call_id, None)

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._known()

    def may_have_any(self, ids: Iterable[str]) -> bool:
        """Tell whether any of some calls may be known; False is sure."""
        ids = list(ids)
        return not set(self._later).isdisjoint(ids) or any(map(self._last.__contains__, ids))

    def _known(self) -> OrderedDict[str, Unopened | None]:
        if self._later:
            self._last.update(dict.fromkeys(self._later))
            self._later = []
            self._forget()
        return self._last

    def _forget(self) -> None:
        for _ in range(len(self._last) - _KEPT):
            self._last.popitem(last=False)
