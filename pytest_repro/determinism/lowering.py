"""What a declared environment changes in how workers are started, decided purely.

On one machine the cheap other environments are other instruction sets, threads and
BLAS kernels. Libraries choose them by variables when they start, and torch, OpenBLAS
and others do not look whether the processor has what a variable says: forced too high,
it kills the process. So they are lowered and never raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from pytest_repro.determinism.dispatch import DISPATCHES, LEVELS
from pytest_repro.determinism.variables import pinned_variables
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.records import DeclaredEnvironment, Determinism, Numerics

__all__ = ["Lowered", "check_forced", "lower"]

_FORCED: Final[Mapping[str, Mapping[str, str]]] = {
    "ATEN_CPU_CAPABILITY": {"avx2": "avx2", "avx512": "avx512"},
    "OPENBLAS_CORETYPE": {
        "cooperlake": "avx512",
        "excavator": "avx2",
        "haswell": "avx2",
        "sapphirerapids": "avx512",
        "skylakex": "avx512",
        "zen": "avx2",
    },
}
"""Values of variables that are believed blindly, and the level that each needs."""

_PORTABLE: Final = LEVELS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """How workers of a declared environment are started.

    Attributes:
        determinism: What is pinned there.
        variables: What is set on top; one with an empty value is taken away.
    """

    determinism: Determinism
    variables: Mapping[str, str]


def lower(base: Determinism, declared: DeclaredEnvironment) -> Lowered:
    """Apply a declared environment to what a session pins.

    Args:
        base: What the session pins.
        declared: The environment.

    Returns:
        What is pinned there, and further variables.

    Raises:
        ReproUsageError: If it sets a variable that has a key of its own.
    """
    _check_governed(declared)
    determinism = replace(
        base,
        threads=declared.threads or base.threads,
        numerics=_numerics(base, declared),
    )
    steps = _steps(declared.instruction_set)
    return Lowered(determinism=determinism, variables={**steps, **declared.variables})


def check_forced(declared: DeclaredEnvironment, level: str) -> None:
    """Refuse an environment whose kernels the processor does not have.

    Args:
        declared: The environment.
        level: How far the processor goes, one of `dispatch.LEVELS`.

    Raises:
        LaunchError: If a library would be made to use more than that.
    """
    asked = {
        f"{name} = {value!r}": _FORCED[name].get(value.lower(), _PORTABLE)
        for name, value in declared.variables.items()
        if name in _FORCED
    }
    if declared.instruction_set in LEVELS:
        shown = f"instruction-set = {declared.instruction_set!r}"
        asked[shown] = declared.instruction_set
    for shown, needed in asked.items():
        if LEVELS.index(needed) > LEVELS.index(level):
            msg = (
                f"environment {declared.name}: {shown} needs {needed}, and this "
                f"processor goes up to {level}\n"
                "  a library that is forced higher kills its process: only lower it"
            )
            raise LaunchError(msg)


def _numerics(base: Determinism, declared: DeclaredEnvironment) -> Numerics:
    match declared.instruction_set:
        case "":
            return base.numerics
        case "default":
            return Numerics.PORTABLE
        case _:
            return Numerics.NATIVE


def _steps(instruction_set: str) -> dict[str, str]:
    """Return what holds libraries at a level; the lowest one is pinned anyway."""
    if instruction_set in {"", "native", _PORTABLE}:
        return {}
    level = LEVELS.index(instruction_set)
    return {
        row.variable: text
        for row in DISPATCHES
        for own, text in row.steps
        if own == level
    }


def _check_governed(declared: DeclaredEnvironment) -> None:
    rows = pinned_variables(Determinism())
    threads = {row.name for row in rows if row.name.endswith("_THREADS")}
    for name in declared.variables:
        if name in threads:
            msg = f"environment {declared.name}: write threads = N instead of {name}"
            raise ReproUsageError(msg)
        if name == "PYTHONHASHSEED":
            msg = (
                f"environment {declared.name}: {name} is pinned\n"
                "  hash seeds are varied by: pytest --repro-vary"
            )
            raise ReproUsageError(msg)
