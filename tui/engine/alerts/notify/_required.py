"""What a channel cannot do without."""

from tui.engine.errors import ConfigError
from tui.engine.text import t


def required(name: str, **settings: object) -> None:
    """Refuse a channel that lacks a setting.

    Raises:
        ConfigError: one of the settings is empty.
    """
    for setting, value in settings.items():
        if not value:
            key = f"notify.{name}.{setting}"
            raise ConfigError(t("notify.missing", key=key), t("notify.missing_remedy", name=name, setting=setting))
