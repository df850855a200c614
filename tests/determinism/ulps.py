"""Count the numbers between two numbers, knowing nothing of the package's code."""

import torch

_WORDS = {
    torch.float16: (torch.int16, 2**15),
    torch.bfloat16: (torch.int16, 2**15),
    torch.float32: (torch.int32, 2**31),
    torch.float64: (torch.int64, 2**63),
}


def ulps_between(one: torch.Tensor, other: torch.Tensor) -> list[int]:
    """Return for each pair of elements how many steps of `nextafter` part them.

    Args:
        one: Real floating-point numbers, none of them NaN.
        other: As many, of the same dtype.

    Returns:
        The number of steps, in logical order.
    """
    pairs = zip(_ranks(one), _ranks(other), strict=True)
    return [abs(a - b) for a, b in pairs]


def _ranks(tensor: torch.Tensor) -> list[int]:
    """Number all floats in order, both zeros with 0."""
    words, limit = _WORDS[tensor.dtype]
    plain = tensor.detach().contiguous().view(-1).view(words).tolist()
    return [word if word >= 0 else -(word + limit) for word in plain]
