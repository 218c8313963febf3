"""A store and its alert rules as bytes, so that going back in time need not begin at the beginning."""

import io
import pickle
from collections.abc import Mapping

Outside = Mapping[str, object]
"""What figures refer to and do not own: it is named in the bytes, not copied."""


def save(value: Mapping[str, object], outside: Outside) -> bytes:
    """Return values as bytes for ``load`` in this very process: they never leave its memory."""
    out = io.BytesIO()
    _Saver(out, outside).dump(value)
    return out.getvalue()


def load(body: bytes, outside: Outside) -> Mapping[str, object]:
    """Return a copy of what was saved."""
    found: Mapping[str, object] = _Loader(io.BytesIO(body), outside).load()
    return found


class _Saver(pickle.Pickler):
    def __init__(self, out: io.BytesIO, outside: Outside) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._names = {id(value): name for name, value in outside.items() if value is not None}

    def persistent_id(self, obj: object) -> str | None:
        return self._names.get(id(obj))


class _Loader(pickle.Unpickler):
    def __init__(self, body: io.BytesIO, outside: Outside) -> None:
        super().__init__(body)
        self._outside = outside

    def persistent_load(self, pid: str) -> object:
        return self._outside[pid]
