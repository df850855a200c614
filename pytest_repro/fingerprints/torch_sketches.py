"""The sketch of a torch tensor, computed where the tensor is.

The same signs, buckets and order of summation as the NumPy specification in `sketches`:
the random bits of the rows are computed there, once, and kept on each device. One pass
over the memory, in pieces that stay in the cache of a processor.

The path on CUDA is the same code, checked on an H200. Devices of other kinds may lack
float64, so their tensors are copied to the host.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.sketches import (
    BUCKETS,
    Sums,
    add_row,
    mix,
    rows_of,
    signs_and_turns,
)
from pytest_repro.fingerprints.torch_tensors import components, refusal

__all__ = ["add_tensor", "dense_parts"]

ROWS_AT_ONCE: Final = 4096
MIN_ROWS: Final = 4096

_HAVE_FLOAT64: Final = ("cpu", "cuda")
_tables: dict[torch.device, tuple[torch.Tensor, torch.Tensor]] = {}


def dense_parts(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    """Split a tensor into dense tensors of real numbers.

    Args:
        tensor: Any tensor that holds its own bits.

    Yields:
        The tensor itself; for a sparse one its components, in the order of its digest.
        Complex numbers become pairs; 4-bit floats, which come packed, become bytes.

    Raises:
        FingerprintError: As `torch_tensors.torch_tensor_digest` does.
    """
    reason = refusal(tensor)
    if reason:
        raise FingerprintError(reason)
    for part in components(tensor.detach()):
        dense = part if part.device.type in _HAVE_FLOAT64 else part.cpu()
        if dense.dtype is torch.complex32:
            dense = dense.to(torch.complex64)
        if dense.is_complex():
            dense = torch.view_as_real(dense.resolve_conj())
        if dense.dtype is getattr(torch, "float4_e2m1fn_x2", None):
            dense = dense.view(torch.uint8)
        yield dense


def add_tensor(sums: Sums, tensor: torch.Tensor, first_row: int) -> None:
    """Add a dense tensor of real numbers, as `sketches.add_array` does.

    Args:
        sums: float64[8, 8], changed in place.
        tensor: What `dense_parts` gives.
        first_row: The row in which it begins.
    """
    flat = tensor.reshape(-1)
    is_local = tensor.device.type == "cpu"
    if is_local and flat.numel() <= BUCKETS:
        add_row(sums, flat.tolist(), first_row)
    elif is_local:
        _add_pieces(torch.from_numpy(sums), flat, first_row)
    else:
        there = torch.zeros_like(torch.from_numpy(sums), device=tensor.device)
        _add_pieces(there, flat, first_row)
        sums += there.cpu().numpy()


def _add_pieces(sums: torch.Tensor, flat: torch.Tensor, first_row: int) -> None:
    signs, turns = _table(flat.device, first_row + rows_of(flat.numel()))
    for start, piece in enumerate(flat.split(ROWS_AT_ONCE * BUCKETS)):
        rows = _rows(piece)  # [rows, 8]
        here = slice(first_row + start * ROWS_AT_ONCE, None)
        rows.mul_(signs[here][: len(rows)].to(torch.float64))
        sums.index_add_(0, turns[here][: len(rows)], rows)


def _rows(piece: torch.Tensor) -> torch.Tensor:
    """Copy numbers to float64[rows, 8], with zeros behind."""
    rest = -piece.numel() % BUCKETS
    numbers = piece.to(torch.float64, copy=True)
    if rest:
        numbers = torch.cat([numbers, numbers.new_zeros(rest)])
    return numbers.view(-1, BUCKETS)


def _table(device: torch.device, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the signs and turns of at least so many rows on a device."""
    known = _tables.get(device)
    if known is None or len(known[1]) < count:
        z = mix(np.arange(max(MIN_ROWS, 2 * count), dtype=np.uint64))
        signs, turns = signs_and_turns(z)
        known = torch.from_numpy(signs).to(device), torch.from_numpy(turns).to(device)
        _tables[device] = known
    return known
