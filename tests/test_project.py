import json
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.terminal import environment, require

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tui", "widgets", "themes")
DATA = (".toml", ".tcss")

IMPORT_THE_ENGINE = """
import importlib, json, pkgutil, sys, tui.engine
names = [module.name for module in pkgutil.walk_packages(tui.engine.__path__, "tui.engine.")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"engine": names, "loaded": sorted(sys.modules)}))
"""

ASK_FOR_HELP = """
import atexit, sys
from tui.cli import main
atexit.register(lambda: print("screen loaded:", "textual" in sys.modules))
sys.argv = ["voxtop", "--help"]
main()
"""

REPORT = """
import atexit, json, sys
from tui.__main__ import main
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
main()
"""

SERVE = """
import json, sys, tui.engine.bulk._serving
print(json.dumps(sorted(sys.modules)))
"""

WHERE_PACKAGES_ARE = """
import json, tui, themes, widgets
from importlib.metadata import packages_distributions
owners = packages_distributions()
print(json.dumps({package.__name__: [package.__file__, *sorted(set(owners[package.__name__]))]
                  for package in (tui, widgets, themes)}))
"""


def _run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_whole_engine_imports_without_a_screen() -> None:
    found = json.loads(_run(sys.executable, "-c", IMPORT_THE_ENGINE, env=environment()))

    screen = {"textual", "textual_plotext", "plotext", "rich", "widgets", "themes"}
    assert "tui.engine.model" in found["engine"]
    assert len(found["engine"]) > 10
    assert {name for name in found["loaded"] if name.split(".")[0] in screen} == set()


def test_a_report_loads_nothing_that_is_for_others(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"nothing\n")
    command = [sys.executable, "-c", REPORT, "report", "--format", "json", str(log)]
    done = subprocess.run(command, env=environment(), capture_output=True, check=False, timeout=60)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))

    others = {"tui.screens.viewed", "tui.engine.metrics.slices", "tui.engine.model._alerts", "tui.engine.reports.html"}
    assert loaded & {*others, "textual", "rich", "numpy", "secrets"} == set()
    assert {"tui.engine.metrics.store", "tui.engine.reports.json"} <= loaded


def test_the_other_process_of_a_report_loads_what_understands_lines_alone() -> None:
    loaded = set(json.loads(_run(sys.executable, "-c", SERVE, env=environment())))

    others = {"tui.engine.sources", "tui.engine.text", "tui.engine.metrics.latency", "tui.engine.model._figures"}
    assert loaded & {*others, "asyncio", "click", "tomllib", "numpy.random"} == set()
    assert "numpy" in loaded


def test_asking_for_help_loads_no_screen() -> None:
    loaded = _run(sys.executable, "-c", ASK_FOR_HELP, env=environment()).splitlines()[-1]

    assert loaded == "screen loaded: False"


@dataclass(frozen=True)
class Installed:
    wheel: Path
    python: Path
    elsewhere: Path

    @property
    def program(self) -> str:
        return str(self.python.with_name("voxtop"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this checkout, installed into an environment of its own beside today's dependencies."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python))
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--root-user-action=ignore", str(wheel))
    # Only now, or pip would see a voxtop installed already. A .pth file of a .pth folder is not read:
    # an editable install of the checkout stays out.
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Installed(wheel, python, elsewhere)


def _outside(home: Path, **more: str) -> dict[str, str]:
    env = environment(home, **more)
    del env["PYTHONPATH"]
    return env


def test_the_wheel_carries_every_data_file(installed: Installed) -> None:
    data = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA
    }

    assert data <= set(zipfile.ZipFile(installed.wheel).namelist())
    for kind in ("themes/", "tui/engine/playbooks/catalogue/", "tui/engine/text/en/", "tui/engine/text/es/"):
        assert any(name.startswith(kind) for name in data), f"no data file under {kind}"


def test_the_wheel_carries_nothing_but_the_three_packages(installed: Installed) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(installed.wheel).namelist()}

    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_carries_the_kernel_and_is_of_no_version_of_python(installed: Installed) -> None:
    require("cc")
    asked = "from tui.engine.bulk._kernel import KERNEL; print(KERNEL is not None)"

    assert "-py3-none-" in installed.wheel.name
    assert "-any." not in installed.wheel.name
    assert (
        _run(str(installed.python), "-c", asked, cwd=installed.elsewhere, env=_outside(installed.elsewhere)) == "True\n"
    )


def test_without_a_compiler_the_wheel_is_built_all_the_same(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "tests", "docs", "bench", "__pycache__"))
    command = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))

    _run(*command, cwd=checkout, env=environment(CC="/nowhere/cc"))

    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert not any(name.endswith(".bin") for name in zipfile.ZipFile(wheel).namelist())


def test_the_installed_program_runs_outside_the_checkout(installed: Installed) -> None:
    assert re.fullmatch(
        r"voxtop, version \d+\.\d+\.\d+\s*",
        _run(installed.program, "--version", cwd=installed.elsewhere, env=_outside(installed.elsewhere)),
    )


def test_the_installed_program_speaks_both_languages_outside_the_checkout(installed: Installed) -> None:
    english, spanish = (
        _run(installed.program, "--help", cwd=installed.elsewhere, env=_outside(installed.elsewhere, LANG=language))
        for language in ("en_GB.UTF-8", "es_ES.UTF-8")
    )

    assert "demo" in english
    assert "demo" in spanish
    assert english != spanish


def test_each_package_belongs_to_this_distribution_alone(installed: Installed) -> None:
    found = json.loads(
        _run(
            str(installed.python), "-c", WHERE_PACKAGES_ARE, cwd=installed.elsewhere, env=_outside(installed.elsewhere)
        )
    )

    for package in PACKAGES:
        file, *owners = found[package]
        assert Path(file).is_relative_to(installed.python.parent.parent)
        assert owners == ["voxtop"]


def _kept_files() -> list[Path]:
    """Return the text files under version control, and those that would be; recorded logs are not ours to judge."""
    require("git")
    listed = _run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    paths = [ROOT / name for name in listed if name and not name.startswith("tests/data/")]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".gz", ".svg"}]


def test_no_file_names_a_package_index() -> None:
    address = re.compile(
        r"https?://\S*(?:/simple\b|py" r"pi\b|pythonhosted)|--(?:extra-)?index-" r"url|--find-" r"links"
    )

    guilty = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in _kept_files()
        if (
            found := address.search(
                path.read_text(encoding="utf-8", errors="replace").replace("--no-emit-index-url", "")
            )
        )
    ]

    assert guilty == []


def test_the_files_that_build_the_project_name_no_path_of_a_machine() -> None:
    of_a_machine = re.compile(r"(?<![\w.$}])/(?:home|root|Users|work|builds?|opt)/\w|file://")
    builders = ["Makefile", "constraints.txt", "pyproject.toml", ".pre-commit-config.yaml", ".ci/run"]

    guilty = [name for name in builders if of_a_machine.search((ROOT / name).read_text(encoding="utf-8"))]

    assert guilty == []


def _pinned() -> dict[str, str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def test_every_pinned_package_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "constraints.txt").read_text(encoding="utf-8").strip())

    assert {entry.partition("==")[0].partition("[")[0] for entry in entries} == set(_pinned())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_direct_dependency_is_pinned() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    direct = set(re.findall(r'^    "([a-z0-9-]+)(?:\[[a-z,]+\])?>=[^"]*",', project, re.MULTILINE)) | {"hatchling"}

    assert {"textual", "pytest"} <= direct
    assert direct - set(_pinned()) == set()


def test_every_dependency_says_why_it_is_there() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    silent = re.findall(r'^    "([a-z0-9-]+)(?:\[[a-z,]+\])?>=[^"]*",[ \t]*$', project, re.MULTILINE)

    assert silent == []
