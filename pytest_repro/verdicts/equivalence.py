"""Are two samples equivalent within a margin? Two one-sided tests on their means.

"Not significantly different" is not "the same": a test that finds nothing passes every
change when there are few seeds. Here the burden is turned round: equivalence must be
shown, at a stated error rate, and too few seeds show nothing. This is the form for a
fixed number of seeds; it knows no metric's name and no run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, sqrt
from typing import Final

from pytest_repro.records import Rung
from pytest_repro.verdicts.deviations import number_text

__all__ = ["ALPHA", "MIN_SEEDS", "Answer", "compare_samples"]

ALPHA: Final = 0.05
"""Chance of calling a shift of one whole margin equivalent, on normal data."""

MIN_SEEDS: Final = 3
"""On each side; below, a spread cannot be estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What two samples say.

    Attributes:
        rung: `EQUIVALENT`, `INCONCLUSIVE` or `DIVERGED`.
        detail: One line of evidence, with numbers.
        worst: The far end of the interval of the shift, in margins; None if there is
            no interval, or nothing is allowed.
    """

    rung: Rung
    detail: str
    worst: Fraction | None = None


def compare_samples(
    obtained: Sequence[float], reference: Sequence[float], *, margin: Fraction | float
) -> Answer:
    """Compare the means of two independent samples.

    The interval of the shift has level 1 − 2·`ALPHA`. Equivalent if it lies inside
    ±margin, diverged if it lies outside, else undecided. Samples without any spread
    are compared by their values.

    Args:
        obtained: One value for each obtained seed.
        reference: One value for each seed of the reference.
        margin: How far the means may be apart, in the metric's unit.

    Returns:
        The answer.

    Source:
        Schuirmann, "A comparison of the two one-sided tests procedure and the power
        approach", J. Pharmacokinet. Biopharm. 15 (1987); degrees of freedom: Welch,
        Biometrika 34 (1947).
    """
    counts = f"{len(obtained)} obtained and {len(reference)} reference seeds"
    if min(len(obtained), len(reference)) < MIN_SEEDS:
        detail = f"{counts} cannot decide: it takes {MIN_SEEDS} on each side"
        return Answer(rung=Rung.INCONCLUSIVE, detail=detail)
    if not all(map(isfinite, (*obtained, *reference))):
        detail = f"{counts} cannot decide: a value is not finite"
        return Answer(rung=Rung.INCONCLUSIVE, detail=detail)
    low, high = _interval(obtained, reference)
    allowed = Fraction(margin)
    shift = (
        f"shifts by {number_text((low + high) / 2)} over {counts}, 90 % interval"
        f" [{number_text(low)}, {number_text(high)}]"
    )
    return Answer(
        rung=_rung(low, high, allowed),
        detail=f"{shift}, margin {number_text(allowed)}{_strength(allowed, reference)}",
        worst=max(-low, high) / allowed if allowed else None,
    )


def _strength(margin: Fraction, reference: Sequence[float]) -> str:
    """Say how wide the margin is: one of many deviations excludes little."""
    scale = _largest(reference)
    spread = _variance_of_mean([Fraction(value) / scale for value in reference])
    if spread == 0:
        return ""
    deviations = margin / scale / Fraction(sqrt(spread * len(reference)))
    return f" ({number_text(deviations, digits=2)} reference standard deviations)"


def _largest(values: Sequence[float]) -> Fraction:
    return max(abs(Fraction(value)) for value in values) or Fraction(1)


def _rung(low: Fraction, high: Fraction, margin: Fraction) -> Rung:
    if -margin <= low and high <= margin:
        return Rung.EQUIVALENT
    if low > margin or high < -margin:
        return Rung.DIVERGED
    return Rung.INCONCLUSIVE


def _interval(
    obtained: Sequence[float], reference: Sequence[float]
) -> tuple[Fraction, Fraction]:
    """Compute the interval of the shift, in units of the largest value."""
    scale = _largest((*obtained, *reference))
    ours = [Fraction(value) / scale for value in obtained]
    theirs = [Fraction(value) / scale for value in reference]
    shift = _mean(ours) - _mean(theirs)
    half = Fraction(_half_width(ours, theirs))
    return (shift - half) * scale, (shift + half) * scale


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _half_width(obtained: Sequence[Fraction], reference: Sequence[Fraction]) -> float:
    # Loaded only here, because most sessions never need a quantile.
    from scipy.special import stdtrit  # noqa: PLC0415

    ours, theirs = _variance_of_mean(obtained), _variance_of_mean(reference)
    total = ours + theirs
    if total == 0:
        return 0.0
    share = float(ours / total)
    freedom = 1 / (
        share**2 / (len(obtained) - 1) + (1 - share) ** 2 / (len(reference) - 1)
    )
    return float(stdtrit(freedom, 1 - ALPHA)) * sqrt(total)


def _variance_of_mean(values: Sequence[Fraction]) -> Fraction:
    mean = _mean(values)
    squares = sum(((value - mean) ** 2 for value in values), Fraction(0))
    return squares / (len(values) - 1) / len(values)
