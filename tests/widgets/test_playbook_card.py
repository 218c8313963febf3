from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.widgets.showing import screen_rows, screen_text, sent, showing
from tui.engine.clock import ManualClock
from widgets import PlaybookCard

EVIDENCE = ("41 × TTS azure timeout since 13:49", "P95 1804 ms, goal 500 ms, n 183")


async def test_the_card_says_what_why_and_what_to_do() -> None:
    async with showing(PlaybookCard(samples.SLOW_BOOK, EVIDENCE), 100, 30) as pilot:
        text = screen_text(pilot)

        for part in (
            "TTS slow: provider or network",
            "✖ CRIT",
            "What it is",
            "The provider answers late",
            "Why we think so",
            EVIDENCE[0],
            "☐ 1. Look at the status page",
            "☐ 4. Place one test call",
            "$ curl -s",
            "https://status.azure.com",
            "0 of 4 done",
        ):
            assert part in text


async def test_steps_are_ticked_off_with_space_and_by_number() -> None:
    card = PlaybookCard(samples.SLOW_BOOK, clock=ManualClock(samples.NOW))
    async with showing(card, 100, 30) as pilot:
        await pilot.press("space", "down", "space", "4", "1")

        assert card.ticked == {2, 4}
        assert "☑ 2. Measure the way to it from the orchestrator's host, not from your desk · 14:02" in screen_text(
            pilot
        )
        assert "2 of 4 done" in screen_text(pilot)
        await pilot.press("9", "0")
        assert card.ticked == {2, 4}


async def test_a_command_is_offered_for_copying_and_never_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    book = replace(samples.SLOW_BOOK, commands=("curl -s one", f"touch {canary}"))
    async with showing(PlaybookCard(book), 100, 30) as pilot:
        await pilot.press("y", "down", "down", "down", "down", "y", "down", "y", "enter", "space")

        assert [message.text for message in sent(pilot)] == [
            f"curl -s one\ntouch {canary}",
            "curl -s one",
            f"touch {canary}",
        ]
    assert not canary.exists()


async def test_a_card_without_commands_has_nothing_to_copy() -> None:
    async with showing(PlaybookCard(replace(samples.SLOW_BOOK, commands=())), 100, 30) as pilot:
        await pilot.press("y")

        assert sent(pilot) == []


async def test_the_step_in_hand_is_scrolled_into_sight() -> None:
    card = PlaybookCard(samples.SLOW_BOOK, EVIDENCE)
    async with showing(card, 50, 10) as pilot:
        assert "Place one test call" not in screen_text(pilot)
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert "Place one test call" in screen_text(pilot)

        await pilot.press("up", "up", "up")
        await pilot.pause()
        assert "What it is" in screen_text(pilot)


async def test_without_a_playbook_the_evidence_is_still_there() -> None:
    async with showing(PlaybookCard(None, EVIDENCE), 60, 12) as pilot:
        text = screen_text(pilot)

        assert "No playbook is known for this yet." in text
        assert EVIDENCE[0] in text


@pytest.mark.parametrize("width", [30, 80])
async def test_a_hostile_playbook_is_shown_harmless(width: int) -> None:
    book = samples.hostile().recent[0].playbook
    async with showing(PlaybookCard(book, [samples.HOSTILE]), width, 40) as pilot:
        rows = screen_rows(pilot)

        assert "".join(rows).isprintable()
        assert "[b]bold[/b]" in " ".join(rows) or width == 30
        await pilot.press("y")
        assert sent(pilot)[0].text.isprintable()
