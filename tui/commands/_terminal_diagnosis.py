"""What ``voxtop doctor`` finds out about the terminal, and what would help."""

import curses
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.commands._diagnosis_text import Advice
from tui.commands._terminal_probe import CLIPBOARD, Probe
from tui.engine.clock import Clock
from tui.engine.safe_text import safe_text
from tui.engine.text import t

SIGNS = "●◌▲✖█━⣿"
"""Signs that panels draw with, each a single cell wide where it is right."""

FULL_SIZE = (80, 24)
LEAST_SIZE = (40, 10)
TRUE_COLOUR = 16_777_216
FEW_COLOURS = 256
TMUX_ANSWER_S = 2.0
ANCESTORS = 64


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """A terminal as far as it can be known."""

    kind: str
    """What ``TERM`` says."""
    within: str
    """``tmux``, ``screen`` or ``mosh``; empty is none of them."""
    size: tuple[int, int] | None
    """Columns and lines; None where standard output is no terminal."""
    encoding: str
    locale: str
    colours: int
    """0 where NO_COLOR is set or the terminal has none."""
    no_color: bool
    widths: Mapping[str, int] | None
    """Cells that each of ``SIGNS`` takes; None where the terminal did not say."""
    clipboard: bool | None
    """Whether copies (OSC 52) arrive, None where only trying tells."""
    tmux_clipboard: str
    """The option ``set-clipboard`` of the tmux around it."""

    @property
    def utf8(self) -> bool:
        """Whether the encoding carries every sign."""
        return self.encoding.lower().replace("-", "") == "utf8"


def examine(clock: Clock, environment: Mapping[str, str] = os.environ) -> TerminalFacts:
    """Ask the terminal, the environment and the multiplexer between the two."""
    within = _within(environment)
    option = _tmux_option() if within == "tmux" else ""
    size, widths, abilities = _size(), None, None
    if size is not None:
        probe = Probe(clock)
        with suppress(OSError):
            widths, abilities = probe.widths(SIGNS), probe.abilities()
    return TerminalFacts(
        kind=environment.get("TERM", ""),
        within=within,
        size=size,
        encoding=(sys.__stdout__ or sys.stdout).encoding or "",
        locale=next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), ""),
        colours=_colours(environment),
        no_color=bool(environment.get("NO_COLOR")),
        widths=widths,
        clipboard=_clipboard(within, option, abilities),
        tmux_clipboard=option,
    )


def _size() -> tuple[int, int] | None:
    try:
        return os.get_terminal_size((sys.__stdout__ or sys.stdout).fileno())
    except (OSError, ValueError):
        return None


def _within(environment: Mapping[str, str]) -> str:
    if environment.get("TMUX"):
        return "tmux"
    if environment.get("STY"):
        return "screen"
    return "mosh" if "mosh-server" in _ancestors() else ""


def _ancestors() -> Iterator[str]:
    """Yield the names of the processes above this one, as far as they may be seen."""
    process = os.getppid()
    for _ in range(ANCESTORS):
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        name, _, rest = stat.partition("(")[2].rpartition(")")
        yield name
        process = int(rest.split()[1])


def _colours(environment: Mapping[str, str]) -> int:
    if environment.get("NO_COLOR"):
        return 0
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return TRUE_COLOUR
    try:
        curses.setupterm(environment.get("TERM") or "dumb", fd=(sys.__stdout__ or sys.stdout).fileno())
        return max(0, curses.tigetnum("colors"))
    except (curses.error, OSError, ValueError):
        return 256 if environment.get("TERM", "").endswith("256color") else 0


def _tmux_option() -> str:
    command = ["tmux", "show-options", "-gv", "set-clipboard"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=TMUX_ANSWER_S, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()


def _clipboard(within: str, tmux_option: str, abilities: frozenset[int] | None) -> bool | None:
    """Tell whether copies arrive: a multiplexer may keep them, whatever the terminal can do."""
    if within == "screen" or (within == "tmux" and tmux_option not in {"on", ""}):
        return False
    return True if abilities and CLIPBOARD in abilities else None


def terminal_advice(facts: TerminalFacts) -> Iterator[Advice]:
    """Yield what is wrong, each with its remedy."""
    if facts.size is None:
        yield _advice("no_terminal")
    if facts.kind in {"", "dumb", "unknown"}:
        yield _advice("dumb", kind=facts.kind or "–")
    elif not facts.no_color and facts.colours < FEW_COLOURS:
        yield _advice("few_colours", count=facts.colours)
    if not facts.utf8:
        yield _advice("not_utf8", encoding=facts.encoding)
    if wrong := "".join(sign for sign, cells in (facts.widths or {}).items() if cells != 1):
        yield _advice("odd_width", signs=wrong)
    if facts.size is not None and (facts.size[0] < FULL_SIZE[0] or facts.size[1] < FULL_SIZE[1]):
        key = "tiny" if facts.size[0] < LEAST_SIZE[0] or facts.size[1] < LEAST_SIZE[1] else "small"
        yield _advice(key, columns=facts.size[0], lines=facts.size[1])
    if facts.within == "tmux" and facts.clipboard is False:
        yield _advice("tmux_clipboard", value=facts.tmux_clipboard)
    elif facts.within == "screen":
        yield _advice("screen_clipboard")
    elif facts.within == "mosh":
        yield _advice("mosh_clipboard")


def _advice(code: str, **values: object) -> Advice:
    return Advice(code, safe_text(t(f"terminal.{code}", **values)), t(f"terminal.{code}_remedy"))


def terminal_page(facts: TerminalFacts) -> Iterator[str]:
    """Yield the lines about the terminal."""
    yield t("terminal.title")
    yield _row("type", " · ".join(filter(None, (facts.kind, facts.within))) or t("doctor.none"))
    yield _row("size", f"{facts.size[0]}x{facts.size[1]}" if facts.size else t("terminal.unknown"))
    yield _row("signs", t(f"terminal.signs_{_signs(facts)}", encoding=facts.encoding, locale=facts.locale or "–"))
    yield _row("colours", _colour_words(facts))
    told = {True: "yes", False: "no", None: "unknown"}[facts.clipboard]
    yield _row("copies", t(f"terminal.copies_{told}"))
    for each in terminal_advice(facts):
        yield f"  ! {each.text}"
        yield f"    -> {each.remedy}"


def _row(key: str, value: str) -> str:
    return f"  {t(f'terminal.row_{key}'):<12} {safe_text(value)}"


def _signs(facts: TerminalFacts) -> str:
    if not facts.utf8:
        return "ascii"
    if facts.widths is None:
        return "unmeasured"
    return "measured" if all(cells == 1 for cells in facts.widths.values()) else "wrong"


def _colour_words(facts: TerminalFacts) -> str:
    if facts.no_color:
        return t("terminal.colours_off")
    return t("terminal.colours_all") if facts.colours == TRUE_COLOUR else t("terminal.colours", count=facts.colours)


def terminal_object(facts: TerminalFacts) -> dict[str, object]:
    """Return the same for a program to read."""
    size = {"columns": facts.size[0], "lines": facts.size[1]} if facts.size else None
    findings = [each._asdict() for each in terminal_advice(facts)]
    return asdict(facts) | {"size": size, "findings": findings}
