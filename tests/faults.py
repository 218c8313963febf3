"""Which faults are simulated by which tests, and how those ended: writes docs/reliability.md.

``python -m tests.faults RESULTS.xml…`` takes what pytest wrote with ``--junitxml``; ``make reliability`` does both.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"
NOT_RUN = "not run"
INTRODUCTION = """\
Written by `make reliability` from a run of the tests; do not edit. Each row is a fault that tests cause on purpose,
most of them with the real sshd, Docker engine, journal, disk, terminal or mail server. *Every line once* means: each
line carries an id, and the ids that were read are those that were written, in their order. *Not green* means that
nothing the source tells looks healthy. Behind each result stands the number of cases."""

_TEST = re.compile(r"^\s*(?:async )?def (test_fault_(\d+)_\w+)", re.MULTILINE)

FAULTS: Mapping[str, Mapping[int, tuple[str, str]]] = {
    "Files": {
        1: ("fifty rotations by rename", "every line once"),
        2: ("a writer goes on with the renamed file", "every line once"),
        3: ("two renames between two looks", "every line once"),
        4: ("copied, then emptied (copytruncate)", "every line once"),
        5: ("the same with lines unread", "every line once, from the copy"),
        6: ("emptied and grown past the place of reading", "every line once"),
        7: ("emptied without a copy, lines unread", "a gap is told"),
        8: ("a writer that leaves a hole of NULs", "every line once, without NUL"),
        9: ("deleted and made anew on the same inode", "every line once"),
        10: ("deleted while lines are unread", "every line once"),
        11: ("not there at first", "waits, then every line once"),
        12: ("its directory deleted and made anew", "every line once"),
        13: ("a symlink swapped, both targets written to", "every line once"),
        14: ("rotated while the program was down", "every line once"),
        15: ("rotated twice and compressed while it was down", "every line once"),
        16: ("swapped for a file with the same beginning", "every line once"),
        17: ("its inode reused while the program was down", "every line once, or a gap is told"),
        18: ("half a line before a restart, half after it", "one line"),
        19: ("half a line before a rotation", "told once, marked as cut"),
        20: ("written byte by byte", "every line once"),
        21: ("characters cut at every edge of a read", "the same text"),
        22: ("bytes that are no UTF-8", "shown as replaced, every line once"),
        23: ("UTF-16, and byte order marks", "read, or said to be unsupported"),
        24: ("other characters that end lines elsewhere", "one record"),
        25: ("NULs and binary data", "no crash, every line once"),
        26: ("a hundred megabytes without newline", "one cut line, memory bounded, the next line once"),
        27: ("empty lines, an empty file", "counted"),
        28: ("permission taken, then given back", "not green, then every line once"),
        29: ("reads that fail (EIO, ESTALE)", "not green, then every line once"),
        30: ("no file descriptors left", "not green, open files are read on"),
        31: ("no inotify watches left", "every line once"),
        32: ("a pattern that matches 5,000 files, made and deleted fast", "every line once, descriptors bounded"),
        33: ("odd names: spaces, patterns, newlines, no UTF-8, a dash", "every line once"),
        34: ("a pipe, a device, a directory, a socket as source", "refused in words, at once"),
        35: ("compressed files of several parts, cut off, damaged, bombs", "read, or a gap is told"),
        36: ("replaced by a directory", "not green"),
        37: ("a state directory that nobody may write to", "runs, and says so"),
    },
    "Time": {
        38: ("clock set back an hour", "no negative rate, no alert missed"),
        39: ("clock set forward a day", "not everything stale once it is right again"),
        40: ("the two nights of daylight saving, zone-less times", "the right minutes"),
        41: ("lines out of order within the window", "the figures of sorted lines"),
        42: ("lines later than the window", "counted as late"),
        43: ("times in the future", "taken as now, counted"),
        44: ("times without year around New Year and 29 February", "the right year"),
        45: ("a machine that slept", "not green, connected again at once"),
    },
    "SSH": {
        46: ("connections killed fifty times", "every line once"),
        47: ("a machine that stops answering", "not green in time, then every line once"),
        48: ("sshd restarted", "every line once"),
        49: ("rotated while the connection was down", "every line once"),
        50: ("a host key that changed", "refused, both fingerprints told"),
        51: ("a host key nobody knows", "refused, in other words"),
        52: ("checking of host keys switched off", "refused unless agreed for that host"),
        53: ("keys that do not fit or cannot be opened", "a sentence for each, no storm of attempts"),
        54: ("one session allowed, twelve files", "every line once, over one channel"),
        55: ("twenty hosts at once on a careful sshd", "all connected"),
        56: ("noisy login shells, banners with escapes", "every line once, nothing obeyed"),
        57: ("a port that is silent or speaks something else", "told within seconds"),
        58: ("the machine on the way dies", "not green, then every line once"),
        59: ("paths that a shell would obey", "nothing executed, every line once"),
        60: ("busybox at the other end", "every line once, no process left behind"),
        61: ("a remote file that goes away while it is read", "not green"),
        62: ("10 MB a second and a slow reader", "memory bounded, every line once"),
        63: ("keys exchanged anew all the time", "every line once"),
    },
    "Containers, journal, input": {
        64: ("the engine restarts", "every line once"),
        65: ("a container restarted, or replaced", "every line once"),
        66: ("lines longer than the engine's chunks", "joined, every line once"),
        67: ("a container with a terminal", "no carriage returns, every line once"),
        68: ("lines repeated when reading goes on", "every line once"),
        69: ("a log driver that keeps or gives nothing", "not green, said in words"),
        70: ("garbage instead of frames, huge lengths", "read anew, memory bounded"),
        71: ("a journal rotated and vacuumed", "every line once, or a gap is told"),
        72: ("journal entries that are no text", "shown, every line once"),
        73: ("the end of standard input", "ended, not green, figures final"),
        74: ("a million lines piped in at once", "every line once"),
        75: ("a pipe whose other end closes", "terminal restored, exit code right"),
    },
    "Process and terminal": {
        76: ("signals that ask to end", "terminal restored, positions kept"),
        77: ("killed fifty times under load", "every line once"),
        78: ("an error inside the program", "terminal restored, error told"),
        79: ("a terminal that vanishes", "ends at once, no busy loop"),
        80: ("stopped and continued", "painted anew, every line once"),
        81: ("screens from 1×1 to 300×1000, resized in a storm", "no error"),
        82: ("plain terminals, no colours, other encodings", "states told apart all the same"),
        83: ("hostile text in every place that shows any", "nothing obeyed"),
        84: ("two programs on one state directory", "the second one does not record"),
        85: ("no memory left", "a clean error"),
    },
    "Storage, alerts, browser": {
        86: ("a full disk, then room again", "no figure lost while it runs"),
        87: ("a damaged, empty or newer database", "set aside or refused, and told"),
        88: ("databases of former versions, killed while they are converted", "the old one or the new one"),
        89: ("mail servers that fail in every way", "never lost, bad certificates refused"),
        90: ("webhooks that fail in every way", "delivered at least once, redirects refused"),
        91: ("killed between decision and delivery", "delivered after the restart"),
        92: ("a thousand alerts in a second", "grouped, each accounted for"),
        93: ("an alert that flaps", "few messages, the last one right"),
        94: ("readers that hang, a store that stands still", "not green, frozen data told"),
        95: ("scrapes under load, ten thousand label values", "bounded, answered in time"),
        96: ("browsers that should not be here", "refused"),
        97: ("the server killed", "no process left behind"),
        98: ("secrets in the log", "found nowhere"),
        99: ("patterns that run for ages", "refused or cut short"),
        100: ("a broken configuration while it runs", "the former one stays, the line told"),
        101: ("a playbook with a command in it", "never executed"),
    },
}
"""What happens, and what is promised then, by number."""


class FaultTest(NamedTuple):
    """A test of a fault."""

    fault: int
    module: str
    name: str


def existing() -> list[FaultTest]:
    """Return the tests of faults as the sources have them, by fault."""
    found = [
        FaultTest(int(number), path.relative_to(TESTS).as_posix(), name)
        for path in sorted(TESTS.rglob("test_*.py"))
        for name, number in _TEST.findall(path.read_text(encoding="utf-8"))
    ]
    return sorted(found)


def without_test(tests: Iterable[FaultTest]) -> list[int]:
    """Return the faults that no test simulates."""
    proved = {test.fault for test in tests}
    return [number for group in FAULTS.values() for number in group if number not in proved]


def results(reports: Iterable[Path]) -> dict[tuple[str, str], str]:
    """Return how tests ended, by module and name: the worst of all cases of each, and how many there were.

    A later report of a test takes the place of an earlier one.
    """
    ended: dict[tuple[str, str], list[str]] = {}
    for report in reports:
        cases: dict[tuple[str, str], list[str]] = {}
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by our own test run
            module = case.attrib["classname"].removeprefix("tests.").replace(".", "/") + ".py"
            failed = any(case.find(word) is not None for word in ("failure", "error"))
            how = "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"
            cases.setdefault((module, case.attrib["name"].partition("[")[0]), []).append(how)
        ended |= cases
    return {
        test: next(word for word in ("failed", "skipped", "passed") if word in each) + f", {len(each)}"
        for test, each in ended.items()
    }


def page(tests: Iterable[FaultTest], ended: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Yield the lines of the page."""
    by_fault: dict[int, list[FaultTest]] = {}
    for test in tests:
        by_fault.setdefault(test.fault, []).append(test)
    yield "# Reliability"
    yield ""
    yield INTRODUCTION
    for title, faults in FAULTS.items():
        yield from ("", f"## {title}", "", "| | fault | promise | test | result |", "|---|---|---|---|---|")
        for number, (what, promise) in faults.items():
            rows = by_fault.get(number, [])
            names = "<br>".join(f"`{test.module}::{test.name}`" for test in rows) or "–"
            how = "<br>".join(ended.get((test.module, test.name), NOT_RUN) for test in rows) or "–"
            yield f"| {number} | {what} | {promise} | {names} | {how} |"


def main() -> None:
    """Write the page; name what has no test."""
    tests = existing()
    PAGE.write_text("\n".join(page(tests, results(map(Path, sys.argv[1:])))) + "\n", encoding="utf-8")
    missing = without_test(tests)
    print(f"{PAGE.name}: {len(tests)} tests; faults without a test: {', '.join(map(str, missing)) or 'none'}")  # noqa: T201


if __name__ == "__main__":
    main()
