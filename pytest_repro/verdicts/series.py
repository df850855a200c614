"""Where two traces of one metric part, though only some points of each are kept.

The rolling digest advanced at every point, so it tells at every step kept on both
sides whether anything before it differed. A trace that keeps all its points names the
exact step; a thinned one names a step by which they have parted, and says so.
"""

from collections.abc import Iterator
from typing import Final

from pytest_repro.records import Divergence, Series

__all__ = ["common_steps", "part_series"]

FIRST_STEP: Final = 0


def part_series(
    obtained: Series | None, reference: Series | None
) -> tuple[Divergence, int] | None:
    """Find the first place at which two traces differ.

    Each of these steps shows that the traces have parted, there or before: one kept on
    both sides with another value or past; one kept on one side that the other lacks,
    because that keeps all its points or has ended. The first of them is the place.

    Args:
        obtained: One trace, or None where there is none.
        reference: The other.

    Returns:
        The place, and its position in the run; None if the traces are the same.
    """
    if obtained is None or reference is None:
        return _one_sided(obtained, reference)
    parted = [*_unequal(obtained, reference), *_lacking(obtained, reference)]
    if parted:
        step = min(parted)
        is_bounded = not _is_exact(obtained, reference, step)
        return _place(obtained, reference, step, is_bounded=is_bounded)
    if (obtained.count, obtained.head) != (reference.count, reference.head):
        last = max((*obtained.steps, *reference.steps), default=None)
        return _place(obtained, reference, last, is_bounded=True)
    return None


def common_steps(obtained: Series, reference: Series) -> list[tuple[int, int, int]]:
    """List the steps that both sides keep.

    Args:
        obtained: One trace.
        reference: The other.

    Returns:
        Each step with its index in the obtained and in the reference trace.
    """
    theirs = {step: index for index, step in enumerate(reference.steps)}
    return [
        (step, index, theirs[step])
        for index, step in enumerate(obtained.steps)
        if step in theirs
    ]


def _unequal(obtained: Series, reference: Series) -> Iterator[int]:
    for step, one, other in common_steps(obtained, reference):
        if _point(obtained, one) != _point(reference, other):
            yield step


def _point(series: Series, index: int) -> tuple[str, str, str]:
    return series.dtype, series.bits[index], series.chains[index]


def _lacking(obtained: Series, reference: Series) -> Iterator[int]:
    for one, other in ((obtained, reference), (reference, obtained)):
        kept = frozenset(other.steps)
        last = max(kept, default=FIRST_STEP - 1)
        is_whole = _keeps_all(other)
        for step in one.steps:
            if step > last or (is_whole and step not in kept):
                yield step


def _is_exact(obtained: Series, reference: Series, step: int) -> bool:
    """Whether no point can lie between the last agreement and this step."""
    if _keeps_all(obtained) and _keeps_all(reference):
        return True
    common = (place for place, _, _ in common_steps(obtained, reference))
    agreed = max((place for place in common if place < step), default=FIRST_STEP - 1)
    return step - agreed == 1


def _keeps_all(series: Series) -> bool:
    return series.count == len(series.steps)


def _one_sided(
    obtained: Series | None, reference: Series | None
) -> tuple[Divergence, int] | None:
    series = obtained or reference
    if series is None:
        return None
    divergence = Divergence(
        path=series.name,
        step=series.steps[0] if series.steps else None,
        obtained=f"a trace of {obtained.count} points" if obtained else "absent",
        reference=f"a trace of {reference.count} points" if reference else "absent",
        obtained_bits=obtained.head if obtained else "",
        reference_bits=reference.head if reference else "",
    )
    return divergence, series.orders[0] if series.orders else 0


def _place(
    obtained: Series, reference: Series, step: int | None, *, is_bounded: bool
) -> tuple[Divergence, int]:
    one, other = _side(obtained, step), _side(reference, step)
    if one == other:
        # The value has come back, its past has not.
        one, other = _past(obtained, step), _past(reference, step)
    if one == other:
        one, other = _whole(obtained), _whole(reference)
    divergence = Divergence(
        path=obtained.name,
        step=step,
        obtained=one[0],
        reference=other[0],
        obtained_bits=one[1],
        reference_bits=other[1],
        is_bounded=is_bounded,
    )
    return divergence, _order(obtained, reference, step)


def _side(series: Series, step: int | None) -> tuple[str, str]:
    if step in series.steps:
        scalar = series.scalar(series.steps.index(step))
        return scalar.decimal, f"0x{scalar.bits}"
    if not series.steps:
        return "no points", ""
    if step is None or step > series.steps[-1]:
        return f"ended at step {series.steps[-1]}", ""
    return ("no such step" if _keeps_all(series) else "step not kept"), ""


def _past(series: Series, step: int | None) -> tuple[str, str]:
    if step not in series.steps:
        return _whole(series)
    index = series.steps.index(step)
    chain = series.chains[index]
    return f"{series.scalar(index).decimal} with the past {chain}", chain


def _whole(series: Series) -> tuple[str, str]:
    return f"{series.count} points, {series.head}", series.head


def _order(obtained: Series, reference: Series, step: int | None) -> int:
    for series in (reference, obtained):
        if step in series.steps:
            return series.orders[series.steps.index(step)]
    return 0
