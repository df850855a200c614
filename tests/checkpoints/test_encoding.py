"""State comes back from bytes as it was: values, types, bits, shared memory."""

import math
import struct
from collections import Counter, OrderedDict, deque
from typing import Any, Literal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.checkpoints import Blocks, decode, encode
from pytest_repro.errors import CheckpointError
from pytest_repro.fingerprints import tree_digest

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(allow_nan=False),
    st.text(),
    st.binary(),
)

STATES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner),
    ),
    max_leaves=20,
)


def there_and_back(state: object) -> Any:  # noqa: ANN401  # what went in
    """Write state to a node with blocks, and build it again."""
    written = Blocks()
    node = encode(state, written)
    return decode(node, Blocks([bytes(block) for block in written.data]))


@given(STATES)
def test_plain_state_comes_back(state: object) -> None:
    """The digest, which sees types and every bit, is that of the state itself."""
    assert tree_digest(there_and_back(state)) == tree_digest(state)


def test_bits_of_floats_come_back() -> None:
    """A negative zero and the payload of a NaN are not lost."""
    payload = struct.unpack(">d", bytes.fromhex("7ff8000000000123"))[0]

    zero, nan = there_and_back((-0.0, payload))

    assert math.copysign(1.0, zero) == -1.0
    assert struct.pack(">d", nan).hex() == "7ff8000000000123"


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(OrderedDict(b=1, a=2), id="ordered"),
        pytest.param(Counter({160: 1, 90: 2}), id="counter"),
        pytest.param(deque([1, 2], maxlen=3), id="deque"),
        pytest.param({3, 1, 2}, id="set"),
        pytest.param(frozenset({1}), id="frozenset"),
        pytest.param(bytearray(b"ab"), id="bytearray"),
        pytest.param({1: "a", "1": "b", None: "c"}, id="keys"),
        pytest.param(torch.Size([2, 3]), id="size"),
        pytest.param(torch.bfloat16, id="dtype"),
        pytest.param(torch.device("cpu"), id="device"),
        pytest.param(np.float32(0.1), id="numpy scalar"),
    ],
)
def test_containers_keep_their_type(state: object) -> None:
    """Equal, of the same type, in the same order."""
    found = there_and_back(state)

    assert type(found) is type(state)
    assert found == state
    assert repr(found) == repr(state)


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float32,
        torch.float64,
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.complex64,
        torch.int64,
        torch.uint8,
        torch.bool,
    ],
    ids=str,
)
def test_tensors_keep_their_bits(dtype: torch.dtype) -> None:
    """Every bit pattern of the dtype is kept, NaN and −0.0 among them."""
    words = torch.arange(256).clamp(max=255 - 254 * (dtype is torch.bool)).byte()
    tensor = words.view(dtype)

    found = there_and_back(tensor)

    assert found.dtype is dtype
    assert found.view(torch.uint8).tolist() == words.tolist()


@pytest.mark.parametrize(
    "tensor",
    [
        pytest.param(torch.rand(2, 3, 4, 5).transpose(1, 3), id="transposed"),
        pytest.param(
            torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last), id="channels"
        ),
        pytest.param(torch.rand(3)[None].expand(4, 3), id="expanded"),
        pytest.param(torch.empty(0, 3), id="empty"),
        pytest.param(torch.tensor(1.5), id="a number"),
        pytest.param(torch.tensor([1 + 2j]).conj(), id="conjugate"),
    ],
)
def test_tensors_keep_their_layout(tensor: torch.Tensor) -> None:
    """Kernels look at strides, so they are part of the state."""
    found = there_and_back(tensor)

    assert found.shape == tensor.shape
    assert found.stride() == tensor.stride()
    assert torch.equal(found, tensor)


def test_shared_memory_stays_shared() -> None:
    """A view of a tensor is a view of the restored tensor."""
    whole = torch.zeros(4)
    found = there_and_back({"whole": whole, "view": whole[1:3], "same": whole})

    found["whole"][1] = 7.0

    assert found["view"].tolist() == [7.0, 0.0]
    assert found["same"].tolist() == [0.0, 7.0, 0.0, 0.0]


def test_parameters_stay_parameters() -> None:
    """Whether they are frozen is kept, and plain tensors stay plain."""
    state = [torch.nn.Parameter(torch.ones(1)), torch.ones(1)]
    state.append(torch.nn.Parameter(torch.ones(1), requires_grad=False))

    found = there_and_back(state)

    assert [type(one) for one in found] == [type(one) for one in state]
    assert [one.requires_grad for one in found] == [True, False, False]


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_keep_bits_and_order(order: Literal["C", "F"]) -> None:
    """An array can be written to afterwards, as before."""
    array = np.array([[-0.0, math.nan], [1.0, 2.0], [3.0, 4.0]], order=order)

    found = there_and_back(array)
    found[0, 0] = 1.0

    assert found.flags.f_contiguous == array.flags.f_contiguous
    assert found[1:].tobytes() == array[1:].tobytes()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param({"a": [object()]}, r"state\['a'\]\[0\]: .* a builtins.object"),
        pytest.param({"f": len}, r"state\['f'\]: "),
        pytest.param(torch.ones(2).to_sparse(), "this tensor .*sparse"),
        pytest.param(torch.ones(2, device="meta"), "this tensor .*meta"),
        pytest.param(np.array([object()]), "a numpy.ndarray"),
    ],
    ids=["object", "function", "sparse", "meta", "array of objects"],
)
def test_what_cannot_be_kept_is_refused(state: object, expected: str) -> None:
    """The message begins with the place."""
    with pytest.raises(CheckpointError, match=expected):
        encode(state, Blocks())


def test_state_that_holds_itself_is_refused() -> None:
    """Depth has an end."""
    state: list[Any] = []
    state.append(state)

    with pytest.raises(CheckpointError, match="nested deeper than 100 levels"):
        encode(state, Blocks())


@pytest.mark.parametrize(
    "node", [["future"], ["torch", "tensor", "float1", "cpu", 0, 0, [1], [1], 0, 0]]
)
def test_unknown_content_is_refused(node: list[Any]) -> None:
    """Nothing is guessed."""
    with pytest.raises(CheckpointError, match=r"which this .* does not know"):
        decode(node, Blocks([b"1234"]))
