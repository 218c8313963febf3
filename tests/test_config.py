from pathlib import Path

import pytest

from tui.config import Settings, load
from tui.engine.errors import ConfigError
from tui.engine.model import Limits, Thresholds


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path | None, flags: dict[str, object] | None = None, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, flags or {}, environment)
    return str(caught.value)


def test_without_a_file_the_guides_limits_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    settings = load(None, {}, {})

    assert settings == Settings()
    assert settings.thresholds.ttfb_ms("TTS") == Limits(500, 1000)


def test_flag_beats_environment_beats_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'lang = "en"\ntheme = "light"\nsince = "3h"\n')

    settings = load(path, {"theme": "high-contrast", "lang": None}, {"VOXTOP_LANG": "es", "VOXTOP_THEME": "dark"})

    assert (settings.theme, settings.lang, settings.since) == ("high-contrast", "es", "3h")


def test_limits_and_windows_come_from_nested_tables(tmp_path: Path) -> None:
    path = written(tmp_path, "[thresholds]\nmin_calls = 3\nttfb_tts_ms = { warn_at = 400, crit_at = 900 }\n")

    thresholds = load(path, {}, {"VOXTOP_THRESHOLDS_RATE_WINDOW_S": "1800"}).thresholds

    assert thresholds.ttfb_tts_ms == Limits(400.0, 900.0)
    assert thresholds.rate_window_s == 1800
    assert thresholds.min_calls == 3
    assert thresholds.active_calls == Thresholds().active_calls


def test_half_of_a_limit_keeps_the_other_half(tmp_path: Path) -> None:
    path = written(tmp_path, "[thresholds.turn_ms]\nwarn_at = 1200\n")

    assert load(path, {}, {}).thresholds.turn_ms == Limits(1200.0, 3000)


def test_an_unknown_key_is_named_with_file_line_and_the_nearest_key(tmp_path: Path) -> None:
    path = written(tmp_path, 'lang = "es"\n\n[thresholds]\n# ours\nmin_cals = 3\n')

    assert refusal(path) == f"{path}:5: unknown key 'thresholds.min_cals'; did you mean 'min_calls'?"


def test_an_unknown_key_without_a_neighbour_lists_the_known_ones(tmp_path: Path) -> None:
    assert "known keys: sources, since" in refusal(written(tmp_path, "zzzzzzzz = 1\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lang = 3.5\n", ":1: 'lang' is '3.5'"),
        ("sources = [1]\n", "a list of texts"),
        ('[thresholds]\nmin_calls = "many"\n', ":2: 'thresholds.min_calls' is 'many'"),
        ("[thresholds]\nttfb_tts_ms = 500\n", "a table with the keys warn_at, crit_at"),
        ("[thresholds]\nttfb_tts_ms = { warn_at = 900, crit_at = 100 }\n", "warns at 900"),
        ("[thresholds]\nrate_window_s = 0\n", "greater than 0"),
        ('lang = "fr"\n', "must be one of: en, es"),
        ('tz = "Mars/Olympus"\n', "Mars/Olympus"),
        ("lang = \n", "is not valid TOML"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(written(tmp_path, text))


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    assert "cannot read the configuration file" in refusal(tmp_path / "absent.toml")


def test_an_unknown_variable_is_refused(tmp_path: Path) -> None:
    assert "unknown key 'lnag'; did you mean 'lang'" in refusal(written(tmp_path, ""), VOXTOP_LNAG="es")


def test_variables_that_are_no_settings_are_let_be(tmp_path: Path) -> None:
    load(written(tmp_path, ""), {}, {"VOXTOP_SSH_PASSPHRASE": "word", "VOXTOP_SERVE_TOKEN": "word"})


def test_what_kubernetes_says_of_a_service_of_that_name_is_no_setting(tmp_path: Path) -> None:
    links = {
        "VOXTOP_SERVICE_HOST": "10.0.0.7",
        "VOXTOP_SERVICE_PORT": "9464",
        "VOXTOP_SERVICE_PORT_METRICS": "9464",
        "VOXTOP_PORT": "tcp://10.0.0.7:9464",
        "VOXTOP_PORT_9464_TCP": "tcp://10.0.0.7:9464",
        "VOXTOP_PORT_9464_TCP_ADDR": "10.0.0.7",
    }

    assert load(written(tmp_path, ""), {}, links) == load(written(tmp_path, ""), {}, {})
    assert "unknown key" in refusal(written(tmp_path, ""), VOXTOP_PORTS="1")


def test_a_host_key_goes_unchecked_only_by_the_agreed_word(tmp_path: Path) -> None:
    agreed = load(written(tmp_path, '[insecure_host_key]\n"old-box" = "i-understand"\n'), {}, {})
    refused = refusal(written(tmp_path, '[insecure_host_key]\n"old-box" = "yes"\n'))

    assert agreed.source_options().insecure_hosts == {"old-box"}
    assert "config.toml:2" in refused
    assert "i-understand" in refused


def test_expect_every_is_a_span(tmp_path: Path) -> None:
    assert load(written(tmp_path, 'expect_every = "5m"\n'), {}, {}).source_options().expect_every_s == 300
    assert "expect_every" in refusal(written(tmp_path, 'expect_every = "often"\n'))


def test_a_channel_is_typed_by_its_kind(tmp_path: Path) -> None:
    text = '[notify.ops]\nkind = "email"\nhost = "smtp.example.com"\nto = "ops@example.com"\nper_hour = 5\n'
    settings = load(written(tmp_path, text + '[service]\nname = "Andrea"\n'), {}, {})

    options = settings.notify["ops"]
    assert type(options).__module__ == "tui.engine.alerts.notify.email"
    assert (options.kind, options.per_hour, options.severities) == ("email", 5, ("warning", "critical"))
    assert settings.service.name == "Andrea"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[notify.ops]\nkind = "emial"\n', ":2: 'notify.ops.kind' is 'emial', which is no kind of channel; did you"),
        ("[notify.ops]\nhost = 'x'\n", "known kinds: command, email, ntfy, pagerduty, slack, teams, telegram, webhook"),
        ('[notify.ops]\nkind = "email"\nhots = "x"\n', ":3: unknown key 'notify.ops.hots'; did you mean 'host'?"),
        ('[notify.ops]\nkind = "slack"\nhost = "x"\n', ":3: unknown key 'notify.ops.host'"),
        ('[notify.ops]\nkind = "email"\npassword = "x"\n', "did you mean 'password_env'?"),
        ('[notify.ops]\nkind = "email"\nsecurity = "ssl"\n', "must be one of starttls, tls, none"),
        ('[notify.ops]\nkind = "email"\nseverities = ["info"]\n', "must be one of warning, critical"),
        ('[notify.ops]\nkind = "email"\nport = "x"\n', "must be a whole number"),
        ('[notify.ops]\nkind = "email"\nrepeat = "often"\n', ":3: 'notify.ops.repeat': 'often' is not a span"),
        ('[notify.ops]\nkind = "email"\nquiet_hours = "night"\n', "write them like 22:00-07:00"),
        ('[notify.ops]\nkind = "email"\nper_hour = 0\n', "'notify.ops.per_hour' is 0, but must be greater than 0"),
        ('[notify]\nops = "email"\n', "must be a table with kind"),
        ('notify = "email"\n', "a table with one table for each channel"),
    ],
)
def test_a_channel_is_checked_before_the_first_alert(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(written(tmp_path, text))
