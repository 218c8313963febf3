"""The errors a user can cause or meet; each carries its remedy.

VoxtopError
├── ConfigError   the configuration file, an environment variable or a flag is wrong
├── SourceError   a source cannot be read
├── StateError    the state file cannot be used
└── UsageError    the command line asks for something that cannot be
"""


class VoxtopError(Exception):
    """An expected failure, told in one line: what, where, which value, and what to do."""

    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class ConfigError(VoxtopError):
    """A setting is unknown, of the wrong type or out of range."""


class SourceError(VoxtopError):
    """A source cannot be read."""

    exit_code = 4


class StateError(VoxtopError):
    """The file that outlives a run cannot be opened, read or written."""

    exit_code = 4


class UsageError(VoxtopError):
    """The command line asks for something that cannot be."""
