"""Which circumstances are varied on which machine, and what a job becomes by it."""

from collections.abc import Iterable

import pytest

from pytest_repro import wire
from pytest_repro.determinism import (
    AXES,
    RESUMED,
    STILL,
    Facts,
    Probes,
    combine,
    variations,
    vary_job,
    worker_variables,
)
from pytest_repro.records import Determinism, Job, Numerics, Rung, Variation

EVERYTHING = {
    "cpu.features": "avx avx2 avx512bw avx512dq avx512f avx512vl fma",
    "machine.cores": 4,
    "numpy.blas": "scipy-openblas 0.3.31",
    "numpy.simd": "X86_V2 X86_V3 X86_V4 AVX512_ICL",
    "numpy.version": "2.4.6",
    "os.libc": "glibc 2.36",
    "torch.blas": "mkl",
    "torch.onednn": "3.12.0",
    "torch.version": "2.13.0",
}
LISTED = [axis for axis in AXES if axis != RESUMED.axis]
"""To be resumed takes more than another job, so it is in no table."""

PORTABLE = Determinism(numerics=Numerics.PORTABLE)


def facts(
    *without: str, features: str = "", pinned: Determinism | None = None
) -> Facts:
    """Describe a machine that has everything but what is named."""
    machine = {k: v for k, v in EVERYTHING.items() if not k.startswith(without or "-")}
    machine |= {"cpu.features": features} if features else {}
    return Facts(machine=machine, determinism=pinned or Determinism())


def names(table: Iterable[Variation], axis: str = "") -> list[str]:
    """List the variations of one circumstance, or all."""
    return [one.name for one in table if one.axis == axis or not axis]


def job(pinned: Determinism) -> Job:
    """Make a job as the plugin would."""
    return Job(
        experiment="test_it.py::test",
        seed=0,
        root="/",
        folder="/f",
        variables={**worker_variables(pinned, {}), "OWN": "kept"},
        determinism=pinned,
    )


def test_every_circumstance_is_varied_where_everything_is_there() -> None:
    """No axis is promised and never tried, and each name stands once."""
    table = variations(facts())

    assert list(dict.fromkeys(one.axis for one in table)) == LISTED
    assert len(set(names(table))) == len(table)


def test_strict_circumstances_are_those_that_arithmetic_does_not_see() -> None:
    """Kernels and threads may round, a far more coarse format may do more."""
    required = {one.axis: one.required for one in variations(facts())}

    loose = [axis for axis in LISTED if required[axis] is not Rung.IDENTICAL]
    assert loose == LISTED[LISTED.index("threads") :]
    assert required["matmul precision"] is Rung.EQUIVALENT
    assert {required[axis] for axis in loose if axis != "matmul precision"} == {
        Rung.WITHIN_ROUNDING
    }


@pytest.mark.parametrize(
    "pinned", [Determinism(), PORTABLE], ids=["native", "portable"]
)
def test_no_variation_asks_for_what_is_pinned(pinned: Determinism) -> None:
    """It would run the plain run once more, and clear what it never changed."""
    plain = job(pinned)

    for one in variations(facts(pinned=pinned)):
        varied = vary_job(plain, one)
        assert one.probes or (varied.variables, varied.determinism) != (
            plain.variables,
            plain.determinism,
        )


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("avx2 fma avx512bw avx512dq avx512f avx512vl", ["default", "avx2"]),
        ("avx2 fma", ["default"]),
        ("sse4_2", []),
        ("asimd sve", []),
    ],
)
def test_instruction_sets_are_only_ever_lowered(
    features: str, expected: list[str]
) -> None:
    """A forced one that this CPU lacks would kill the process."""
    table = variations(facts(features=features))

    assert names(table, "ATen ISA") == [f"aten={one}" for one in expected]


def test_portable_kernels_are_varied_upwards_to_native_only() -> None:
    """What is pinned is taken away, not replaced by a name that may not exist."""
    table = variations(facts(pinned=PORTABLE))

    assert names(table, "ATen ISA") == ["aten=avx2", "aten=native"]
    (native,) = (one for one in table if one.name == "aten=native")
    assert native.variables == {"ATEN_CPU_CAPABILITY": ""}


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ("torch.onednn", {"oneDNN", "oneDNN ISA", "matmul precision"}),
        ("torch.blas", {"MKL branch"}),
        ("numpy.simd", {"NumPy dispatch"}),
        ("numpy.blas", {"OpenBLAS kernels"}),
        ("os.libc", {"libm kernels"}),  # torch fills memory still
        (
            "torch.",
            {
                "loader workers",
                "ATen ISA",
                "oneDNN ISA",
                "MKL branch",
                "oneDNN",
                "deterministic algorithms",
                "matmul precision",
                "denormals",
                "batch accumulation",
            },
        ),
    ],
)
def test_what_is_not_there_is_not_varied(without: str, gone: set[str]) -> None:
    """A variation that can change nothing would only clear itself."""
    table = variations(facts(without))

    assert set(LISTED) - {one.axis for one in table} == gone


@pytest.mark.parametrize(
    ("without", "is_deterministic", "expected"),
    [
        (("-",), True, ["fill=on", "malloc=filled"]),
        (("-",), False, ["malloc=filled"]),
        (("torch.",), True, ["malloc=filled"]),
        (("os.libc",), True, ["fill=on"]),
        (("os.libc",), False, []),
        (("torch.", "numpy."), True, []),
    ],
)
def test_memory_is_filled_by_whom_it_is_asked_of(
    without: tuple[str, ...], *, is_deterministic: bool, expected: list[str]
) -> None:
    """Torch does so under deterministic algorithms alone, malloc if it is glibc's."""
    pinned = Determinism(deterministic_algorithms=is_deterministic)

    found = names(variations(facts(*without, pinned=pinned)), "memory fill")

    assert found == expected


@pytest.mark.parametrize(
    ("pinned", "cores", "expected"), [(1, 8, [2, 8]), (2, 2, [1]), (8, 8, [1, 2])]
)
def test_threads_are_one_two_and_all(
    pinned: int, cores: int, expected: list[int]
) -> None:
    """But never as many as there are in the plain run."""
    found = Facts(
        machine={**EVERYTHING, "machine.cores": cores},
        determinism=Determinism(threads=pinned),
    )

    wanted = [f"threads={number}" for number in expected]
    assert names(variations(found), "threads") == wanted


def test_hash_seeds_are_others_than_the_pinned_one() -> None:
    """Six of them, since two orders of a small set may be the same by chance."""
    table = variations(facts(pinned=Determinism(hash_seed=2)))

    expected = [f"hash-seed={number}" for number in (1, 3, 4, 5, 6, 7)]
    assert names(table, "hash seed") == expected


@pytest.mark.parametrize(("cores", "expected"), [(8, [1, 9]), (1, [2])])
def test_processors_are_one_and_one_more(cores: int, expected: list[int]) -> None:
    """But never as many as there are."""
    table = variations(Facts(machine={**EVERYTHING, "machine.cores": cores}))

    wanted = [f"processors={number}" for number in expected]
    assert names(table, "processors") == wanted


@pytest.mark.parametrize("one", variations(facts()), ids=lambda one: one.name)
def test_variation_travels_to_a_worker(one: Variation) -> None:
    """Each survives the wire as it is, and the worker knows what to do."""
    assert wire.read(Variation, wire.write(one)) == one
    Probes(one, folder=None)  # type: ignore[arg-type]  # nothing is done yet


def test_variation_wins_over_what_is_pinned() -> None:
    """Its variables and flags are the job's; all others stay."""
    two = next(one for one in variations(facts()) if one.name == "threads=2")

    varied = vary_job(job(PORTABLE), two)

    assert varied.determinism == Determinism(threads=2, numerics=Numerics.PORTABLE)
    assert varied.variables["OMP_NUM_THREADS"] == "2"
    assert varied.variables["ATEN_CPU_CAPABILITY"] == "default"
    assert varied.variables["OWN"] == "kept"
    assert varied.variation == two


def test_variable_that_is_pinned_no_longer_is_taken_away() -> None:
    """Else the launcher's own copy of it would still reach the worker."""
    off = Variation(name="x", axis="x", determinism={"deterministic_algorithms": False})
    native = Variation(name="y", axis="y", determinism={"numerics": "native"})

    varied = vary_job(job(PORTABLE), combine([off, native]))

    assert varied.variables["FLASH_ATTENTION_DETERMINISTIC"] == ""
    assert varied.variables["MKL_CBWR"] == ""
    assert varied.determinism.numerics is Numerics.NATIVE


def test_several_variations_are_one() -> None:
    """All changes at once, and the strictest requirement of them."""
    table = {one.name: one for one in variations(facts())}

    both = combine([table["threads=2"], table["clock=+34585860"], STILL[1]])

    assert both.name == "threads=2 + clock=+34585860 + entropy=still"
    assert both.required is Rung.IDENTICAL
    assert both.determinism == {"threads": 2}
    assert both.probes == ("clock=+34585860", "entropy=still")
