"""Close: is each number of a run within a stated distance of the reference's?

The same seed, and for a trace the same step. The comparison is `deviation <= 1` and
never `not deviation > 1`, since every comparison with NaN is false: a gate written the
second way lets NaN through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pytest_repro.records import (
    Divergence,
    Finding,
    Rung,
    RunRecord,
    Series,
    Tolerance,
)
from pytest_repro.verdicts.deviations import deviation_from, is_inside, multiple_text
from pytest_repro.verdicts.identity import step_text
from pytest_repro.verdicts.pairs import Pair, final_value
from pytest_repro.verdicts.series import common_steps

__all__ = ["close_metric", "close_trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Two numbers at one place that are not the same."""

    deviation: Fraction | None
    step: int | None = None
    indices: tuple[int, int] = (0, 0)

    @property
    def size(self) -> tuple[bool, Fraction]:
        return self.deviation is None, self.deviation or Fraction(0)

    @property
    def at(self) -> str:
        return "" if self.step is None else f" at step {self.step}"


def close_metric(pair: Pair, place: Divergence, tolerance: Tolerance) -> Finding:
    """Hold a final metric that differs against its tolerance.

    Args:
        pair: The two sides, with a row of the same seed.
        place: Both values.
        tolerance: What is allowed.

    Returns:
        `WITHIN_ROUNDING` if it stays inside, else `DIVERGED`.
    """
    obtained = final_value(pair.obtained.anchor, place.path)
    reference = None if pair.row is None else final_value(pair.row, place.path)
    deviation = None
    if obtained is not None and reference is not None:
        deviation = deviation_from(reference, obtained, tolerance)
    sides = f"{place.obtained} against {place.reference}"
    gaps = [_Gap(deviation=deviation)]
    return _weigh(place.path, tolerance, gaps, lambda _: sides)


def close_trace(pair: Pair, place: Divergence, tolerance: Tolerance) -> Finding:
    """Hold every kept step of a trace that differs against its tolerance.

    Args:
        pair: The two sides; the reference keeps the traces of this seed.
        place: Where the bits part.
        tolerance: What is allowed.

    Returns:
        `WITHIN_ROUNDING` if every step kept on both sides stays inside, and both
        count the same steps; else `DIVERGED`.
    """
    obtained = _named(pair.obtained, place.path)
    reference = _named(pair.reference, place.path)
    if obtained is None or reference is None or not _same_steps(obtained, reference):
        return Finding(
            name=place.path,
            rung=Rung.DIVERGED,
            tolerance=tolerance.text,
            detail=(
                f"{place.path} has other steps than the reference"
                f"{step_text(place)}: {place.obtained} against {place.reference}"
            ),
            worst="inf",
        )
    ours, theirs = obtained, reference

    def sides(gap: _Gap) -> str:
        one, other = gap.indices
        return f"{ours.scalar(one).decimal} against {theirs.scalar(other).decimal}"

    gaps = list(_gaps(obtained, reference, tolerance))
    return _weigh(place.path, tolerance, gaps, sides)


def _named(run: RunRecord, name: str) -> Series | None:
    return next((series for series in run.series if series.name == name), None)


def _same_steps(obtained: Series, reference: Series) -> bool:
    if (obtained.count, obtained.dtype) != (reference.count, reference.dtype):
        return False
    if obtained.stride == reference.stride:
        return obtained.steps == reference.steps
    return obtained.steps[-1:] == reference.steps[-1:]


def _gaps(obtained: Series, reference: Series, tolerance: Tolerance) -> Iterator[_Gap]:
    for step, one, other in common_steps(obtained, reference):
        if obtained.bits[one] != reference.bits[other]:
            ours, theirs = obtained.scalar(one).value, reference.scalar(other).value
            yield _Gap(
                deviation=deviation_from(theirs, ours, tolerance),
                step=step,
                indices=(one, other),
            )


def _weigh(
    name: str,
    tolerance: Tolerance,
    gaps: list[_Gap],
    sides: Callable[[_Gap], str],
) -> Finding:
    outside = [gap for gap in gaps if not is_inside(gap.deviation)]
    worst = max(gaps, key=lambda gap: gap.size, default=None)
    far = "0" if worst is None else multiple_text(worst.deviation)
    if outside:
        first = outside[0]
        factor = multiple_text(first.deviation)
        where = f"{name} leaves {tolerance.text}{first.at}"
        detail = f"{where} by {factor}x: {sides(first)}"
    else:
        at = "" if worst is None else worst.at
        detail = f"{name} at {far} of {tolerance.text}{at}"
    return Finding(
        name=name,
        rung=Rung.DIVERGED if outside else Rung.WITHIN_ROUNDING,
        tolerance=tolerance.text,
        detail=detail,
        worst=far,
    )
