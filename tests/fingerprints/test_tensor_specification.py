"""The NumPy specification of a tensor's digest."""

import ctypes
import struct

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pytest_repro.digests import digest_of_parts
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import array_digest, tensor_digest
from pytest_repro.fingerprints.tensors import WORDS, sparse_digest
from tests.fingerprints import layout

NUMPY_DTYPES = sorted(
    name for name in WORDS if name != "complex32" and hasattr(np, name)
)
NON_BOOL = [name for name in NUMPY_DTYPES if name != "bool"]
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@st.composite
def arrays(
    draw: st.DrawFn, names: list[str] = NUMPY_DTYPES, *, min_size: int = 0
) -> npt.NDArray[np.generic]:
    """Draw an array whose bits are arbitrary: NaN payloads, −0.0, subnormals."""
    dtype = np.dtype(draw(st.sampled_from(names)))
    shape = draw(SHAPES.filter(lambda shape: np.prod(shape) >= min_size))
    size = int(np.prod(shape)) * dtype.itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype == np.bool_:
        data = bytes(byte & 1 for byte in data)
    return np.frombuffer(data, dtype).reshape(shape)


def test_golden_digest_of_a_float_vector() -> None:
    """The digest of known bits is known, so the algorithm cannot change unnoticed."""
    vector = np.array([1.0, -0.0, 2.5], dtype=np.float32)

    digest = array_digest(vector)

    assert digest == (
        "tensor-sha256-v1:26a128da28e028afc0c90e45594779b09523f09dc4388788091ec8f65d5d1c30"
    )


def test_golden_digest_of_a_bfloat16_scalar() -> None:
    """A dtype that NumPy lacks is specified through its raw bytes."""
    one = bytes.fromhex("803f")

    digest = tensor_digest("bfloat16", (), one)

    assert digest == (
        "tensor-sha256-v1:12c017804206afc2f24f351460b1a561be071975c3ae77358b4ac94bb420b9f8"
    )


@given(arrays())
def test_digest_follows_the_documented_layout(array: npt.NDArray[np.generic]) -> None:
    """An independent implementation of the docstring gives the same digest."""
    expected = layout.tensor(array.dtype.name, array.shape, array.tobytes())

    digest = array_digest(array)

    assert digest == expected


def test_digest_is_one_of_framed_parts() -> None:
    """The framing is that of `digests.digest_of_parts`: there is only one."""
    shape = struct.pack("<2Q", 1, 2)

    digest = tensor_digest("uint8", (1, 2), b"ab")

    assert digest == digest_of_parts("tensor-sha256-v1", (b"uint8", shape, b"ab"))


def test_sparse_digest_follows_the_documented_layout() -> None:
    """The digest of a sparse tensor is that of its layout, shape and components."""
    parts = (array_digest(np.arange(2)), array_digest(np.ones(2)))

    digest = sparse_digest("sparse_coo", (3, 4), parts)

    assert digest == layout.sparse("sparse_coo", (3, 4), *parts)


@given(arrays(NON_BOOL))
def test_byte_order_is_not_value(array: npt.NDArray[np.generic]) -> None:
    """A big-endian array of the same values, NaN payloads too, has the same digest."""
    swapped = array.byteswap().view(array.dtype.newbyteorder(">"))

    digest = array_digest(swapped)

    assert digest == array_digest(array)


@given(arrays(), st.data())
def test_strides_are_not_value(
    array: npt.NDArray[np.generic], data: st.DataObject
) -> None:
    """Permuted, reversed and column-major memory has the digest of its elements."""
    order = data.draw(st.permutations(range(array.ndim)))
    view = array.transpose(order)[::-1] if array.ndim else array

    digest = array_digest(view)

    assert digest == layout.tensor(view.dtype.name, view.shape, view.tobytes())
    assert digest == array_digest(np.asfortranarray(view).reshape(view.shape))


@given(arrays(min_size=1), st.data())
def test_one_flipped_bit_changes_the_digest(
    array: npt.NDArray[np.generic], data: st.DataObject
) -> None:
    """No single bit of any element can change unseen."""
    raw = bytearray(array.tobytes())
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << (bit % 8)
    flipped = np.frombuffer(raw, array.dtype).reshape(array.shape)

    digest = array_digest(flipped)

    assert digest != array_digest(array)


@given(arrays(min_size=2), st.data())
def test_two_swapped_elements_change_the_digest(
    array: npt.NDArray[np.generic], data: st.DataObject
) -> None:
    """Order counts, unlike in a sum or an exclusive or."""
    flat = array.reshape(-1).copy()
    first, second = data.draw(
        st.lists(st.integers(0, flat.size - 1), min_size=2, max_size=2, unique=True)
    )
    assume(flat[first].tobytes() != flat[second].tobytes())
    flat[[first, second]] = flat[[second, first]]

    digest = array_digest(flat.reshape(array.shape))

    assert digest != array_digest(array)


@given(arrays(), st.data())
def test_another_shape_changes_the_digest(
    array: npt.NDArray[np.generic], data: st.DataObject
) -> None:
    """The same bytes in another shape are another tensor."""
    axis = data.draw(st.integers(0, array.ndim))

    digest = array_digest(np.expand_dims(array, axis))

    assert digest != array_digest(array)


def test_empty_tensors_of_unequal_shape_differ() -> None:
    """Without a single element, shapes still differ, and so do exchanged extents."""
    shapes = [(0,), (0, 0), (0, 1), (1, 0), (2, 0), (0, 256), (0, 1, 0)]

    digests = {array_digest(np.empty(shape)) for shape in shapes}

    assert len(digests) == len(shapes)


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(WORDS)))
def test_another_dtype_changes_the_digest(first: str, second: str) -> None:
    """The same bytes under another dtype are another tensor."""
    assume(first != second)
    extent = {name: 32 // (size * count) for name, (size, count) in WORDS.items()}

    digest = tensor_digest(first, (extent[first],), bytes(32))

    assert digest != tensor_digest(second, (extent[second],), bytes(32))


def test_negative_zero_and_nan_payloads_are_kept() -> None:
    """Numbers that `==` cannot tell apart, or never finds equal, are told by bits."""
    words = np.array([0, 1 << 31, 0x7FC00000, 0x7FC00001, 0x7F800001], dtype=np.uint32)

    digests = {array_digest(number) for number in words.view(np.float32)}

    assert len(digests) == 5


def test_scalar_is_the_array_without_dimensions() -> None:
    """A NumPy scalar has the digest of the 0-dimensional array, not of the vector."""
    scalar = np.float64(0.1)

    digest = array_digest(scalar)

    assert digest == array_digest(np.array(0.1))
    assert digest != array_digest(np.array([0.1]))


@pytest.mark.parametrize(
    "array",
    [
        np.array([object()]),
        np.array(["text"]),
        np.array([b"bytes"]),
        np.zeros(2, dtype=[("x", "i4")]),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        np.ma.masked_array([1, 2], mask=[True, False]),
        np.void(b"abc"),
    ],
    ids=["object", "str", "bytes", "structured", "date", "masked", "void"],
)
def test_arrays_whose_bytes_are_not_their_value_are_refused(
    array: npt.NDArray[np.generic],
) -> None:
    """Pointers, padding, units and masks have no place in a digest of bits."""
    with pytest.raises(FingerprintError, match="no fingerprint"):
        array_digest(array)


@pytest.mark.skipif(
    ctypes.sizeof(ctypes.c_longdouble) == ctypes.sizeof(ctypes.c_double),
    reason="long double is float64 on this platform",
)
def test_padded_long_doubles_are_refused() -> None:
    """Six of sixteen bytes are padding, so equal numbers may have unequal bytes."""
    array = np.ones(2, dtype=np.longdouble)

    with pytest.raises(FingerprintError, match="no fingerprint for dtype"):
        array_digest(array)


@pytest.mark.parametrize("size", [7, 9])
def test_buffer_of_another_size_is_refused(size: int) -> None:
    """A buffer must be exactly as long as dtype and shape say."""
    with pytest.raises(FingerprintError, match=r"float32\[2\] is 8 bytes in one row"):
        tensor_digest("float32", (2,), bytes(size))


def test_buffer_with_gaps_is_refused() -> None:
    """Bytes are taken as they lie, so they must lie in one row."""
    gaps = memoryview(bytes(8))[::2]

    with pytest.raises(FingerprintError, match="in one row"):
        tensor_digest("uint8", (4,), gaps)
