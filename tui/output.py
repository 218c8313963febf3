"""Standard output that takes no more, as on a full disk: told in one line, with an exit code of its own."""

import errno
import io
import json
import sys

from tui.engine.text import t

REFUSED = 4
"""The exit code where the answer could not be written, as for any file (contract)."""

UNKNOWN = 3
"""The same for a check, whose callers know no code above it."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def be_lenient() -> None:
    """Print a question mark for each sign that standard output cannot tell, as in Latin-1, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="replace")


def json_text(value: object, *, indent: int | None = 2) -> str:
    """Return JSON that loses nothing where standard output cannot tell every sign."""
    return json.dumps(value, ensure_ascii=sys.stdout.encoding.lower() != "utf-8", indent=indent)


def refusal(error: BaseException) -> OSError | None:
    """Return the error of an output that takes no more, out of a group too; None for any other."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := refusal(each))), None)
    # Where a file was named, it is another one.
    full = isinstance(error, OSError) and error.errno in _FULL and error.filename is None
    return error if full and isinstance(error, OSError) else None


def refused(error: OSError) -> str:
    """Return what is told then, with the remedy."""
    return f"{t('cli.output_refused', reason=error.strerror or type(error).__name__)}; {t('cli.output_refused_remedy')}"


def exit_code(words: list[str]) -> int:
    """Return the exit code of a command whose answer was lost."""
    return UNKNOWN if words[:1] == ["check"] else REFUSED
