"""How roles look: in which colours of the theme, and what else."""

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import TRANSPARENT, Color

from widgets._lines import Role


class Look(NamedTuple):
    """Colours by their names in a theme, or as they are; those without a name are of what the role stands in."""

    colour: str = ""
    ground: str = ""
    bold: bool | None = None
    reverse: bool | None = None

    def style(self, theme: Mapping[str, str], under: Color = TRANSPARENT) -> Style:
        """Return what a role adds to the style of a view whose ground is ``under``."""
        ground = under + Color.parse(theme.get(self.ground, self.ground)) if self.ground else under
        return Style(
            color=(ground + Color.parse(theme.get(self.colour, self.colour))).rich_color if self.colour else None,
            bgcolor=ground.rich_color if self.ground and ground.a else None,
            bold=self.bold,
            reverse=self.reverse,
        )


LOOKS: dict[Role, Look] = {
    "text": Look("foreground"),
    "label": Look("foreground-muted"),
    "strong": Look("foreground", bold=True),
    "dim": Look("foreground-disabled"),
    "hint": Look("accent"),
    "ok": Look("success"),
    "no-data": Look("foreground-muted"),
    "warning": Look("warning"),
    "critical": Look("error", bold=True),
    "badge-ok": Look("background", "success", bold=True),
    "badge-no-data": Look("background", "foreground-muted", bold=True),
    "badge-warning": Look("background", "warning", bold=True),
    "badge-critical": Look("background", "error", bold=True),
    "badge-paused": Look("background", "accent", bold=True),
    "badge-replay": Look("background", "secondary", bold=True),
    "series-1": Look("primary"),
    "series-2": Look("secondary"),
    "series-3": Look("accent"),
    "limit": Look("foreground-disabled"),
    "cursor": Look(ground="surface"),
    "picked": Look("accent", bold=True, reverse=True),
}

ANSI_LOOKS: dict[Role, Look] = LOOKS | {
    "badge-ok": Look("ansi_black", "success", bold=True),
    "badge-no-data": Look("ansi_black", "ansi_white", bold=True),
    "badge-warning": Look("ansi_black", "warning", bold=True),
    "badge-critical": Look("ansi_black", "error", bold=True),
    "badge-paused": Look("ansi_black", "accent", bold=True),
    "badge-replay": Look("ansi_black", "secondary", bold=True),
    "cursor": Look(ground="surface", reverse=True),
}
"""With the terminal's own colours nobody knows what its ground is, nor whether anything can be read on it."""
