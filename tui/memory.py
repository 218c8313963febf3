"""When rings of objects are looked for, and what it looks like when no memory is left: each part says it in its way."""

import errno
import gc

from tui.engine.text import t

NO_MEMORY = 4
"""The exit code where memory ran out: something could not be read (contract)."""

_SIGNS = (
    "can't start new thread",
    "failed to map segment",
    "terminated abruptly",
    "without exception set",
    "without setting an exception",
)
"""Said by threads, by modules being loaded, where the system ended one of our processes, and by Python itself."""

RESERVE = 8 * 1024**2
"""Bytes that are held back and given up when memory runs out, so that a screen can still be put away.

Nobody writes into them: as ``bytes`` they cost nothing but addresses until then (a ``bytearray`` is filled with zeros).
"""


COLLECTED_AFTER = 10_000
"""Objects that came and did not go until rings of them are looked for: more than the events of a block, which come and
go while a storm is read. With Python's 700 everything that lives was looked through twice a second then, for 40 ms."""


def collect_rings() -> None:
    """Look for rings of objects from now on; until a start has loaded what stays, nobody does."""
    if gc.isenabled():
        return
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *gc.get_threshold()[1:])
    gc.enable()


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error, or one of a group, means that the system gave no more memory."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_out_of_memory, error.exceptions))
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in _SIGNS)


def no_memory() -> str:
    """Return what is told then, with the remedy."""
    return f"{t('cli.no_memory')}; {t('cli.no_memory_remedy')}"
