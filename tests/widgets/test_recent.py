from dataclasses import replace

from tests import samples
from tests.widgets.showing import screen_text, showing
from widgets import RecentPanel

NOW = samples.NOW


async def test_a_row_shows_age_count_place_text_and_playbook() -> None:
    panel = RecentPanel()
    async with showing(panel, 120, 12) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()

        row = " ".join(panel.rows[0].split())
        assert row == "✖ 4s ×41 TTS azure timeout Synthesis timed out after 10 s → TTS slow: provider or network"


async def test_a_narrow_row_keeps_sign_age_count_and_text() -> None:
    panel = RecentPanel()
    async with showing(panel, 30, 6) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()

        assert " ".join(panel.rows[0].split()).startswith("✖ 4s ×41 Synthesis")


async def test_the_cursor_moves_with_arrows_and_letters_and_stops_at_the_ends() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 5) as pilot:
        panel.show(samples.on_fire(), NOW)
        places = []
        for keys in (("down",), ("j",), ("k",), ("G",), ("down",), ("g",), ("up",), ("ctrl+d",), ("ctrl+u",)):
            await pilot.press(*keys)
            assert panel.selected
            places.append(panel.selected.key)

        assert places == ["f", "q", "f", "c", "c", "t", "t", "q", "t"]


async def test_the_row_under_the_cursor_is_always_in_sight() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 5) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.press("G")

        assert "Socket closed" in screen_text(pilot)
        assert panel.cursor_row() == 2


async def test_the_cursor_stays_on_its_group_while_newer_ones_arrive() -> None:
    panel, fire = RecentPanel(), samples.on_fire()
    async with showing(panel, 100, 12) as pilot:
        panel.show(fire, NOW)
        await pilot.press("down", "down")
        assert panel.selected
        assert panel.selected.key == "q"

        newer = replace(fire.recent[0], key="new")
        panel.show(replace(fire, recent=(newer, *fire.recent)), NOW)
        await pilot.pause()
        assert panel.selected.key == "q"

        await pilot.press("g")
        newest = replace(fire.recent[0], key="newest")
        panel.show(replace(fire, recent=(newest, newer, *fire.recent)), NOW)
        assert panel.selected.key == "newest"


async def test_a_filter_keeps_what_matches_and_says_so() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 12) as pilot:
        panel.show(samples.on_fire(), NOW)

        assert panel.set_filter("groq|deepgram") is None
        await pilot.pause()
        assert [row.split()[3] for row in panel.rows if row.strip()] == ["LLM", "STT"]
        assert "/groq|deepgram · 2 of 7" in screen_text(pilot)

        assert panel.set_filter("!tts") is None
        assert panel.selected
        assert panel.selected.key == "q"
        assert panel.set_filter("zzz") is None
        await pilot.pause()
        assert "no error matches the filter" in screen_text(pilot)
        assert panel.set_filter("") is None
        await pilot.pause()
        assert len([row for row in panel.rows if row.strip()]) == 7


async def test_a_bad_filter_is_told_and_changes_nothing() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 12) as pilot:
        panel.show(samples.on_fire(), NOW)
        panel.set_filter("groq")
        await pilot.pause()

        assert panel.set_filter("(") == "not a regular expression: missing ), unterminated subpattern at position 0"
        assert panel.set_filter(r"(\w+\s?)+$") == "filter could take too long: use fewer repetitions"
        assert panel.filter_text == "groq"


async def test_the_filter_holds_for_errors_that_arrive_later() -> None:
    panel, fire = RecentPanel(), samples.on_fire()
    async with showing(panel, 100, 12):
        panel.show(fire, NOW)
        panel.set_filter("groq")

        panel.show(replace(fire, recent=(replace(fire.recent[2], key="again"), *fire.recent)), NOW)

        assert panel.selected
        assert panel.selected.key == "again"


async def test_a_click_selects_a_row() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 12) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()

        await pilot.click(panel, offset=(10, 3))

        assert panel.selected
        assert panel.selected.key == "q"


async def test_a_click_below_the_last_row_selects_nothing_else() -> None:
    panel = RecentPanel()
    async with showing(panel, 100, 12) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()
        await pilot.click(panel, offset=(10, 2))
        assert panel.selected
        chosen = panel.selected.key

        await pilot.click(panel, offset=(10, 10))

        assert panel.selected.key == chosen
