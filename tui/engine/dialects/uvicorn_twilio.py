"""The dialect of plain bridges: uvicorn's and gunicorn's own lines, and the prints around Twilio's media streams."""

import re
from collections.abc import Mapping

from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._failure import failure
from tui.engine.dialects._message import event, says_failure, severity, split_lead
from tui.engine.dialects._providers import find_provider, find_stage, provider_name
from tui.engine.model import Kind, LogLine
from tui.engine.patterns import LazyPattern

_PARTS = "pipeline|session|call|stream|connection|transport|websocket|client|task|agent"
"""What is shut down many times in one life of a process."""

_LIFE: tuple[tuple[Kind, LazyPattern[str]], ...] = (
    ("process_start", LazyPattern(r"Started (?:server|parent|reloader) process \[|Starting gunicorn\b")),
    ("process_ready", LazyPattern(r"Application startup complete")),
    ("process_stop", LazyPattern(r"Finished server process \[|Handling signal: term$|Shutting down: Master$")),
    ("process_stop", LazyPattern(rf"Shutting down(?: (?!{_PARTS})\w+)?[.!]*$")),
    ("socket_opened", LazyPattern(r"connection open$")),
    ("socket_closed", LazyPattern(r"connection closed$")),
)
_FIRST = tuple("SAFHc")
"""What the lines of a life begin with."""

_ACCESS = LazyPattern(
    r".{1,80} - \"(?P<method>[A-Z]+|WebSocket) \S+(?: HTTP/[\d.]+)?\" (?P<status>\[accepted\]|\d{3})\b"
)
_BAD_HTTP = LazyPattern(r"Invalid HTTP request received")
_OPENED = LazyPattern(
    r"(?:Incoming stream has started|(?:Twilio -> )?Starting Media Stream for):? (?P<stream>(?:MZ|CA)\w+)"
    r"|(?:\[Twilio\] )?Stream started - StreamSid: (?P<sid>MZ\w+)(?:, CallSid: (?P<call>CA\w+))?"
)
_CLOSED = LazyPattern(r"Twilio -> Media stream (?P<stream>MZ\w+) ended\b|\[Twilio\] Stream MZ\w+ ended\b")
_VENDOR_LEFT = LazyPattern(r"(?:\[[\w. -]+\] )?Disconnected from (?P<vendor>\w+)\.? (?P<code>\d{4})\b")
_CLEAN = {"1000", "1001", "1005"}
"""How a socket closes when nobody is at fault."""

_ERROR_OBJECT = LazyPattern(r"\{\s{0,4}\"type\" ?: ?\"error\"", re.IGNORECASE)
_WAITED = LazyPattern(r".{0,40}\bwaited too long for a websocket message")


class UvicornTwilio:
    """Sockets of the server are anonymous, streams carry Twilio's ids; numbers in paths and peers are no codes."""

    name = "uvicorn_twilio"
    rank = 60
    candidates = (
        *(b"Started ", b"Starting gunicorn", b"startup complete", b"Finished server", b"Handling signal"),
        *(b"Shutting down", b"connection open", b"connection closed", b'" 403', b'" 404', b'" 5'),
        *(b"stream has started", b"Starting Media Stream", b"Media stream ", b"Disconnected from "),
        *(b"Stream started - ", b"[Twilio] Stream MZ"),
        *(b"Invalid HTTP", b"rror", b"waited too long"),
    )
    signature = (
        *(b' HTTP/1.1"', b' HTTP/1.1\\"', b'"WebSocket /', b"] [INFO] ", b"] [DEBUG] "),
        *(b"[Twilio] ", b"Twilio -> ", b"STT -> ", b"TTS -> "),
    )

    def parse(self, line: LogLine) -> Meaning:
        """Read one record of a server or of a bridge."""
        lead, body = split_lead(line.message)
        for kind, form in _LIFE if body.startswith(_FIRST) else ():
            if form.match(body):
                return event(line, kind, self.name)
        if ' - "' in line.message and (found := _ACCESS.match(line.message)):
            return self._access(line, found)
        if body.startswith("connection rejected ("):
            return Nothing.HEALTHY
        return self._stream(line, body) or self._vendor(line, lead, body)

    def _access(self, line: LogLine, found: re.Match[str]) -> Meaning:
        """Read one of our own routes: 5xx fails at any level, a refused socket too, 4xx does not (semantics R39)."""
        status = found["status"]
        refused = found["method"] == "WebSocket" and status in {"403", "404"}
        if refused or status.startswith("5"):
            return event(line, "error", self.name, code=status)
        return Nothing.HEALTHY

    def _stream(self, line: LogLine, body: str) -> Meaning:
        """Read the start or the end of a media stream.

        A bridge that opened a call under its CallSid names only the stream when it ends: that close goes
        without an id, for no open ever had the one it prints.
        """
        if found := _OPENED.match(body):
            opened = found["call"] or found["sid"] or found["stream"]
            return event(line, "call_opened", self.name, id=opened, client="twilio")
        if found := _CLOSED.match(body):
            return event(line, "call_closed", self.name, id=found["stream"], client="twilio")
        return None

    def _vendor(self, line: LogLine, lead: str, body: str) -> Meaning:
        """Read what went wrong on the way to a vendor; its sockets are no calls (semantics R54)."""
        if found := _VENDOR_LEFT.match(body):
            if found["code"] in _CLEAN:
                return Nothing.HEALTHY
            provider = provider_name(found["vendor"])
            stage = find_stage(provider)
            return failure(line, self.name, "error", lead=lead, stage=stage, provider=provider, code=found["code"])
        if line.level in {"info", "debug"}:
            return None
        if _BAD_HTTP.match(body):
            return failure(line, self.name, "warning", lead=lead, code="bad_http")
        calls_itself_error = line.level is None and (
            _ERROR_OBJECT.match(line.message) is not None or _is_error(line.fields)
        )
        begins = calls_itself_error or says_failure(lead, body)
        if severity(line, lead, "error" if begins else None) is None:
            return None
        if "received 3000" in body and "invalid_api_key" in body:
            return failure(line, self.name, "error", lead=lead, stage="LLM", provider="OpenAI", code="3000")
        if _WAITED.match(body):
            return failure(line, self.name, "error", lead=lead, stage="STT", provider="Deepgram", code="timeout")
        if not calls_itself_error:
            return None
        named = find_provider(body)
        return failure(line, self.name, "error", lead=lead, stage=find_stage(named, body), provider=named)


def _is_error(fields: Mapping[str, object] | None) -> bool:
    """Tell whether a record without a level calls itself an error."""
    return fields is not None and str(fields.get("type")).lower() == "error"


DIALECT = UvicornTwilio()
