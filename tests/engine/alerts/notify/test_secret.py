"""Where secrets come from, what is refused, and that they come out nowhere."""

from pathlib import Path

import pytest

from tui.engine.errors import ConfigError
from tui.engine.secret import Secret, read_secret

VALUE = "correct-horse-battery"


def written(tmp_path: Path, data: bytes, mode: int = 0o600) -> str:
    path = tmp_path / "secret"
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


def refusal(env: str = "", file: str = "", **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read_secret("notify.ops.password", env=env, file=file, environment=environment)
    return str(caught.value)


def test_a_secret_comes_from_a_variable_or_a_file_without_its_line_break(tmp_path: Path) -> None:
    from_variable = read_secret("k", env="PASS", file="", environment={"PASS": VALUE})
    from_file = read_secret("k", env="", file=written(tmp_path, f"{VALUE}\n".encode()))

    assert from_variable.reveal() == from_file.reveal() == VALUE
    assert not read_secret("k", env="", file="")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_file_that_others_may_touch_is_refused_with_the_chmod_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, VALUE.encode(), mode)
    said = refusal(file=path)

    assert f"'notify.ops.password_file': {path} may be read by others (mode {mode:04o})" in said
    assert said.endswith(f"run: chmod 600 {path}")
    assert VALUE not in said


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    assert "the variable SMTP_PASS, which is empty or not set; export SMTP_PASS" in refusal(env="SMTP_PASS")
    assert "are both set" in refusal(env="SMTP_PASS", file=str(tmp_path), SMTP_PASS=VALUE)
    assert "cannot read" in refusal(file=str(tmp_path / "absent"))
    assert "cannot read" in refusal(file=str(tmp_path))


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb", b"a\x00b", b"a\r\nX-Evil: 1", b"\xff\xfe"])
def test_what_is_no_single_line_of_text_is_refused_without_telling_it(tmp_path: Path, data: bytes) -> None:
    said = refusal(file=written(tmp_path, data))

    assert "is no secret" in said
    assert "Evil" not in said


def test_fault_98_a_secret_shows_in_no_repr_or_text_and_is_masked_where_a_server_repeats_it() -> None:
    secret = Secret(VALUE)

    assert VALUE not in f"{secret} {secret!r} {[secret]}"
    assert secret.hidden(f"535 bad login {VALUE}") == "535 bad login ***"
    assert Secret("").hidden("as it was") == "as it was"
