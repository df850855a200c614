"""The environment of a worker: what is dropped, what is pinned, and why.

Hash seed, BLAS threads and instruction sets are read once, when a process or a library
starts, so they can only be set from outside. The rows are data: the documentation
prints them, `guard.Pinned.facts` records those that are set.

This decides and does nothing: no environment is read or written here.
`NPY_DISABLE_CPU_FEATURES` is left out on purpose: numpy refuses to import if the name
is in its baseline, and warns (under `-W error`: fails) if the name is unknown to the
build, so no value is safe for every numpy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Determinism, Numerics

__all__ = [
    "DISTURBING",
    "KEPT",
    "VARIABLE_NAMES",
    "Variable",
    "pinned_variables",
    "worker_variables",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One row of the table.

    Attributes:
        name: The environment variable.
        value: What a worker sees; None: it must not be set.
        why: What would happen otherwise, one line.
    """

    name: str
    value: str | None
    why: str


DISTURBING: Final = (
    (
        "ATEN_CPU_CAPABILITY",
        "chooses torch kernels; above the CPU it kills the process",
    ),
    ("BLIS_*", "threads and kernels of BLIS"),
    ("CUBLASLT_*", "workspace and heuristics of cuBLASLt"),
    ("DNNL_*", "old names of the oneDNN switches"),
    ("GLIBC_TUNABLES", "chooses the kernels of libm"),
    ("GOMP_*", "threads of GNU OpenMP"),
    ("GOTO_NUM_THREADS", "old name of OPENBLAS_NUM_THREADS"),
    ("HIPBLASLT_ALLOW_TF32", "lowers the precision of matrix products on ROCm"),
    ("KMP_*", "threads of Intel OpenMP"),
    ("LANG", "replaced by LC_ALL"),
    ("LANGUAGE", "changes messages even under LC_ALL"),
    ("LC_*", "replaced by LC_ALL"),
    ("MALLOC_PERTURB_", "fills fresh memory: whoever reads it gets other bits"),
    ("MKL_*", "threads and kernels of MKL"),
    ("NPY_*", "kernels and promotion rules of numpy"),
    ("NUMBA_NUM_THREADS", "threads of numba"),
    ("NUMEXPR_*", "threads of numexpr"),
    ("OMP_*", "threads of OpenMP"),
    ("ONEDNN_*", "kernels of oneDNN"),
    (
        "OPENBLAS_*",
        "threads and kernels of OpenBLAS; above the CPU it kills the process",
    ),
    ("PYTEST_ADDOPTS", "options of the parent session"),
    ("PYTEST_CURRENT_TEST", "the test that the parent session is in"),
    ("PYTEST_XDIST_*", "identity of a worker of the parent session"),
    ("PYTORCH_TUNABLEOP_*", "chooses kernels by timing"),
    ("TORCH_ALLOW_TF32_*", "lowers the precision of matrix products"),
    ("TORCH_BLAS_PREFER_*", "chooses the BLAS library on GPUs"),
    ("TORCH_LINALG_PREFER_*", "chooses the linear algebra library on GPUs"),
)
"""Inherited variables that a worker does not see: shell pattern, and why."""

KEPT: Final = frozenset(
    {"KMP_DUPLICATE_LIB_OK", "MKL_SERVICE_FORCE_INTEL", "MKL_THREADING_LAYER"}
)
"""Kept although a pattern of `DISTURBING` matches: without them imports can fail."""

_THREADS: Final = (
    ("OMP_NUM_THREADS", "OpenMP, and so torch"),
    ("MKL_NUM_THREADS", "MKL"),
    ("OPENBLAS_NUM_THREADS", "OpenBLAS, and so numpy and scipy"),
    ("NUMEXPR_NUM_THREADS", "numexpr"),
    ("VECLIB_MAXIMUM_THREADS", "Accelerate on macOS"),
    ("BLIS_NUM_THREADS", "BLIS"),
    ("NUMBA_NUM_THREADS", "numba"),
    ("RAYON_NUM_THREADS", "tokenizers and other Rust libraries"),
)

_ALWAYS: Final = (
    ("MKL_DYNAMIC", "FALSE", "MKL would choose its threads by load"),
    ("OMP_DYNAMIC", "FALSE", "OpenMP would choose its threads by load"),
    (
        "OMP_WAIT_POLICY",
        "PASSIVE",
        "waiting threads would spin: 40 times slower on a busy machine, same bits",
    ),
    (
        "CUBLAS_WORKSPACE_CONFIG",
        ":4096:8",
        "older torch and Transformer Engine let streams share a cuBLAS workspace",
    ),
    (
        "TZ",
        "UTC",
        "dates in data, names and seeds would depend on where the machine stands",
    ),
    (
        "LC_ALL",
        "C.UTF-8",
        "sorting, parsing and printing would depend on the user's language",
    ),
)

_DETERMINISTIC: Final = (
    (
        "FLASH_ATTENTION_DETERMINISTIC",
        "1",
        "transformers would let flash attention add gradients in any order",
    ),
    (
        "NVTE_ALLOW_NONDETERMINISTIC_ALGO",
        "0",
        "Transformer Engine would choose kernels that add in any order",
    ),
)

_PORTABLE: Final = (
    ("ATEN_CPU_CAPABILITY", "default", "torch would use AVX2, AVX-512 or SVE"),
    ("MKL_CBWR", "COMPATIBLE", "MKL would dispatch by CPU model"),
    ("ONEDNN_MAX_CPU_ISA", "SSE41", "oneDNN would dispatch by instruction set"),
    (
        "OPENBLAS_CORETYPE",
        "Nehalem",
        "OpenBLAS would dispatch by CPU model; any x86-64-v2 CPU runs these kernels",
    ),
    (
        "GLIBC_TUNABLES",
        "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
        "libm would round exp, sin, log and pow differently where FMA exists",
    ),
)


def pinned_variables(determinism: Determinism) -> tuple[Variable, ...]:
    """List what a worker's environment is pinned to.

    Args:
        determinism: What is pinned.

    Returns:
        The rows, in the order in which documentation shows them.

    Raises:
        ReproUsageError: If the matmul precision is neither ``ieee`` nor ``tf32``.
    """
    rows = [
        (
            "PYTHONHASHSEED",
            str(determinism.hash_seed),
            "the order of sets of text would differ in each process",
        )
    ]
    rows += [
        (name, str(determinism.threads), f"threads of {what}: they split sums")
        for name, what in _THREADS
    ]
    rows += _ALWAYS
    if determinism.deterministic_algorithms:
        rows += _DETERMINISTIC
    if determinism.numerics is Numerics.PORTABLE:
        rows += _PORTABLE
    return (
        *(Variable(name=name, value=value, why=why) for name, value, why in rows),
        _tf32_override(determinism.matmul_precision),
    )


def worker_variables(
    determinism: Determinism, inherited: Mapping[str, str]
) -> dict[str, str]:
    """Compute the complete environment of a worker.

    Everything else that is inherited stays: PATH, HOME, PYTHONPATH, COVERAGE_*,
    CUDA_VISIBLE_DEVICES, credentials, the variables of a scheduler.

    Args:
        determinism: What is pinned.
        inherited: The environment of the parent.

    Returns:
        The variables, sorted by name.

    Raises:
        ReproUsageError: If the matmul precision is neither ``ieee`` nor ``tf32``.
    """
    found = {
        name: value for name, value in inherited.items() if not _is_disturbing(name)
    }
    for row in pinned_variables(determinism):
        if row.value is None:
            found.pop(row.name, None)
        else:
            found[row.name] = row.value
    return dict(sorted(found.items()))


def _tf32_override(precision: str) -> Variable:
    why = "NVIDIA libraries would use TF32 wherever a framework lets them"
    match precision:
        case "ieee":
            return Variable(name="NVIDIA_TF32_OVERRIDE", value="0", why=why)
        case "tf32":
            return Variable(name="NVIDIA_TF32_OVERRIDE", value=None, why=why)
        case _:
            msg = f"matmul precision is 'ieee' or 'tf32', got {precision!r}"
            raise ReproUsageError(msg)


def _is_disturbing(name: str) -> bool:
    return name not in KEPT and any(
        fnmatchcase(name, pattern) for pattern, _ in DISTURBING
    )


VARIABLE_NAMES: Final = tuple(
    row.name for row in pinned_variables(Determinism(numerics=Numerics.PORTABLE))
)
"""Every variable of the table, pinned by default or not; their values are no secret."""
