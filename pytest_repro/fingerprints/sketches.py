"""Eight numbers of a state, whose distance tells how far two states are apart.

A digest says that two states differ, a sketch by how much, without the other machine:
‖sketch(a) − sketch(b)‖ estimates ‖a − b‖, the root of the summed squares of all
differences; `math.dist` computes it. It decides nothing: equal digests alone prove that
states are equal.

``count-sketch-8-splitmix64-v1``: the numbers of a state lie in rows of eight. The
leaves are visited in the order in which their containers hold them (keys of dicts in
natural order, fields in the order of their class), and each leaf, a number or a tensor
in logical C order, begins a new row, whose rest is 0. With ``z = mix(r)`` for row r,
counted from 0 over the whole state, the number x in column c goes with sign

    +1 if bit c of z is 0, else −1,  into bucket  c XOR (bits 8, 9, 10 of z)

and a bucket is the float64 sum of what goes into it. ``mix(r)`` is the r-th output of
SplitMix64 seeded with 0, in unsigned 64-bit arithmetic::

    z = (r + 1) · 0x9E3779B97F4A7C15
    z = (z XOR z >> 30) · 0xBF58476D1CE4E5B9
    z = (z XOR z >> 27) · 0x94D049BB133111EB
    mix = z XOR z >> 31

Integers and bools count as float64, complex numbers as real part, then imaginary part,
sparse tensors as the components that their digests have. Text, bytes, None, enums and
what is in sets do not count. A number that is not finite makes the sketch not finite.

Law: for independent signs and buckets, the squared distance of the sketches has the
mean ‖a − b‖² and a standard deviation of at most ‖a − b‖² · √(2/8) = 0.5 ‖a − b‖².

Source:
    Count sketch after Charikar, Chen & Farach-Colton 2002,
    https://doi.org/10.1007/3-540-45465-9_59; the second moment from signed sums after
    Alon, Matias & Szegedy 1996, https://doi.org/10.1145/237814.237823; SplitMix64
    after Steele, Lea & Flood 2014, https://doi.org/10.1145/2660193.2660195.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.nodes import Branch, node_of
from pytest_repro.fingerprints.tensors import WORDS
from pytest_repro.fingerprints.trees import MAX_DEPTH

__all__ = [
    "BUCKETS",
    "SKETCH",
    "Sums",
    "add_array",
    "add_row",
    "fold",
    "mix",
    "rows_of",
    "signs_and_turns",
    "sketch_of",
]

BUCKETS: Final = 8
SKETCH: Final = f"count-sketch-{BUCKETS}-splitmix64-v1"
"""The name of the algorithm; it encodes every parameter."""

Sums: TypeAlias = npt.NDArray[np.float64]

_GAMMA: Final = 0x9E3779B97F4A7C15
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB
_WORD: Final = 0xFFFFFFFFFFFFFFFF


def sketch_of(state: object) -> tuple[float, ...]:
    """Compute the sketch of nested state.

    Args:
        state: What `trees.tree_digest` takes.

    Returns:
        Eight sums; nothing if there is no number in the state.

    Raises:
        FingerprintError: If it holds a value of unsupported type, itself, or more
            than 64 levels.

    Example:
        >>> import math
        >>> a, b = sketch_of({"w": [3.0, 1.5]}), sketch_of({"w": [3.0, 1.0]})
        >>> math.dist(a, b)
        0.5
    """
    row, sums = 0, np.zeros((BUCKETS, BUCKETS))
    with np.errstate(invalid="ignore", over="ignore"):  # inf − inf is NaN, as it should
        for leaf in _numbers(state, 0):
            row += rows_of(_add(sums, leaf, row))
        return fold(sums) if row else ()


def add_array(sums: Sums, numbers: npt.NDArray[Any], first_row: int) -> None:
    """Add one leaf; the specification.

    Args:
        sums: float64[turn, column], changed in place: the sums over rows whose bits 8,
            9 and 10 are the turn.
        numbers: Of any numeric dtype and shape.
        first_row: The row in which the leaf begins.
    """
    flat = _flat(numbers)
    rows = np.zeros((rows_of(flat.size), BUCKETS))
    rows.reshape(-1)[: flat.size] = flat
    z = mix(np.arange(first_row, first_row + len(rows), dtype=np.uint64))
    signs, turns = signs_and_turns(z)
    np.add.at(sums, turns, rows * signs)


def add_row(sums: Sums, numbers: Sequence[float], row: int) -> None:
    """Add a leaf of one row, without the detour through arrays.

    Args:
        sums: As for `add_array`, and changed in the same way.
        numbers: At most eight.
        row: Which row.
    """
    z = (row + 1) * _GAMMA & _WORD
    z = (z ^ z >> 30) * _FIRST & _WORD
    z = (z ^ z >> 27) * _SECOND & _WORD
    z ^= z >> 31
    for column, number in enumerate(numbers):
        sign = -1.0 if z >> column & 1 else 1.0
        sums[z >> BUCKETS & BUCKETS - 1, column] += sign * _to_float(number)


def fold(sums: Sums) -> tuple[float, ...]:
    """Add up what belongs into one bucket.

    Args:
        sums: float64[turn, column].

    Returns:
        Eight sums: bucket b is the sum over turns t of ``sums[t, b XOR t]``, in order.
    """
    total = np.zeros(BUCKETS)
    buckets = np.arange(BUCKETS)
    for turn in range(BUCKETS):
        total += sums[turn, buckets ^ turn]
    return tuple(total.tolist())


def signs_and_turns(
    z: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Read the random bits of rows.

    Args:
        z: uint64[rows], as `mix` gives.

    Returns:
        int8[rows, 8], the signs; int64[rows], by what to turn the columns.
    """
    bits = z[:, None] >> np.arange(BUCKETS, dtype=np.uint64) & np.uint64(1)
    turns = z >> np.uint64(BUCKETS) & np.uint64(BUCKETS - 1)
    return 1 - 2 * bits.astype(np.int8), turns.astype(np.int64)


def mix(rows: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Compute the random bits of rows.

    Args:
        rows: Their numbers.

    Returns:
        64 bits for each.
    """
    z = (rows + np.uint64(1)) * np.uint64(_GAMMA)
    z = (z ^ z >> np.uint64(30)) * np.uint64(_FIRST)
    z = (z ^ z >> np.uint64(27)) * np.uint64(_SECOND)
    mixed: npt.NDArray[np.uint64] = z ^ z >> np.uint64(31)
    return mixed


def rows_of(count: int) -> int:
    """Return how many rows a leaf takes.

    Args:
        count: Of how many numbers it is.

    Returns:
        The number of rows, the last of which may have a rest of zeros.
    """
    return -(-count // BUCKETS)


def _numbers(value: object, depth: int) -> Iterator[Any]:
    """Walk to the leaves that are numbers, arrays or dense tensors."""
    if depth > MAX_DEPTH:
        msg = f"state contains itself, or is nested deeper than {MAX_DEPTH} levels"
        raise FingerprintError(msg)
    torch = sys.modules.get("torch")
    if isinstance(value, Enum | str | bytes):
        return
    if isinstance(value, np.ndarray | np.generic | int | float | complex):
        yield value
    elif torch is not None and isinstance(value, torch.Tensor):
        from pytest_repro.fingerprints import torch_sketches  # noqa: PLC0415  # torch is loaded

        yield from torch_sketches.dense_parts(value)
    else:
        node = node_of(value)
        if isinstance(node, Branch) and not node.is_whole:
            for child in node.children:
                yield from _numbers(child.value, depth + 1)


def _add(sums: Sums, leaf: Any, row: int) -> int:  # noqa: ANN401  # as `_numbers` gives
    """Add a leaf; returns of how many real numbers it is."""
    if isinstance(leaf, np.ndarray | np.generic):
        flat = _flat(leaf)
        add_array(sums, flat, row)
        return flat.size
    if isinstance(leaf, int | float | complex):
        parts = [leaf.real, leaf.imag] if isinstance(leaf, complex) else [leaf]
        add_row(sums, parts, row)
        return len(parts)
    from pytest_repro.fingerprints import torch_sketches  # noqa: PLC0415  # torch is loaded

    torch_sketches.add_tensor(sums, leaf, row)
    return int(leaf.numel())


def _to_float(number: float) -> float:
    """Convert what may be an integer of any size."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _flat(numbers: Any) -> Sums:  # noqa: ANN401  # an array of any type, or a scalar
    """Return the real numbers of an array in C order."""
    if isinstance(numbers, np.ma.MaskedArray) or numbers.dtype.name not in WORDS:
        msg = f"no sketch for {type(numbers).__name__} of dtype {numbers.dtype.name}"
        raise FingerprintError(msg)
    plain = np.asarray(numbers)
    if plain.dtype.kind == "c":
        pairs = np.stack([plain.real, plain.imag], axis=-1)
        return pairs.astype(np.float64).reshape(-1)
    return plain.astype(np.float64).reshape(-1)
