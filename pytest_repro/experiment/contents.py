"""Digest whatever is in a batch, an output or an optimizer: quickly, and never loudly.

Tensors and arrays are found in lists, tuples and mappings, however deep; numbers and
text beside them count too. What is neither is passed over: a ledger explains, so an
unknown object in a batch is no reason to stop a training. `fingerprints.trees` is the
strict relative of this, for fingerprints that decide.
"""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from pytest_repro.fingerprints import quick_digest

if TYPE_CHECKING:
    import torch

__all__ = ["Digested", "Leaves", "Parts", "joined", "leaves_of", "parts_of", "text_of"]

MAX_DEPTH: Final = 16
PLAIN: Final = (str, bytes, bool, int, float, complex, type(None))


class Digested(Protocol):
    """A digest that may still be on its way from a device."""

    @property
    def is_ready(self) -> bool:
        """Whether `result` gives it without waiting."""

    def result(self) -> str:
        """Give 16 hexadecimal characters."""


Parts: TypeAlias = tuple[str | Digested, ...]
"""What makes up one digest; several parts are `joined`, none is no digest."""


class Leaves(NamedTuple):
    """What was found in a nested value, in the order in which it was met.

    Attributes:
        tensors: Torch tensors.
        arrays: NumPy arrays and scalars.
        texts: Everything else that has a plain text.
    """

    tensors: "list[torch.Tensor]"
    arrays: list[npt.NDArray[np.generic]]
    texts: list[str]


def parts_of(*values: object) -> Parts:
    """Digest nested values.

    Args:
        values: Tensors, arrays, plain values, and containers of them.

    Returns:
        Up to three parts: tensors, arrays, text; none if there is nothing at all.

    Raises:
        FingerprintError: If a tensor or an array has no digest.
    """
    tensors, arrays, texts = leaves_of(values)
    parts: Parts = ()
    if tensors:
        from pytest_repro.fingerprints import torch_quick  # noqa: PLC0415  # torch is loaded

        parts += (torch_quick.quick_torch_digest(tensors),)
    if arrays:
        parts += (quick_digest(arrays),)
    return (*parts, text_of(texts)) if texts else parts


def leaves_of(value: object) -> Leaves:
    """Find tensors, arrays and plain values in nested containers.

    Args:
        value: The value; the keys of mappings do not count, their order does.

    Returns:
        What was found.
    """
    found = Leaves([], [], [])
    _collect((value,), found, depth=0)
    return found


def text_of(texts: Iterable[str]) -> str:
    """Digest text.

    Args:
        texts: Any number of texts.

    Returns:
        16 hexadecimal characters.
    """
    data = "\0".join(texts).encode(errors="surrogatepass")
    return hashlib.sha256(data).hexdigest()[:16]


def joined(parts: Parts) -> str:
    """Make one digest of its parts.

    Args:
        parts: At least one, all of them ready or worth waiting for.

    Returns:
        16 hexadecimal characters; those of a single part as they are.
    """
    known = [one if isinstance(one, str) else one.result() for one in parts]
    return known[0] if len(known) == 1 else text_of(known)


def _collect(values: Iterable[object], found: Leaves, *, depth: int) -> None:
    torch = sys.modules.get("torch")
    for value in values:
        if torch is not None and isinstance(value, torch.Tensor):
            found.tensors.append(value)
        elif isinstance(value, PLAIN):
            found.texts.append(repr(value))
        elif isinstance(value, np.ndarray | np.generic):
            found.arrays.append(np.asarray(value))
        elif depth >= MAX_DEPTH:
            continue
        elif isinstance(value, Mapping):
            _collect(value.values(), found, depth=depth + 1)
        elif isinstance(value, list | tuple):
            _collect(value, found, depth=depth + 1)
