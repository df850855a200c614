"""The quick digest is what its equations say, in NumPy and in torch."""

import math
import struct

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import quick_digest
from pytest_repro.fingerprints.quick import header_sum, text, weights
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.torch_quick import (
    _laid_out,
    device_sum,
    quick_torch_digest,
)
from tests.fingerprints import quick_law
from tests.fingerprints.quick_law import Sample

pytestmark = pytest.mark.filterwarnings(
    "ignore:ComplexHalf support is experimental",
    "ignore:Sparse .* tensor support is in beta",
    "ignore:Sparse invariant checks are implicitly disabled",
)


def tensor_of(sample: Sample) -> torch.Tensor:
    """Make a torch tensor of raw bytes."""
    raw = torch.tensor(list(sample.data), dtype=torch.uint8)
    return raw.view(getattr(torch, sample.dtype)).reshape(sample.shape)


def by_plain_operations(tensors: list[torch.Tensor]) -> str:
    """Compute the digest by the torch operations that run on any device."""
    headers, located = _laid_out(tensors)
    return text(header_sum(headers) + int(device_sum(located)))


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draw a tensor of arbitrary bits of any dtype."""
    dtype = draw(st.sampled_from(sorted(WORDS)))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    size = math.prod(shape) * math.prod(WORDS[dtype])
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype == "bool":
        data = bytes(byte & 1 for byte in data)
    return Sample(dtype, shape, data)


@given(st.lists(samples(), max_size=4))
def test_every_dtype_and_shape(drawn: list[Sample]) -> None:
    """Every dtype, every shape with 0-dimensional and empty ones, arbitrary bits."""
    digest = quick_torch_digest([tensor_of(sample) for sample in drawn]).result()

    assert digest == quick_law.digest(drawn)


@pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 8191, 8192, 8193, 20_000])
def test_sizes_around_chunks(size: int) -> None:
    """Where a chunk or a block of chunks ends, no word is lost or counted twice."""
    array = np.random.default_rng(size).standard_normal(size)
    odd = array.view(np.uint8)[: 8 * size - 3]
    drawn = [
        Sample("float64", (size,), array.tobytes()),
        Sample("uint8", odd.shape, odd.tobytes()),
        Sample("float64", (size,), array.tobytes()),
    ]
    arrays: list[npt.NDArray[np.generic]] = [array, odd, array]
    tensors = [torch.from_numpy(one) for one in arrays]

    digests = {quick_digest(arrays), quick_torch_digest(tensors).result()}

    assert digests == {quick_law.digest(drawn)}
    assert by_plain_operations(tensors) == quick_law.digest(drawn)


def test_first_weight_is_the_published_one() -> None:
    """SplitMix64 from the state 0 begins as its authors say."""
    assert int(weights(0, 1)[0]) == 0xE220A8397B1DCDAF


def test_a_digest_to_keep() -> None:
    """The digest of a state never changes; a changed algorithm has a new name."""
    digest = quick_digest([np.arange(3, dtype=np.float32), np.zeros((2, 0))])

    assert digest == "dddd601bbb4f5dad"


def test_byte_order_and_strides_are_not_value() -> None:
    """Big-endian arrays and transposed ones have the digest of their values."""
    array = np.arange(6.0).reshape(2, 3)
    digest = quick_digest([array])

    assert quick_digest([array.astype(">f8")]) == digest
    assert quick_digest([np.asfortranarray(array)]) == digest


def test_signs_of_zero_and_payloads_count() -> None:
    """−0.0 is not 0.0, and two NaNs with different payloads differ."""
    payloads = struct.pack("<QQ", 0x7FF8000000000000, 0x7FF8000000000001)
    first, second = np.frombuffer(payloads, dtype=np.float64)

    assert quick_digest([np.array(-0.0)]) != quick_digest([np.array(0.0)])
    assert quick_digest([np.array(first)]) != quick_digest([np.array(second)])


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1),
        torch.arange(48.0).reshape(2, 3, 4, 2).to(memory_format=torch.channels_last),
        torch.arange(9.0)[1::2],
        torch.arange(9.0)[1:],
        torch.arange(9, dtype=torch.int8)[1:],
        torch.ones(1).expand(5),
        torch.tensor([1 + 2j, 3 - 4j]).conj(),
        torch.tensor([1 + 2j, 3 - 4j]).conj().imag,
        torch.empty_strided((1,), (7,), dtype=torch.complex64).fill_(1 + 2j),
        torch.nn.Parameter(torch.arange(3.0)),
    ],
    ids=[
        "permuted",
        "channels last",
        "every other",
        "offset of half a word",
        "offset of a byte",
        "expanded",
        "conjugate",
        "negative",
        "odd stride",
        "parameter",
    ],
)
def test_views_are_read_in_logical_order(tensor: torch.Tensor) -> None:
    """Strides, offsets, lazy signs and gradients are not value."""
    array = tensor.detach().resolve_conj().resolve_neg().contiguous().numpy()

    assert quick_torch_digest([tensor]).result() == quick_digest([array])
    assert by_plain_operations([tensor]) == quick_digest([array])


def test_sparse_tensor_is_its_components() -> None:
    """Which zeros are stored is state; the layout stands in a header of its own."""
    indices = torch.tensor([[2, 0, 2], [1, 0, 1]])
    sparse = torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 3.0]), (3, 2))

    digest = quick_torch_digest([sparse]).result()

    components = [
        Sample("sparse_coo", (3, 2), b""),
        Sample("int64", (2, 2), np.array([[0, 2], [0, 1]]).tobytes()),
        Sample("float32", (2,), np.array([2.0, 4.0], dtype=np.float32).tobytes()),
    ]
    assert digest == quick_law.digest(components)


def test_digest_on_a_cpu_is_ready() -> None:
    """Nothing is left to wait for."""
    assert quick_torch_digest([torch.ones(3)]).is_ready


def test_refusals() -> None:
    """What has no bits, or more than bits, has no quick digest either."""
    with pytest.raises(FingerprintError, match="meta device"):
        quick_torch_digest([torch.empty(3, device="meta")])
    with pytest.raises(FingerprintError, match=r"masked array"):
        quick_digest([np.ma.masked_array([1.0], [True])])
    with pytest.raises(FingerprintError, match="no fingerprint for dtype object"):
        quick_digest([np.array([None])])
