"""Docker's json-file driver: one object per line, long lines split over several."""

import re

from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._json import json_object, text_at


class DockerJson:
    r"""``{"log": "…\\n", "stream": "stdout", "time": "…Z"}``; without the inner newline more follows."""

    name = "docker_json"
    rank = 10
    starts = "{"
    candidates = re.compile(rb'"stream"(?<!\\n","stream")(?<!\\n", "stream")')

    def unwrap(self, text: str) -> Layer | None:
        """Return the container's line, or the piece of it, with the daemon's time."""
        if not text.startswith('{"log"'):
            return None
        fields = json_object(text)
        if fields is None or "stream" not in fields:
            return None
        line = fields.get("log")
        if not isinstance(line, str):
            return None
        partial = not line.endswith("\n")
        return Layer(line.rstrip("\n"), stamp=text_at(fields, "time") or None, platform=True, partial=partial)


ENVELOPE = DockerJson()
