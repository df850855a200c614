"""A trace in one line of text: eight heights of blocks, lowest to highest.

A reviewer sees at a glance whether a loss fell or a metric jumped. It is a picture of
the kept points and decides nothing: bits do, see `pytest_repro.verdicts`.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

__all__ = ["sparkline"]

BLOCKS: Final = "▁▂▃▄▅▆▇█"
NON_FINITE: Final = "×"


def sparkline(
    values: Sequence[float], *, width: int, beside: Sequence[float] = ()
) -> str:
    """Draw numbers as blocks between the smallest and the largest finite one shown.

    A column stands for the last number of its share, or for one that is not finite if
    there is any in it: NaN must not disappear by thinning.

    Args:
        values: The numbers, in order.
        width: At most so many columns.
        beside: Other numbers that are drawn at the same scale.

    Returns:
        One character a column; equal numbers give the lowest block.

    Example:
        >>> sparkline([3.0, 2.0, 1.0, math.nan], width=4)
        '█▅▁×'

    Source:
        E. Tufte, *Beautiful Evidence* (2006): sparklines.
    """
    shown = [_stand_in(share) for share in _shares(values, width)]
    others = [_stand_in(share) for share in _shares(beside, width)]
    finite = [Fraction(one) for one in (*shown, *others) if math.isfinite(one)]
    if not finite:
        return NON_FINITE * len(shown)
    low, high = min(finite), max(finite)
    return "".join(_block(value, low, high) for value in shown)


def _shares(values: Sequence[float], width: int) -> list[Sequence[float]]:
    count = min(width, len(values))
    edges = [index * len(values) // max(count, 1) for index in range(count + 1)]
    return [values[start:end] for start, end in pairwise(edges)]


def _stand_in(values: Sequence[float]) -> float:
    return next((one for one in values if not math.isfinite(one)), values[-1])


def _block(value: float, low: Fraction, high: Fraction) -> str:
    """Choose a block; in fractions, as the distance of two floats may overflow."""
    if not math.isfinite(value):
        return NON_FINITE
    if high == low:
        return BLOCKS[0]
    share = (Fraction(value) - low) / (high - low)
    return BLOCKS[round(share * (len(BLOCKS) - 1))]
