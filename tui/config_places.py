"""Where settings come from, to name the place of a value or a mistake."""

import re
from collections.abc import Mapping
from typing import Any

from tui.engine.frozen import frozen


@frozen
class Origin:
    """Where a table came from, to name the place of a value or a mistake."""

    name: str
    text: str = ""

    def of(self, path: str) -> str:
        """Return the place of a dotted key: file and line where there are lines."""
        line = _line_of(self.text, path)
        return f"{self.name}:{line}" if line else self.name


@frozen
class Layer:
    """Values of one place, not judged yet."""

    table: Mapping[str, Any]
    origin: Origin


def _line_of(text: str, path: str) -> int:
    """Return the line (1-based) on which a dotted key stands, 0 if it cannot be found."""
    table, _, key = path.rpartition(".")
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\]]+)\]", line):
            current = header[1].strip()
            if current == path:
                return number
        elif current == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return _line_of(text, table) if table else 0
