"""``ssh://[user@]host[:port]/PATTERN``: which files of another machine a pattern means at this moment."""

import glob
import os
import re
from urllib.parse import quote

from tui.engine.sources._glob import chosen, named_after
from tui.engine.sources._opening import Opening
from tui.engine.sources._ssh_address import parse_target
from tui.engine.sources._ssh_pool import RemoteHost
from tui.engine.sources._ssh_source import RemoteAccess

_ENCODED_MAGIC = re.compile(r"%(?:2a|3f|5b)", re.IGNORECASE)
_PLAIN = " /:@,+=~()!$&';"
"""What needs no encoding in an address; wildcards in a name do."""


class RemotePattern:
    """Looks over the connection that the files of the machine share."""

    def __init__(self, rest: str, name: str, opening: Opening) -> None:
        """Connect to nothing yet; ``rest`` is what follows ``ssh:``, where encoded wildcards are none.

        Raises:
            UsageError: it is no address.
        """
        address, path = parse_target(_ENCODED_MAGIC.sub(r"[\g<0>]", rest), "ssh")
        self._authority = rest.removeprefix("//").partition("/")[0]
        self._name = name
        self._pattern = f"/{path}"
        self._host = RemoteHost(address, opening)
        self._remote = RemoteAccess(self._host)

    @property
    def path(self) -> str:
        """The pattern with its machine."""
        return f"ssh://{self._authority}{self._pattern}"

    async def look(self) -> list[str]:
        """Return a source for each file that matches, the one written last first; raises OSError."""
        found = await self._remote.matching(self._pattern)
        return [self._spec(path) for path in chosen(found)]

    def retry(self) -> None:
        """Let the next look try to reach the machine at once."""
        self._host.retry()

    def _spec(self, path: str) -> str:
        spec = f"ssh://{self._authority}{quote(os.fsencode(path), safe=_PLAIN)}"
        return f"{named_after(self._name, self._pattern, path)}={spec}" if self._name else spec


def is_pattern(rest: str) -> bool:
    """Tell whether there is a wildcard behind the address of ``//HOST/PATH``."""
    return glob.has_magic(rest.removeprefix("//").partition("/")[2])
