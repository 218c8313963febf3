"""A secret: named by the configuration, kept in an environment variable or a file, shown nowhere."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from tui.engine.errors import ConfigError
from tui.engine.safe_text import safe_text
from tui.engine.text import t

MAX_BYTES = 64 * 1024

OPEN_TO_OTHERS = 0o077
"""Rights of the group and of everybody else; a secret file has none of them (reliability §4)."""


class Secret:
    """A value that appears in no repr, log or error; ``reveal`` is its only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"

    def hidden(self, text: str) -> str:
        """Return a text with the value masked in it: servers like to repeat what they refuse."""
        return text.replace(self._value, "***") if self._value else text


def read_secret(key: str, *, env: str, file: str, environment: Mapping[str, str] = os.environ) -> Secret:
    """Return the secret that ``<key>_env`` or ``<key>_file`` names; an empty one if neither is given.

    Args:
        key: dotted name in the configuration, such as ``notify.ops.password``.
        env: name of an environment variable.
        file: path of a file of this user alone; its trailing line break does not count.
        environment: where variables are looked up.

    Raises:
        ConfigError: both are given, the one given holds nothing, or others may read the file.
    """
    if env and file:
        raise ConfigError(t("notify.two_secrets", key=key), t("notify.two_secrets_remedy", key=key))
    if env:
        value = environment.get(env, "").strip()
        if not value:
            raise ConfigError(t("notify.no_variable", key=key, name=env), t("notify.no_variable_remedy", name=env))
        return _checked(value, f"{key}_env")
    return _checked(_from_file(Path(file).expanduser(), f"{key}_file"), f"{key}_file") if file else Secret("")


def _from_file(path: Path, key: str) -> str:
    """Read a file that nobody else may read, by the descriptor that was checked."""
    shown = safe_text(str(path))
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & OPEN_TO_OTHERS:
                remedy = t("notify.open_secret_remedy", path=shown)
                raise ConfigError(t("notify.open_secret", key=key, path=shown, mode=f"{mode:04o}"), remedy)
            return file.read(MAX_BYTES).decode("utf-8").strip()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(t("notify.no_secret_file", key=key, path=shown, reason=reason)) from None
    except UnicodeDecodeError:
        raise ConfigError(t("notify.odd_secret", key=key), t("notify.odd_secret_remedy")) from None


def _checked(value: str, key: str) -> Secret:
    """Refuse what could break out of a header or an address; the value itself is not told."""
    if not value or not value.isprintable():
        raise ConfigError(t("notify.odd_secret", key=key), t("notify.odd_secret_remedy"))
    return Secret(value)
