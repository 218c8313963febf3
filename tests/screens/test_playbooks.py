"""Working with playbooks: evidence, filled commands, ticks that stay, drafts, and that nothing is ever run."""

import string
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests import samples
from tests.samples import NOW
from tests.screens.fixed_monitor import app_over
from tests.widgets.showing import screen_text
from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.model import ConfigHealth, ErrorGroup, Playbook, Snapshot, SourceState, SourceStatus
from tui.engine.playbooks._own import read_own
from tui.engine.playbooks.ticks import MemoryTicks
from tui.engine.text import use_language
from tui.screens.case import case_of
from tui.screens.desk import Desk
from tui.screens.draft import DraftScreen
from tui.screens.help import HelpScreen
from tui.screens.playbook import PlaybookScreen

KEY_BOOK = samples.book("azure.auth", "Azure refuses the key (401)", "Azure rechaza la clave (401)")
REFUSED = ErrorGroup(
    "k", "error", "STT", "Azure", "401", "[STT Azure] Error: 401", 12, NOW - 600, NOW, "app.log", KEY_BOOK, "call_7"
)
UNKNOWN = ErrorGroup("u", "error", "TTS", "Acme", "503", "[TTS Acme] Error: 503 on node-7", 3, NOW - 60, NOW, "app.log")


def showing(*groups: ErrorGroup, host: str = "voice-prod-01", **changes: object) -> Snapshot:
    sources = (SourceStatus("app.log", "ssh", SourceState.LIVE, host=host),)
    return replace(samples.typical(), recent=groups, sources=sources, **changes)  # type: ignore[arg-type]


def desk(tmp_path: Path, ticks: MemoryTicks | None = None) -> Desk:
    return Desk(ManualClock(NOW), ticks or MemoryTicks(), tmp_path / "playbooks")


def test_the_evidence_says_what_was_counted_since_when_and_what_the_start_said_of_the_key() -> None:
    missing = replace(samples.on_fire().config.missing[0], field="AZURE_SPEECH_KEY", first_at=NOW - 900)
    said = case_of(showing(REFUSED, config=ConfigHealth(missing=(missing,), start_seen=True)), KEY_BOOK).evidence
    whole = case_of(showing(REFUSED, config=ConfigHealth(start_seen=True, started_at=NOW - 900)), KEY_BOOK).evidence

    assert said == (
        "401 from Azure STT ×12 since 13:52:00: [STT Azure] Error: 401",
        "AZURE_SPEECH_KEY configured: False at start (13:47:00)",
    )
    assert whole[1] == "no key of Azure was reported missing at start (13:47:00)"


def test_the_figures_over_their_limits_are_evidence_too() -> None:
    said = case_of(samples.on_fire(), samples.SLOW_BOOK).evidence

    assert any("P95" in line and "n 183" in line for line in said)


COMMANDS = ("ssh -- {host} uptime", "grep {call} app.log", "whois {provider}; echo {{.Names}}")


def test_commands_are_filled_in_from_plain_names() -> None:
    book = replace(KEY_BOOK, commands=COMMANDS)
    case = case_of(showing(replace(REFUSED, playbook=book)), book)

    assert case.commands == ("ssh -- voice-prod-01 uptime", "grep call_7 app.log", "whois Azure; echo {{.Names}}")


@pytest.mark.parametrize(
    "bad", ["$(touch x)", "a;b", "-oProxyCommand=x", "a b", "é", "x" * 200, "a\nb", "`id`", "{call}"]
)
def test_what_is_no_plain_name_is_never_filled_in(bad: str) -> None:
    book = replace(KEY_BOOK, commands=COMMANDS)
    case = case_of(showing(replace(REFUSED, playbook=book, provider=bad, call=bad), host=bad), book)

    assert case.commands == COMMANDS


async def test_a_step_done_is_shown_with_its_time_when_the_card_is_opened_again(tmp_path: Path) -> None:
    at = desk(tmp_path)
    app = app_over(showing(REFUSED), desk=at)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "2", "escape", "enter")
        await pilot.pause()
        assert "☑ 2. Measure the way to it from the orchestrator's host, not from your desk · 14:02" in screen_text(
            pilot
        )

        await pilot.press("backspace", "escape", "enter")
        await pilot.pause()
        assert "☑" not in screen_text(pilot)
    assert await at.ticks.ticks(KEY_BOOK.id, 0) == {}


async def test_steps_done_before_the_trouble_began_belong_to_another_incident(tmp_path: Path) -> None:
    ticks = MemoryTicks()
    await ticks.tick(KEY_BOOK.id, 0, NOW - 700)
    await ticks.tick(KEY_BOOK.id, 1, NOW - 500)
    async with app_over(showing(REFUSED), desk=desk(tmp_path, ticks)).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter")
        await pilot.pause()

        assert "☐ 1." in screen_text(pilot)
        assert "☑ 2." in screen_text(pilot)


class BrokenTicks(MemoryTicks):
    async def ticks(self, playbook_id: str, since: float) -> dict[int, float]:  # noqa: ARG002 - never gets so far
        raise StateError("others may read it")

    async def tick(self, playbook_id: str, step: int, at: float | None) -> None:  # noqa: ARG002 - likewise
        raise StateError("others may read it")


async def test_a_state_file_that_cannot_be_used_is_told_and_the_card_goes_on(tmp_path: Path) -> None:
    async with app_over(showing(REFUSED), desk=desk(tmp_path, BrokenTicks())).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "2")
        await pilot.pause()

        assert "☑ 2." in screen_text(pilot)
        assert "not kept: others may read it" in " ".join(each.message for each in pilot.app._notifications)


async def test_a_read_only_monitor_ticks_nothing_off_and_writes_no_draft(tmp_path: Path) -> None:
    at = desk(tmp_path)
    async with app_over(showing(REFUSED, UNKNOWN), desk=at, read_only=True).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "space", "1", "2", "backspace", "escape")
        await pilot.press("6", "down", "enter", "d", "w")
        await pilot.pause()

    assert await at.ticks.ticks(KEY_BOOK.id, 0) == {}
    assert not at.folder.exists()


async def test_an_error_without_a_playbook_says_so_and_a_draft_is_written_only_on_demand(tmp_path: Path) -> None:
    at = desk(tmp_path)
    async with app_over(showing(UNKNOWN), desk=at).run_test(size=(120, 40)) as pilot:
        assert "→ no playbook yet" in screen_text(pilot)
        await pilot.press("6", "enter")
        await pilot.pause()
        assert "503 from Acme TTS ×3 since 14:01:00" in screen_text(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(pilot.app.screen, DraftScreen)
        assert 'title = "TTS Acme 503"' in screen_text(pilot)
        assert not at.folder.exists()

        await pilot.press("w")
        await pilot.pause()

    written = at.folder / "ours-tts-acme-503.toml"
    assert written.stat().st_mode & 0o777 == 0o600
    (entry,) = read_own(written)
    assert entry.pattern.search(UNKNOWN.text)
    assert tomllib.loads(written.read_text())["ours.tts-acme-503"]["applies_to"] == ["error"]


async def test_help_opens_over_a_playbook_and_a_draft_and_tells_their_keys(tmp_path: Path) -> None:
    app = app_over(samples.on_fire(), desk=desk(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert "Tick the step off" in screen_text(pilot)  # type: ignore[arg-type] # of another result
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, PlaybookScreen)
        app.push_screen(DraftScreen(samples.on_fire().recent[0], tmp_path))
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()

        assert "write the draft" in screen_text(pilot)  # type: ignore[arg-type] # as above


async def test_a_draft_never_overwrites_a_file(tmp_path: Path) -> None:
    at = desk(tmp_path)
    at.folder.mkdir()
    first = at.folder / "ours-tts-acme-503.toml"
    first.write_text("mine")
    async with app_over(showing(UNKNOWN), desk=at).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "d", "w")
        await pilot.pause()

    assert first.read_text() == "mine"
    assert (at.folder / "ours-tts-acme-503-2.toml").exists()


async def test_a_draft_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    at = replace(desk(tmp_path), folder=Path("/proc/nowhere"))
    async with app_over(showing(UNKNOWN), desk=at).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "d", "w")
        await pilot.pause()

        assert "cannot write /proc/nowhere" in " ".join(each.message for each in pilot.app._notifications)


async def test_a_draft_can_be_copied_instead(tmp_path: Path) -> None:
    async with app_over(showing(UNKNOWN), desk=desk(tmp_path)).run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "enter", "d", "y")

        assert "ours.tts-acme-503" in tomllib.loads(pilot.app.clipboard)


KEYS = (
    *string.printable.strip(),
    *("enter", "tab", "shift+tab", "space", "escape", "backspace", "delete", "up", "down", "left", "right"),
    *("home", "end", "pageup", "pagedown", *(f"f{n}" for n in range(1, 13))),
    *(f"ctrl+{letter}" for letter in string.ascii_lowercase if letter not in "cqz"),
    *("ctrl+enter", "shift+enter", "alt+enter", "alt+r", "alt+x"),
)


@pytest.mark.parametrize("opened", ["known", "unknown"])
async def test_fault_101_a_playbook_with_a_canary_command_is_never_run(tmp_path: Path, opened: str) -> None:
    canary = tmp_path / "canary"
    evil = f"touch {canary}"
    book: Playbook = replace(
        KEY_BOOK,
        commands=(evil, f"`{evil}`", f"$({evil})"),
        steps={"en": (evil, f"$({evil})"), "es": (evil,)},
        link=f"file://{canary}",
    )
    group = replace(REFUSED, playbook=book if opened == "known" else None, text=f"boom; {evil}; `{evil}` $({evil})")
    app = app_over(showing(group), desk=desk(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        for key in KEYS:
            await _open(pilot)
            await pilot.press(key)
            if not pilot.app.is_running:  # a key that quits
                break
        if pilot.app.is_running:
            await _open(pilot)
            for row in range(2, 38, 2):
                await pilot.click(offset=(40, row), times=2)

    assert not canary.exists()


async def _open(pilot: Pilot[int]) -> None:
    """Bring a card to the front, whatever the last key has opened or closed."""
    if isinstance(pilot.app.screen, PlaybookScreen):
        return
    while len(pilot.app.screen_stack) > 1:
        pilot.app.pop_screen()
        await pilot.pause()
    await pilot.press("escape", "escape", "6", "enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, PlaybookScreen)


SIZES = {"column": (80, 24), "grid": (120, 40), "wide": (200, 50)}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_card_with_evidence_and_a_step_done(
    snap_compare: Callable[..., bool], tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    use_language(language)
    book = replace(KEY_BOOK, commands=COMMANDS)
    app = app_over(showing(replace(REFUSED, playbook=book)), desk=desk(tmp_path))

    assert snap_compare(app, terminal_size=size, press=["6", "enter", "2"])


def test_the_card_of_an_error_without_a_playbook(snap_compare: Callable[..., bool], tmp_path: Path) -> None:
    app = app_over(showing(UNKNOWN), desk=desk(tmp_path))

    assert snap_compare(app, terminal_size=SIZES["grid"], press=["6", "enter"])


def test_the_draft_of_a_playbook(snap_compare: Callable[..., bool]) -> None:
    app = app_over(showing(UNKNOWN), desk=Desk(ManualClock(NOW), folder=Path("/home/me/.config/voxtop/playbooks")))

    assert snap_compare(app, terminal_size=SIZES["column"], press=["6", "enter", "d"])
