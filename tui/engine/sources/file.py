"""``PATH`` and ``file:PATH``: a local file."""

from tui.engine.errors import UsageError
from tui.engine.safe_text import safe_text
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._opening import Opening
from tui.engine.sources._position import Position
from tui.engine.sources._reading import Reading
from tui.engine.text import t

SCHEMES = ("file",)


def open_spec(rest: str, name: str, opening: Opening) -> FileSource:
    """Open ``file:PATH``."""
    if not rest or "\0" in rest:
        raise UsageError(t("sources.no_path", value=safe_text(rest)), t("sources.no_path_remedy"))
    return FileSource(
        rest,
        name or rest,
        opening.clock,
        since=opening.since,
        line_time=opening.line_time,
        follow=opening.follow,
        rotated=opening.rotated,
        position=Position.from_json(opening.bookmark) if opening.bookmark else None,
        reading=Reading(name or rest, SCHEMES[0], opening.clock, expect_every_s=opening.options.expect_every_s),
    )
