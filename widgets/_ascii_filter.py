"""The last gate to a terminal that shows nothing but ASCII: whatever drew it, no other sign gets through."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from widgets._glyphs import ASCII


class AsciiFilter(LineFilter):
    """Draws every sign as ASCII, cell for cell: borders, key names, toasts, texts of Textual's own."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Return the segments with their text in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(ASCII.plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]
