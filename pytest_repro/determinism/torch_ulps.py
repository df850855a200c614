"""Move floating-point numbers by a few units in the last place.

The bits of a number in IEEE 754 are a sign, an exponent and a fraction; adding k to the
fraction moves the number by k units in the last place (ulps), in every format alike.
Done in integers, so nothing rounds, and the noise has the same bits on every processor.

What has a meaning beyond its size stays what it is: zero, one and every other power of
two, infinity, NaN. No number leaves the powers of two between which it lies, so a
sigmoid never exceeds 1, nothing overflows, and no sign changes. Numbers of 8 bits,
integers and bools are not moved.
"""

import math
from typing import Final

import torch

__all__ = ["draw_steps", "has_ulps", "move_", "moved"]

# dtype -> (integers of its size, bits of the fraction)
_FORMATS: Final = {
    torch.float16: (torch.int16, 10),
    torch.bfloat16: (torch.int16, 7),
    torch.float32: (torch.int32, 23),
    torch.float64: (torch.int64, 52),
}
_COMPLEX: Final = (torch.complex32, torch.complex64, torch.complex128)
_BYTES_OF_A_DRAW: Final = 8


def has_ulps(tensor: torch.Tensor) -> bool:
    """Tell whether a tensor holds floating-point numbers that can be moved.

    Args:
        tensor: Any tensor.

    Returns:
        Whether it is dense, holds its own bits, and is of 16, 32 or 64 bits a number.
    """
    is_plain = type(tensor).__torch_dispatch__ is torch.Tensor.__torch_dispatch__
    is_float = tensor.dtype in _FORMATS or tensor.dtype in _COMPLEX
    is_dense = tensor.layout is torch.strided and not tensor.is_nested
    return is_float and is_plain and is_dense and not tensor.is_meta


def moved(tensor: torch.Tensor, ulps: int, generator: torch.Generator) -> torch.Tensor:
    """Return a copy, each number of which is moved by at most some ulps.

    Args:
        tensor: Of numbers that have ulps.
        ulps: At most how far; a power of two.
        generator: Draws the noise; on the device of the tensor.

    Returns:
        The copy, outside of any graph.
    """
    plain = tensor.detach().resolve_conj().resolve_neg()
    if plain.is_complex():
        pairs = moved(torch.view_as_real(plain), ulps, generator)
        return torch.view_as_complex(pairs.contiguous())
    words, width = _FORMATS[plain.dtype]
    bits = plain.view(words)
    fraction = bits & (1 << width) - 1
    steps = draw_steps(plain.shape, ulps, generator).to(words)
    change = steps.add_(fraction).clamp_(1, (1 << width) - 1).sub_(fraction)
    change *= fraction.clamp_(max=1)  # a fraction of 0 stays
    return bits.add(change).view(plain.dtype)


def move_(tensor: torch.Tensor, ulps: int, generator: torch.Generator) -> None:
    """Move each number of a tensor in place, behind the back of autograd.

    A graph that holds the tensor goes on with the moved numbers and does not complain:
    the difference is that of rounding. A tensor in which several elements are one place
    in memory is left alone.

    Args:
        tensor: Of numbers that have ulps.
        ulps: At most how far; a power of two.
        generator: Draws the noise; on the device of the tensor.
    """
    extents = zip(tensor.shape, tensor.stride(), strict=True)
    if any(size > 1 and stride == 0 for size, stride in extents):
        return
    with torch.inference_mode(tensor.is_inference()):
        tensor.data.copy_(moved(tensor, ulps, generator))


def draw_steps(
    shape: torch.Size, ulps: int, generator: torch.Generator
) -> torch.Tensor:
    """Draw by how many ulps to move.

    A byte of random bits decides each: one draw of 64 bits serves eight numbers.

    Args:
        shape: How many.
        ulps: At most how far; a power of two.
        generator: Where to draw.

    Returns:
        int8[shape], uniform over −ulps … −1 and 1 … ulps.
    """
    count = math.prod(shape)
    draws = -(-count // _BYTES_OF_A_DRAW)
    words = torch.empty(draws, dtype=torch.int64, device=generator.device)
    words.random_(-(2**63), None, generator=generator)
    steps = words.view(torch.int8)[:count] >> (8 - ulps.bit_length())
    steps += steps >= 0  # −4 … 3 becomes −4 … −1, 1 … 4
    return steps.reshape(shape)
