"""Paired measurements: ours and the alternative, in turn, on one machine at one time.

A machine's speed drifts by more than what is measured here, so nothing is compared with
a number from another hour. Each pair is measured side by side, its order alternates,
and the median over pairs stands for them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple, TypeVar

__all__ = ["BothClocks", "Clocks", "Pairs", "alternate"]

T = TypeVar("T")


class Clocks(NamedTuple):
    """How long something took.

    Attributes:
        wall_s: By the clock on the wall [s]: what a person waits for.
        processor_s: Processor time [s]: what is left of it when nothing else runs.
    """

    wall_s: float
    processor_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What two ways cost, pair by pair.

    Attributes:
        label: What was done both ways.
        plain: The cost of the alternative [s].
        ours: The cost with the plugin [s].
    """

    label: str
    plain: tuple[float, ...]
    ours: tuple[float, ...]

    @classmethod
    def by_clock(
        cls, label: str, plain: Sequence[Clocks], ours: Sequence[Clocks]
    ) -> "BothClocks":
        """Sort measurements by the clock that gave them.

        Args:
            label: What was done both ways.
            plain: The cost of the alternative, pair by pair.
            ours: The cost with the plugin.

        Returns:
            The pairs of each clock.
        """
        wall, processor = (
            cls(
                label=label,
                plain=tuple(cost[clock] for cost in plain),
                ours=tuple(cost[clock] for cost in ours),
            )
            for clock in range(2)
        )
        return BothClocks(wall, processor)

    @property
    def plain_s(self) -> float:
        """The median cost of the alternative [s]."""
        return median(self.plain)

    @property
    def ours_s(self) -> float:
        """The median cost with the plugin [s]."""
        return median(self.ours)

    @property
    def difference_s(self) -> float:
        """The median over pairs of what ours costs more [s]."""
        return median(b - a for a, b in zip(self.plain, self.ours, strict=True))

    @property
    def ratio(self) -> float:
        """The median over pairs of how many times as much ours costs."""
        return median(b / a for a, b in zip(self.plain, self.ours, strict=True))

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and largest ratio of any pair."""
        ratios = [b / a for a, b in zip(self.plain, self.ours, strict=True)]
        return min(ratios), max(ratios)


class BothClocks(NamedTuple):
    """The same pairs by both clocks.

    Attributes:
        wall: By the clock on the wall.
        processor: By processor time.
    """

    wall: Pairs
    processor: Pairs


def alternate(
    plain: Callable[[], T], ours: Callable[[], T], pairs: int
) -> tuple[list[T], list[T]]:
    """Measure both in turn; every other pair begins with the other.

    Args:
        plain: Measures the alternative.
        ours: Measures ours.
        pairs: How often.

    Returns:
        What they returned, pair by pair.
    """
    both: tuple[list[T], list[T]] = ([], [])
    for pair in range(pairs):
        first = pair % 2
        for which in (first, 1 - first):
            both[which].append((plain, ours)[which]())
    return both
