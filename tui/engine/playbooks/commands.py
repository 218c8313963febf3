"""Commands of a playbook, filled in for copying; nothing here is ever run."""

import re
import shlex

_MARK = re.compile(r"\{(host|provider|call)\}")


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@~+-]{0,127}")


def fillable(value: str | None) -> str | None:
    """Return a value that a command may be filled in with: a plain name or id, else None.

    What a log gives as a provider or a call may be anything; quoting makes it harmless, this keeps it readable.
    """
    return value if value and _PLAIN.fullmatch(value) else None


def fill_command(command: str, **values: str | None) -> str:
    """Put ``host``, ``provider`` and ``call`` into a command, each quoted for the shell.

    A mark without a value stays, for the reader to fill in. Braces of any other kind belong to the
    command itself (``%{time_connect}``, ``{{.Names}}``), so this is not ``str.format``. The values come
    from outside: pass the result through ``safe_text`` before showing it.
    """

    def value(mark: re.Match[str]) -> str:
        given = values.get(mark[1])
        return shlex.quote(given) if given else mark[0]

    return _MARK.sub(value, command)
