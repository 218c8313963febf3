"""What any log says: levels, crosses, exceptions, uvicorn's own lines, process starts and stops."""

import re

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import call_id, event, severity, split_lead
from tui.engine.dialects._providers import as_stage, find_provider, find_stage, provider_name
from tui.engine.model import Kind, LogLine, Stage

_PARTS = "pipeline|session|call|stream|connection|transport|websocket|client|task|agent"
"""What is shut down many times in one life of a process."""

_LIFE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("process_start", re.compile(r"Started (?:server|parent|reloader) process \[|Starting gunicorn\b|-- Boot \w+ --")),
    ("process_ready", re.compile(r"Application startup complete")),
    ("process_stop", re.compile(r"Finished server process \[|Handling signal: term$")),
    ("process_stop", re.compile(rf"Shutting down(?: (?!{_PARTS})\w+)?[.!]*$")),
    ("socket_opened", re.compile(r"connection open$")),
    ("socket_closed", re.compile(r"connection closed$")),
)
_ACCESS = re.compile(
    r".{1,80} - \"(?P<method>[A-Z]+|WebSocket) \S+(?: HTTP/[\d.]+)?\" (?P<status>\[accepted\]|\d{3})\b"
)
_REPEATED = re.compile(r"connection rejected \(|HTTP Request: [A-Z]+ \S+ \"HTTP/[\d.]+ [123]\d\d")
_TAG = re.compile(r"\[(?P<stage>STT|LLM|TTS) ?(?P<provider>[\w .-]*?)\]")
_UNHANDLED = re.compile(
    r"Exception in ASGI application|Traceback \(most recent call last\)"
    r"|(?:Task|Future) exception was never retrieved|Exception in (?:thread|callback)\b|Unhandled exception\b"
)
_FAILED = re.compile(r"(?:ERROR|CRITICAL|FATAL|Error|error)\b[: ]|\S*(?:Error|Exception): ")


class Generic:
    """The last to be asked: it knows how bad a record is, hardly ever more."""

    name = "generic"
    rank = 90
    candidates = (
        *(b"rror", b"ERR", b"xception", b"CRIT", b"crit", b"Crit", b"FATAL", b"atal", b"WARN", b"arn", b"Traceback"),
        *(b"\xe2\x9d\x8c", b"\xe2\x9a\xa0"),
        *(b"\\u274c", b"\\u274C", b"\\u26a0", b"\\u26A0", b"\\u000", b"\\u001", b"\\u009", b"\xc2\x9b", b"\xc2\x9d"),
        *(b'"level":' + space + digit for space in (b"", b" ") for digit in (b"4", b"5", b"6")),
        *(b"Started ", b"Starting gunicorn", b"-- Boot ", b"startup complete", b"Finished server", b"Handling signal"),
        *(b"Shutting down", b"connection open", b"connection closed", b'" 403', b'" 404', b'" 5'),
    )
    signature = (
        b"INFO:  ",
        b"DEBUG:  ",
        b"WARNING:  ",
        b' HTTP/1.1"',
        b' HTTP/1.1\\"',
        b'"WebSocket /',
        b'\\"WebSocket /',
    )

    def parse(self, line: LogLine) -> Meaning:
        """Judge one record that no orchestrator's dialect claimed."""
        lead, body = split_lead(line.message)
        for kind, form in _LIFE:
            if form.match(body):
                return event(line, kind, self.name)
        if found := _ACCESS.match(line.message):
            return self._access(line, found)
        if _REPEATED.match(body):
            return Nothing.HEALTHY
        failed = "✅" not in lead and (_UNHANDLED.match(body) or _FAILED.match(body))
        degree = severity(line, lead, "error" if failed else None)
        if degree is None:
            return None
        stage, provider = _part(line, body)
        code = find_code(line.message, line.more)
        return event(line, degree, self.name, stage=stage, provider=provider, code=code, id=call_id(line))

    def _access(self, line: LogLine, found: re.Match[str]) -> Meaning:
        """Read one of our own routes: 5xx fails at any level, a refused socket too, 4xx does not (semantics R39)."""
        status = found["status"]
        refused = found["method"] == "WebSocket" and status in {"403", "404"}
        if refused or status.startswith("5"):
            return event(line, "error", self.name, code=status)
        return Nothing.HEALTHY


def _part(line: LogLine, body: str) -> tuple[Stage | None, str | None]:
    """Return the stage and provider a failure names, in its tag, its words or its logger."""
    if tag := _TAG.match(body):
        return as_stage(tag["stage"]), provider_name(tag["provider"]) or None
    provider = find_provider(line.message, line.logger)
    return find_stage(provider, line.message, line.logger), provider


DIALECT = Generic()
