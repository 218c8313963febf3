import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.safe_text import safe_text

PAYLOADS = [
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZWNobw==\x07",
    "\x1b[2J\x1b[H",
    "\x9b2J",
    "\x9d0;c1 title\x9c",
    "\x1bP+q\x1b\\",
    "\x00\x0e\x7f",
    "\u202eevil\u2066",
    "\u200b\u200d\u2028\u2029",
    "\U000e0041\U000e0042",
    "\ud800",
    "[/] [ERROR] [link=x]",
]


def test_hostile_payloads_become_visible_and_harmless() -> None:
    for payload in PAYLOADS:
        shown = safe_text(payload)

        assert shown
        assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_markup_is_text_like_any_other() -> None:
    assert safe_text("[/] [ERROR] [bold]x") == "[/] [ERROR] [bold]x"


def test_colours_go_and_tabs_become_spaces() -> None:
    assert safe_text("\x1b[31mred\x1b[0m\tx") == "red    x"


def test_long_text_is_cut_and_marked() -> None:
    assert safe_text("x" * 30, limit=10) == "x" * 9 + "…"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_comes_out_printable_and_a_second_pass_changes_nothing(text: str) -> None:
    once = safe_text(text)

    assert safe_text(once) == once
    assert not {unicodedata.category(char) for char in once} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
