"""Which libraries choose kernels by CPU, which variable lowers that, and to what.

Data and nothing else. The levels are those by which torch itself dispatches.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["DISPATCHES", "LEVELS", "NUMPY_STEPS", "Dispatch", "level_of"]

Machine = Mapping[str, object]

LEVELS: Final = ("default", "avx2", "avx512")
_AVX2: Final = frozenset({"avx2", "fma"})
_AVX512: Final = _AVX2 | {"avx512f", "avx512bw", "avx512dq", "avx512vl"}


def level_of(features: Collection[str]) -> int:
    """Tell how far a CPU goes.

    Args:
        features: Its flags, as the kernel names them.

    Returns:
        An index of `LEVELS`.
    """
    if set(features) >= _AVX512:
        return LEVELS.index("avx512")
    return LEVELS.index("avx2" if set(features) >= _AVX2 else "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One library.

    Attributes:
        axis: The circumstance.
        name: What the names of its variations begin with.
        variable: The environment variable.
        steps: Its values from the lowest on, each with the level that it stands for.
        applies: Whether facts about a machine say that the library is there.
        shown: Short names of values that are long.
    """

    axis: str
    name: str
    variable: str
    steps: tuple[tuple[int, str], ...]
    applies: Callable[[Machine], bool]
    shown: Mapping[str, str] = field(default_factory=dict)


def _says(name: str, word: str = "") -> Callable[[Machine], bool]:
    """Make a check that a fact is there and holds a word."""
    return lambda machine: bool(machine.get(name)) and word in str(machine[name])


_NO_FMA: Final = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"

DISPATCHES: Final = (
    Dispatch(
        axis="ATen ISA",
        name="aten",
        variable="ATEN_CPU_CAPABILITY",
        steps=((0, "default"), (1, "avx2")),
        applies=_says("torch.version"),
    ),
    Dispatch(
        axis="oneDNN ISA",
        name="onednn-isa",
        variable="ONEDNN_MAX_CPU_ISA",
        steps=((0, "SSE41"), (1, "AVX2")),
        applies=_says("torch.onednn"),
    ),
    Dispatch(
        axis="MKL branch",
        name="mkl",
        variable="MKL_CBWR",
        steps=((0, "COMPATIBLE"), (1, "AVX2")),
        applies=_says("torch.blas", "mkl"),
    ),
    Dispatch(
        axis="OpenBLAS kernels",
        name="openblas",
        variable="OPENBLAS_CORETYPE",
        steps=((0, "Nehalem"), (1, "Haswell")),
        applies=_says("numpy.blas", "openblas"),
    ),
    Dispatch(
        axis="libm kernels",
        name="libm",
        variable="GLIBC_TUNABLES",
        steps=((0, _NO_FMA),),
        applies=_says("os.libc", "glibc"),
        shown={_NO_FMA: "no-FMA"},
    ),
)
"""In the order in which they are varied; none of them where the CPU has no more."""

_NEWEST: Final = frozenset(
    {
        "X86_V4",
        "AVX512F",
        "AVX512CD",
        "AVX512_SKX",
        "AVX512_CLX",
        "AVX512_CNL",
        "AVX512_ICL",
        "AVX512_SPR",
    }
)

NUMPY_STEPS: Final = (
    ("no-AVX512", _NEWEST),
    ("no-AVX2", _NEWEST | {"X86_V3", "AVX2", "FMA3"}),
)
"""What numpy is told to do without; a numpy built to need it would not start."""
