"""torch tensors have, bit for bit, the digests of the NumPy specification."""

import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.fingerprints import array_digest
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_tensors import torch_tensor_digest
from tests.fingerprints import layout

pytestmark = pytest.mark.filterwarnings(
    "ignore:ComplexHalf support is experimental",
    "ignore:Sparse .* tensor support is in beta",
    "ignore:Sparse invariant checks are implicitly disabled",
)


class Sample(NamedTuple):
    """A tensor, and the same as dtype name, shape and raw bytes."""

    tensor: torch.Tensor
    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @property
    def expected(self) -> str:
        """The digest by the independent implementation."""
        return layout.tensor(self.dtype, self.shape, self.data)


@st.composite
def samples(draw: st.DrawFn, *, dims: tuple[int, int] = (0, 4)) -> Sample:
    """Draw a contiguous tensor of arbitrary bits of any dtype."""
    dtype = draw(st.sampled_from(sorted(WORDS)))
    extents = st.lists(st.integers(0, 4), min_size=dims[0], max_size=dims[1])
    shape = tuple(draw(extents))
    size = math.prod(shape) * math.prod(WORDS[dtype])
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype == "bool":
        data = bytes(byte & 1 for byte in data)
    raw = torch.tensor(list(data), dtype=torch.uint8)
    tensor = raw.view(getattr(torch, dtype)).reshape(shape)
    return Sample(tensor, dtype, shape, data)


@given(samples())
def test_contiguous_tensor(sample: Sample) -> None:
    """Every dtype, every shape with 0-dimensional and empty ones, arbitrary bits."""
    digest = torch_tensor_digest(sample.tensor)

    assert digest == sample.expected


@given(samples(), st.data())
def test_permuted_memory(sample: Sample, data: st.DataObject) -> None:
    """Elements that lie in another order in memory are still read in logical order."""
    order = data.draw(st.permutations(range(len(sample.shape))))
    inverse = [order.index(axis) for axis in range(len(order))]
    view = sample.tensor.permute(order).contiguous().permute(inverse)

    digest = torch_tensor_digest(view)

    assert digest == sample.expected


@given(samples(dims=(4, 4)))
def test_channels_last(sample: Sample) -> None:
    """Storage bytes differ under `channels_last`, logical bytes do not."""
    view = sample.tensor.contiguous(memory_format=torch.channels_last)

    digest = torch_tensor_digest(view)

    assert digest == sample.expected


@given(samples(), st.integers(0, 3))
def test_expanded(sample: Sample, times: int) -> None:
    """A broadcast row counts as often as it is seen, though it is stored once."""
    view = sample.tensor.unsqueeze(0).expand(times, *sample.shape)

    digest = torch_tensor_digest(view)

    expected = layout.tensor(sample.dtype, view.shape, sample.data * times)
    assert digest == expected


@given(samples(dims=(1, 3)))
def test_slice_with_gaps(sample: Sample) -> None:
    """A strided slice at an offset of a larger storage is read without the rest."""
    width = math.prod(WORDS[sample.dtype])
    elements = np.frombuffer(sample.data, np.uint8).reshape(*sample.shape, width)
    view = sample.tensor[1::2]

    digest = torch_tensor_digest(view)

    kept = elements[1::2].tobytes()
    assert digest == layout.tensor(sample.dtype, tuple(view.shape), kept)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_lazy_conjugate_and_negative(dtype: str) -> None:
    """Views whose sign is only a flag have the digest of what they mean."""
    numbers = np.array([1 + 2j, -0.0 + 0.0j, 3 - 4j], dtype=dtype)
    conjugate = torch.from_numpy(numbers).conj()
    negative = conjugate.imag

    digests = (torch_tensor_digest(conjugate), torch_tensor_digest(negative))

    assert conjugate.is_conj()
    assert negative.is_neg()
    assert digests == (array_digest(numbers.conj()), array_digest(-numbers.imag))


def test_lazy_negative_that_is_contiguous() -> None:
    """A flag is resolved even where no copy is needed for the strides."""
    negative = torch.tensor([1 + 2j]).conj().imag

    digest = torch_tensor_digest(negative)

    assert negative.is_neg()
    assert negative.is_contiguous()
    assert digest == array_digest(np.array([-2], dtype=np.float32))


def test_single_element_with_an_odd_stride() -> None:
    """A stride that no element uses is not value."""
    odd = torch.empty_strided((1,), (7,), dtype=torch.complex64).fill_(1 + 2j)

    digest = torch_tensor_digest(odd)

    assert digest == array_digest(np.array([1 + 2j], dtype=np.complex64))


def test_gradient_requirement_does_not_count() -> None:
    """A parameter and its detached copy have one digest; nothing enters the graph."""
    plain = torch.arange(3.0)
    parameter = torch.nn.Parameter(plain.clone())

    digest = torch_tensor_digest(parameter)

    assert digest == torch_tensor_digest(plain)
    assert parameter.grad_fn is None


def test_tensor_under_inference_mode() -> None:
    """Tensors made for inference only have the same digest."""
    with torch.inference_mode():
        tensor = torch.arange(6).reshape(2, 3).T

        digest = torch_tensor_digest(tensor)

    assert digest == array_digest(np.arange(6).reshape(2, 3).T)


def test_coalesced_sparse_tensor() -> None:
    """A COO tensor is its coalesced indices and values; the input stays as it was."""
    indices = torch.tensor([[2, 0, 2], [1, 0, 1]])
    sparse = torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 3.0]), (3, 2))

    digest = torch_tensor_digest(sparse)

    parts = (
        array_digest(np.array([[0, 2], [0, 1]])),
        array_digest(np.array([2.0, 4.0], dtype=np.float32)),
    )
    assert digest == layout.sparse("sparse_coo", (3, 2), *parts)
    assert not sparse.is_coalesced()


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("sparse_csr", ("crow_indices", "col_indices", "values")),
        ("sparse_csc", ("ccol_indices", "row_indices", "values")),
        ("sparse_bsr", ("crow_indices", "col_indices", "values")),
        ("sparse_bsc", ("ccol_indices", "row_indices", "values")),
    ],
)
def test_compressed_sparse_tensor(kind: str, names: tuple[str, ...]) -> None:
    """A compressed tensor is its layout, both kinds of indices, and values."""
    dense = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    block = (1, 1) if kind in {"sparse_bsr", "sparse_bsc"} else None
    sparse = dense.to_sparse(layout=getattr(torch, kind), blocksize=block)

    digest = torch_tensor_digest(sparse)

    parts = [array_digest(getattr(sparse, name)().numpy()) for name in names]
    assert digest == layout.sparse(kind, (2, 2), *parts)
    assert digest != torch_tensor_digest(dense)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_device_does_not_count() -> None:
    """A tensor on a GPU has the digest of its copy on the host."""
    host = torch.arange(6.0).reshape(2, 3)

    digest = torch_tensor_digest(host.cuda().T)

    assert digest == torch_tensor_digest(host.T)
