"""Flame graphs for the documentation as SVG: widest above, what it calls below, readable on light and dark pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

WIDTH, ROW, TOP = 960, 17, 42
LEAST = 0.006
"""Shares of the whole that are not drawn."""
LETTER = 6.1
"""Width of one at this size, generously."""
INK = "#7d8590"
COLOURS = {"voxtop": "#e8a33d", "textual": "#6ea8dc", "python": "#b9b9b9"}
"""By whose code it is; the words on them are dark whatever the page."""
_FRAME = re.compile(r"(?P<function>.+) \((?P<path>.+?)(?::\d+)?\)$")
_OWN = re.compile(r"\b(?:tui|widgets|themes|bench)/.*\.py$")
_PACKAGE = re.compile(r"site-packages/(\w+)")

_BETWEEN = {"python", "import"}

Stack = tuple[str, ...]


@dataclass(slots=True)
class Node:
    """A function and all that it called."""

    name: str
    kind: str
    count: int = 0
    below: dict[str, "Node"] = field(default_factory=dict)


def stacks(raw: str) -> Counter[Stack]:
    """Return how often each stack was seen in the raw output of py-spy.

    Frames of a library are one, and none of Python's own where they only lead to other code.
    """
    found: Counter[Stack] = Counter()
    for line in raw.splitlines():
        frames, _, count = line.rpartition(" ")
        names: list[str] = []
        for name in filter(None, map(_name, frames.split(";"))):
            if names and (names[-1] == name or (names[-1] in _BETWEEN and name not in _BETWEEN)):
                names.pop()
            names.append(name)
        found[tuple(names)] += int(count)
    return found


def _name(frame: str) -> str:
    """Return what a frame is called: own code by function and module, other code by its library."""
    match = _FRAME.match(frame)
    if match is None:
        return ""
    path = match["path"]
    own = _OWN.search(path)
    if own and "site-packages" not in path:
        module = own[0].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return f"{match['function'].split('.<locals>')[0]} ({module.removeprefix('tui.').removeprefix('engine.')})"
    library = _PACKAGE.search(path)
    return library[1] if library else "python" if "importlib" not in path else "import"


def flame(title: str, seen: Counter[Stack]) -> str:
    """Return the picture of what was seen."""
    root = Node("all", "python", seen.total())
    for stack, count in seen.items():
        node = root
        for name in stack:
            node = node.below.setdefault(name, Node(name, _kind(name)))
            node.count += count
    boxes = [*_boxes(root, root.count, 0.0, 0)]
    height = TOP + ROW * (1 + max((row for _, _, _, row in boxes), default=0)) + 6
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '  # noqa: ISC003 - one tag
            + 'font-family="system-ui, sans-serif" font-size="10.5">',
            f"<title>{escape(title)}</title>",
            f'<text x="4" y="16" font-size="13" fill="{INK}">{escape(title)}</text>',
            *_legend(),
            *(_box(*box, root.count) for box in boxes),
            "</svg>\n",
        ]
    )


def _kind(name: str) -> str:
    return "voxtop" if name.endswith(")") else "textual" if name in {"textual", "rich"} else "python"


def _boxes(node: Node, whole: int, left: float, row: int) -> Iterator[tuple[Node, float, float, int]]:
    """Yield each function with its left edge and width, both as shares, and its row."""
    for child in sorted(node.below.values(), key=lambda each: -each.count):
        share = child.count / whole
        if share >= LEAST:
            yield child, left, share, row
            yield from _boxes(child, whole, left, row + 1)
        left += share


def _legend() -> Iterable[str]:
    for number, (kind, colour) in enumerate({"own code": "voxtop", "Textual": "textual", "other": "python"}.items()):
        left = 4 + 90 * number
        yield f'<rect x="{left}" y="24" width="10" height="10" fill="{COLOURS[colour]}"/>'
        yield f'<text x="{left + 14}" y="33" fill="{INK}">{kind}</text>'


def _box(node: Node, left: float, share: float, row: int, whole: int) -> str:
    x, width, y = left * WIDTH, share * WIDTH, TOP + row * ROW
    told = f"{node.name} {100 * node.count / whole:.1f} %"
    letters = int((width - 6) / LETTER)
    words = told if len(told) <= letters else f"{node.name[: letters - 1]}…" if letters > 3 else ""
    text = f'<text x="{x + 3:.1f}" y="{y + 12}" fill="#1b1f24">{escape(words)}</text>' if words else ""
    return (
        f'<g><title>{escape(told)}</title><rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.5):.1f}" '
        f'height="{ROW - 1}" rx="1" fill="{COLOURS[node.kind]}"/>{text}</g>'
    )
