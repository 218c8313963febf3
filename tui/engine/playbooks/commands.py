"""Commands of a playbook, filled in for copying; nothing here is ever run."""

import re
import shlex

_MARK = re.compile(r"\{(host|provider|call)\}")


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
