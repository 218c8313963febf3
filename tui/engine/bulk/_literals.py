"""Pieces of text that lines are expected to have at some place, a piece of its own for each line."""

from collections.abc import Sequence

import numpy as np

from tui.engine.bulk._words import MIX, Flags, Places, Text, Words


class Literals:
    """Pieces by their numbers."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.sizes: Places = np.array([len(piece) for piece in pieces], np.int64)
        self.size = max(map(len, pieces))
        """Bytes of the longest."""
        self._count = -(-self.size // 8)
        self._words = self._rows(pieces)
        self._masks = self._rows([b"\xff" * len(piece) for piece in pieces])

    def _rows(self, pieces: Sequence[bytes]) -> Words:
        padded = b"".join(piece.ljust(8 * self._count, b"\0") for piece in pieces)
        return np.frombuffer(padded, "<u8").reshape(len(pieces), self._count)

    def stand(self, text: Text, places: Places, which: Places) -> Flags:
        """Tell at which places stands the piece with the number given for each."""
        found = np.ones(places.size, np.bool_)
        words = text.rows(places, self._count)
        words ^= self._words.take(which, axis=0)
        words &= self._masks.take(which, axis=0)
        if words.any():
            found[np.flatnonzero(words) // self._count] = False
        return found


class Heads:
    """Which of some pieces a line may have at a place: a guess, to be looked at."""

    _BITS, _WORDS = 10, 3

    def __init__(self, pieces: Sequence[bytes]) -> None:
        """Every piece has at least eight bytes."""
        most = min(map(len, pieces)) // 8
        self.count = min(most, self._WORDS)
        """Words that are looked at."""
        self.offset = 8 * (most - self.count)
        """What stands before them; the last ones that all have tell most."""
        self._mix = MIX[: self.count]
        words = np.array([np.frombuffer(piece, "<u8", self.count, self.offset) for piece in pieces])
        self.slots = np.full(1 << self._BITS, -1, np.int64)
        """The piece to try first for each number made of those words, -1 for none."""
        self.following = np.full(len(pieces), -1, np.int64)
        """The piece to try after each, -1 for none."""
        for piece, slot in enumerate(self._slots(words).tolist()):
            self.following[piece] = self.slots[slot]
            self.slots[slot] = piece
        self.is_chained = bool((self.following >= 0).any())
        """Whether there is one to try after any."""

    def first(self, text: Text, places: Places) -> Places:
        """Return the piece to try first at each place, -1 where none is."""
        return self.slots[self._slots(text.rows(places + self.offset, self.count))]

    def _slots(self, words: Words) -> Places:
        return ((words @ self._mix) >> np.uint64(64 - self._BITS)).view(np.int64)
