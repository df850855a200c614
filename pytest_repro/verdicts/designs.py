"""What is declared before the first seed runs, and what is then compared.

A design that could change after a look at the values would void its error rates, so it
is a value of its own; the defaults are those of section 3.3 of the notes on statistics.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from pytest_repro.records import Scale

__all__ = ["Design", "Sample", "samples_of"]

RELABELLINGS: Final = (1999, 9999)
"""Drawn for a false-alarm rate from one per cent on, and for a smaller one."""

ONE_PER_CENT: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How a decision over seeds is taken.

    Attributes:
        alpha: Rate of false alarms, over all metrics and looks.
        beta: Rate of misses of a shift by one margin, for each metric.
        max_seeds: The last look, unless looks are given.
        min_seeds: Fewer seeds confirm nothing.
        looks: Numbers of seeds at which to look; None for every seed.
        relabellings: Drawn for the permutation test; None for 1999, or 9999 where
            alpha is below one per cent.
    """

    alpha: float = ONE_PER_CENT
    beta: float = 0.05
    max_seeds: int = 10
    min_seeds: int = 1
    looks: tuple[int, ...] | None = None
    relabellings: int | None = None

    def __post_init__(self) -> None:
        """Refuse a design that cannot be carried out.

        Raises:
            ValueError: If a rate is not between 0 and 1, or looks do not increase.
        """
        if not (0 < self.alpha < 1 and 0 < self.beta < 1):
            msg = f"error rates lie between 0 and 1, got {self.alpha}, {self.beta}"
            raise ValueError(msg)
        stages = self.stages
        is_increasing = list(stages) == sorted({*stages}) and min(stages, default=0) > 0
        if not is_increasing:
            msg = f"looks are positive and increase, got {stages}"
            raise ValueError(msg)

    @property
    def stages(self) -> tuple[int, ...]:
        """The looks, as numbers of seeds."""
        return self.looks or tuple(range(1, self.max_seeds + 1))

    @property
    def drawn(self) -> int:
        """How many relabellings are drawn where they are too many to list."""
        return self.relabellings or RELABELLINGS[self.alpha < ONE_PER_CENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One metric on both sides.

    Attributes:
        name: The metric.
        reference: One value a seed, NaN for a seed that gave none.
        obtained: The same, in the order in which the seeds are looked at.
        margin: As a person states it on the scale, see `margin_of`.
        scale: On which the margin is meant.
        quantum: The metric's resolution, if it is known; else it is inferred.
    """

    name: str
    reference: tuple[float, ...]
    obtained: tuple[float, ...] = ()
    margin: float
    scale: Scale = Scale.LINEAR
    quantum: float | None = None

    def __post_init__(self) -> None:
        """Refuse a margin that is none, and hold plain numbers.

        Raises:
            ValueError: If the margin is negative or not finite.
        """
        if not (isfinite(self.margin) and self.margin >= 0):
            msg = f"a margin is finite and not negative, got {self.margin}"
            raise ValueError(msg)
        for side in ("reference", "obtained"):
            # Plain floats, because rows of arrays are welcome too.
            object.__setattr__(self, side, tuple(map(float, getattr(self, side))))


def samples_of(
    reference: Iterable[Sequence[float]],
    obtained: Iterable[Sequence[float]],
    margins: Iterable[float],
) -> tuple[Sample, ...]:
    """Make samples of two tables, which may be arrays.

    Args:
        reference: A row a seed, a column a metric.
        obtained: The same, in the order in which the seeds are looked at.
        margins: One a metric, on the linear scale.

    Returns:
        The samples, named by their column.
    """
    theirs, ours = list(reference), list(obtained)
    return tuple(
        Sample(
            name=str(column),
            reference=tuple(row[column] for row in theirs),
            obtained=tuple(row[column] for row in ours),
            margin=float(margin),
        )
        for column, margin in enumerate(margins)
    )
