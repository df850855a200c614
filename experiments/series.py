"""A chaotic series with noise, computed so that every machine gets the same bits.

Only additions, multiplications and divisions of doubles occur, in one fixed order, and
IEEE 754 rounds each of them correctly; no library function is asked. The noise is made
of integers.
"""

from collections import deque
from typing import Final

import torch
from torch import Tensor

from experiments.integers import splitmix64

__all__ = ["NOISE_VARIANCE", "mackey_glass"]

DELAY: Final = 17
NOISE: Final = 0.125
NOISE_VARIANCE: Final = NOISE**2 / 3
"""Of the uniform noise on [-1/8, 1/8): no forecast has a smaller expected error."""


def mackey_glass(length: int) -> Tensor:
    """Integrate the Mackey-Glass equation by Euler steps of 1, and add noise.

    The law is ``x' = 0.2 x(t - 17) / (1 + x(t - 17)**10) - 0.1 x(t)``, the classic
    benchmark of forecasting: nearly periodic, and chaotic.

    Args:
        length: The number of values, after 300 steps of settling.

    Returns:
        Values float32[length], about -2.2 to 1.9: centred on 0.9 and scaled by 4.

    Source:
        Mackey & Glass 1977, https://doi.org/10.1126/science.267326
    """
    draws = splitmix64(1977)
    past = deque([1.2] * (DELAY + 1), maxlen=DELAY + 1)
    values = []
    for _ in range(300 + length):
        past.append(past[-1] + _slope(past[0], past[-1]))
        noise = ((next(draws) >> 40) - 2**23) / 2**23  # 24 bits in [-1, 1)
        values.append(4.0 * (past[-1] - 0.9) + NOISE * noise)
    return torch.tensor(values[300:], dtype=torch.float32)


def _slope(delayed: float, now: float) -> float:
    square = delayed * delayed
    fifth = square * square * delayed
    return 0.2 * delayed / (1.0 + fifth * fifth) - 0.1 * now
