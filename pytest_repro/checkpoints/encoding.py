"""Nested state as JSON and blocks of bytes, and back with every bit in its place.

What a checkpoint holds is data: numbers, text, containers, arrays, tensors. Objects of
other classes are refused with their path, since restoring one would mean to run what a
file says. This is not a digest (`fingerprints`), and not a format for exchange.

A node is a list: its kind, then its parts. Bits that JSON would lose (−0.0, NaN with
its payload, large integers) travel as text; arrays and bytes lie in blocks.
"""

import struct
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pytest_repro.errors import CheckpointError

if TYPE_CHECKING:
    from pytest_repro.checkpoints.torch_storage import Pool

__all__ = ["Blocks", "Node", "decode", "encode"]

Node: TypeAlias = list[Any]
"""A kind, then parts: text, integers, and nodes."""

MAX_DEPTH: Final = 100

_SEQUENCES: Final[Mapping[type, str]] = {list: "list", tuple: "tuple"}
_SETS: Final[Mapping[type, str]] = {set: "set", frozenset: "frozenset"}
_MAPPINGS: Final[Mapping[type, str]] = {
    dict: "dict",
    OrderedDict: "ordered",
    Counter: "counter",
}


class Blocks:
    """The bytes beside the JSON of a checkpoint, one block after the other.

    Attributes:
        data: The blocks.
    """

    def __init__(self, data: "Sequence[bytes | memoryview]" = ()) -> None:
        """Take the blocks of a file, or none.

        Args:
            data: The blocks, in order.
        """
        self.data: list[bytes | memoryview] = list(data)
        self._pool: Pool | None = None

    def add(self, block: "bytes | memoryview") -> int:
        """Add a block.

        Args:
            block: Its bytes; they must stay as they are until they are written.

        Returns:
            Its number.
        """
        self.data.append(block)
        return len(self.data) - 1

    def pool(self) -> "Pool":
        """Return what knows which tensors share their memory."""
        if self._pool is None:
            from pytest_repro.checkpoints import torch_storage  # noqa: PLC0415  # imports torch

            self._pool = torch_storage.Pool(self)
        return self._pool


def encode(value: object, blocks: Blocks, *, path: str = "state") -> Node:
    """Write state as a node.

    Args:
        value: The state.
        blocks: Takes the bytes of arrays and tensors.
        path: What messages call it.

    Returns:
        The node.

    Raises:
        CheckpointError: If something inside cannot be kept, naming where it is.
    """
    return _encode(value, blocks, path, 0)


def decode(node: Node, blocks: Blocks) -> Any:  # noqa: ANN401  # whatever was kept
    """Build state from a node; tensors that shared their memory share it again.

    Args:
        node: What `encode` gave.
        blocks: The blocks beside it.

    Returns:
        The state.

    Raises:
        CheckpointError: If the node is none of ours.
    """
    kind, *parts = node
    if kind not in _READERS:
        msg = f"a checkpoint holds {kind!r}, which this version does not know"
        raise CheckpointError(msg)
    return _READERS[kind](parts, blocks)


def _encode(value: object, blocks: Blocks, path: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        msg = f"{path[:80]}…: nested deeper than {MAX_DEPTH} levels, or holds itself"
        raise CheckpointError(msg)
    kind = type(value)
    if kind in _SEQUENCES or kind in _SETS or kind is deque:
        return _sequence(value, blocks, path, depth)
    if kind in _MAPPINGS:
        pairs = [
            [
                _encode(key, blocks, f"{path} (a key)", depth + 1),
                _encode(item, blocks, f"{path}[{key!r}]", depth + 1),
            ]
            for key, item in value.items()  # type: ignore[attr-defined]  # a mapping
        ]
        return [_MAPPINGS[kind], pairs]
    plain = _plain(value, blocks)
    return plain if plain is not None else _array(value, blocks, path)


def _sequence(value: Any, blocks: Blocks, path: str, depth: int) -> Node:  # noqa: ANN401  # one of several
    items = [
        _encode(item, blocks, f"{path}[{index}]", depth + 1)
        for index, item in enumerate(value)
    ]
    kind = type(value)
    if kind is deque:
        return ["deque", items, value.maxlen]
    return [_SEQUENCES.get(kind) or _SETS[kind], items]


def _plain(value: Any, blocks: Blocks) -> Node | None:  # noqa: ANN401  # by its type
    if type(value) in {bytes, bytearray}:
        return [type(value).__name__, blocks.add(bytes(value))]
    if type(value) not in _WRITERS:
        return None
    kind, write = _WRITERS[type(value)]
    return [kind, *write(value)]


def _array(value: object, blocks: Blocks, path: str) -> Node:
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        from pytest_repro.checkpoints import numpy_arrays  # noqa: PLC0415  # numpy is loaded

        node = numpy_arrays.encode(value, blocks)
    elif module == "torch":
        node = blocks.pool().encode(value, path)
    else:
        node = None
    if node is None:
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        msg = (
            f"{path}: a checkpoint cannot hold a {name}\n"
            "  remedy  keep numbers, text, containers, arrays and tensors in its place"
        )
        raise CheckpointError(msg)
    return node


_WRITERS: Final[Mapping[type, tuple[str, Callable[[Any], Node]]]] = {
    type(None): ("none", lambda _: []),
    bool: ("bool", lambda value: [int(value)]),
    int: ("int", lambda value: [hex(value)]),
    float: ("float", lambda value: [struct.pack(">d", value).hex()]),
    complex: ("complex", lambda v: [struct.pack(">dd", v.real, v.imag).hex()]),
    str: ("str", lambda value: [value]),
}

Reader = Callable[[Sequence[Any], Blocks], Any]


def _items(parts: Sequence[Any], blocks: Blocks) -> list[Any]:
    return [decode(item, blocks) for item in parts[0]]


def _pairs(parts: Sequence[Any], blocks: Blocks) -> dict[Any, Any]:
    return {decode(key, blocks): decode(item, blocks) for key, item in parts[0]}


def _counter(parts: Sequence[Any], blocks: Blocks) -> "Counter[Any]":
    found: Counter[Any] = Counter()
    for key, count in _pairs(parts, blocks).items():
        found[key] = count
    return found


def _numpy(parts: Sequence[Any], blocks: Blocks) -> object:
    from pytest_repro.checkpoints import numpy_arrays  # noqa: PLC0415  # only who kept one

    return numpy_arrays.decode(parts, blocks)


_READERS: Final[Mapping[str, Reader]] = {
    "none": lambda _, __: None,
    "bool": lambda parts, _: bool(parts[0]),
    "int": lambda parts, _: int(parts[0], 16),
    "float": lambda parts, _: struct.unpack(">d", bytes.fromhex(parts[0]))[0],
    "complex": lambda parts, _: complex(*struct.unpack(">dd", bytes.fromhex(parts[0]))),
    "str": lambda parts, _: parts[0],
    "bytes": lambda parts, blocks: bytes(blocks.data[parts[0]]),
    "bytearray": lambda parts, blocks: bytearray(blocks.data[parts[0]]),
    "list": _items,
    "tuple": lambda parts, blocks: tuple(_items(parts, blocks)),
    "set": lambda parts, blocks: set(_items(parts, blocks)),
    "frozenset": lambda parts, blocks: frozenset(_items(parts, blocks)),
    "deque": lambda parts, blocks: deque(_items(parts, blocks), parts[1]),
    "dict": _pairs,
    "ordered": lambda parts, blocks: OrderedDict(_pairs(parts, blocks)),
    "counter": _counter,
    "numpy": _numpy,
    "torch": lambda parts, blocks: blocks.pool().decode(parts),
}
