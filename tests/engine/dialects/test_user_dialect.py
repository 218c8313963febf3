"""A dialect that a user wrote: what its file may say, what its patterns give, and what is refused."""

import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.dialects.golden import events_of
from tui.engine.dialects._dialect import dialects, own_dialects, use_dialects
from tui.engine.dialects._literals import longest_literal
from tui.engine.dialects._user import UserDialect
from tui.engine.dialects._user_file import EVENTS, GROUPS, KEYS, PATTERN_KEYS, load_dialects, read_dialect
from tui.engine.errors import ConfigError, SourceError
from tui.engine.model import LineBlock, LogEvent
from tui.engine.parser import Parser

ACME = r"""
name = "acme"

[[pattern]]
match = '\[(?P<stage>\w+)/(?P<provider>\w+)\] first byte after (?P<value>\S+)'
event = "ttfb"
unit = "s"

[[pattern]]
match = 'call (?P<id>\S+) up from (?P<client>\w+)'
event = "call_opened"

[[pattern]]
match = 'call (?P<id>\S+) down after (?P<duration>\S+)'
event = "call_closed"

[[pattern]]
match = 'backup (?P<to>\w+) speaks for (?P<stage>\w+)'
event = "fallback"

[[pattern]]
match = 'voice lost: (?P<text>.*)'
event = "error"
stage = "TTS"
provider = "azure"

[[pattern]]
match = 'heartbeat'
event = "nothing"
"""


@pytest.fixture(autouse=True)
def built_in_dialects_only() -> Iterator[None]:
    yield
    use_dialects(())


def write(folder: Path, text: str, name: str = "acme.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def install(folder: Path, text: str) -> UserDialect:
    dialect = read_dialect(write(folder, text))
    use_dialects([dialect])
    return dialect


def one_pattern(match: str, *more: str, event: str = "ttfb") -> str:
    return "\n".join(['name = "acme"', "[[pattern]]", f"match = '{match}'", f'event = "{event}"', *more])


def only(line: str) -> LogEvent | None:
    found = events_of([line.encode()])
    assert len(found) <= 1
    return found[0] if found else None


def test_named_groups_and_fixed_values_become_the_event(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    opened = only("call v3:AbC-_.~ up from twilio")
    failed = only("voice lost: HTTP 503 from upstream")
    fallen = only("backup google speaks for tts")

    assert opened is not None
    assert (opened.kind, opened.dialect, opened.id, opened.client) == ("call_opened", "acme", "v3:AbC-_.~", "twilio")
    assert failed is not None
    assert (failed.kind, failed.stage, failed.provider, failed.code) == ("error", "TTS", "Azure", "503")
    assert failed.text == "HTTP 503 from upstream"
    assert fallen is not None
    assert (fallen.kind, fallen.stage, fallen.to) == ("fallback", "TTS", "Google")


def test_a_line_is_understood_inside_its_envelopes(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    found = only(r'{"level": "info", "msg": "\ud83d\udcde call c-1 up from twilio", "time": "2026-01-29T14:00:00Z"}')

    assert found is not None
    assert (found.kind, found.id, found.time) == ("call_opened", "c-1", 1_769_695_200.0)


@pytest.mark.parametrize(
    ("written", "ms"),
    [("0.342", 342.0), ("0.342s", 342.0), ("342ms", 342.0), ("0,342", 342.0), ("342 ms", 342.0), ("1.5,", 1500.0)],
)
def test_r11_the_written_unit_decides_before_the_one_of_the_file(tmp_path: Path, written: str, ms: float) -> None:
    install(tmp_path, ACME)

    found = only(f"[tts/azure] first byte after {written} and more")

    assert found is not None
    assert (found.kind, found.stage, found.provider) == ("ttfb", "TTS", "Azure")
    assert found.ms == pytest.approx(ms)


def test_r12_a_group_that_cuts_a_number_short_still_gives_the_whole_number(tmp_path: Path) -> None:
    install(tmp_path, one_pattern(r"tts took (?P<ms>\d+)", 'stage = "TTS"'))

    seconds, milliseconds = only("tts took 3.2s"), only("tts took 342.5")

    assert seconds is not None
    assert milliseconds is not None
    assert (seconds.ms, milliseconds.ms) == (3200.0, 342.5)


@pytest.mark.parametrize("written", ["0", "-1", "nan", "120001ms", "1,234.5", "soon", "239µs", "3m", "5%"])
def test_r15_r17_what_cannot_be_a_latency_is_a_bad_sample(tmp_path: Path, written: str) -> None:
    install(tmp_path, ACME)
    parser = Parser("log")

    line = f"[tts/azure] first byte after {written}".encode()

    assert parser.feed(LineBlock("log", 1, [line], len(line), None)) == []
    assert parser.bad_samples == 1


@pytest.mark.parametrize("match", [r"tts (?P<ms>\d+)", r"tts (?P<ms>\d+).*", r"tts (?P<ms>\S+) (?P<text>.*)"])
def test_r17_a_failure_is_seen_whether_or_not_the_pattern_reaches_so_far(tmp_path: Path, match: str) -> None:
    install(tmp_path, one_pattern(match, 'stage = "TTS"'))

    failed, fine = only("tts 10012ms (FAILED: TimeoutError)"), only("tts 312ms (streaming)")

    assert failed is not None
    assert fine is not None
    assert (failed.kind, fine.kind, fine.ms) == ("error", "ttfb", 312.0)


def test_r17_a_failed_request_is_an_error_and_no_sample(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    found = only("[tts/azure] first byte after 10.01 (FAILED: timed out)")

    assert found is not None
    assert (found.kind, found.stage, found.provider, found.code) == ("error", "TTS", "Azure", "timeout")


def test_r19_an_unknown_trace_is_none(tmp_path: Path) -> None:
    install(tmp_path, one_pattern(r"(?P<trace>\S+) tts (?P<ms>\d+)", 'stage = "TTS"'))

    known, unknown = only("k-1 tts 300"), only("unknown tts 300")

    assert known is not None
    assert unknown is not None
    assert (known.trace, unknown.trace) == ("k-1", None)


def test_r49_a_close_reads_every_way_to_write_a_duration(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    found = only("call c-1 down after 1m02s")

    assert found is not None
    assert (found.kind, found.id, found.duration_s) == ("call_closed", "c-1", 62.0)


def test_r79_what_people_say_is_never_searched(tmp_path: Path) -> None:
    install(tmp_path, one_pattern(r"call (?P<id>\S+) up", "anywhere = true", event="call_opened"))

    assert only("worker: call c-1 up") is not None
    assert only("👂 [STT_EVENT] call c-1 up") is None


def test_a_pattern_is_tried_only_at_the_start_of_the_message(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    assert only("📞 call c-1 up from twilio") is not None
    assert only("somebody said call c-1 up from twilio") is None


def test_r35_by_level_an_explicit_level_decides(tmp_path: Path) -> None:
    install(tmp_path, one_pattern("voice lost", 'severity = "level"', event="error"))

    kinds = [
        found.kind if (found := only(f'{{"level": "{level}", "msg": "voice lost"}}')) else None
        for level in ("error", "warning", "info")
    ]
    bare = only("voice lost")

    assert kinds == ["error", "warning", None]
    assert bare is not None
    assert bare.kind == "error"


def test_r40_an_error_is_one_at_any_level_unless_told_otherwise(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    found = only('{"level": "info", "msg": "voice lost: gone"}')

    assert found is not None
    assert found.kind == "error"


def test_a_pattern_may_be_for_some_levels_only(tmp_path: Path) -> None:
    install(tmp_path, one_pattern("voice lost", 'level = ["error", "critical"]', event="error"))

    assert only('{"level": "error", "msg": "voice lost"}') is not None
    assert only('{"level": "info", "msg": "voice lost"}') is None


def test_values_may_come_from_the_fields_of_a_json_record(tmp_path: Path) -> None:
    install(
        tmp_path,
        one_pattern(
            "tts done", 'unit = "s"', 'fields = { value = "timing.first", stage = "kind", provider = "vendor" }'
        ),
    )

    found = only('{"message": "tts done", "kind": "tts", "vendor": "cartesia", "timing": {"first": 0.25}}')
    without = only('{"message": "tts done", "kind": "tts"}')

    assert found is not None
    assert (found.ms, found.stage, found.provider) == (250.0, "TTS", "Cartesia")
    assert without is None


def test_a_dialect_can_be_handed_to_another_process(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    use_dialects(pickle.loads(pickle.dumps(own_dialects())))  # noqa: S301 - our own object

    assert [each.name for each in own_dialects()] == ["acme"]
    assert only("call c-1 up from twilio") is not None


def test_a_stage_that_is_none_leaves_the_line_to_others(tmp_path: Path) -> None:
    install(tmp_path, ACME)

    assert only("[vad/silero] first byte after 0.3") is None


def test_a_healthy_line_counts_as_understood(tmp_path: Path) -> None:
    install(tmp_path, ACME)
    parser = Parser("log")

    parser.feed(LineBlock("log", 1, [b"heartbeat", b"heartless"], 0, None))

    assert parser.unrecognised == 1


def test_a_user_is_asked_before_every_built_in_dialect(tmp_path: Path) -> None:
    install(tmp_path, one_pattern(r"\[TTS Azure\] TTFB=(?P<value>\d+)", 'unit = "s"', 'stage = "TTS"'))

    found = only("📊 [TTS Azure] TTFB=2")

    assert found is not None
    assert (found.dialect, found.ms) == ("acme", 2000.0)


def test_a_rank_puts_a_dialect_behind_built_in_ones(tmp_path: Path) -> None:
    text = one_pattern(r"\[TTS Azure\] TTFB=(?P<value>\d+)", 'unit = "s"', 'stage = "TTS"')
    install(tmp_path, "rank = 89\n" + text)

    found = only("📊 [TTS Azure] TTFB=2")

    assert [each.name for each in dialects()][-2:] == ["acme", "generic"]
    assert found is not None
    assert (found.dialect, found.ms) == ("guide", 2.0)


def test_without_own_dialects_everything_is_as_before(tmp_path: Path) -> None:
    before = dialects()
    install(tmp_path, ACME)
    use_dialects(())

    assert dialects() == before
    assert only("call c-1 up from twilio") is None


def test_half_a_surrogate_pair_is_survived_in_message_and_fields(tmp_path: Path) -> None:
    install(tmp_path, one_pattern("call up", 'fields = { id = "id" }', event="call_opened"))

    found = only(r'{"msg": "call up \ud800", "id": "c\ud800"}')

    assert found is not None
    assert (found.id, found.text) == ("c\ufffd", "call up \ufffd")


def test_99_a_pattern_that_would_hang_other_engines_is_harmless(tmp_path: Path) -> None:
    install(tmp_path, one_pattern(r"(\w+\s?)+(\w*)*!$", event="error"))
    parser = Parser("log")
    bait = b"a" * 60_000

    parser.feed(LineBlock("log", 1, [bait, bait + b" b", b"[TTS Azure] TTFB=300ms"], 0, None))

    assert parser.lines == 3
    assert parser.events == 1


@pytest.mark.parametrize(
    ("text", "line", "wanted"),
    [
        (
            one_pattern(r"(?=x)y", event="error"),
            3,
            r"pattern 1: .*invalid perl operator: \(\?=; RE2 has no look-around",
        ),
        (one_pattern(r"(?<!x)y", event="error"), 3, "RE2 has no look-around"),
        (one_pattern(r"(a)\1", event="error"), 3, "RE2 has no back-references"),
        (one_pattern(r"(a", event="error"), 3, "missing \\)"),
        (one_pattern(r"(?P<stge>\w+) (?P<ms>\d+)"), 3, "unknown group 'stge'; did you mean 'stage'"),
        (one_pattern(r"(?P<id>a)|(?P<id>b)", event="call_opened"), 3, "the group 'id' is there twice"),
        (one_pattern("x", event="ttbf"), 4, "unknown event 'ttbf'; did you mean 'ttfb'"),
        (one_pattern("x", 'stage = "TTS"'), 3, r"a ttfb needs its latency"),
        (one_pattern(r"(?P<value>\d+)", 'stage = "TTS"'), 3, r"a ttfb needs the unit"),
        (one_pattern(r"(?P<ms>\d+)"), 3, "a ttfb needs 'stage'"),
        (one_pattern(r"(?P<value>\d+)", 'unit = "us"', 'stage = "TTS"'), 5, "unknown unit 'us'"),
        (one_pattern(r"(?P<ms>\d+)", 'stage = "tts"'), 5, "unknown stage 'tts'; did you mean 'TTS'"),
        (one_pattern("x", event="call_opened"), 3, "a call_opened needs 'id'"),
        (one_pattern("x", event="config_warning"), 3, "a config_warning needs 'field'"),
        (one_pattern("x", 'severity = "level"', event="turn").replace("x", r"(?P<ms>\d+)"), 5, "severity is for"),
        (one_pattern("x", 'level = ["eror"]', event="error"), 5, "unknown level 'eror'; did you mean 'error'"),
        (one_pattern("x", "anywhere = 1", event="error"), 5, "'anywhere' must be true or false"),
        (one_pattern("x", 'evnt = "error"', event="error"), 5, "unknown key 'evnt'; did you mean 'event'"),
        (one_pattern("x", 'fields = { ms = "" }', event="error"), 5, "texts that are not empty"),
        ('name = "acme"\n[[pattern]]\nevent = "error"', 2, "there is no match"),
        ('name = "acme"\n[[pattern]]\nmatch = "x"', 2, "there is no event"),
        ('nam = "acme"', 1, "unknown key 'nam'; did you mean 'name'"),
        ('name = "acme"', 0, "between 1 and 200"),
        ('name = "acme"\n[pattern]\nmatch = "x"', 0, r"\[\[pattern\]\]"),
        ('name = "Acme Corp"', 1, "lower-case letters"),
        ('name = "guide"', 1, "there is already a dialect 'guide'"),
        ('name = "acme"\nrank = 95', 2, "rank is 95"),
        ('name = "acme"\nrank = "first"', 2, "'rank' must be a whole number"),
        ('name = "acme"\ncandidates = [""]\n' + one_pattern("x", event="error").partition("\n")[2], 2, "'candidates'"),
        ('name = "acme', 0, "not valid TOML"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, line: int, wanted: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        read_dialect(path)

    message = str(caught.value)
    assert "\n" not in message
    assert re.search(wanted, message)
    assert message.startswith(f"{path}:{line}: ") if line else str(path) in message


def test_the_second_pattern_is_named_where_it_stands(tmp_path: Path) -> None:
    text = one_pattern("x", event="error") + "\n\n[[pattern]]\nmatch = 'y'\nevent = 'eror'\n"

    with pytest.raises(ConfigError, match=r"acme\.toml:8: pattern 2: unknown event 'eror'"):
        read_dialect(write(tmp_path, text))


def test_the_dialect_of_the_walk_through_does_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/dialects.md").read_text(encoding="utf-8")
    first, speech = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    install(tmp_path, f"{first}\n{speech}")

    found = events_of([b"tts/azure: first byte after 342ms", b"call c-1 up from twilio", b"caller said: call c-2 up"])

    assert [(event.kind, event.stage, event.ms, event.id) for event in found] == [
        ("ttfb", "TTS", 342.0, None),
        ("call_opened", None, None, "c-1"),
    ]


def test_the_walk_through_names_every_event_group_and_key() -> None:
    page = (Path(__file__).parents[3] / "docs/dialects.md").read_text(encoding="utf-8")

    assert [word for word in (*EVENTS, *GROUPS, *KEYS, *PATTERN_KEYS) if f"`{word}`" not in page] == ["pattern"]


def test_one_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, ACME)
    write(tmp_path, one_pattern("(?=x)", event="error"), "broken.toml")
    write(tmp_path, ACME, "copy.toml")
    write(tmp_path, "not a dialect", "notes.txt")

    loaded = load_dialects(tmp_path)

    assert [dialect.name for dialect in loaded.dialects] == ["acme"]
    assert [Path(str(problem).split(":")[0]).name for problem in loaded.problems] == ["broken.toml", "copy.toml"]


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert load_dialects(tmp_path / "nowhere") == ((), ())


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot read the dialect"):
        read_dialect(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(SourceError, match="cannot read the dialect"):
        read_dialect(tmp_path / "latin.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        read_dialect(tmp_path / "huge.toml")


def test_lines_are_found_by_the_longest_plain_text_of_each_pattern(tmp_path: Path) -> None:
    dialect = read_dialect(write(tmp_path, ACME))

    assert dialect.candidates == (
        *(b"] first byte after ", b" up from ", b" down after ", b" speaks for ", b"voice lost: ", b"heartbeat"),
    )
    assert not dialect.reads_every_line


def test_without_plain_text_every_line_is_read(tmp_path: Path) -> None:
    dialect = install(tmp_path, one_pattern(r"(?i)up (?P<id>\w+)", event="call_opened"))

    assert dialect.reads_every_line
    assert only("UP c1") is not None


def test_the_user_may_name_the_texts_that_tell_its_lines(tmp_path: Path) -> None:
    text = one_pattern(r"(?i)⚡up (?P<id>\w+)", event="call_opened")

    dialect = read_dialect(write(tmp_path, 'candidates = ["⚡"]\n' + text))

    assert dialect.candidates == ("⚡".encode(), b"\\u26a1")


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"\[acme\] (?P<stage>stt|tts) first (?P<ms>\d+)", "[acme] "),
        (r"alpha|beta gamma", ""),
        (r"(?:alpha|beta) gamma", " gamma"),
        (r"(?i)alpha", ""),
        (r"(?:alpha)?beta", "beta"),
        (r"(?:alpha){0,2}beta", "beta"),
        (r"alph*beta", "beta"),
        (r"[abc\]]{3}long\.text", "long.text"),
        (r"say \"hello\" now", "hello"),
        (r"\d+ \w+ \pL", ""),
        (r"\Qalpha.beta\E", ""),
        (r"señal lost", "al lost"),
        (r"ab", ""),
    ],
)
def test_the_longest_plain_text_is_one_that_no_match_lacks(pattern: str, literal: str) -> None:
    assert longest_literal(pattern) == literal


PATTERNS = [
    r"\[acme\] (stt|tts) first byte after \d+(\.\d+)?ms",
    r"call (one|two)+ (up|down)? at [a-z\]]{1,3}!",
    r"(alpha|beta gamma)? delta{2,3} epsilon*",
    r"(?:abc){1,2}\.def\-ghi?",
    r"x+yy?zzz+w",
]


@given(st.sampled_from(PATTERNS).flatmap(lambda p: st.tuples(st.just(p), st.from_regex(p, fullmatch=True))))
def test_every_match_holds_the_plain_text(drawn: tuple[str, str]) -> None:
    pattern, text = drawn

    assert longest_literal(pattern) in text
    assert longest_literal(pattern)


LINES = st.lists(
    st.sampled_from(
        [
            "[tts/azure] first byte after 0.3",
            "[tts/azure] first byte after x",
            '{"msg": "call c-1 up from twilio"}',
            r'{"msg": "\ud83d\udcde call c-1 down after 5s"}',
            "voice lost: 503",
            "Traceback (most recent call last):",
            "  File x",
            "KeyError: 'x'",
            "heartbeat",
            "📊 [TTS Azure] TTFB=300ms",
            "nothing of note",
        ]
    )
    | st.text(max_size=20).map(lambda text: text.replace("\n", "")),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_looking_only_at_likely_lines_loses_nothing(tmp_path: Path, lines: list[str]) -> None:
    install(tmp_path, ACME)
    raw = [line.encode("utf-8", "replace") for line in lines]

    assert events_of(raw) == events_of(raw, prefilter=False)
