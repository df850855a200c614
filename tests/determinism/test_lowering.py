"""A declared environment lowers instruction sets and never raises them."""

import pytest

from pytest_repro.determinism import check_forced, lower
from pytest_repro.determinism.dispatch import LEVELS
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.records import (
    INSTRUCTION_SETS,
    DeclaredEnvironment,
    Determinism,
    Numerics,
)

PORTABLE = Determinism(numerics=Numerics.PORTABLE, threads=4)


def test_what_is_not_declared_stays() -> None:
    """An environment that says nothing pins what the session pins."""
    lowered = lower(PORTABLE, DeclaredEnvironment(name="a"))

    assert lowered.determinism == PORTABLE
    assert lowered.variables == {}


def test_threads_and_variables_are_taken() -> None:
    """Threads are pinned, variables come on top."""
    declared = DeclaredEnvironment(name="a", threads=2, variables={"MKL_CBWR": "AVX2"})

    lowered = lower(PORTABLE, declared)

    assert lowered.determinism.threads == 2
    assert lowered.variables == {"MKL_CBWR": "AVX2"}


@pytest.mark.parametrize(
    ("name", "numerics", "aten"),
    [
        ("default", Numerics.PORTABLE, None),
        ("avx2", Numerics.NATIVE, "avx2"),
        ("avx512", Numerics.NATIVE, None),
        ("native", Numerics.NATIVE, None),
    ],
)
def test_every_library_is_held_at_the_level(
    name: str, numerics: Numerics, aten: str | None
) -> None:
    """The lowest level is what portable numerics pin; the highest needs no pin."""
    lowered = lower(PORTABLE, DeclaredEnvironment(name="a", instruction_set=name))

    assert lowered.determinism.numerics is numerics
    assert lowered.variables.get("ATEN_CPU_CAPABILITY") == aten


def test_a_variable_of_its_own_wins_over_the_level() -> None:
    """So that one library can be lowered further than the others."""
    declared = DeclaredEnvironment(
        name="a",
        instruction_set="avx2",
        variables={"ONEDNN_MAX_CPU_ISA": "SSE41"},
    )

    found = lower(PORTABLE, declared).variables

    assert found["ONEDNN_MAX_CPU_ISA"] == "SSE41"
    assert found["OPENBLAS_CORETYPE"] == "Haswell"


def test_every_level_can_be_declared() -> None:
    """The words of people are those by which libraries are lowered."""
    assert (*LEVELS, "native") == INSTRUCTION_SETS


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "PYTHONHASHSEED"])
def test_what_has_a_key_of_its_own_is_no_variable(name: str) -> None:
    """Set twice, it would not be known which of the two a run had."""
    with pytest.raises(ReproUsageError, match=name):
        lower(PORTABLE, DeclaredEnvironment(name="a", variables={name: "2"}))


@pytest.mark.parametrize(
    "declared",
    [
        DeclaredEnvironment(name="a", instruction_set="avx512"),
        DeclaredEnvironment(name="a", variables={"ATEN_CPU_CAPABILITY": "avx512"}),
        DeclaredEnvironment(name="a", variables={"OPENBLAS_CORETYPE": "SkylakeX"}),
    ],
)
def test_what_would_kill_the_process_is_refused(declared: DeclaredEnvironment) -> None:
    """Those libraries do not look at the processor before they use it."""
    with pytest.raises(LaunchError, match="this processor goes up to avx2"):
        check_forced(declared, "avx2")

    check_forced(declared, "avx512")


def test_lower_levels_are_never_refused() -> None:
    """Every processor has them."""
    declared = DeclaredEnvironment(
        name="a",
        instruction_set="default",
        variables={"OPENBLAS_CORETYPE": "Nehalem", "MKL_CBWR": "AVX512"},
    )

    check_forced(declared, "default")
