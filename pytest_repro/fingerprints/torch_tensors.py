"""The digest of a torch tensor, bit for bit that of the NumPy specification.

torch has views that NumPy lacks (conjugated, negated, sparse, on a device) and dtypes
too (bfloat16, 8-bit floats), so the way to the logical bytes is its own; what is hashed
is `tensors.tensor_digest`. A plain contiguous tensor on the host is read in place.

Tensors on a device are copied to the host first. Equality was checked on an NVIDIA H200
with torch 2.11; speed is that of the copy, and of SHA-256 behind it.

A sparse tensor is coalesced first, on the host and in a fixed order, so that a sum of
duplicates is the same sum each time; its stored zeros count.
"""

from typing import Final

import numpy as np
import torch
from torch.nn.parameter import is_lazy

from pytest_repro.digests import Digest
from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.tensors import WORDS, sparse_digest, tensor_digest

__all__ = ["components", "refusal", "torch_tensor_digest"]

# word size in bytes -> (torch dtype to look through, NumPy dtype to store as)
_INTEGERS: Final = {
    1: (torch.int8, "<i1"),
    2: (torch.int16, "<i2"),
    4: (torch.int32, "<i4"),
    8: (torch.int64, "<i8"),
}
_BY_ROW: Final = ("crow_indices", "col_indices", "values")
_BY_COLUMN: Final = ("ccol_indices", "row_indices", "values")
_COMPONENTS: Final = {
    torch.sparse_coo: ("indices", "values"),
    torch.sparse_csr: _BY_ROW,
    torch.sparse_bsr: _BY_ROW,
    torch.sparse_csc: _BY_COLUMN,
    torch.sparse_bsc: _BY_COLUMN,
}


def torch_tensor_digest(tensor: torch.Tensor) -> Digest:
    """Compute the digest of a torch tensor.

    Whether it requires a gradient, where it lives and how it is strided do not count.

    Args:
        tensor: Any tensor that holds its own bits.

    Returns:
        What `tensors.array_digest` gives for the same values; for a sparse tensor
        what `tensors.sparse_digest` gives for its components.

    Raises:
        FingerprintError: If it has no bits (meta, fake, uninitialised), wraps other
            tensors (distributed, nested), or bits alone are not its value (quantized).

    Example:
        >>> import numpy
        >>> from pytest_repro.fingerprints import array_digest
        >>> torch_tensor_digest(torch.eye(3)) == array_digest(numpy.eye(3, dtype="f4"))
        True
    """
    reason = refusal(tensor)
    if reason:
        raise FingerprintError(reason)
    host = tensor.detach().cpu()
    if host.layout is torch.strided:
        return tensor_digest(_name(host.dtype), tuple(host.shape), _bytes_of(host))
    parts = tuple(torch_tensor_digest(part) for part in components(host))
    return sparse_digest(_name(host.layout), tuple(host.shape), parts)


def components(tensor: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return the dense tensors of which a tensor consists.

    Args:
        tensor: Dense, or sparse of any layout.

    Returns:
        Itself if it is dense; else indices and values, without duplicates.
    """
    if tensor.layout is torch.strided:
        return (tensor,)
    whole = tensor.coalesce() if tensor.layout is torch.sparse_coo else tensor
    return tuple(getattr(whole, name)() for name in _COMPONENTS[tensor.layout])


def refusal(tensor: torch.Tensor) -> str:
    """Say why a tensor has no fingerprint.

    Args:
        tensor: Any tensor.

    Returns:
        The reason, or nothing if it has one.
    """
    if is_lazy(tensor):
        return "an uninitialised parameter has no bits: run one batch first"
    if _is_wrapper(tensor):
        kind = type(tensor).__name__
        return f"{kind} wraps other tensors: pass those, such as its local shard"
    if tensor.is_meta:
        return "a tensor on the meta device has no bits"
    if tensor.is_quantized:
        return (
            f"quantized tensor ({_name(tensor.dtype)}): pass its int_repr(), scales "
            "and zero points side by side"
        )
    if tensor.is_nested or tensor.layout not in (torch.strided, *_COMPONENTS):
        return "a nested or opaque tensor has no fingerprint: pass its parts"
    return ""


def _is_wrapper(tensor: torch.Tensor) -> bool:
    """Tell subclasses that compute by themselves, whose own storage may be empty."""
    return type(tensor).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__


def _name(kind: torch.dtype | torch.layout) -> str:
    return str(kind).removeprefix("torch.")


def _bytes_of(host: torch.Tensor) -> memoryview:
    """Return the elements as bytes in C order, without a copy where that is possible.

    The detour through integers moves bits only: no float is ever converted.
    """
    name = _name(host.dtype)
    if name not in WORDS:
        msg = f"no fingerprint for dtype {name}: pass one of {', '.join(WORDS)}"
        raise FingerprintError(msg)
    through, stored = _INTEGERS[WORDS[name][0]]
    packed = host.resolve_conj().resolve_neg().contiguous()
    # as_strided, since a row of one element may keep a stride that view() refuses
    row = packed.as_strided((packed.numel(),), (1,)).view(through)
    return row.numpy().astype(stored, copy=False).view(np.uint8).data
