"""Kernels of the reference's machine, each turned into the switch that chooses them."""

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import Environment, Identity
from pytest_repro.replication.machines import as_on_machine

AVX2 = "avx2 fma sse4_2"
AVX512 = f"{AVX2} avx512f avx512bw avx512dq avx512vl"
LIBRARIES = {
    "numpy.blas": "scipy-openblas",
    "numpy.version": "2.4.6",
    "torch.blas": "mkl",
    "torch.version": "2.13.0",
}


def machine(cpu: str, simd: str = "X86_V2 X86_V3", **facts: str) -> Identity:
    """Make the identity of a run on a machine."""
    own = {"cpu.features": cpu, "numpy.simd": simd, **facts}
    environment = Environment(
        key="key", axes=(), digest=digest_of_bytes(b""), facts={**LIBRARIES, **own}
    )
    return Identity(
        experiment="test_it.py::test_it",
        config={},
        environment=environment,
        determinism={},
    )


def test_the_same_machine_needs_no_switch() -> None:
    """Nothing is put back where nothing differs."""
    assert as_on_machine(machine(AVX512), machine(AVX512)) == ()


def test_each_library_chooses_as_on_a_lesser_processor() -> None:
    """Those that are there, and have kernels of that level."""
    found = as_on_machine(machine(AVX512), machine(AVX2))

    assert {one.name: one.variables for one in found} == {
        "ATen ISA avx512 -> avx2": {"ATEN_CPU_CAPABILITY": "avx2"},
        "MKL branch avx512 -> avx2": {"MKL_CBWR": "AVX2"},
        "OpenBLAS kernels avx512 -> avx2": {"OPENBLAS_CORETYPE": "Haswell"},
    }


@pytest.mark.parametrize("unknown", ["", "sse4_2"])
def test_kernels_are_never_raised(unknown: str) -> None:
    """A kernel above the processor would kill the process, an unknown one could."""
    assert as_on_machine(machine(unknown), machine(AVX512)) == ()


def test_numpy_is_told_what_to_do_without() -> None:
    """What it dispatched to here and not there, by the names that it gives itself."""
    ours = machine(AVX2, "X86_V2 X86_V3 X86_V4")

    (switch,) = as_on_machine(ours, machine(AVX2, "X86_V2"))

    assert switch.name == "NumPy dispatch X86_V4 -> X86_V2"
    assert switch.variables == {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"}


def test_what_was_taken_from_numpy_is_given_back() -> None:
    """A variable set to nothing is not there when the worker starts."""
    ours = machine(AVX2, "X86_V2")

    (switch,) = as_on_machine(ours, machine(AVX2, "X86_V2 X86_V3"))

    assert switch.variables == {"NPY_DISABLE_CPU_FEATURES": ""}


def test_names_of_another_numpy_say_nothing() -> None:
    """Names of instruction sets are those of one version."""
    theirs = machine(AVX2, "AVX512F", **{"numpy.version": "1.26.4"})

    assert as_on_machine(machine(AVX2), theirs) == ()
