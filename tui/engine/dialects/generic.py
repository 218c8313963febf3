"""What any log says: levels, crosses, exceptions, the start of a machine."""

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import call_id, event, says_failure, severity, split_lead
from tui.engine.dialects._providers import as_stage, find_provider, find_stage, provider_name
from tui.engine.model import LogLine, Stage
from tui.engine.patterns import LazyPattern

_BOOT = LazyPattern(r"-- Boot \w+ --")
_REPEATED = LazyPattern(r"HTTP Request: [A-Z]+ \S+ \"HTTP/[\d.]+ [123]\d\d")
_TAG = LazyPattern(r"\[(?P<stage>STT|LLM|TTS) ?(?P<provider>[\w .-]*?)\]")


class Generic:
    """The last to be asked: it knows how bad a record is, hardly ever more."""

    name = "generic"
    rank = 90
    candidates = (
        *(b"rror", b"ERR", b"xception", b"CRIT", b"crit", b"Crit", b"FATAL", b"atal", b"WARN", b"arn", b"Traceback"),
        *(b"\xe2\x9d\x8c", b"\xe2\x9a\xa0"),
        *(b"\\u274c", b"\\u274C", b"\\u26a0", b"\\u26A0", b"\xc2\x9b", b"\xc2\x9d"),
        *(b"\\u00%d" % digit for digit in (0, 1, 2, 3, 4, 5, 6, 7, 9)),  # where any word may hide
        b"-- Boot ",
    )
    signature = (b"INFO:  ", b"DEBUG:  ", b"WARNING:  ")

    def parse(self, line: LogLine) -> Meaning:
        """Judge one record that no orchestrator's dialect claimed."""
        lead, body = split_lead(line.message)
        if _BOOT.match(body):
            return event(line, "process_start", self.name)
        if _REPEATED.match(body):
            return Nothing.HEALTHY
        degree = severity(line, lead, "error" if says_failure(lead, body) else None)
        if degree is None:
            return None
        stage, provider = _part(line, body)
        code = find_code(line.message, line.more)
        return event(line, degree, self.name, stage=stage, provider=provider, code=code, id=call_id(line))


def _part(line: LogLine, body: str) -> tuple[Stage | None, str | None]:
    """Return the stage and provider a failure names, in its tag, its words or its logger."""
    if tag := _TAG.match(body):
        return as_stage(tag["stage"]), provider_name(tag["provider"]) or None
    provider = find_provider(line.message, line.logger)
    return find_stage(provider, line.message, line.logger), provider


DIALECT = Generic()
