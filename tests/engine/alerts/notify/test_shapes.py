"""What each service is sent, as golden files, and that no text from a log becomes a link, a mention or markup."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine.alerts.notify.told import MISSING_KEY, SLOW, hostile, wording
from tui.engine.alerts.notify import ntfy, pagerduty, slack, teams, telegram
from tui.engine.alerts.notify._record import record
from tui.engine.alerts.notify._wording import Wording
from tui.engine.model import Notification, Occasion
from tui.engine.text import use_language

GOLDEN = Path(__file__).parents[3] / "data" / "notify"

Shape = Callable[[Notification], Mapping[str, Any]]


def over(shape: Callable[..., Mapping[str, object]], *rest: str, words: Wording | None = None) -> Shape:
    return lambda about: shape((words or wording()).message(about), *rest)


SHAPES: Mapping[str, Shape] = {
    "webhook": partial(record, wording=wording()),
    "slack": over(slack.shape),
    "teams": over(teams.shape),
    "telegram": over(telegram.shape, "-100200300"),
    "ntfy": over(ntfy.shape, "voice-alerts"),
    "pagerduty": lambda about: pagerduty.shape(about, wording(), "R0UT1NGKEY"),
}
MESSAGES = {"fired": MISSING_KEY, "resolved": SLOW}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def as_json(shape: object) -> str:
    return json.dumps(shape, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("kind", SHAPES)
def test_the_shape_is_as_agreed_with_the_service(kind: str, message: str) -> None:
    golden = (GOLDEN / f"{kind}-{message}.json").read_text(encoding="utf-8")

    assert as_json(SHAPES[kind](MESSAGES[message])) == golden


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("occasion", ["fired", "worse", "repeat", "acknowledged", "resolved", "test"])
def test_a_hostile_text_arrives_harmless_in_every_shape(kind: str, occasion: Occasion) -> None:
    shape = SHAPES[kind](hostile(occasion=occasion))

    data = json.dumps(shape, ensure_ascii=False).encode("utf-8")
    assert not [text for text in texts(shape) if not text.replace("\n", "").replace("\ufe0f", "").isprintable()]
    assert b"\\u0" not in data


def texts(shape: object) -> Iterator[str]:
    """Yield every text within a JSON value."""
    if isinstance(shape, str):
        yield shape
    elif isinstance(shape, Mapping):
        for value in shape.values():
            yield from texts(value)
    elif isinstance(shape, list):
        for value in shape:
            yield from texts(value)


MARKUP = "<!channel> <https://evil|click> [click](https://evil) *b* _i_ `c` @here &amp;"


def test_slack_gets_no_markup_but_plain_text() -> None:
    shape = SHAPES["slack"](hostile(summary=MARKUP, rule="own", labels=(("field", MARKUP),), evidence=(MARKUP,)))

    assert {each["type"] for each in objects(shape) if "text" in each and isinstance(each["text"], str)} <= {
        "plain_text",
        None,
    }
    assert "<" not in shape["text"]


def test_teams_gets_text_runs_which_know_no_markdown() -> None:
    shape = SHAPES["teams"](hostile(summary=MARKUP, labels=(("field", MARKUP),), evidence=(MARKUP,)))

    assert {each["type"] for each in objects(shape) if "text" in each} == {"TextRun"}


def test_telegram_is_told_no_parse_mode_and_no_preview() -> None:
    shape = SHAPES["telegram"](hostile(summary=MARKUP))

    assert "parse_mode" not in shape
    assert shape["link_preview_options"] == {"is_disabled": True}


def objects(shape: object) -> Iterator[dict[str, Any]]:
    if isinstance(shape, Mapping):
        yield {"type": None, **shape}
        for value in shape.values():
            yield from objects(value)
    elif isinstance(shape, list):
        for value in shape:
            yield from objects(value)


LONG = replace(MISSING_KEY, summary="x" * 9000, evidence=("😀" * 9000,) * 50, also=("y" * 9000,) * 50, rule="own")


def test_no_shape_is_longer_than_its_service_takes() -> None:
    blocks = SHAPES["slack"](LONG)["blocks"]
    header, *sections = blocks
    assert len(header["text"]["text"]) <= 150
    assert all(len(text) <= 3000 for text in texts(sections))
    assert len(blocks) <= 50
    assert len(SHAPES["telegram"](LONG)["text"].encode("utf-16-le")) <= 2 * 4096
    assert len(SHAPES["ntfy"](LONG)["message"].encode()) <= 4096
    assert len(SHAPES["pagerduty"](LONG)["payload"]["summary"]) <= 1024
    assert len(as_json(SHAPES["pagerduty"](LONG)).encode()) <= 512 * 1024
    assert len(as_json(SHAPES["teams"](LONG)).encode()) <= 28 * 1024


def test_pagerduty_opens_acknowledges_and_closes_one_incident_by_its_key() -> None:
    shapes = [
        SHAPES["pagerduty"](replace(MISSING_KEY, occasion=each)) for each in ("fired", "acknowledged", "resolved")
    ]

    assert [shape["event_action"] for shape in shapes] == ["trigger", "acknowledge", "resolve"]
    assert {shape["dedup_key"] for shape in shapes} == {MISSING_KEY.alert_key}


@pytest.mark.parametrize("kind", ["telegram", "ntfy"])
def test_an_alert_rings_and_its_end_does_not(kind: str) -> None:
    fired, ended = SHAPES[kind](MISSING_KEY), SHAPES[kind](replace(MISSING_KEY, occasion="resolved"))

    assert (fired.get("disable_notification"), fired.get("priority")) in {(False, None), (None, 5)}
    assert (ended.get("disable_notification"), ended.get("priority")) in {(True, None), (None, 3)}
