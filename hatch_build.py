"""Compiles ``tui/engine/bulk/kernel.c`` where there is a C compiler; without one voxtop does the same with numpy."""

import os
import shlex
import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

FOLDER = Path("tui", "engine", "bulk")
SOURCES = tuple(FOLDER / name for name in ("kernel.c", "kernel_columns.c", "kernel_tokens.c", "kernel.h"))
BUILT = FOLDER / "kernel.bin"
"""Not ``.so``: it is a library for ctypes, no module that could be imported."""
FLAGS = ("-std=c11", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off")
"""Without contraction: numbers must be those of numpy to the bit."""


def compile_kernel(sources: Sequence[Path], built: Path, *more: str) -> None:
    """Compile some files; headers among them are those that the others include.

    Raises:
        OSError: there is no compiler.
        CalledProcessError: it failed; that has what it said.
    """
    crc = f"-DSOURCE={zlib.crc32(b''.join(source.read_bytes() for source in sources))}u"
    # Another process may have the old one loaded; whoever copies the checkout meanwhile leaves a hidden folder out.
    with tempfile.TemporaryDirectory(prefix=".", dir=built.parent) as folder:
        made = Path(folder, built.name)
        files = [str(source) for source in sources if source.suffix == ".c"]
        command = (*shlex.split(os.environ.get("CC", "cc")), *FLAGS, *more, crc, "-o", str(made), *files)
        subprocess.run(command, check=True, capture_output=True, text=True)
        made.replace(built)


class KernelHook(BuildHookInterface[Any]):
    """Puts the compiled kernel into wheels and beside its source in a checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - as hatchling calls it
        """Build it, whatever the version of the build is (``standard``, ``editable``): never fail."""
        root = Path(self.root)
        try:
            compile_kernel([root / source for source in SOURCES], root / BUILT)
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(f"No C compiler that works: large logs take longer to read ({error}).")
            (root / BUILT).unlink(missing_ok=True)
            return
        build_data["artifacts"].append(str(BUILT))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def _platform() -> str:
    """Return the tag of this platform, without a promise about the C libraries of others."""
    return next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
