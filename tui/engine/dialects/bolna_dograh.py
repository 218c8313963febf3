"""The dialect of Bolna, Dograh, Vocode and TEN: telephone sockets, modules named after their vendor."""

import re

from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._failure import failure
from tui.engine.dialects._message import call_id, event, severity, split_lead
from tui.engine.dialects._providers import NAMES, find_provider, find_stage, provider_name
from tui.engine.model import LogLine, Stage
from tui.engine.patterns import LazyPattern

_WORDS = LazyPattern(
    r"Phone WS connection (?:(?P<opened>opened)|closed) for chat (?P<chat>\S+)"
    r"|(?P<vendor>[A-Za-z]\w*) connection died, (?P<dead>not )?restarting\b"
    r"|\[GIN\] \S+ - \S+ \|\s+(?P<status>\d{3}) \|"
    r"|(?P<exception>Exception occurred in \w+: )"
    r"|(?P<failed>(?:Failed|Could not) [^:]{1,120}: [45]\d\d -)"
)
_MODULE = LazyPattern(r"(?:[\w.]+\.)?(?P<vendor>[a-z]+)_(?P<role>transcriber|synthesizer|llm)")
_ROLES: dict[str, Stage] = {"transcriber": "STT", "synthesizer": "TTS", "llm": "LLM"}


class BolnaDograh:
    """Only the telephone's sockets are calls, not those to vendors (semantics R54)."""

    name = "bolna_dograh"
    rank = 50
    candidates = (
        b"Phone WS connection",
        b"connection closed",
        b"connection died",
        b"[GIN]",
        b"xception",
        b"Failed",
        b"Could not",
    )
    signature = (b"INFO {", b"INFO  {", b"DEBUG {", b"[GIN]")

    def parse(self, line: LogLine) -> Meaning:
        """Read one record of the family."""
        lead, body = split_lead(line.message)
        if body == "WebSocket connection closed" and line.logger.rpartition(".")[2] == "telephony":
            return event(line, "call_closed", self.name, id=call_id(line))
        if found := _WORDS.match(body):
            return self._by_words(line, lead, found)
        if found := _MODULE.fullmatch(line.logger):
            return self._of_module(line, lead, found)
        return None

    def _by_words(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        if found["chat"]:
            return event(line, "call_opened" if found["opened"] else "call_closed", self.name, id=found["chat"])
        if found["status"]:  # an access line fails whatever its level (semantics R39)
            failed = found["status"].startswith("5")
            return event(line, "error", self.name, code=found["status"]) if failed else Nothing.HEALTHY
        if found["vendor"]:
            vendor = provider_name(found["vendor"])
            stage = find_stage(vendor, line.message)
            if found["dead"]:
                return failure(line, self.name, "error", lead=lead, stage=stage, provider=vendor, code="connect_failed")
            return failure(line, self.name, "warning", lead=lead, stage=stage, provider=vendor, code="retry")
        provider = find_provider(line.message, line.logger)
        stage = find_stage(provider, line.message, line.logger)
        return failure(line, self.name, "error", lead=lead, stage=stage, provider=provider)

    def _of_module(self, line: LogLine, lead: str, found: re.Match[str]) -> Meaning:
        """Judge by level what a vendor's module says: its name tells vendor and stage."""
        if severity(line, lead) is None:
            return None
        provider = NAMES.get(found["vendor"]) or find_provider(line.message)
        return failure(line, self.name, "warning", lead=lead, stage=_ROLES[found["role"]], provider=provider)


DIALECT = BolnaDograh()
