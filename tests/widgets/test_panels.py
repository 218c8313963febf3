from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.strip import Strip

from tests import samples
from tests.widgets.showing import screen_rows, screen_text, sent, showing
from tui.engine.model import EMPTY_SNAPSHOT, Snapshot, Verdict
from tui.engine.text import t, use_language
from widgets import (
    AlertBanner,
    AlertsPanel,
    BucketPanel,
    CallsPanel,
    ConfigPanel,
    ErrorsPanel,
    FallbackPanel,
    NoticeBar,
    Panel,
    RecentPanel,
    SourcesPanel,
    TooSmallCard,
    TtfbPanel,
    VerdictStrip,
    in_language,
    use_glyphs,
)

PANELS: tuple[type[Panel], ...] = (
    ConfigPanel,
    FallbackPanel,
    TtfbPanel,
    CallsPanel,
    ErrorsPanel,
    RecentPanel,
    SourcesPanel,
    AlertsPanel,
)
SAMPLES = (samples.empty, samples.typical, samples.on_fire, samples.stale, samples.hostile)
SIZES = ((30, 3), (36, 8), (80, 5), (80, 24), (120, 40), (200, 20))
NOW = samples.NOW

each_panel = pytest.mark.parametrize("panel_class", PANELS, ids=lambda panel: panel.__name__)


@pytest.fixture(autouse=True)
def english_unicode_again() -> Iterator[None]:
    yield
    use_language("en")
    use_glyphs(unicode=True)


async def text_of(panel: Panel, snapshot: Snapshot, width: int = 80, height: int = 24, now: float = NOW) -> str:
    """Return what the terminal says with only this panel on it."""
    async with showing(panel, width, height) as pilot:
        panel.show(snapshot, now)
        await pilot.pause()
        return screen_text(pilot)


@each_panel
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.__name__)
async def test_every_panel_fills_every_size_and_lets_nothing_raw_through(
    panel_class: type[Panel], sample: Callable[[], Snapshot]
) -> None:
    snapshot = sample()
    panel = panel_class()
    async with showing(panel, *SIZES[0]) as pilot:
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            panel.show(snapshot, NOW)
            await pilot.pause()

            rows = screen_rows(pilot)
            assert [len(rows), *{strip.cell_length for strip in map(panel.render_line, range(panel.size.height))}] == [
                height,
                panel.size.width,
            ]
            text = "".join(rows)
            assert text.isprintable()
            assert not any("\ud800" <= char <= "\udfff" for char in text)


@each_panel
async def test_nothing_is_green_without_data(panel_class: type[Panel]) -> None:
    for snapshot in (samples.empty(), samples.stale()):
        panel = panel_class()
        async with showing(panel, 120, 40) as pilot:
            panel.show(snapshot, NOW)
            await pilot.pause()

            green = panel.style_of("ok").color
            colours = {seg.style.color for y in range(panel.size.height) for seg in panel.render_line(y) if seg.style}
            assert green not in colours
            assert "● OK" not in screen_text(pilot)


@pytest.mark.parametrize("panel_class", [ConfigPanel, FallbackPanel, TtfbPanel, CallsPanel, ErrorsPanel])
@pytest.mark.parametrize(("width", "height"), [(30, 3), (80, 8), (120, 40)])
async def test_r83_the_state_is_a_sign_and_a_word(panel_class: type[Panel], width: int, height: int) -> None:
    assert "◌ NO DATA" in await text_of(panel_class(), samples.empty(), width, height)
    assert "● OK" in await text_of(panel_class(), samples.typical(), width, height)
    assert "✖ CRIT" in await text_of(panel_class(), samples.on_fire(), width, height)
    assert "◌ NO DATA" in await text_of(panel_class(), samples.stale(), width, height)


@each_panel
async def test_stale_data_says_how_old_it_is(panel_class: type[Panel]) -> None:
    assert "stale: 7m old" in await text_of(panel_class(), samples.stale())
    assert "stale: 9m old" in await text_of(panel_class(), samples.stale(), now=NOW + 120)
    assert "no data yet" in await text_of(panel_class(), samples.empty())
    assert "stale:" not in await text_of(panel_class(), samples.typical())


class Counting(CallsPanel):
    """Counts its drawings and the rows it was asked for."""

    drawn = 0
    painted = 0

    def draw(self, width: int, height: int, view: object) -> list[object]:  # type: ignore[override]
        self.drawn += 1
        return super().draw(width, height, view)  # type: ignore[arg-type, return-value]

    def render_line(self, y: int) -> Strip:
        self.painted += 1
        return super().render_line(y)


async def test_the_same_slice_is_neither_drawn_nor_painted_again() -> None:
    panel, snapshot = Counting(), samples.typical()
    async with showing(panel) as pilot:
        panel.show(snapshot, NOW)
        await pilot.pause()
        drawn, painted = panel.drawn, panel.painted

        panel.show(snapshot, NOW + 1)
        panel.show(replace(snapshot, version=8, config=samples.on_fire().config), NOW + 2)
        await pilot.pause()

        assert (panel.drawn, panel.painted) == (drawn, painted)


async def test_another_slice_paints_only_the_rows_that_changed() -> None:
    panel, snapshot = Counting(), samples.typical()
    async with showing(panel) as pilot:
        panel.show(snapshot, NOW)
        await pilot.pause()
        painted = panel.painted

        panel.show(replace(snapshot, calls=replace(snapshot.calls, opened=88)), NOW)
        await pilot.pause()

        assert panel.painted - painted == 1
        assert "opened 88" in screen_text(pilot)


async def test_an_age_on_show_is_written_again_when_it_reads_differently() -> None:
    panel, snapshot = RecentPanel(), samples.typical()
    async with showing(panel) as pilot:
        panel.show(snapshot, NOW)
        await pilot.pause()
        assert "52s" in screen_text(pilot), "42 seconds ago, and ten later it still says so"

        panel.show(snapshot, NOW + 10)
        await pilot.pause()

        assert " 1m " in screen_text(pilot)


@each_panel
async def test_every_panel_speaks_spanish(panel_class: type[Panel]) -> None:
    use_language("es")
    panel = panel_class()

    text = await text_of(panel, samples.on_fire(), 120, 40)

    assert not any(word in text for word in ("CRIT ", "WARN", "NO DATA", " calls", "last ", "goal", "since"))
    enter = in_language(panel._bindings.key_to_bindings["enter"][0])
    words = {("Guía", "Abrir"), ("Llamadas", "Las"), ("Solo esta", "mostrar"), ("Detalles", "Todo")}
    assert (enter.description, enter.tooltip.split()[0]) in words


async def test_figures_in_spanish_have_a_decimal_comma() -> None:
    use_language("es")

    assert "21,8 %" in await text_of(FallbackPanel(), samples.on_fire())


@each_panel
async def test_a_terminal_without_unicode_gets_ascii_only(panel_class: type[Panel]) -> None:
    use_glyphs(unicode=False)
    use_language("es")
    for sample in (samples.on_fire, samples.hostile):
        assert (await text_of(panel_class(), sample(), 120, 40)).isascii()


async def test_r82_config_is_green_only_with_a_start_seen() -> None:
    calm = samples.typical()

    assert "● OK  every key is set" in await text_of(ConfigPanel(), calm)
    unknown = await text_of(ConfigPanel(), replace(calm, config=replace(calm.config, start_seen=False)))
    assert "◌ NO DATA  unknown since attach" in unknown
    assert "● OK" not in unknown


async def test_config_names_every_missing_field_even_on_one_row() -> None:
    assert "2 not set: AZURE_SPEECH_KEY, GROQ_API_KEY" in await text_of(ConfigPanel(), samples.on_fire(), 80, 3)
    text = await text_of(ConfigPanel(), samples.on_fire(), 80, 10)
    assert "AZURE_SPEECH_KEY  since" in text
    assert "resolved: TWILIO_AUTH_TOKEN" in text


async def test_fallback_shows_share_n_target_and_the_last_hour() -> None:
    text = await text_of(FallbackPanel(), samples.on_fire(), 100, 14)

    for part in ("21.8 %", "19 of 87 calls", "ON FALLBACK", "azure → google", "spike", "5/10 %", "last 60 min", "▁"):
        assert part in text


async def test_fallback_in_one_row_shows_the_worst_stage() -> None:
    text = await text_of(FallbackPanel(), samples.on_fire(), 40, 3)

    assert "TTS" in text
    assert "STT" not in text


async def test_r14_percentiles_of_too_few_samples_are_marked_and_dimmed() -> None:
    panel = TtfbPanel()
    async with showing(panel, 120, 40) as pilot:
        panel.show(samples.typical(), NOW)
        await pilot.pause()

        row = next(y for y, text in enumerate(panel.rows) if "google" in text)
        assert "~421" in panel.rows[row]
        assert "~688" in panel.rows[row]
        dim = panel.style_of("dim")
        assert [seg.style for seg in panel.render_line(row) if "~421" in seg.text] == [dim]
        assert "12+" in panel.rows[row]


async def test_ttfb_shows_the_chart_of_the_worst_stage_until_another_is_chosen() -> None:
    panel = TtfbPanel()
    async with showing(panel, 80, 24) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()
        stages = [panel.stage]
        assert "goal 500 ms" in screen_text(pilot)

        await pilot.press("up")

        stages.append(panel.stage)
        assert "goal 1000 ms" in screen_text(pilot)
        await pilot.press("j", "j")
        assert [*stages, panel.stage] == ["TTS", "LLM", "STT"]


async def test_very_wide_ttfb_draws_three_charts() -> None:
    text = await text_of(TtfbPanel(), samples.on_fire(), 200, 20)

    assert all(f"goal {goal} ms" in text for goal in (200, 1000, 500))


async def test_the_chart_is_drawn_at_most_once_a_second_and_not_forgotten() -> None:
    panel, fire = TtfbPanel(), samples.on_fire()
    other = replace(fire, ttfb=tuple(replace(s, series=(*s.series[1:], (1.0, 2.0, 3.0))) for s in fire.ttfb))
    async with showing(panel, 80, 24) as pilot:
        pilot.app.set_focus(None)  # the cursor would go where the newest data is worst
        panel.show(fire, NOW)
        await pilot.pause()
        before = panel.rows[10:]

        panel.show(other, NOW + 0.4)
        await pilot.pause()
        assert panel.rows[10:] == before

        panel.show(other, NOW + 1.1)
        await pilot.pause()
        assert panel.rows[10:] != before


async def test_r47_a_lower_bound_of_calls_is_marked() -> None:
    assert "≥ 54 active" in await text_of(CallsPanel(), samples.on_fire())
    assert "≥" not in await text_of(CallsPanel(), samples.typical())


async def test_calls_show_limits_traffic_and_clients() -> None:
    text = await text_of(CallsPanel(), samples.on_fire(), 60, 12)

    assert all(part in text for part in ("┿", "20", "50", "opened 143", "lost 12", "short 9", "twilio 61", "peak 57"))


async def test_r7_errors_show_two_figures_each_with_goal_and_window() -> None:
    text = await text_of(ErrorsPanel(), samples.on_fire(), 60, 8)

    assert "▲ WARN  3.4 errors/min" in text
    assert "goal < 1 · 5 min" in text
    assert "✖ CRIT  8.0 % of calls" in text
    assert "goal < 1 · 60 min" in text
    assert "errors 7  calls 87  affected 7" in text


async def test_sources_show_the_reason_and_remedy_of_the_worst_where_there_is_room() -> None:
    text = await text_of(SourcesPanel(), samples.on_fire(), 120, 16)

    assert "✖ failed" in text
    assert "permission denied" in text
    assert "→ add your user to the group adm" in text
    assert "reading history ━━━" in text
    assert "dropped 120 · 4.2 MB behind" in text


async def test_sources_in_one_row_show_the_worst_one() -> None:
    text = await text_of(SourcesPanel(), samples.on_fire(), 80, 3)

    assert "✖ failed" in text
    assert "app.log" not in text


async def test_the_focused_sources_can_be_scrolled_when_not_all_fits() -> None:
    panel = SourcesPanel()
    async with showing(panel, 100, 5) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()
        assert "permission denied" in screen_text(pilot)
        assert "app.log" not in screen_text(pilot)

        await pilot.press(*["down"] * 30)

        assert "cron.log" in screen_text(pilot)
        assert "permission denied" not in screen_text(pilot)
        await pilot.press(*["k"] * 30)
        assert "permission denied" in screen_text(pilot)


@pytest.mark.parametrize(
    "panel_class",
    [one for one in PANELS if one not in {AlertsPanel, SourcesPanel}],
    ids=lambda one: one.__name__,
)
async def test_enter_opens_the_playbook_that_fits(panel_class: type[Panel]) -> None:
    wanted = {
        ConfigPanel: samples.KEY_BOOK,
        FallbackPanel: samples.SLOW_BOOK,
        TtfbPanel: samples.SLOW_BOOK,
        RecentPanel: samples.SLOW_BOOK,
    }
    panel = panel_class()
    async with showing(panel) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.press("P" if isinstance(panel, BucketPanel) else "enter")

        (message,) = sent(pilot)
        assert isinstance(message, Panel.Opened)
        assert message.control is panel
        assert message.playbook is wanted.get(panel_class)


def picked_cells(panel: BucketPanel) -> list[tuple[int, int]]:
    """Return where the cursor of a chart stands."""
    return [
        (sum(cell_len(before.text) for before in line[:place]), y)
        for y, line in enumerate(panel._rows)
        for place, run in enumerate(line)
        if run.role == "picked"
    ]


@pytest.mark.parametrize("size", [(60, 20), (110, 16), (190, 20)], ids=["below", "beside", "abreast"])
@pytest.mark.parametrize(
    "panel_class", [FallbackPanel, TtfbPanel, CallsPanel, ErrorsPanel], ids=lambda one: one.__name__
)
async def test_a_click_into_a_chart_chooses_its_minute_and_a_second_click_opens_its_calls(
    panel_class: type[BucketPanel], size: tuple[int, int]
) -> None:
    panel = panel_class()
    async with showing(panel, *size) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.press("left", "left", "left", "left", "down")
        await pilot.pause()
        wanted, stage = panel.place, panel.stage_of_bucket()
        x, y = picked_cells(panel)[-1]
        await pilot.press("right", "right", "right", "up")
        await pilot.pause()
        assert (panel.place, panel.stage_of_bucket()) != (wanted, stage)

        await pilot.click(panel, offset=(x + 2, y + 1), times=2)  # beside the border
        await pilot.pause()

        assert picked_cells(panel)[-1] == (x, y)
        assert wanted is not None
        assert abs((panel.place or 0) - wanted) <= 1  # two minutes may share a column
        (message,) = [one for one in sent(pilot) if isinstance(one, BucketPanel.Picked)]
        assert message.bucket == panel.bucket


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("sample", SAMPLES)
async def test_the_past_never_looks_like_the_present(sample: Callable[[], Snapshot], width: int, language: str) -> None:
    use_language(language)
    strip = VerdictStrip()
    badge = t("time.badge", time="14:02:00", events=12, errors=3)
    async with showing(strip, width, 3):
        strip.show(sample(), samples.NOW, past=badge)

        assert badge.split(" · ")[0] in strip.rows[0]
        assert (badge in strip.rows[0]) or width <= 80
        strip.show(sample(), samples.NOW, paused=7)
        assert t("strip.paused", count=7) in strip.rows[0]


async def test_the_strip_answers_what_since_when_who_and_how_fresh() -> None:
    strip = VerdictStrip()
    async with showing(strip, 160, 4) as pilot:
        strip.show(samples.on_fire(), NOW)
        await pilot.pause()
        first, second = strip.rows[:2]

    assert first.startswith(" ✖ CRIT  since ")
    assert "(13m)  AZURE_SPEECH_KEY not set · TTS P95 1804 ms (limit 500, n 183; slowest azure)" in first
    assert first.rstrip().endswith("+4")
    assert "TTS azure P95 1902 ms (goal 500, n 183)   fallback TTS 21.8 % (n 87)   calls ≥54   affected 34" in second
    assert "sources 2/4   lag 0s" in second


async def test_the_strip_says_less_where_there_is_less_room() -> None:
    strip = VerdictStrip()
    async with showing(strip, 80, 4) as pilot:
        strip.show(samples.on_fire(), NOW)
        await pilot.pause()

        assert "AZURE_SPEECH_KEY not set +6" in strip.rows[0]
        assert "TTS azure P95 1902/500 n 183  fb TTS 21.8 %  calls ≥54  hit 34  al 3/1  src 2/4" in strip.rows[1]


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (samples.empty, "◌ NO DATA  nothing was read yet"),
        (samples.typical, "all figures within their goals"),
        (samples.stale, "no fresh data: what follows is old"),
    ],
    ids=["empty", "typical", "stale"],
)
async def test_the_strip_says_why_there_is_nothing_to_say(sample: Callable[[], Snapshot], words: str) -> None:
    strip = VerdictStrip()
    async with showing(strip, 120, 4) as pilot:
        strip.show(sample(), NOW)
        await pilot.pause()

        assert words in " ".join(strip.rows[0].split("  ")).replace("   ", "  ") or words in strip.rows[0]


async def test_an_ok_of_stale_data_is_not_shown_as_ok() -> None:
    strip = VerdictStrip()
    calm = samples.typical()
    async with showing(strip, 120, 4) as pilot:
        strip.show(replace(calm, verdict=replace(calm.verdict, freshness="stale")), NOW)
        await pilot.pause()

        assert "OK" not in "".join(strip.rows)
        assert "NO DATA" in strip.rows[0]


async def test_a_frozen_view_counts_what_is_new() -> None:
    strip = VerdictStrip()
    async with showing(strip, 120, 4) as pilot:
        strip.show(samples.typical(), NOW, paused=17)
        await pilot.pause()
        assert strip.rows[0].endswith(" PAUSED +17 ")

        strip.show(samples.typical(), NOW)
        await pilot.pause()
        assert "PAUSED" not in strip.rows[0]


@pytest.mark.parametrize("width", [10, 30, 80, 160])
async def test_the_strip_and_the_notice_let_nothing_raw_through(width: int) -> None:
    for widget in (VerdictStrip(), NoticeBar()):
        async with showing(widget, width, 4) as pilot:
            widget.show(samples.hostile(), NOW)
            await pilot.pause()

            assert "".join(screen_rows(pilot)).isprintable()


async def test_every_finding_has_a_phrase() -> None:
    strip = VerdictStrip()
    kinds = (
        "config", "fallback", "fallback_spike", "all_failed", "ttfb", "turn", "calls", "errors", "errors_per_minute",
        "short_calls", "restarts", "silence", "source",
    )  # fmt: skip
    finding = samples.on_fire().verdict.findings[1]
    async with showing(strip, 1000, 4) as pilot:
        for language in ("en", "es"):
            use_language(language)
            findings = tuple(replace(finding, kpi=kind) for kind in kinds)
            strip.show(replace(EMPTY_SNAPSHOT, verdict=Verdict(findings=findings, freshness="live")), NOW)
            await pilot.pause()

            assert strip.rows[0].count(" · ") == len(kinds) - 1


async def test_the_notice_takes_no_room_without_one() -> None:
    notice = NoticeBar()
    async with showing(notice, 60, 4) as pilot:
        notice.show(samples.typical(), NOW)
        await pilot.pause()
        assert not notice.display

        notice.show(samples.on_fire(), NOW)
        await pilot.pause()
        assert notice.display
        assert "simulated: Azure TTS outage" in screen_text(pilot)


async def test_too_small_says_what_is_needed_and_what_there_is() -> None:
    async with showing(TooSmallCard(), 34, 7) as pilot:
        text = " ".join(screen_text(pilot).split())

        assert "voxtop needs 40×10 cells; this terminal has 34×7" in text


async def test_r63_the_config_panel_says_what_callers_notice_of_each_missing_key() -> None:
    panel = ConfigPanel()
    async with showing(panel, 60, 12) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()
        text = " ".join(" ".join(panel.rows).split())

    assert "nothing stands in for the language model" in text
    assert "a backup provider has to speak and listen" in text


async def test_the_alerts_panel_shows_who_has_what_and_what_was_given_up() -> None:
    panel = AlertsPanel()
    async with showing(panel, 112, 9) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()

        assert [" ".join(row.strip("│ ").split()) for row in screen_rows(pilot)][1:-1] == [
            "✖ FIRING 7f46b9 16m config_warning AZURE_SPEECH_KEY: ∅",
            "✖ FIRING 18c0de 13m ttfb_p95 TTS: P95 1804 ms > 1000 ms, n 211 ana has it",
            "▲ FIRING a0a0a0 6m fallback_rate TTS: 21.8 % muted: provider_down",
            "◌ pending b1b1b1 1m concurrent_calls 54 > 50",
            "◌ over c2c2c2 31m gap app.log: 1",
            "✖ 1 could not be sent 2 on their way 1 silences",
            "",
        ]


async def test_all_about_an_alert_is_its_figure_and_its_messages() -> None:
    panel = AlertsPanel()
    panel.full = True
    async with showing(panel, 100, 20) as pilot:
        panel.show(samples.on_fire(), NOW)
        await pilot.pause()

        rows = screen_rows(pilot)
        assert "1804 ms / 1000 ms  n 211  1 sent  1 could not be sent" in rows[4]
        assert "silence s8616 rule=gap: 1h00m left, ana: known  11m" in "\n".join(rows)


async def test_without_anybody_judging_no_alert_is_no_all_clear() -> None:
    panel = AlertsPanel()
    async with showing(panel, 60, 4) as pilot:
        panel.show(samples.empty(), NOW)
        await pilot.pause()
        assert "nobody judges alerts yet" in screen_text(pilot)


async def test_the_banner_is_about_the_newest_critical_alert_that_nobody_has() -> None:
    banner = AlertBanner()
    async with showing(banner, 80, 1) as pilot:
        banner.show(samples.typical(), NOW)
        assert not banner.display

        banner.show(samples.on_fire(), NOW)
        await pilot.pause()

        assert banner.display
        assert "NEW CRITICAL ALERT: AZURE_SPEECH_KEY: ∅" in screen_text(pilot)


async def test_the_strip_counts_alerts_that_fire_and_those_acknowledged() -> None:
    strip = VerdictStrip()
    async with showing(strip, 160, 2) as pilot:
        strip.show(samples.on_fire(), NOW)
        await pilot.pause()
        assert "alerts 3/1" in screen_text(pilot)
