"""What a first-time viewer of the demo sees."""

from pathlib import Path

from tests.terminal import VOXTOP, Tmux, environment


def test_the_story_shows_moving_calls_a_missing_key_an_outage_and_a_breach_with_their_hints(tmp_path: Path) -> None:
    demo = [*VOXTOP, "demo", "--speed", "4"]
    with Tmux(demo, width=160, height=44, env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("Simulated: ")  # the quiet beginning lasts two seconds: less than a busy machine needs
        terminal.wait_for("TELNYX_API_KEY not set", timeout=40)
        terminal.wait_for("Simulated: Azure Speech is down", timeout=40)
        terminal.wait_for("ON FALLBACK", timeout=40)
        terminal.wait_for("→ ", timeout=40)
        terminal.wait_for("Simulated: Azure speaks, but six times slower", timeout=40)
        screen = terminal.wait_for(lambda screen: "TTS P95" in screen.splitlines()[0], timeout=60)
        assert "CRIT" in screen.splitlines()[0]
        terminal.send("q")

        assert terminal.wait() == 0
