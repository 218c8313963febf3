"""``prom:URL`` holds figures, not lines: the monitor alone can show it, and it alone fills the screen."""

from typing import NoReturn

from tui.engine.errors import UsageError
from tui.engine.sources._opening import Opening
from tui.engine.text import t

SCHEMES = ("prom",)


def open_spec(rest: str, name: str, opening: Opening) -> NoReturn:  # noqa: ARG001 - what every kind is given
    """Refuse to be read line by line."""
    raise UsageError(t("fleet.only_figures"), t("fleet.only_figures_remedy"))
