"""The names loggers give to levels, and the five levels they mean."""

from tui.engine.model import Level

NAMES: dict[str, Level] = {
    "trace": "debug",
    "debug": "debug",
    "verbose": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "success": "info",
    "log": "info",
    "warn": "warning",
    "warning": "warning",
    "err": "error",
    "error": "error",
    "crit": "critical",
    "critical": "critical",
    "fatal": "critical",
}

UPPER = "TRACE|DEBUG|VERBOSE|INFO|NOTICE|SUCCESS|WARNING|WARN|ERROR|ERR|CRITICAL|CRIT|FATAL"
"""Level names in capitals, as an alternation for patterns."""


def level_named(name: object) -> Level | None:
    """Return the level of a name in any case, or of a pino number (10, 20 … 60)."""
    if isinstance(name, str):
        return NAMES.get(name.strip().lower())
    if isinstance(name, bool) or not isinstance(name, int) or not 10 <= name < 100:
        return None
    steps: tuple[Level, ...] = ("debug", "debug", "info", "warning", "error", "critical")
    return steps[min(name // 10, len(steps)) - 1]
