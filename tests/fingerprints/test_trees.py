"""Fingerprints of nested state."""

import enum
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints import leaves, tree_digest
from tests.fingerprints import layout

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
KEYS = st.integers() | st.text() | st.booleans() | st.none()
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


class Colour(enum.Enum):
    """An enum whose values are numbers."""

    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    """An enum that is a number too."""

    LOW = 1


class Access(enum.Flag):
    """A flag, whose sums have their own names."""

    READ = 1
    WRITE = 2


Point = namedtuple("Point", ["x", "y"])  # noqa: PYI024  # the untyped kind is met too


@dataclass
class State:
    """A record with a default."""

    step: int
    rest: list[int] = field(default_factory=list)


@dataclass
class Other:
    """The same fields under another name."""

    step: int
    rest: list[int] = field(default_factory=list)


@dataclass
class Hollow:
    """A record whose field may never get a value."""

    late: int = field(init=False)


def text(value: str) -> str:
    """Compute the node of a text from the documented layout."""
    return layout.node("str", value.encode())


def integer(value: int) -> str:
    """Compute the node of an integer from the documented layout."""
    return layout.node("int", format(value, "x").encode())


ONE = integer(1)
TWO = integer(2)

LAYOUT = [
    pytest.param(None, layout.node("none"), id="none"),
    pytest.param(True, layout.node("bool", b"\1"), id="bool"),
    pytest.param(-255, layout.node("int", b"-ff"), id="negative"),
    pytest.param(2**70, layout.node("int", b"4" + b"0" * 17), id="past 64 bits"),
    pytest.param(-0.0, layout.node("float", bytes(7) + b"\x80"), id="float"),
    pytest.param(
        complex(0.0, -0.0), layout.node("complex", bytes(15) + b"\x80"), id="complex"
    ),
    pytest.param(
        "é\ud800", layout.node("str", b"\xc3\xa9\xed\xa0\x80"), id="surrogate"
    ),
    pytest.param(b"ab", layout.node("bytes", b"ab"), id="bytes"),
    pytest.param(bytearray(b"ab"), layout.node("bytearray", b"ab"), id="bytearray"),
    pytest.param([1, 2], layout.node("list", ONE, TWO), id="list"),
    pytest.param((1, 2), layout.node("tuple", ONE, TWO), id="tuple"),
    pytest.param({"a": 1}, layout.node("dict", text("a") + ONE), id="dict"),
    pytest.param(
        {1: 1, 2: 2},
        layout.node("dict", *sorted([ONE + ONE, TWO + TWO])),
        id="sorted dict",
    ),
    pytest.param({1, 2}, layout.node("set", *sorted([ONE, TWO])), id="set"),
    pytest.param(
        frozenset({1, 2}), layout.node("frozenset", *sorted([ONE, TWO])), id="frozenset"
    ),
    pytest.param(Colour.RED, layout.node("enum", "Colour", "RED", ONE), id="enum"),
    pytest.param(Level.LOW, layout.node("enum", "Level", "LOW", ONE), id="int enum"),
    pytest.param(
        Access(0), layout.node("enum", "Access", "", integer(0)), id="empty flag"
    ),
    pytest.param(
        Point(1, 2),
        layout.node("namedtuple", "Point", *sorted([text("x") + ONE, text("y") + TWO])),
        id="namedtuple",
    ),
    pytest.param(
        State(1),
        layout.node(
            "dataclass",
            "State",
            *sorted([text("step") + ONE, text("rest") + layout.node("list")]),
        ),
        id="dataclass",
    ),
    pytest.param(
        np.array([1.5, 2.5]),
        layout.node(
            "tensor",
            layout.tensor(
                "float64", (2,), bytes.fromhex("000000000000f83f0000000000000440")
            ),
        ),
        id="tensor",
    ),
]


@pytest.mark.parametrize(("value", "expected"), LAYOUT)
def test_node_follows_the_documented_layout(value: object, expected: str) -> None:
    """Each kind of node is hashed as the docstring says."""
    assert tree_digest(value) == expected


def test_integers_have_no_limit() -> None:
    """An integer that Python refuses to print in decimal has a digest."""
    assert tree_digest(10**5000) != tree_digest(10**5000 + 1)


def test_golden_digest_of_nested_state() -> None:
    """The digest of known state is known, so the algorithm cannot change unnoticed."""
    state = {
        "step": 3,
        "lr": [0.1, 0.01],
        "weights": np.arange(4, dtype=np.float32),
        1: (None, True, b"\0"),
    }

    digest = tree_digest(state)

    assert digest == (
        "tree-sha256-v1:a7645e8cf81c5387a30757fe014192614e188fc2759ea81479ac2cb389747a86"
    )


@given(TREES, TREES)
def test_different_state_has_a_different_digest(first: object, second: object) -> None:
    """States that Python finds unequal never share a digest."""
    assume("nan" not in repr(first) + repr(second))
    assume(first != second)

    assert tree_digest(first) != tree_digest(second)


@given(TREES)
def test_digest_depends_on_value_alone(value: object) -> None:
    """The same value, built anew, has the same digest."""
    again = _rebuilt(value)

    assert tree_digest(again) == tree_digest(value)
    assert leaves(again) == leaves(value)


@given(st.dictionaries(KEYS, SCALARS))
def test_order_of_a_dict_is_not_value(state: dict[object, object]) -> None:
    """Neither digest nor leaves depend on the order of insertion."""
    backwards = dict(reversed(state.items()))

    assert tree_digest(backwards) == tree_digest(state)
    assert leaves(backwards) == leaves(state)


def test_types_of_values_are_value() -> None:
    """What `==` takes for equal is not: 1, True, 1.0, "1" and the rest all differ."""
    values = [1, True, 1.0, 1 + 0j, "1", b"1", np.int64(1), np.float64(1), Level.LOW]

    digests = {tree_digest(value) for value in values}

    assert len(digests) == len(values)


def test_types_of_keys_are_value() -> None:
    """A key is told by its type too, as a JSON round trip would change it."""
    keys = [1, True, 1.0, "1", b"1", None, (1,), Level.LOW, np.int64(1)]

    digests = {tree_digest({key: 0}) for key in keys}

    assert len(digests) == len(keys)


def test_kinds_of_containers_are_value() -> None:
    """A list is no tuple, a set no frozenset, and an empty dict no empty list."""
    empty: list[object] = [[], (), {}, set(), frozenset(), "", b"", None]

    digests = {tree_digest(value) for value in empty}

    assert len(digests) == len(empty)


@pytest.mark.parametrize(
    "make",
    [OrderedDict, lambda pairs: defaultdict(int, pairs), MappingProxyType],
    ids=["ordered", "default", "proxy"],
)
def test_mappings_count_as_dicts(make: Callable[[Any], object]) -> None:
    """Which class holds the pairs is not value."""
    state = {"b": 1, "a": 2}

    assert tree_digest(make(state)) == tree_digest(state)


def test_name_of_a_record_is_value() -> None:
    """Two dataclasses with equal fields differ by class name, and from a dict."""
    digests = {tree_digest(v) for v in (State(1), Other(1), {"step": 1, "rest": []})}

    assert len(digests) == 3


def test_arrays_and_tensors_of_equal_bits_are_equal() -> None:
    """Which library holds the bits is not value."""
    array = np.arange(3, dtype=np.float32)

    digest = tree_digest({"w": torch.from_numpy(array)})

    assert digest == tree_digest({"w": array})
    assert tree_digest(np.float32(2)) == tree_digest(torch.tensor(2.0))


def test_one_bit_in_one_tensor_shows_in_one_leaf() -> None:
    """A planted fault is found by its path, and nowhere else."""
    state = {"layers": [{"weight": torch.zeros(3)}, {"weight": torch.zeros(3)}]}
    before = dict(leaves(state, name="model"))
    state["layers"][1]["weight"][2] = -0.0

    after = dict(leaves(state, name="model"))

    changed = [path for path in before if before[path] != after[path]]
    assert changed == ["model['layers'][1]['weight']"]


def test_leaves_come_in_natural_order() -> None:
    """Integers are sorted by size and records by field; paths say how to get there."""
    state = {10: "a", 9: {}, "z": Point(x={3}, y=Colour.RED), "b": State(1, [5])}

    paths = [path for path, _ in leaves(state, name="s")]

    assert paths == [
        "s[9]",
        "s[10]",
        "s['b'].step",
        "s['b'].rest[0]",
        "s['z'].x",
        "s['z'].y",
    ]


@given(TREES)
def test_leaf_has_the_digest_of_its_value(value: object) -> None:
    """What `leaves` gives for a part is what `tree_digest` gives for it alone."""
    found = leaves([value, 7], name="x")

    assert found[-1] == ("x[1]", tree_digest(7))
    assert [digest for _, digest in found[:-1]] == [d for _, d in leaves(value)]


def test_shared_parts_are_no_cycle() -> None:
    """One list at two places is counted twice, like two equal lists."""
    shared = [1]

    assert tree_digest([shared, shared]) == tree_digest([[1], [1]])


def test_cycle_is_refused_with_its_path() -> None:
    """State that contains itself has no digest; the message says where it closes."""
    state: dict[str, list[object]] = {"a": []}
    state["a"].append(state)

    with pytest.raises(FingerprintError, match=r"^run\['a'\]\[0\]: this dict contains"):
        tree_digest(state, name="run")


def test_deep_state_is_refused() -> None:
    """64 levels are enough; the 65th is an error instead of a crash."""
    state: list[object] = []
    for _ in range(63):
        state = [state]

    assert tree_digest(state).startswith("tree-sha256-v1:")
    with pytest.raises(FingerprintError, match="deeper than 64 levels"):
        tree_digest([state])


@pytest.mark.parametrize(
    ("culprit", "hint"),
    [
        (object(), "no fingerprint for builtins.object: pass numbers"),
        (len, "no fingerprint for builtins.builtin_function_or_method"),
        (State, "no fingerprint for builtins.type"),
        (
            np.random.default_rng(0),
            r"pass plain state instead, by way of its \.bit_gen",
        ),
        (np.array([object()]), "no fingerprint for dtype object"),
        (torch.empty(1, device="meta"), "meta device has no bits"),
        ({torch.ones(1): 0}, "key of type Tensor has an identity but no value"),
        (Hollow(), "Hollow has a field without a value"),
        (memoryview(b"a"), "no fingerprint for builtins.memoryview"),
    ],
    ids=[
        "object",
        "function",
        "class",
        "generator",
        "array",
        "meta",
        "tensor key",
        "no value",
        "memoryview",
    ],
)
def test_unsupported_state_is_refused_with_its_path(culprit: object, hint: str) -> None:
    """The message begins with the path of the culprit and says what to pass instead."""
    state = {"state": {0: {"exp_avg": culprit}}}

    path = r"^optimizer\['state'\]\[0\]\['exp_avg'\]: "
    with pytest.raises(FingerprintError, match=path + ".*" + hint):
        tree_digest(state, name="optimizer")


def test_unsupported_part_of_a_set_or_key_is_refused_with_its_path() -> None:
    """Parts that people cannot index are named by where they sit."""
    with pytest.raises(FingerprintError, match=r"^value\['a'\]\{…\}: no fingerprint"):
        tree_digest({"a": {len}})
    with pytest.raises(FingerprintError, match=r"\(its key\)\[0\]: no fingerprint"):
        tree_digest({(len,): 1})


def _rebuilt(value: object) -> object:
    match value:
        case dict():
            return {key: _rebuilt(item) for key, item in reversed(value.items())}
        case list():
            return [_rebuilt(item) for item in value]
        case tuple():
            return tuple(_rebuilt(item) for item in value)
        case _:
            return value
