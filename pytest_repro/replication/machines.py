"""Which kernels the machine of a reference had chosen, each as one switch: pure.

Libraries look at the processor and choose; no variable says so, but a record knows the
processor. What a lesser one would have chosen can be asked for here. A better one
cannot be put back: its kernels would kill the process.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pytest_repro.determinism.dispatch import DISPATCHES, LEVELS, level_of
from pytest_repro.records import Identity, Variation

__all__ = ["as_on_machine"]

_CPU: Final = "cpu.features"
_SIMD: Final = "numpy.simd"
_NUMPY: Final = "numpy.version"


def as_on_machine(obtained: Identity, reference: Identity) -> tuple[Variation, ...]:
    """List the switches that choose kernels as the reference's machine did.

    Args:
        obtained: Identity of the run that differs.
        reference: Identity of the run whose bits are wanted.

    Returns:
        One a library, named such as ``ATen ISA avx512 -> avx2``.
    """
    ours, theirs = obtained.environment.facts, reference.environment.facts
    return (*_kernels(ours, theirs), *_numpy(ours, theirs))


def _kernels(
    ours: Mapping[str, object], theirs: Mapping[str, object]
) -> Iterator[Variation]:
    if not (ours.get(_CPU) and theirs.get(_CPU)):
        return
    here, there = (level_of(str(side[_CPU]).split()) for side in (ours, theirs))
    if there >= here:
        return
    for row in DISPATCHES:
        value = dict(row.steps).get(there)
        if value is not None and row.applies(ours):
            yield Variation(
                name=f"{row.axis} {LEVELS[here]} -> {LEVELS[there]}",
                axis=row.axis,
                variables={row.variable: value},
            )


def _numpy(
    ours: Mapping[str, object], theirs: Mapping[str, object]
) -> Iterator[Variation]:
    """Take from numpy what the other one did not have; names are of one version."""
    if ours.get(_NUMPY) != theirs.get(_NUMPY):
        return
    here, there = (str(side.get(_SIMD) or "").split() for side in (ours, theirs))
    if not there or set(here) == set(there):
        return
    yield Variation(
        name=f"NumPy dispatch {_newest(here)} -> {_newest(there)}",
        axis="NumPy dispatch",
        variables={
            "NPY_DISABLE_CPU_FEATURES": " ".join(
                name for name in here if name not in there
            )
        },
    )


def _newest(features: list[str]) -> str:
    return features[-1] if features else "none"
