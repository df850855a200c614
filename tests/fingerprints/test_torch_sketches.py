"""Sketches of torch objects are those of the NumPy specification."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import sketch_of
from pytest_repro.fingerprints.sketches import add_array
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_modules import module_state, optimizer_state
from pytest_repro.fingerprints.torch_sketches import ROWS_AT_ONCE, add_tensor

pytestmark = pytest.mark.filterwarnings(
    "ignore:ComplexHalf support is experimental",
    "ignore:Sparse .* tensor support is in beta",
    "ignore:Sparse invariant checks are implicitly disabled",
)

NUMPY_TYPES = [name for name in WORDS if hasattr(np, name)]


def both(
    array: np.ndarray[Any, Any], row: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Compute the sums by torch and by the specification."""
    by_torch, by_numpy = np.zeros((8, 8)), np.zeros((8, 8))
    add_tensor(by_torch, torch.from_numpy(array), row)
    add_array(by_numpy, array, row)
    return by_torch, by_numpy


@given(
    st.sampled_from(["float16", "float32", "float64", "int64", "uint8", "bool"]),
    st.integers(0, 3000),
    st.integers(0, 100_000),
    st.integers(0, 2**32 - 1),
)
def test_tensor_has_the_sketch_of_its_array(
    dtype: str, size: int, first_row: int, seed: int
) -> None:
    """Any size at any row: within 1e-12 of the sum of sizes, as the bar says."""
    numbers = np.random.default_rng(seed).normal(size=size) * 100
    array = numbers.astype(dtype)

    by_torch, by_numpy = both(array, first_row)

    sizes = float(np.abs(array.astype(np.float64)).sum())
    assert np.allclose(by_torch, by_numpy, rtol=0, atol=1e-12 * sizes)


@pytest.mark.parametrize("row", [0, 1, 12_345])
def test_signs_and_buckets_are_the_same_exactly(row: int) -> None:
    """Integers add without rounding: equality means equal signs and equal buckets."""
    size = 8 * ROWS_AT_ONCE * 2 + 5
    array = np.random.default_rng(row).integers(1, 2**31, size).astype(np.float64)

    by_torch, by_numpy = both(array, row)

    assert by_torch.tolist() == by_numpy.tolist()


@pytest.mark.parametrize("dtype", NUMPY_TYPES)
def test_every_dtype_of_numpy(dtype: str) -> None:
    """Each dtype with a digest has a sketch, the same from torch and NumPy."""
    array = np.arange(20).astype(dtype)

    assert sketch_of(torch.from_numpy(array)) == sketch_of(array)


@pytest.mark.parametrize("dtype", sorted(WORDS))
def test_every_dtype_of_torch(dtype: str) -> None:
    """Each dtype with a digest has a sketch, also those that NumPy lacks."""
    raw = torch.arange(64, dtype=torch.uint8)
    tensor = raw.clamp(max=1).view(getattr(torch, dtype))

    assert len(sketch_of(tensor)) == 8


@pytest.mark.parametrize(
    "view",
    [
        torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
        torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        torch.arange(3.0).expand(4, 3),
        torch.tensor([1 + 2j] * 20).conj(),
        torch.tensor([1 + 2j] * 20).conj().imag,
        torch.empty_strided((1,), (7,)).fill_(2.0),
        torch.empty(0),
        torch.nn.Parameter(torch.ones(20)),
    ],
    ids=[
        "permuted",
        "channels last",
        "expanded",
        "conj",
        "neg",
        "odd",
        "empty",
        "grad",
    ],
)
def test_layout_does_not_count(view: torch.Tensor) -> None:
    """Strides, lazy views and gradients are not value."""
    array = view.detach().resolve_conj().resolve_neg().numpy()

    assert sketch_of(view) == sketch_of(np.array(array))


def test_sparse_tensor_counts_as_its_components() -> None:
    """Indices and values, without duplicates, as in the digest."""
    indices = torch.tensor([[2, 0, 2]])
    sparse = torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 3.0]), (3,))

    sketch = sketch_of(sparse)

    assert sketch == sketch_of([np.array([[0, 2]]), np.array([2.0, 4.0])])


def test_module_and_optimizer_are_their_plain_state() -> None:
    """Objects of torch have the sketch of what the digest is made of."""
    model = torch.nn.Linear(9, 3)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 9)).sum().backward()
    optimizer.step()

    assert sketch_of(model) == sketch_of(module_state(model))
    assert sketch_of(optimizer) == sketch_of(optimizer_state(optimizer))


def test_distance_of_two_models() -> None:
    """How far all weights of a model moved is estimated within four deviations.

    A deviation is 0.5 of the square; the rows are fixed, so this is a fact and not a
    gamble.
    """
    model = torch.nn.Linear(100, 100)
    before = sketch_of(model)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(1e-3)

    apart = math.dist(before, sketch_of(model))

    expected = 1e-3 * math.sqrt(100 * 100 + 100)
    assert (apart / expected) ** 2 == pytest.approx(1, abs=4 * 0.5)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_autograd_modes_do_not_matter(mode: type) -> None:
    """The table of signs may be made in one mode and used in another."""
    tensor = torch.arange(100.0, requires_grad=True)

    with mode():
        inside = sketch_of(tensor)

    assert inside == sketch_of(tensor)


def test_threads_do_not_matter() -> None:
    """The sum is taken in one order, whatever helps to take it."""
    tensor = torch.rand(300_000, generator=torch.Generator().manual_seed(0))
    threads = torch.get_num_threads()

    torch.set_num_threads(1)
    alone = sketch_of(tensor)
    torch.set_num_threads(2)
    together = sketch_of(tensor)

    torch.set_num_threads(threads)
    assert alone == together


def test_tensor_without_bits_is_refused() -> None:
    """As in the digest."""
    with pytest.raises(FingerprintError, match="meta device has no bits"):
        sketch_of(torch.ones(2, device="meta"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_device_does_not_count() -> None:
    """A tensor on a GPU has the sketch of its copy on the host, but for rounding."""
    host = torch.arange(1000.0)

    assert np.allclose(sketch_of(host.cuda()), sketch_of(host), rtol=1e-12)
