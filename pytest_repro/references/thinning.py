"""Keep fewer points of a series, so that a file stays small enough to review.

The rolling digest beside each kept point vouches for those that were dropped, so a
divergence is still found within one stride. The first and the last point always stay.
Nothing here knows how points are written.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Series

__all__ = ["kept_count", "thin", "thin_to_fit"]


def kept_count(count: int, stride: int) -> int:
    """Return how many points a series keeps.

    Points 0, k, 2k, … and the last are kept.

    Args:
        count: How many points were logged.
        stride: Every which point is kept.

    Returns:
        ``⌈(count − 1) / stride⌉ + 1``, or 0 for an empty series.
    """
    return -(-(count - 1) // stride) + 1 if count else 0


def thin(series: Series, stride: int) -> Series:
    """Keep every `stride`-th point, and the last.

    Args:
        series: The series.
        stride: A multiple of the stride that it has.

    Returns:
        The thinner series; its count, head and chains are those of the whole.

    Raises:
        ReproUsageError: If the stride is not such a multiple.
    """
    factor, rest = divmod(stride, series.stride)
    if rest or factor < 1:
        msg = (
            f"series {series.name!r} of stride {series.stride} "
            f"cannot be thinned to stride {stride}: it is no multiple"
        )
        raise ReproUsageError(msg)
    if factor == 1:
        return series
    kept = _choose(series, factor)
    return replace(
        series,
        stride=stride,
        steps=tuple(series.steps[index] for index in kept),
        bits=tuple(series.bits[index] for index in kept),
        orders=tuple(series.orders[index] for index in kept),
        chains=tuple(series.chains[index] for index in kept),
        envelope=tuple(series.envelope[index] for index in kept if series.envelope),
    )


def thin_to_fit(
    series: Sequence[Series], fits: Callable[[Sequence[Series]], bool]
) -> tuple[Series, ...]:
    """Thin the longest series first, by the smallest strides that fit.

    All series are held to one greatest number of points, so that a short series
    (accuracy by epoch) is not thinned because a long one (loss by step) is.

    Args:
        series: The series.
        fits: Tells whether they are small enough; thinner ones fit better.

    Returns:
        The series as dense as fits; at worst the first and last point of each.
    """
    longest = max((one.count for one in series), default=0)
    failed, stride = 0, 1
    tried = tuple(series)
    while not fits(tried) and stride < longest - 1:
        failed, stride = stride, min(2 * stride, longest - 1)
        tried = _limit(series, kept_count(longest, stride))
    while stride - failed > 1:
        middle = (failed + stride) // 2
        denser = _limit(series, kept_count(longest, middle))
        if fits(denser):
            stride, tried = middle, denser
        else:
            failed = middle
    return tried


def _choose(series: Series, factor: int) -> list[int]:
    """Choose every so many-th kept point, and the last, which may be out of step."""
    if not series.count:
        return []
    in_step = (series.count - 1) // series.stride + 1
    return sorted({*range(0, in_step, factor), len(series.steps) - 1})


def _limit(series: Sequence[Series], points: int) -> tuple[Series, ...]:
    return tuple(thin(one, _stride_for(one, points)) for one in series)


def _stride_for(series: Series, points: int) -> int:
    """Return the smallest multiple of the stride that keeps at most so many points."""
    least = max(1, -(-(series.count - 1) // (points - 1)))
    return series.stride * -(-least // series.stride)
