"""How a picture is put together of which little changed."""

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class SparingCompositor(Compositor):
    """Renders of a partial update the rows it touches; Textual renders all that lies between the first and the last.

    The strip stands at the top and alerts at the bottom: where an age changes in both, that is the whole screen.
    """

    _touched: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what changed since the last picture, if anything did."""
        self._touched = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._touched = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Yield the place of each widget that is touched, what is seen of it, and that as rows; front to back."""
        if not self._touched:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            touched = [each for each in self._touched if each.overlaps(clip)]
            if touched:
                seen = region.intersection(clip)
                top, bottom = min(each.y for each in touched), max(each.bottom for each in touched)
                rows = seen.intersection(Region(seen.x, top, seen.width, bottom - top))
                if rows:
                    yield region, rows, widget.render_lines(rows.translate((-region.x, -region.y)))
