"""Real changes of circumstances, and what each may rightly be explained by.

A change is made in the way in which it happens to a person: an option of the program, a
line in a conftest, a machine whose libraries choose other kernels, fewer cores, files
that were unpacked in another order. What explains it was written down before anything
was run. A change that records do not tell and no switch can undo has no explanation:
then it is right to give none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmarks.variants import EXPERIMENTS

__all__ = ["CHANGES", "OWN", "Change"]

OWN: Final = "test_sensitive.py"
"""What `benchmarks/sensitive.py` is called in a project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of circumstances.

    Attributes:
        label: What is changed, for the table.
        experiment: The node id of an experiment whose bits it moves.
        explained: Beginnings of explanations, any of which is right; none where
            nothing can explain it.
        options: What a session is given besides.
        conftest: What a conftest of the project says.
        variables: Environment variables of the other machine.
        cores: How many cores a process may use; 0 for all.
        start: Python that every interpreter of the other machine begins with.
        is_unpacked_backwards: Whether files were written in the other order.
        sides: Which of the two was made under the change.
    """

    label: str
    experiment: str
    explained: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    conftest: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    cores: int = 0
    start: str = ""
    is_unpacked_backwards: bool = False
    sides: tuple[str, ...] = ("reference", "run")


CNN: Final = EXPERIMENTS["digits_cnn"].node
MLP: Final = EXPERIMENTS["digits_mlp"].node
CODE: Final = "conftest.py"

NO_ONEDNN: Final = "import torch\n\ntorch.backends.mkldnn.enabled = False\n"
TOKYO: Final = "import os\nimport time\n\nos.environ['TZ'] = 'JST-9'\ntime.tzset()\n"
THREE_DAYS_AGO: Final = (
    "import time\n_time = time.time\ntime.time = lambda: _time() - 3 * 86400\n"
)
NO_FMA: Final = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"
NUMPY_OFF: Final = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"


def _own(name: str) -> str:
    return f"{OWN}::test_{name}"


def _machine(
    label: str, experiment: str, explained: tuple[str, ...], **variables: str
) -> Change:
    return Change(
        label=label, experiment=experiment, explained=explained, variables=variables
    )


CHANGES: Final = (
    Change(
        label="threads 1 and 2",
        experiment=CNN,
        explained=("threads",),
        options=("--repro-threads=2",),
    ),
    _machine("ATen kernels of AVX2", CNN, ("ATen ISA",), ATEN_CPU_CAPABILITY="avx2"),
    _machine("MKL branch AVX2", MLP, ("MKL branch",), MKL_CBWR="AVX2"),
    _machine("oneDNN kernels of AVX2", CNN, ("oneDNN ISA",), ONEDNN_MAX_CPU_ISA="AVX2"),
    Change(
        label="oneDNN off",
        experiment=CNN,
        explained=("oneDNN True", "oneDNN False", CODE),
        conftest=NO_ONEDNN,
    ),
    _machine(
        "numpy without AVX2",
        _own("numpy_exp"),
        ("NumPy dispatch",),
        NPY_DISABLE_CPU_FEATURES=NUMPY_OFF,
    ),
    _machine(
        "OpenBLAS kernels of Haswell",
        _own("numpy_product"),
        ("OpenBLAS kernels",),
        OPENBLAS_CORETYPE="Haswell",
    ),
    _machine(
        "libm without FMA", _own("libm"), ("libm kernels",), GLIBC_TUNABLES=NO_FMA
    ),
    Change(
        label="hash seed 0 and 3",
        experiment=_own("set_order"),
        explained=("hash seed",),
        options=("--repro-hash-seed=3",),
    ),
    Change(
        label="files unpacked backwards",
        experiment=_own("folder_order"),
        explained=("listing",),
        is_unpacked_backwards=True,
    ),
    Change(
        label="time zone of Tokyo",
        experiment=_own("local_hour"),
        explained=("time zone", CODE),
        conftest=TOKYO,
    ),
    Change(
        label="one core, so no loader workers",
        experiment=_own("loader_workers"),
        explained=("loader-workers",),
        cores=1,
    ),
    Change(
        label="fresh memory filled",
        experiment=_own("unwritten_memory"),
        explained=("memory fill",),
        options=("-o", "repro_fill_uninitialized=true"),
    ),
    Change(
        label="portable numerics",
        experiment=MLP,
        explained=("ATen ISA", "MKL branch", "oneDNN ISA"),
        options=("--repro-numerics=portable",),
    ),
    Change(
        label="deterministic algorithms off",
        experiment=CNN,
        explained=("deterministic algorithms",),
        options=("-o", "repro_deterministic=false"),
        sides=("run",),
    ),
    Change(
        label="TF32 allowed",
        experiment=MLP,
        explained=("matmul precision",),
        options=("-o", "repro_matmul_precision=tf32"),
        sides=("run",),
    ),
    Change(
        label="three days earlier",
        experiment=_own("weekday"),
        start=THREE_DAYS_AGO,
        sides=("reference",),
    ),
)
"""Every change, those of kernels first."""
