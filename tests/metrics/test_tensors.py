"""Tensors are read as they are, without importing torch for anybody else."""

import subprocess
import sys

import pytest

from pytest_repro.metrics import BrierScore, CalibrationError, group_sizes

torch = pytest.importorskip("torch")

TABLE = [[0.5, 0.5], [0.25, 0.75]]


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_tensor_gives_what_its_numbers_give(name: str) -> None:
    """Of any float type, also where gradients are followed."""
    table = torch.tensor(TABLE, dtype=getattr(torch, name), requires_grad=True)

    found = BrierScore()(table, torch.tensor([0, 1]))

    assert found == BrierScore()(TABLE, [0, 1])


def test_groups_may_be_a_tensor() -> None:
    """Numbers become the names of groups."""
    assert group_sizes(torch.tensor([1, 0, 1])) == {"0": 1, "1": 2}


def test_threads_change_no_bit() -> None:
    """One thread of torch or four, on a table large enough to be split."""
    table = torch.softmax(torch.arange(600_000.0).sin().reshape(-1, 6), dim=1)
    labels = torch.arange(100_000) % 6
    found = set()

    before = torch.get_num_threads()
    for threads in (1, 4):
        torch.set_num_threads(threads)
        found.add((CalibrationError()(table, labels), BrierScore()(table, labels)))
    torch.set_num_threads(before)

    assert len(found) == 1


def test_loading_metrics_imports_nothing_heavy() -> None:
    """Neither torch nor NumPy nor SciPy is needed to name a metric."""
    probe = (
        "import sys; from pytest_repro.metrics import CalibrationError;"
        "CalibrationError().definition;"
        "print(sorted({'numpy', 'scipy', 'torch', 'sklearn'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
