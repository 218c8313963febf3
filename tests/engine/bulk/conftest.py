"""Whole blocks are looked at with the kernel in C, built of this checkout, and with numpy."""

from collections.abc import Iterator

import pytest

from hatch_build import compile_kernel
from tests.terminal import require
from tui.engine.bulk import _kernel
from tui.engine.bulk._kernel import SOURCES, Kernel


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    require("cc")
    built = tmp_path_factory.mktemp("kernel") / "kernel.bin"
    compile_kernel(SOURCES, built, "-Wall", "-Wextra", "-Werror")
    return Kernel(built)


@pytest.fixture(scope="module", params=["kernel", "numpy"])
def both_looks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run all tests of a module with either, in this process and in those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "kernel":
            patch.setattr(_kernel, "KERNEL", request.getfixturevalue("kernel"))
        else:
            patch.setattr(_kernel, "KERNEL", None)
            patch.setenv("VOXTOP_KERNEL", "off")
        yield
