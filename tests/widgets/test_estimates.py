"""Figures read back from Prometheus: marked as what they are."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.samples import NOW, typical
from tests.widgets.showing import screen_text, showing
from tui.engine.model import Percentiles, Snapshot, Status
from widgets import TtfbPanel, use_glyphs

INFINITE = float("inf")


def estimated() -> Snapshot:
    stt, llm, tts = typical().ttfb
    return replace(
        typical(),
        ttfb=(
            replace(stt, figures=Percentiles(150, 140, 180, 190, estimated=True), providers=(), total=True),
            replace(llm, figures=Percentiles(7, 400, 900, 950, status=Status.OK, estimated=True), providers=()),
            replace(
                tts,
                figures=Percentiles(150, 700, INFINITE, INFINITE, status=Status.CRITICAL, estimated=True),
                providers=(),
            ),
        ),
    )


async def shown(snapshot: Snapshot) -> list[str]:
    panel = TtfbPanel()
    async with showing(panel, 100, 12) as pilot:
        panel.show(snapshot, NOW)
        await pilot.pause()
        return screen_text(pilot).splitlines()


async def test_r21_estimates_are_marked_and_above_the_last_bound_only_that_is_said() -> None:
    rows = await shown(estimated())

    (speech,) = [row for row in rows if "TTS" in row and "150" in row]
    assert "≈700" in speech
    assert speech.count(">10 s") == 2
    assert "≈>" not in speech
    (model,) = [row for row in rows if "LLM" in row and "1000" in row]
    assert "~900" in model


async def test_r20_whole_requests_are_labelled_and_have_no_goal() -> None:
    rows = await shown(estimated())

    (recognition,) = [row for row in rows if "STT" in row and "150" in row]
    assert "total" in recognition
    assert "200" not in recognition
    assert "NO DATA" in recognition


async def test_exact_figures_carry_no_mark() -> None:
    assert "≈" not in "\n".join(await shown(typical()))


@pytest.mark.usefixtures("plain_glyphs")
async def test_an_estimate_is_marked_in_plain_ascii_too() -> None:
    rows = await shown(estimated())

    assert "~700" in "\n".join(rows)
    assert "≈" not in "\n".join(rows)


@pytest.fixture
def plain_glyphs() -> Iterator[None]:
    use_glyphs(unicode=False)
    yield
    use_glyphs(unicode=True)
