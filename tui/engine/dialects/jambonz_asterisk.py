"""The dialect of SIP servers: jambonz, the modules of FreeSWITCH and Asterisk, Asterisk's voice agents."""

from collections.abc import Mapping

from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._failure import failure
from tui.engine.dialects._message import call_id, duration_s, event, severity, split_lead
from tui.engine.dialects._providers import as_stage, find_provider, find_stage, provider_name
from tui.engine.model import LogLine
from tui.engine.patterns import LazyPattern

_CANCELED = LazyPattern(r"(?:\w+: )?\((?P<vendor>[\w .:-]+)\) synthesis canceled\b")
_FALLBACK = LazyPattern(
    r"(?:Synthesize error|Failed to use primary (?P<stage>STT|TTS|LLM) provider), fallback to (?P<to>[\w:-]+)"
)
_NO_CREDENTIALS = LazyPattern(
    r"(?:\w{1,20}: )?(?:Error: )?No (?P<stage>speech-to-text|text-to-speech) service credentials for (?P<vendor>\S+)"
)
_RECORDED = LazyPattern(r"Recorded call duration\b")
_DURATION = LazyPattern(r"\bduration_seconds=(?P<seconds>\d+(?:\.\d+)?)\b")
_MODULE = LazyPattern(r"(?P<name>\w+)\.(?:c|cpp|h)$")
_DEEPGRAM = LazyPattern(r"(?:^|_)dg(?:_|$)")
_FAILS = LazyPattern(r"[Ee]rror\b|.{0,80}?\b(?:[Cc]onnection (?:failed|failure|error)|[Ff]ailed to connect)\b")
_GRPC = LazyPattern(r"grpc_\w{1,40}: .{0,400}?\((?P<status>\d{1,2})\)$")
_STREAM_LIMIT = "Exceeded maximum allowed stream duration"
_REQUIRES_KEY = LazyPattern(r"\brequires [A-Z][A-Z0-9_]*(?:KEY|TOKEN)\b")


class JambonzAsterisk:
    """Failures and activations come at info level here; vendors stand in file names and side fields."""

    name = "jambonz_asterisk"
    rank = 50
    candidates = (
        b"synthesis canceled",
        b", fallback to ",
        b"service credentials for",
        b"Recorded call duration",
        b"onnection fail",
        b"ailed to connect",
    )
    signature = (b"hostname", b"_glue.c", b"[src.", b"] NOTICE[", b"] VERBOSE[", b"INFO [")

    def parse(self, line: LogLine) -> Meaning:
        """Read one record of a SIP server."""
        body = split_lead(line.message)[1]
        if found := _FALLBACK.match(body):
            stage = as_stage(found["stage"] or "TTS")
            return event(line, "fallback", self.name, stage=stage, to=provider_name(found["to"]), id=call_id(line))
        if found := _NO_CREDENTIALS.match(body):
            stage = find_stage(None, found["stage"])
            provider = find_provider(found["vendor"])
            return failure(line, self.name, "error", stage=stage, provider=provider, code="missing_credentials")
        if found := _CANCELED.match(body):
            return self._canceled(line, found["vendor"])
        if _RECORDED.match(body):
            return self._closed(line)
        if line.logger and (found := _MODULE.match(line.logger)):
            return self._module(line, found["name"])
        return self._agent(line) if line.fields else None

    def _canceled(self, line: LogLine, vendor: str) -> Meaning:
        """Read a synthesis that failed; why stands in a field beside the message."""
        reason = (line.fields or {}).get("reason")
        told = f"{line.message} — {reason}" if isinstance(reason, str) else line.message
        provider = find_provider(vendor) or provider_name(vendor)
        return failure(line._replace(message=told), self.name, "error", stage="TTS", provider=provider)

    def _closed(self, line: LogLine) -> Meaning:
        """Read the end of a call; ``Stasis ended`` only repeats it."""
        if (call := call_id(line)) is None:
            return None
        written: object = (line.fields or {}).get("duration_seconds")
        if written is None and (found := _DURATION.search(line.message)):
            written = found["seconds"]
        return event(line, "call_closed", self.name, id=call, duration_s=duration_s(str(written)))

    def _module(self, line: LogLine, module: str) -> Meaning:
        """Read a record of a module in C: the file names the vendor, and often the stage."""
        provider = "Deepgram" if _DEEPGRAM.search(module) else find_provider(module, line.message)
        if provider is None:
            return None
        if line.level in {None, "info"} and not _FAILS.match(line.message):
            return Nothing.HEALTHY
        stage = find_stage(None, line.message, module) or ("STT" if "glue" in module else find_stage(provider))
        return failure(line, self.name, "error", stage=stage, provider=provider, code=_module_code(line))

    def _agent(self, line: LogLine) -> Meaning:
        """Read a voice agent's structured record whose cause and vendor stand in fields."""
        fields: Mapping[str, object] = line.fields or {}
        cause, vendor = fields.get("error"), fields.get("provider")
        if not isinstance(cause, str) or not isinstance(vendor, str) or severity(line) is None:
            return None
        told = f"{line.message} — {cause}"
        provider = find_provider(vendor) or provider_name(vendor)
        stage = find_stage(provider, told, vendor) or ("LLM" if "realtime" in told else None)
        code = "missing_credentials" if _REQUIRES_KEY.search(cause) else None
        return failure(line._replace(message=told), self.name, "error", stage=stage, provider=provider, code=code)


def _module_code(line: LogLine) -> str | None:
    """Return the code that only such modules write: the length limit, or a gRPC status in parentheses."""
    if _STREAM_LIMIT in line.message:
        return "stream_limit"
    if found := _GRPC.search(line.message):
        return found["status"]
    return None


DIALECT = JambonzAsterisk()
