"""The kernel for devices, without a device and with one."""

import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec

import pytest
import torch
from packaging.version import Version

from pytest_repro.fingerprints.quick import text
from pytest_repro.fingerprints.quick_layout import layout_of
from pytest_repro.fingerprints.torch_quick import quick_torch_digest
from pytest_repro.fingerprints.torch_quick_launch import _table
from tests.fingerprints import quick_states, quick_twin

COMMAND = [sys.executable, "-m", "tests.fingerprints.quick_states"]

on_a_device = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a CUDA device"
)


@pytest.mark.parametrize("programs", quick_states.PROGRAMS)
def test_steps_of_the_kernel(programs: int) -> None:
    """Its table and arithmetic, step by step, give the digest for any programs."""
    tensors = quick_states.every_size("cpu")
    layout = layout_of(
        tuple(("uint8", tuple(one.shape)) for one in tensors), (False,) * len(tensors)
    )

    table, count = _table(
        (torch.device("cpu"), 0),
        tuple(one.data_ptr() for one in tensors),
        layout.sizes,
        (layout.firsts, programs),
    )

    digest = text(layout.header + quick_twin.total(table, count))
    assert count <= programs
    assert digest == quick_torch_digest(tensors).result()


@pytest.mark.skipif(
    find_spec("triton") is None or Version(version("triton")) < Version("3.9"),
    reason="needs Triton 3.9: an older interpreter fails under NumPy 2.4",
)
def test_kernel_under_the_interpreter() -> None:
    """Any number of programs gives the digest of the specification."""
    environment = {**os.environ, "TRITON_INTERPRET": "1"}

    answers = subprocess.check_output(COMMAND, env=environment, text=True)

    assert answers.split() == ["True"] * len(quick_states.PROGRAMS)


@on_a_device
def test_every_dtype_on_a_device() -> None:
    """Where a tensor lives is not value: dtypes, strides, offsets, lazy signs."""
    here, there = quick_states.every_dtype("cpu"), quick_states.every_dtype("cuda")

    assert quick_torch_digest(there).result() == quick_torch_digest(here).result()


@on_a_device
def test_every_size_on_a_device() -> None:
    """Whole and broken words, chunks and shares of a program."""
    here, there = quick_states.every_size("cpu"), quick_states.every_size("cuda")

    assert quick_torch_digest(there).result() == quick_torch_digest(here).result()


@on_a_device
def test_mixed_devices() -> None:
    """An optimizer keeps its step on the host beside moments on the device."""
    here = [torch.ones(()), torch.arange(5000.0), torch.ones(3)]
    there = [here[0], here[1].cuda(), here[2].cuda()]

    assert quick_torch_digest(there).result() == quick_torch_digest(here).result()


@on_a_device
def test_nothing_waits_for_the_device() -> None:
    """Torch reports every synchronisation as an error, and there is none."""
    state = [torch.ones(1 << 20, device="cuda"), torch.ones(7, device="cuda")]
    expected = quick_torch_digest(state).result()

    torch.cuda.set_sync_debug_mode("error")
    try:
        pending = quick_torch_digest(state)
    finally:
        torch.cuda.set_sync_debug_mode("default")

    assert pending.result() == expected


@on_a_device
def test_later_work_of_the_stream_does_not_change_a_digest() -> None:
    """A digest is that of the moment at which it was asked for."""
    state = torch.ones(1 << 24, device="cuda")
    expected = quick_torch_digest([state]).result()

    pending = quick_torch_digest([state])
    state.zero_()

    assert pending.result() == expected
