"""The wallboard's picture: large letters, one page of figures, and nothing green without data."""

from dataclasses import replace

import pytest

from tests import samples
from tui.engine.model import Finding, SilenceFigure, Snapshot, Status
from tui.engine.text import use_language
from widgets._big import PLAIN, big, largest
from widgets._glyphs import ASCII
from widgets._lines import width_of
from widgets._pages import PAGES
from widgets._view import View
from widgets.wallboard import Board, burning_page, wallboard_lines

NOW = samples.NOW
SIZES = [(76, 22), (116, 38), (196, 48), (36, 9)]


def drawn(snapshot: Snapshot, board: Board, size: tuple[int, int] = (76, 22), view: View | None = None) -> str:
    lines = wallboard_lines(snapshot, board, *size, view or View(NOW))
    return "\n".join("".join(run.text for run in line).rstrip() for line in lines)


def test_letters_are_drawn_from_dots_in_the_size_that_is_asked_for() -> None:
    assert big("OK", (1, 0.5)) == [
        "▄▀▀▄ █ ▄▀",
        "█  █ █▀▄ ",
        " ▀▀  ▀  ▀",
    ]
    assert big("OK", (1, 1), ascii_only=True) == [
        " ##  #  #",
        "#  # # # ",
        "#  # ##  ",
        "#  # # # ",
        " ##  #  #",
    ]
    assert big("1:", (2, 1)) == [
        "  ██      ",
        "████    ██",
        "  ██      ",
        "  ██    ██",
        "██████    ",
    ]
    assert [len(row) for row in big("OK", (4, 2))] == [36] * 10


def test_an_accent_is_left_out_and_an_unknown_sign_is_a_question_mark() -> None:
    assert big("CRÍTICO", (2, 1)) == big("CRITICO", (2, 1))
    assert big("☃", (2, 1)) == big("?", (2, 1))


def test_the_largest_size_is_the_one_in_which_everything_fits() -> None:
    assert largest(["OK"], 36, 10) == (4, 2)
    assert largest(["OK"], 36, 9) == (2, 1)
    assert largest(["OK", "WARN"], 42, 10) == (2, 1)
    assert largest(["OK"], 9, 3) == (1, 0.5)
    assert largest(["OK"], 9, 4, ascii_only=True) == PLAIN


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("state", [samples.empty, samples.typical, samples.on_fire, samples.stale, samples.hostile])
def test_every_page_fits_every_size(state: object, lang: str, page: str, size: tuple[int, int]) -> None:
    use_language(lang)
    try:
        snapshot = state()  # type: ignore[operator]
        for view in (View(NOW), View(NOW, glyphs=ASCII)):
            lines = wallboard_lines(snapshot, Board(page, PAGES, incident=NOW - 90_000), *size, view)

            assert len(lines) <= size[1]
            assert size[0] < 60 or all(width_of(line) <= size[0] for line in lines)
    finally:
        use_language("en")


def test_the_first_page_answers_who_suffers_and_from_what() -> None:
    silent = replace(samples.on_fire(), silence=SilenceFigure(Status.CRITICAL, callers=3, since=NOW - 40, stage="LLM"))
    text = drawn(silent, Board("now", PAGES, incident=NOW - 3723))

    for told in ("Calls affected", "Callers in silence", "longest 50s, after LLM", "TTS azure P95", "goal 500 · n 183"):
        assert told in text
    assert "incident since 12:59" in text
    assert "data 0s old" in text
    assert text.splitlines()[2:5] == [
        line.rstrip()
        for line in (
            "██        ██████    ██    ██                         ▄█  ▄ █▀█ ▀▀█ ▄ █▀█ ▀▀█",
            "██        ██  ██    ██    ██                          █  ▄ █ █ █▀▀ ▄ █ █ ▀▀█",
            "  ██████  ██    ██  ██    ██                         ▀▀▀   ▀▀▀ ▀▀▀   ▀▀▀ ▀▀▀",
        )
    ]


@pytest.mark.parametrize("page", PAGES)
def test_whose_figures_they_are_and_what_is_simulated_stands_on_every_page(page: str) -> None:
    told = drawn(replace(samples.typical(), scope="voice-1", notice="Simulated: a calm day."), Board(page, PAGES))

    assert "only voice-1" in told
    assert page == "why" or told.count("▀") > 50
    assert "Simulated: a calm day." in told


def test_the_last_page_says_what_to_do_and_counts_what_has_no_room() -> None:
    assert "  → API key missing in production" in drawn(samples.on_fire(), Board("why", PAGES), (76, 30))
    assert drawn(samples.on_fire(), Board("why", PAGES), (76, 16)).splitlines()[-2].startswith("+")


def test_nothing_is_green_without_data() -> None:
    stale = samples.stale()
    for page in PAGES:
        for snapshot in (stale, samples.empty(), replace(samples.typical(), verdict=stale.verdict)):
            lines = wallboard_lines(snapshot, Board(page, PAGES), 76, 22, View(NOW, live=False))
            assert "ok" not in {run.role for line in lines for run in line}


def test_the_page_that_burns_is_the_one_about_the_worst_finding() -> None:
    def burning(kpi: str, pages: tuple[str, ...] = PAGES) -> str | None:
        verdict = replace(samples.typical().verdict, findings=(Finding(kpi, Status.CRITICAL),))
        return burning_page(replace(samples.typical(), verdict=verdict), pages)

    assert [burning(kpi) for kpi in ("ttfb", "errors", "silence", "config")] == ["latency", "traffic", "now", "why"]
    assert burning("ttfb", ("why", "now")) == "why"
    assert burning_page(samples.typical(), PAGES) is None
