"""A record whose words alone say that something failed, as an event."""

from tui.engine.dialects._codes import find_code
from tui.engine.dialects._dialect import Meaning, Nothing
from tui.engine.dialects._message import Severity, call_id, event, severity
from tui.engine.model import LogLine, Stage


def failure(
    line: LogLine,
    dialect: str,
    otherwise: Severity,
    *,
    lead: str = "",
    stage: Stage | None = None,
    provider: str | None = None,
    code: str | None = None,
    call: str | None = None,
) -> Meaning:
    """Return the failure, or ``Nothing.HEALTHY`` where the level says it is none.

    The level INFO does not excuse it (semantics R40); a DEBUG line is an echo of another (semantics R37).

    Args:
        line: the record.
        dialect: whose words they are.
        otherwise: how bad it is where neither level nor symbol says.
        lead: the symbols in front of its message.
        stage: the stage the words name.
        provider: the vendor they name.
        code: what is known of the code; None looks for one in the record.
        call: the call the words name; None looks for one in the record.
    """
    kind = otherwise if line.level == "info" else severity(line, lead, otherwise)
    if kind is None:
        return Nothing.HEALTHY
    code = code or find_code(line.message, line.more)
    return event(line, kind, dialect, stage=stage, provider=provider, code=code, id=call or call_id(line))
