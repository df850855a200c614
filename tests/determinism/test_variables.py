"""The environment of a worker."""

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.determinism.variables import (
    DISTURBING,
    KEPT,
    VARIABLE_NAMES,
    pinned_variables,
    worker_variables,
)
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Determinism, Numerics
from tests.determinism.process import run_python

PORTABLE = Determinism(numerics=Numerics.PORTABLE)
NAMES = st.sampled_from(
    [
        *VARIABLE_NAMES,
        *sorted(KEPT),
        *(pattern.replace("*", "X") for pattern, _ in DISTURBING),
        "PATH",
        "HOME",
        "PYTHONPATH",
        "COVERAGE_PROCESS_START",
        "CUDA_VISIBLE_DEVICES",
        "SLURM_JOB_ID",
    ]
)
INHERITED = st.dictionaries(NAMES, st.text("01ab", max_size=3))

LOOK = """
import json, math, sys
import numpy as np, torch
from pytest_repro.determinism.hash_seed import hash_seed_in_force
from pytest_repro.provenance import collect_environment
torch.manual_seed(0)
weights = torch.nn.Conv2d(3, 8, 3).weight
print(json.dumps({
    "hash_seed": hash_seed_in_force(),
    "threads": torch.get_num_threads(),
    "capability": torch.backends.cpu.get_cpu_capability(),
    "key": collect_environment().key,
    "product": (np.ones((3, 3)) @ np.ones((3, 3))).tolist(),
    "weights": weights.detach().flatten().tolist()[:50],
    "libm": [math.exp(x / 7).hex() for x in range(2000)],
}))
"""


@pytest.mark.parametrize("determinism", [Determinism(), PORTABLE])
def test_every_row_reaches_the_worker(determinism: Determinism) -> None:
    """What the table says is what a worker gets, whatever was inherited."""
    inherited = dict.fromkeys(VARIABLE_NAMES, "inherited")

    found = worker_variables(determinism, inherited)

    rows = {row.name: row.value for row in pinned_variables(determinism)}
    assert {name: found.get(name) for name in rows} == rows


def test_every_row_says_why() -> None:
    """A row without a reason, or twice in the table, could not be documented."""
    rows = pinned_variables(PORTABLE)

    assert all(row.why for row in rows)
    assert len({row.name for row in rows}) == len(rows)
    assert all(why for _, why in DISTURBING)


@given(INHERITED)
def test_computing_twice_changes_nothing(inherited: dict[str, str]) -> None:
    """worker_variables(d, worker_variables(d, x)) = worker_variables(d, x)."""
    once = worker_variables(Determinism(), inherited)

    twice = worker_variables(Determinism(), once)

    assert twice == once


@given(INHERITED)
def test_disturbance_makes_no_difference(inherited: dict[str, str]) -> None:
    """Workers differ only in inherited variables that are not in any table."""
    ours = {*VARIABLE_NAMES, *(p.replace("*", "X") for p, _ in DISTURBING)}
    harmless = {name: value for name, value in inherited.items() if name not in ours}

    found = worker_variables(Determinism(), inherited)

    assert found == worker_variables(Determinism(), harmless)
    assert found.items() >= harmless.items()


@pytest.mark.parametrize(
    "name",
    [
        "ATEN_CPU_CAPABILITY",
        "GLIBC_TUNABLES",
        "LC_COLLATE",
        "MKL_CBWR",
        "NPY_DISABLE_CPU_FEATURES",
        "OMP_SCHEDULE",
        "OPENBLAS_CORETYPE",
        "PYTEST_XDIST_WORKER",
        "PYTORCH_TUNABLEOP_ENABLED",
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    ],
)
def test_disturbing_variable_is_dropped(name: str) -> None:
    """A variable that changes bits does not pass from a user's shell to a worker."""
    assert name not in worker_variables(Determinism(), {name: "1"})


@pytest.mark.parametrize("name", sorted(KEPT))
def test_variable_without_which_imports_fail_is_kept(name: str) -> None:
    """Some OpenMP and MKL variables alone let two libraries be imported at once."""
    assert worker_variables(Determinism(), {name: "GNU"})[name] == "GNU"


@pytest.mark.parametrize(
    ("determinism", "name", "value"),
    [
        (Determinism(hash_seed=7), "PYTHONHASHSEED", "7"),
        (Determinism(threads=3), "OMP_NUM_THREADS", "3"),
        (Determinism(matmul_precision="tf32"), "NVIDIA_TF32_OVERRIDE", None),
        (Determinism(), "NVIDIA_TF32_OVERRIDE", "0"),
        (
            Determinism(deterministic_algorithms=False),
            "FLASH_ATTENTION_DETERMINISTIC",
            None,
        ),
        (Determinism(), "FLASH_ATTENTION_DETERMINISTIC", "1"),
        (Determinism(), "MKL_CBWR", None),
        (PORTABLE, "MKL_CBWR", "COMPATIBLE"),
    ],
)
def test_switch_reaches_its_variable(
    determinism: Determinism, name: str, value: str | None
) -> None:
    """Each field of `Determinism` that only a process start can honour is honoured."""
    assert worker_variables(determinism, {}).get(name) == value


def test_unknown_precision_is_refused() -> None:
    """A word that no backend knows is an error before any process starts."""
    with pytest.raises(ReproUsageError, match="'ieee' or 'tf32', got 'bf16'"):
        worker_variables(Determinism(matmul_precision="bf16"), {})


@pytest.fixture(scope="module")
def native() -> dict[str, Any]:
    """Look around in a worker whose parent wished for something else."""
    disturbed = {**os.environ, "PYTHONHASHSEED": "99", "OMP_NUM_THREADS": "2"}
    variables = worker_variables(Determinism(hash_seed=5), disturbed)
    seen: dict[str, Any] = run_python(LOOK, variables)
    return seen


def test_worker_starts_as_the_table_says(native: dict[str, Any]) -> None:
    """A real process has the hash seed and one thread, against its parent's wishes."""
    assert native["hash_seed"] == 5
    assert native["threads"] == 1


def test_portable_kernels_change_bits_and_key(native: dict[str, Any]) -> None:
    """The portable preset imports all, dispatches lowest, and has its own key."""
    portable = run_python(LOOK, worker_variables(PORTABLE, os.environ))

    assert portable["capability"] == "DEFAULT"
    assert "-portable-" in portable["key"]
    assert portable["key"] != native["key"]
    assert portable["product"] == native["product"]
    if native["capability"] != "DEFAULT":
        assert portable["weights"] != native["weights"]
        assert portable["libm"] != native["libm"]


def test_no_value_of_the_numpy_switch_would_be_safe() -> None:
    """Why the table has no NPY_DISABLE_CPU_FEATURES: numpy may refuse to import."""
    variables = {**os.environ, "NPY_DISABLE_CPU_FEATURES": "OF_ANOTHER_BUILD"}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import numpy"],
        env=variables,
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0
    assert b"OF_ANOTHER_BUILD" in done.stderr
