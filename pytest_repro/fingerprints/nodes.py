"""What one Python value is to a fingerprint: a leaf with bytes, or a branch.

`trees` walks and hashes; this file only decides what a value consists of, so that the
list of supported types can be read in one place. Types come in a fixed order, because
an `IntEnum` is an int too and a NumPy float64 is a float too. Nothing here recurses.

Unsupported types are refused, never guessed at: a `repr` or a pickle would put
addresses and memo order into the digest.
"""

import struct
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import NoneType
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.tensors import array_digest

__all__ = ["Branch", "Child", "LabelledList", "Leaf", "Node", "node_of"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value without parts.

    Attributes:
        kind: The name of its kind, hashed first.
        parts: Its bytes; nothing where the kind says all.
    """

    kind: str
    parts: tuple[bytes, ...] = ()


class Child(NamedTuple):
    """One part of a branch.

    Attributes:
        segment: How a path names it, such as ``[0]`` or ``.weight``; not hashed.
        key: What it is filed under, hashed where the branch is keyed.
        value: The part itself.
    """

    segment: str
    key: object
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A value made of parts.

    Attributes:
        kind: The name of its kind, hashed first.
        head: Names hashed before the parts; as many for each branch of this kind.
        children: The parts.
        is_keyed: Whether keys are hashed.
        is_ordered: Whether the order of the parts is value.
        is_whole: Whether people see it as one leaf, having no path for its parts.
    """

    kind: str
    head: tuple[bytes, ...] = ()
    children: Collection[Child]
    is_keyed: bool = False
    is_ordered: bool = True
    is_whole: bool = False


Node: TypeAlias = Leaf | Branch


class LabelledList(list[object]):
    """A list whose items have names for people, which the digest ignores.

    Attributes:
        labels: One name an item.
    """

    def __init__(self, items: Iterable[tuple[str, object]]) -> None:
        """Keep names beside items.

        Args:
            items: Name and item, in order.
        """
        pairs = list(items)
        super().__init__(item for _, item in pairs)
        self.labels = tuple(label for label, _ in pairs)


def node_of(value: object) -> Node:
    """Say what a value consists of.

    Args:
        value: Any Python value.

    Returns:
        A leaf or a branch.

    Raises:
        FingerprintError: If the type is not supported.
    """
    for kind, make in _SCALARS:
        if isinstance(value, kind):
            return make(value)
    found = _torch_node(value)
    if found is not None:
        return found
    for kind, make in _CONTAINERS:
        if isinstance(value, kind):
            return make(value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return _record("dataclass", value, names)
    raise FingerprintError(_no_fingerprint(value))


def _torch_node(value: object) -> Node | None:
    """Ask the torch files, if torch is loaded; a torch object cannot exist before."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if isinstance(value, torch.Tensor):
        from pytest_repro.fingerprints import torch_tensors  # noqa: PLC0415  # torch is loaded

        return Leaf("tensor", (torch_tensors.torch_tensor_digest(value).encode(),))
    if isinstance(value, torch.nn.Module | torch.optim.Optimizer | torch.Generator):
        from pytest_repro.fingerprints import torch_modules  # noqa: PLC0415  # torch is loaded

        return node_of(torch_modules.plain_state(value))
    return None


def _no_fingerprint(value: object) -> str:
    kind = type(value)
    text = f"no fingerprint for {kind.__module__}.{kind.__qualname__}"
    for way in ("state_dict", "bit_generator", "getstate", "get_state"):
        if hasattr(value, way):
            return f"{text}: pass plain state instead, by way of its .{way}"
    return f"{text}: pass numbers, text, tensors, or containers of them"


def _enum(value: Enum) -> Branch:
    # A composite flag may have no name.
    names = (type(value).__name__, str(value._name_ or ""))
    return Branch(
        kind="enum",
        head=tuple(name.encode() for name in names),
        children=(Child(".value", None, value.value),),
        is_whole=True,
    )


def _int(value: int) -> Leaf:
    # Hexadecimal, because Python limits the length of decimal conversions.
    return Leaf("int", (format(int(value), "x").encode(),))


def _complex(value: complex) -> Leaf:
    return Leaf("complex", (struct.pack("<dd", value.real, value.imag),))


def _array(value: Any) -> Leaf:  # noqa: ANN401  # an array of any type, or a scalar
    return Leaf("tensor", (array_digest(value).encode(),))


def _mapping(value: Mapping[Any, object]) -> Branch:
    children = []
    for key, item in value.items():
        if not isinstance(key, _KEYS):
            kind = type(key).__name__
            msg = f"a key of type {kind} has an identity but no value: use a name"
            raise FingerprintError(msg)
        children.append(Child(f"[{key!r}]", key, item))
    children.sort(key=_natural)
    return Branch(kind="dict", children=children, is_keyed=True, is_ordered=False)


def _natural(child: Child) -> tuple[str, object]:
    """Order as people expect: integers by size, names by spelling."""
    kind = type(child.key)
    return kind.__name__, child.key if kind in (int, str) else child.segment


def _tuple(value: tuple[object, ...]) -> Branch:
    names = getattr(value, "_fields", None)
    if names is not None:
        return _record("namedtuple", value, names)
    return _sequence("tuple", value)


def _list(value: list[object]) -> Branch:
    if isinstance(value, LabelledList):
        rows = zip(value.labels, value, strict=True)
        named = [Child(f".{label}", None, item) for label, item in rows]
        return Branch(kind="list", children=named)
    return _sequence("list", value)


def _sequence(kind: str, value: Iterable[object]) -> Branch:
    children = [Child(f"[{index}]", None, item) for index, item in enumerate(value)]
    return Branch(kind=kind, children=children)


def _set(value: "set[object] | frozenset[object]") -> Branch:
    kind = "set" if isinstance(value, set) else "frozenset"
    children = [Child("{…}", None, item) for item in value]
    return Branch(kind=kind, children=children, is_ordered=False, is_whole=True)


def _record(kind: str, value: object, names: Iterable[str]) -> Branch:
    try:
        children = [Child(f".{name}", name, getattr(value, name)) for name in names]
    except AttributeError as error:
        msg = f"{type(value).__name__} has a field without a value: {error}"
        raise FingerprintError(msg) from None
    return Branch(
        kind=kind,
        head=(type(value).__name__.encode(),),
        children=children,
        is_keyed=True,
        is_ordered=False,
    )


_Row: TypeAlias = tuple[type, Callable[[Any], Node]]

_SCALARS: Final[tuple[_Row, ...]] = (
    (NoneType, lambda _: Leaf("none")),
    (Enum, _enum),
    (bool, lambda value: Leaf("bool", (bytes([value]),))),
    (str, lambda value: Leaf("str", (value.encode("utf-8", "surrogatepass"),))),
    (bytes, lambda value: Leaf("bytes", (value,))),
    (bytearray, lambda value: Leaf("bytearray", (bytes(value),))),
    (np.generic, _array),
    (np.ndarray, _array),
    (int, _int),
    (float, lambda value: Leaf("float", (struct.pack("<d", value),))),
    (complex, _complex),
)
_CONTAINERS: Final[tuple[_Row, ...]] = (
    (Mapping, _mapping),
    (tuple, _tuple),
    (list, _list),
    (set, _set),
    (frozenset, _set),
)
_KEYS: Final = (NoneType, Enum, str, bytes, np.generic, int, float, complex, tuple)
