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
            seen = region.intersection(clip)
            touched = [each for each in self._touched if each.overlaps(seen)]
            if touched:
                top, bottom = min(each.y for each in touched), max(each.bottom for each in touched)
                rows = seen.intersection(Region(seen.x, top, seen.width, bottom - top))
                yield region, rows, widget.render_lines(rows.translate((-region.x, -region.y)))


def sparing_compositor() -> Compositor:
    """Return one that renders little, or Textual's own where that does its work in another way than is known here."""
    return SparingCompositor() if _is_known(Compositor) else Compositor()


def _is_known(kind: type[Compositor]) -> bool:
    """Tell whether a compositor asks for what is dirty and for its parts as the one does for which this was written."""
    needed = ("render_partial_update", "_render_chops", "_get_renders")
    if not all(hasattr(getattr(kind, name, None), "__code__") for name in needed):
        return False
    partial, chops, renders = (getattr(kind, name).__code__ for name in needed)
    asks = {"_dirty_regions", "_render_chops"} <= {*partial.co_names} and "_get_renders" in chops.co_names
    return asks and renders.co_varnames[: renders.co_argcount] == ("self", "crop")
