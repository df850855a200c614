"""Harmless changes of the environment: what ought never to fail an experiment.

Each row changes how a number is computed and not what is computed: threads, kernels,
libraries' dispatch, flags. Many change no bit of a given experiment; whether one did is
read from the records, never stated here. Instruction sets are only ever lowered, since
a kernel above the processor kills the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pytest_repro.records import Determinism, Numerics

__all__ = ["CHANGES", "NATIVE", "Change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the environment in which an unmodified experiment runs.

    Attributes:
        label: What was changed, for the table.
        determinism: What the worker pins.
        variables: Set before the worker starts, over everything that is pinned.
        prelude: Python that runs in the worker before the experiment is collected.
    """

    label: str
    determinism: Determinism = field(default_factory=Determinism)
    variables: Mapping[str, str] = field(default_factory=dict)
    prelude: str = ""


NATIVE: Final = Change(label="")
"""The environment in which references are recorded: no change at all."""


def _variable(name: str, *values: str) -> tuple[Change, ...]:
    return tuple(
        Change(label=f"{name}={value}", variables={name: value}) for value in values
    )


def _pinned(label: str, **fields: object) -> Change:
    return Change(label=label, determinism=Determinism(**fields))  # type: ignore[arg-type]  # names and types stand in the rows below


CHANGES: Final = (
    _pinned("2 threads", threads=2),
    *_variable("ATEN_CPU_CAPABILITY", "avx2", "default"),
    *_variable("MKL_CBWR", "COMPATIBLE", "SSE4_2", "AVX2"),
    Change(
        label="oneDNN off",
        prelude="import torch\n\ntorch.backends.mkldnn.enabled = False\n",
    ),
    *_variable("ONEDNN_MAX_CPU_ISA", "SSE41", "AVX2", "AVX512_CORE"),
    _pinned("portable numerics", numerics=Numerics.PORTABLE),
    Change(
        label="all lowered at once, 2 threads",
        determinism=Determinism(threads=2),
        variables={
            "ATEN_CPU_CAPABILITY": "avx2",
            "MKL_CBWR": "SSE4_2",
            "ONEDNN_MAX_CPU_ISA": "AVX2",
        },
        prelude="import torch\n\ntorch.backends.mkldnn.enabled = False\n",
    ),
    _pinned("3 threads", threads=3),
    _pinned("portable, 2 threads", numerics=Numerics.PORTABLE, threads=2),
    *_variable("MKL_CBWR", "AUTO"),
    _pinned("deterministic algorithms off", deterministic_algorithms=False),
    _pinned("fresh memory filled", fill_uninitialized_memory=True),
    _pinned("another hash seed", hash_seed=1),
    Change(
        label="denormals flushed to zero",
        prelude="import torch\n\ntorch.set_flush_denormal(True)\n",
    ),
    *_variable("OPENBLAS_CORETYPE", "Nehalem", "Haswell"),
    *_variable("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA"),
    *_variable("NPY_DISABLE_CPU_FEATURES", "X86_V4"),
)
"""Every harmless change, those first that change bits most often."""
