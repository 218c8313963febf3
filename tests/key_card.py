"""The key card of the documentation, made of the bindings themselves: ``python -m tests.key_card`` writes it."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding

from tests import samples
from tests.screens.fixed_monitor import app_over
from tui.engine.text import LANGUAGES, use_language
from widgets import in_language

DOCS = Path(__file__).resolve().parent.parent / "docs"
WAYS: tuple[tuple[str, ...], ...] = (
    (),
    ("3",),
    ("3", "enter"),
    ("6",),
    ("7",),
    ("8",),
    ("8", "enter"),
    ("enter",),
    ("d",),
    ("p", "p", "p"),
)
"""Keys that lead to where keys are looked for, in the order of ``HEADINGS``."""
HEADINGS = {
    "en": (
        *("The dashboard", "A chart (2–5)", "The calls of a minute"),
        *("Recent errors (6)", "Sources (7)", "Alerts (8)"),
        *("The page of alerts", "A playbook", "Two windows compared", "The wallboard"),
    ),
    "es": (
        *("El panel principal", "Una gráfica (2–5)", "Las llamadas de un minuto"),
        *("Errores recientes (6)", "Fuentes (7)", "Alertas (8)"),
        *("La página de alertas", "Una guía", "Dos ventanas comparadas", "El mural"),
    ),
}
BEGIN = {
    "en": ("# Keys", "Made of the program's own bindings; `?` shows those of the screen you are on."),
    "es": ("# Teclas", "Hecho con las teclas del propio programa; `?` muestra las de la pantalla en la que estás."),
}


def path_of(language: str) -> Path:
    """Return where the card of a language lies."""
    return DOCS / ("key-card.md" if language == "en" else f"key-card.{language}.md")


async def card(language: str) -> str:
    """Return the card of a language: a table for each place that has keys of its own."""
    use_language(language)
    title, about = BEGIN[language]
    lines = [title, "", about, ""]
    known: set[tuple[str, str]] = set()
    for heading, way in zip(HEADINGS[language], WAYS, strict=True):
        rows = [row for row in await _rows(way) if row not in known]
        known.update(rows)
        if not rows:
            continue
        lines += [f"## {heading}", "", "| | | |", "|---|---|---|"]
        lines += [f"| {keys} | {what} |" for keys, what in rows]
        lines.append("")
    use_language("en")
    return "\n".join(lines)


async def _rows(way: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the keys of a place in their order; those that do the same stand together."""
    app = app_over(samples.on_fire())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*way)
        await pilot.pause()
        shown: dict[str, list[str]] = {}
        for binding in _bindings(in_language(active.binding) for active in app.screen.active_bindings.values()):
            what = f"{binding.description} | {binding.tooltip}"
            shown.setdefault(what, []).append(f"`{app.get_key_display(binding)}`".replace("|", "\\|"))
    return [(" ".join(dict.fromkeys(keys)), what) for what, keys in shown.items()]


def _bindings(found: Iterator[Binding]) -> Iterator[Binding]:
    return (each for each in found if each.id and each.description and not each.system)


def main() -> int:
    """Write the cards."""
    for language in LANGUAGES:
        path_of(language).write_text(asyncio.run(card(language)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
