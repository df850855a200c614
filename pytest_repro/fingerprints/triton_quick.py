"""The sum of the quick digest as one Triton kernel over all tensors of a device.

One launch serves any number of tensors, since a launch for each would cost more than
reading them. A table says where they are (`torch_quick_launch` writes it); each program
of the kernel takes its share of the chunks, one after another, and adds its sum to the
total by one atomic addition::

    Σ_c Σ_j B(k_c) · A(j) · m(x_cj)  =  Σ_j A(j) · (Σ_c B(k_c) · m(x_cj))

so a word costs two multiplications: A comes last, and B is one number for a chunk.

The module can be loaded without Triton, but then nothing in it can be run.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

try:
    import triton
    import triton.language as tl

    jit = triton.jit
except ImportError:  # builds of torch for CPUs come without it
    tl = SimpleNamespace(constexpr=int)

    def jit(kernel: Callable[..., Any]) -> Callable[..., Any]:
        """Leave a kernel as it is, where nothing can compile it."""
        return kernel


__all__ = ["sum_chunks"]


@jit
def _weight(number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Compute w: uint64 of any shape."""
    state = (number + 1) * 0x9E3779B97F4A7C15
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB
    return (state ^ (state >> 31)) | 1


@jit
def _tail(address, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Read the bytes behind the last whole word as one word: uint64[]."""
    whole = size // 8 * 8
    place = tl.arange(0, 8)
    behind = address.to(tl.pointer_type(tl.uint8)) + whole + place
    found = tl.load(behind, mask=place < size - whole, other=0).to(tl.uint64)
    return tl.sum(found << (place * 8).to(tl.uint64), axis=0)


@jit  # type: ignore[untyped-decorator]  # Triton publishes no types
def sum_chunks(table, total, CHUNK: tl.constexpr, WIDE: tl.constexpr) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, N803
    """Add the chunks of one program to the total.

    Args:
        table: What `torch_quick_launch` wrote: int64[...].
        total: int64[], zero before the first program.
        CHUNK: Words of a chunk.
        WIDE: Whether each tensor begins at a multiple of 16 bytes.
    """
    program = tl.program_id(0)
    share = tl.load(table)
    begin = program * share
    end = tl.minimum(begin + share, tl.load(table + 1))
    row = table + tl.load(table + 2) + 5 * tl.load(table + 4 + program)
    address = tl.load(row)
    size = tl.load(row + 1)
    first = tl.load(row + 2)
    last = tl.load(row + 3)
    number = tl.load(row + 4)
    place = tl.arange(0, CHUNK)
    sums = tl.zeros((CHUNK,), dtype=tl.uint64)
    for chunk in range(begin, end):
        if chunk >= last:
            row += 5
            address = tl.load(row)
            size = tl.load(row + 1)
            first = tl.load(row + 2)
            last = tl.load(row + 3)
            number = tl.load(row + 4)
        offset = (chunk - first) * CHUNK
        pointer = address.to(tl.pointer_type(tl.uint64))
        if WIDE:
            pointer = tl.multiple_of(pointer, 16)
        whole = size // 8
        if offset + CHUNK <= whole:
            words = tl.load(pointer + offset + place)
        else:
            inside = offset + place
            words = tl.load(pointer + inside, mask=inside < whole, other=0)
            words = tl.where(inside == whole, _tail(address, size), words)
        over = _weight((CHUNK + number + chunk - first).to(tl.uint64))
        once = (words ^ (words >> 32)) * 0x9E3779B97F4A7C15
        sums += (once ^ (once >> 32)) * over
    found = tl.sum(sums * _weight(place.to(tl.uint64)), axis=0)
    tl.atomic_add(total, found.to(tl.int64, bitcast=True), sem="relaxed")
