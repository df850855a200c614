"""The digest of nested state: dicts, lists, records, numbers and tensors, any depth.

Every node is hashed by itself and a branch hashes the digests of its parts, so two
states can be compared from the top down and `leaves` says which part differs.

``tree-sha256-v1``: a node is the SHA-256 of ``frame("tree-sha256-v1")``,
``frame(kind)`` and a frame for each of its parts, where ``frame(x)`` is the number of
bytes of x as an unsigned 64-bit little-endian integer, then x. ``⟨x⟩`` stands for the
digest of the node x as ASCII text, ``tree-sha256-v1:`` and 64 hexadecimal characters::

    kind         parts
    none         (no part)
    bool         00 or 01
    int          hexadecimal ASCII in lower case, without prefix, "-" before it if < 0
    float        binary64, little-endian
    complex      real part, then imaginary part, each as float, in one frame
    str          UTF-8 (a lone surrogate as its own three bytes)
    bytes        the bytes
    bytearray    the bytes
    tensor       text of its digest by `tensors`, as ASCII
    list, tuple  ⟨item⟩ for each, in order
    dict         ⟨key⟩⟨value⟩ in one frame for each, frames sorted bytewise
    set          ⟨item⟩ for each, sorted bytewise (frozenset: the same)
    dataclass    class name; ⟨field name⟩⟨value⟩ for each field, sorted bytewise
    namedtuple   class name; ⟨field name⟩⟨value⟩ for each field, sorted bytewise
    enum         class name; member name; ⟨value⟩

Types matter (1, True, 1.0 and "1" differ, as values and as keys), the order of a dict
does not. A subclass counts as its base: an `OrderedDict` or any other Mapping is a
dict. NumPy arrays, NumPy scalars and torch tensors of equal bits are equal tensors.
That two places of a plain container hold one object does not count.

A `torch.nn.Module`, `torch.optim.Optimizer` or `torch.Generator` is digested as the
plain state that `torch_modules.plain_state` makes of it: names of layers do not enter,
and which weights are tied does.
"""

from typing import Final

from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.nodes import Branch, Child, Node, node_of

__all__ = ["ALGORITHM", "MAX_DEPTH", "leaves", "tree_digest"]

ALGORITHM: Final = "tree-sha256-v1"
MAX_DEPTH: Final = 64


def tree_digest(value: object, *, name: str = "value") -> Digest:
    """Compute the digest of nested state.

    Args:
        value: The state.
        name: What messages call it.

    Returns:
        ``tree-sha256-v1:`` and 64 hexadecimal characters.

    Raises:
        FingerprintError: If it holds a value of unsupported type, itself, or more
            than 64 levels; the message begins with the path of the culprit.

    Example:
        >>> tree_digest({"b": 1, "a": [0.5]}) == tree_digest({"a": [0.5], "b": 1})
        True
    """
    return _Walk().digest(value, name)


def leaves(value: object, *, name: str = "value") -> tuple[tuple[str, Digest], ...]:
    """List every leaf with its digest, to say which part of two states differs.

    Leaves are numbers, text, tensors, enums, whole sets and empty containers. Types of
    containers show only in `tree_digest`.

    Args:
        value: The state.
        name: The beginning of every path.

    Returns:
        Path and digest of each leaf, keys in natural order. Parameters of a module
        bear their names here.

    Raises:
        FingerprintError: As for `tree_digest`.

    Example:
        >>> [path for path, _ in leaves({"b": (1, 2), "a": {}}, name="state")]
        ["state['a']", "state['b'][0]", "state['b'][1]"]
    """
    walk = _Walk()
    walk.digest(value, name)
    return tuple(walk.leaves)


class _Walk:
    """One pass over a state, collecting leaves as it hashes."""

    def __init__(self) -> None:
        self.leaves: list[tuple[str, Digest]] = []
        self._open: set[int] = set()

    def digest(self, value: object, path: str) -> Digest:
        node = _node_at(value, path)
        known = len(self.leaves)
        if isinstance(node, Branch):
            result = self._branch(node, value, path)
            is_leaf = node.is_whole or not node.children
        else:
            result = _hash(node.kind, node.parts)
            is_leaf = True
        if is_leaf:
            self.leaves[known:] = [(path, result)]
        return result

    def _branch(self, node: Branch, value: object, path: str) -> Digest:
        self._enter(value, path)
        entries = self._entries(node, path)
        self._open.remove(id(value))
        return _hash(node.kind, (*node.head, *entries))

    def _enter(self, value: object, path: str) -> None:
        if id(value) in self._open:
            msg = f"{path}: this {type(value).__name__} contains itself"
            raise FingerprintError(msg)
        if len(self._open) >= MAX_DEPTH:
            msg = f"{path}: state is nested deeper than {MAX_DEPTH} levels"
            raise FingerprintError(msg)
        self._open.add(id(value))

    def _entries(self, node: Branch, path: str) -> list[bytes]:
        found = [self._entry(child, node, path) for child in node.children]
        return found if node.is_ordered else sorted(found)

    def _entry(self, child: Child, node: Branch, path: str) -> bytes:
        place = path + child.segment
        key = _Walk().digest(child.key, f"{place} (its key)") if node.is_keyed else ""
        return (key + self.digest(child.value, place)).encode()


def _node_at(value: object, path: str) -> Node:
    try:
        return node_of(value)
    except FingerprintError as error:
        msg = f"{path}: {error}"
        raise FingerprintError(msg) from error


def _hash(kind: str, parts: tuple[bytes, ...]) -> Digest:
    return digest_of_parts(ALGORITHM, (kind.encode(), *parts))
