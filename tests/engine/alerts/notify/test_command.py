"""Programs of the user's: JSON on their input, no shell, no foreign secrets, an end in any case."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.alerts.notify.told import MISSING_KEY, hostile, wording
from tests.processes import gone
from tui.engine.alerts.notify import DeliveryError, command, open_channel
from tui.engine.errors import ConfigError


def channel(*argv: str, **options: Any) -> Any:  # noqa: ANN401 - as the options are
    return open_channel("pager", command.Options(kind="command", command=argv, **options), wording())


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], tuple[str, str]]:
    def written(source: str) -> tuple[str, str]:
        path = tmp_path / "program.py"
        path.write_text(source)
        return sys.executable, str(path)

    return written


async def test_a_program_gets_the_alert_on_its_input_and_in_variables(
    tmp_path: Path, program: Callable[[str], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "n0t-yours")
    monkeypatch.setenv("PAGER_TOKEN", "y0urs")
    source = (
        "import json, os, sys\n"
        "said = [json.load(sys.stdin), dict(os.environ), sys.argv]\n"
        "print(json.dumps(said), file=open(sys.argv[1], 'w'))\n"
    )
    out = tmp_path / "out.json"

    await channel(*program(source), str(out), "{summary} $HOME `id`", pass_env=("PAGER_TOKEN",)).send(MISSING_KEY)

    said, environment, argv = json.loads(out.read_text())
    assert said["labels"] == {"field": "GROQ_API_KEY"}
    assert environment["VOXTOP_SUBJECT"] == "[PROD] ⚠️ API Key Missing - Voice Orchestrator"
    assert (environment["VOXTOP_KEY"], environment["PAGER_TOKEN"]) == (MISSING_KEY.key, "y0urs")
    assert "SMTP_PASSWORD" not in environment
    assert argv[2] == "{summary} $HOME `id`"


async def test_no_text_of_an_alert_reaches_a_shell(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    attack = f"$(touch {shlex.quote(str(canary))}); `touch {canary}`"

    await channel("/bin/cat").send(hostile(summary=attack, labels=(("field", attack),)))

    assert not canary.exists()


async def test_a_failing_program_is_tried_again_and_says_why_without_secrets(
    program: Callable[[str], tuple[str, str]],
) -> None:
    source = "import sys; sys.exit('pager says \\x1b[31mno\\x1b]0;x\\x07 token=abcdefghijklmnop1234')"

    with pytest.raises(DeliveryError) as caught:
        await channel(*program(source)).send(MISSING_KEY)

    assert not caught.value.permanent
    assert caught.value.reason.startswith("the command ended with 1: pager says no")
    assert caught.value.reason.isprintable()
    assert "abcdefghijklmnop1234" not in caught.value.reason


async def test_a_program_that_hangs_is_killed_with_everything_it_started(
    tmp_path: Path, program: Callable[[str], tuple[str, str]]
) -> None:
    pids = tmp_path / "pids"
    source = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        "print(os.getpid(), child.pid, file=open(sys.argv[1], 'w'), flush=True)\n"
        "time.sleep(300)\n"
    )

    with pytest.raises(DeliveryError, match=r"did not end within 2 s and was killed"):
        await channel(*program(source), str(pids), timeout_s=2.0).send(MISSING_KEY)

    await gone(*map(int, pids.read_text().split()))


async def test_a_program_that_is_done_is_done_though_a_child_holds_its_output(
    program: Callable[[str], tuple[str, str]],
) -> None:
    await channel(*program("import subprocess; subprocess.Popen(['sleep', '300'])"), timeout_s=1.5).send(MISSING_KEY)


async def test_a_program_that_reads_nothing_is_no_failure() -> None:
    await channel("/bin/true").send(MISSING_KEY)


async def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(DeliveryError, match=r"cannot start /absent/pager: No such file or directory"):
        await channel("/absent/pager").send(MISSING_KEY)


def test_a_channel_without_a_program_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'notify\.pager\.command' is not set"):
        channel()


@pytest.mark.parametrize("seconds", [0.0, -1.0, 26.0])
def test_a_time_that_would_hold_other_messages_up_is_refused(seconds: float) -> None:
    with pytest.raises(ConfigError, match=r"'notify\.pager\.timeout_s' is .* at most 25 seconds"):
        channel("/bin/true", timeout_s=seconds)
