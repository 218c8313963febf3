"""What it looks like when there is no memory left: each part of Python says it in its own way."""

import errno

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
