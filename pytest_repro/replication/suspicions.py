"""Which recorded circumstances may explain a difference, each as one switch: pure.

Whatever was recorded of both runs and is not the same can be put back as the reference
had it. A switch that brings the reference's bits back on its own is an explanation. So
facts that are set together (eight variables all mean threads) are one switch.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from pytest_repro.determinism import FLAG
from pytest_repro.records import Identity, Variation

__all__ = ["ABSENT", "AXES", "Axis", "put_back"]

ABSENT: Final = "absent"

_VARIABLE: Final = "env."
_FLAG: Final = "torch."

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One row of the table: facts that one switch sets.

    Attributes:
        axis: What the switch is called.
        patterns: Shell patterns of the facts; the first names the one that is told.
        field: The field of `Determinism` that sets them; empty if variables do, or
            the flags themselves.
        read: Makes the value of the field from the fact that is told.
    """

    axis: str
    patterns: tuple[str, ...]
    field: str = ""
    read: Callable[[object], Setting] = str


def _number(fact: object) -> int:
    return int(str(fact))


AXES: Final = (
    Axis(
        axis="threads",
        patterns=(
            "torch.threads",
            "torch.interop_threads",
            "env.*_NUM_THREADS",
            "env.VECLIB_MAXIMUM_THREADS",
        ),
        field="threads",
        read=_number,
    ),
    Axis(
        axis="hash seed",
        patterns=("hash_seed", "hash_probe", "env.PYTHONHASHSEED"),
        field="hash_seed",
        read=_number,
    ),
    Axis(axis="ATen ISA", patterns=("env.ATEN_CPU_CAPABILITY",)),
    Axis(axis="MKL branch", patterns=("env.MKL_CBWR",)),
    Axis(axis="oneDNN ISA", patterns=("env.ONEDNN_MAX_CPU_ISA",)),
    Axis(axis="OpenBLAS kernels", patterns=("env.OPENBLAS_CORETYPE",)),
    Axis(axis="libm kernels", patterns=("env.GLIBC_TUNABLES",)),
    Axis(axis="NumPy dispatch", patterns=("env.NPY_DISABLE_CPU_FEATURES",)),
    Axis(axis="oneDNN", patterns=("torch.mkldnn.enabled",)),
    Axis(
        axis="matmul precision",
        patterns=(
            "torch.float32_matmul_precision",
            "torch.fp32_precision.*",
            "env.NVIDIA_TF32_OVERRIDE",
        ),
        field="matmul_precision",
        read=lambda fact: "tf32" if fact == "high" else "ieee",
    ),
    Axis(
        axis="deterministic algorithms",
        patterns=(
            "torch.deterministic_debug_mode",
            "torch.cudnn.deterministic",
            "torch.mkldnn.deterministic",
            "torch.compiler_deterministic",
            "env.FLASH_ATTENTION_DETERMINISTIC",
            "env.NVTE_ALLOW_NONDETERMINISTIC_ALGO",
        ),
        field="deterministic_algorithms",
        read=lambda fact: fact not in {0, "0"},
    ),
    Axis(
        axis="cuDNN benchmark",
        patterns=("torch.cudnn.benchmark",),
        field="cudnn_benchmark",
        read=bool,
    ),
    Axis(
        axis="memory fill",
        patterns=("torch.deterministic.fill_uninitialized_memory",),
        field="fill_uninitialized_memory",
        read=bool,
    ),
    Axis(axis="denormals", patterns=("torch.flush_denormal",)),
    Axis(axis="time zone", patterns=("env.TZ",)),
    Axis(
        axis="locale",
        patterns=("env.LC_ALL", "env.PYTHONUTF8", "env.PYTHONCOERCECLOCALE"),
    ),
)
"""Facts that are told apart, and how each is set; likeliest to change bits first."""

_SETTABLE: Final = (_VARIABLE, _FLAG)


def put_back(obtained: Identity, reference: Identity) -> tuple[Variation, ...]:
    """List the switches that put one differing circumstance back each.

    Args:
        obtained: Identity of the run that differs.
        reference: Identity of the run whose bits are wanted.

    Returns:
        One a circumstance, named such as ``threads 2 -> 1``; a variable that the
        reference had not set is set to nothing, which takes it away. A variable or a
        flag that no row of the table has comes last, under its own name.
    """
    ours, theirs = obtained.determinism, reference.determinism
    differing = {
        name
        for name in ours.keys() | theirs.keys()
        if ours.get(name) != theirs.get(name)
    }
    others = (
        Axis(axis=name, patterns=(name,))
        for name in sorted(differing)
        if name.startswith(_SETTABLE) and not any(_belongs(name, row) for row in AXES)
    )
    found = (_switch(row, differing, ours, theirs) for row in (*AXES, *others))
    return tuple(one for one in found if one is not None)


def _switch(
    row: Axis,
    differing: Iterable[str],
    ours: Mapping[str, object],
    theirs: Mapping[str, object],
) -> Variation | None:
    facts = sorted(name for name in differing if _belongs(name, row))
    told = next((name for name in facts if fnmatchcase(name, row.patterns[0])), "")
    told = told or (facts[0] if facts else "")
    variables = {
        name.removeprefix(_VARIABLE): str(theirs.get(name, ""))
        for name in facts
        if name.startswith(_VARIABLE)
    }
    has_field = bool(row.field) and row.patterns[0] in theirs
    flags = () if row.field else _flags(facts, theirs)
    if not facts or not (variables or has_field or flags):
        return None
    sides = f"{ours.get(told, ABSENT)} -> {theirs.get(told, ABSENT)}"
    return Variation(
        name=f"{row.axis} {sides}",
        axis=row.axis,
        variables=variables,
        determinism={row.field: row.read(theirs[row.patterns[0]])} if has_field else {},
        probes=flags,
    )


def _flags(facts: Iterable[str], theirs: Mapping[str, object]) -> tuple[str, ...]:
    """Set flags one by one; what torch lacked there cannot be set."""
    return tuple(
        f"{FLAG}{name.removeprefix(_FLAG)}={theirs[name]}"
        for name in facts
        if name.startswith(_FLAG) and theirs.get(name) is not None
    )


def _belongs(name: str, row: Axis) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in row.patterns)
