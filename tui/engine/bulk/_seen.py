"""Which lines came before: most that come once never come again, and are not worth being understood twice."""

_KEPT = 20_000


class Seen:
    """Remembers of the last lines that they came, and no more than that."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def is_new(self, line: bytes) -> bool:
        """Tell whether a line comes for the first time."""
        if hash(line) in self._hashes:
            return False
        if len(self._hashes) >= _KEPT:
            self._hashes.clear()
        self._hashes.add(hash(line))
        return True
