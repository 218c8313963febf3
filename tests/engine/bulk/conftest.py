"""Whole blocks are looked at with the kernel in C, built of this checkout, and with numpy."""

from collections.abc import Iterator

import pytest

from hatch_build import AVX2, compile_kernel
from tests.terminal import require
from tui.engine.bulk import _kernel
from tui.engine.bulk._kernel import SOURCES, Kernel

STRICT = ("-Wall", "-Wextra", "-Werror")


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> list[Kernel]:
    """The kernel for any processor, and for those with AVX2 where this is one."""
    require("cc")
    folder = tmp_path_factory.mktemp("kernel")
    compile_kernel(SOURCES, folder / "kernel.bin", *STRICT)
    built = [Kernel(folder / "kernel.bin")]
    if built[0].has_avx2:
        compile_kernel(SOURCES, folder / "kernel-avx2.bin", *STRICT, *AVX2)
        built.append(Kernel(folder / "kernel-avx2.bin"))
    return built


@pytest.fixture(scope="module", params=["kernel", "numpy"])
def both_looks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run all tests of a module with either, in this process and in those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "kernel":
            patch.setattr(_kernel, "KERNEL", request.getfixturevalue("kernels")[-1])
        else:
            patch.setattr(_kernel, "KERNEL", None)
            patch.setenv("VOXTOP_KERNEL", "off")
        yield
