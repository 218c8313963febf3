"""How a picture is put together of which little changed."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, CompositorMap, ReflowResult
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from widgets._lines_view import LinesView


class Content(NamedTuple):
    """A view on which nothing lies, so that a piece of it can be painted without what stands around that."""

    view: LinesView
    region: Region
    """Where its rows are, borders aside."""


class CellsUpdate(ChopsUpdate):
    """Cells of rows, each painted by itself, and what else changed."""

    def __init__(self, cells: Sequence[tuple[int, int, Strip]], rest: ChopsUpdate | None) -> None:
        """``cells`` are column, row and what stands from there on."""
        super().__init__(*((rest.chops, rest.spans, rest.chop_ends) if rest else ([], [], [])))
        self._cells = cells

    def render_segments(self, console: Console) -> str:
        """Return what to write to the terminal."""
        told = [f"{Control.move_to(x, y)}{strip.render(console)}" for x, y, strip in self._cells]
        return "".join(told) + (super().render_segments(console) if self.spans else "")


class SparingCompositor(Compositor):
    """Renders of a partial update the cells that changed; Textual renders all rows between the first and the last.

    The strip stands at the top and alerts at the bottom: where an age changes in both, that is the whole screen.
    """

    _pictured: CompositorMap = {}  # noqa: RUF012 - never changed, only replaced
    """Where everything stood when it was last laid out."""
    _scrolled = False
    """Something was scrolled since."""
    _touched: tuple[Region, ...] = ()
    _bare: tuple[object, Sequence[Content]] = (None, ())
    """The views on which nothing lies, and the places of widgets by which that was found."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay everything out, and have painted what stands elsewhere than in the last picture.

        Textual compares with where things would have stood when somebody asked last: where that was after a row came
        and before this, or before something was scrolled, nothing seems to have moved, and the picture is torn.
        """
        self._full_map = self._pictured
        if self._scrolled:
            self._dirty_regions.add(size.region)
        result = super().reflow(parent, size)
        self._pictured, self._scrolled = self._full_map, False
        return result

    def reflow_visible(self, parent: Widget, size: Size) -> set[Widget]:
        """Lay out what is in sight after scrolling."""
        self._scrolled = True
        return super().reflow_visible(parent, size)

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what changed since the last picture, if anything did."""
        cells, grounds = [], dict[LinesView, Color | None]()
        for region in tuple(self._dirty_regions):
            if painted := self._painted(region, grounds):
                cells.append(painted)
                self._dirty_regions.discard(region)
        self._touched = tuple(self._dirty_regions)
        try:
            rest = super().render_partial_update()
        finally:
            self._touched = ()
        return CellsUpdate(cells, rest) if cells else rest

    def _painted(self, region: Region, grounds: dict[LinesView, Color | None]) -> tuple[int, int, Strip] | None:
        """Return where a piece of a row begins, and what it is; None where that is not all there is to paint.

        ``grounds`` are those of the views by now, which take a walk through all that a view lies in.
        """
        if region.height != 1:
            return None
        view, place = next((each for each in self._contents() if each.region.contains_region(region)), (None, region))
        if view is None:
            return None
        if view not in grounds:
            grounds[view] = view.ground()
        if (ground := grounds[view]) is None:
            return None
        begin, strip = view.cells(region.y - place.y, region.x - place.x, region.right - place.x, ground)
        return place.x + begin, region.y, strip

    def _contents(self) -> Sequence[Content]:
        """Return the views that are in sight as a whole with nothing over them."""
        visible = self.visible_widgets
        if self._bare[0] is not visible:
            self._bare = visible, tuple(_uncovered(visible))
        return self._bare[1]

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


def _uncovered(visible: dict[Widget, tuple[Region, Region]]) -> Iterable[Content]:
    """Yield the views over which no other widget lies; these come front to back."""
    before: list[Region] = []
    for widget, (region, clip) in visible.items():
        if isinstance(widget, LinesView) and clip.contains_region(region) and not any(map(region.overlaps, before)):
            yield Content(widget, region.shrink(widget.gutter))
        before.append(region.intersection(clip))


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
