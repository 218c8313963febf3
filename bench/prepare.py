"""Brings the other programs that voxtop is measured beside: from Debian and from the Python registry.

Nothing of it is needed to run voxtop; what cannot be brought is said to be missing in the table.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DEBIAN = {"mtail": "mtail", "lnav": "lnav", "goaccess": "goaccess", "rg": "ripgrep", "btop": "btop"}
"""Executable and package."""

PYTHON = ("glances==4.5.8", "toolong==1.5.0")
ENVIRONMENT = Path(__file__).resolve().parent.parent / ".bench-venv"
"""Of their own: what they need must not change what voxtop runs with."""


def prepare() -> None:
    """Install what is missing, as far as this machine and this user allow."""
    absent = [package for executable, package in DEBIAN.items() if not shutil.which(executable)]
    if absent and shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "install", "--yes", "--no-install-recommends", *absent)
    if not (ENVIRONMENT / "bin" / "glances").exists():
        _run(sys.executable, "-m", "venv", str(ENVIRONMENT))
        _run(str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", *PYTHON)


def _run(*command: str) -> None:
    """Run a command; its failure shows in the table, where the program is missing."""
    print("$", *command, file=sys.stderr)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare()
