"""What one look may cost a metric: its levels, and how far a shift must go.

All of it follows from the design and the metric's own reference, never from another
metric. So a metric is asked the same questions in a family as alone, which is why a
further metric never makes a pass easier (decision 14). Nothing here decides.
"""

from dataclasses import dataclass
from typing import Final

from pytest_repro.verdicts.confirmation import start_of
from pytest_repro.verdicts.designs import Design
from pytest_repro.verdicts.preparation import Prepared
from pytest_repro.verdicts.spending import (
    DivergenceLevel,
    confirmation_levels,
    divergence_levels,
    information,
)

__all__ = ["Look"]

EARLY: Final = 0.9
LATE: Final = 0.5
"""A shift of fewer margins never diverges: before the first seed, at the last look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of a design.

    Attributes:
        design: What was declared.
        seeds: The obtained seeds that are looked at, one of the design's stages.
        reference_seeds: Those of the reference.
    """

    design: Design
    seeds: int
    reference_seeds: int

    @property
    def divergence(self) -> DivergenceLevel:
        """The level of the permutation test, which a whole family shares."""
        levels = divergence_levels(
            self.reference_seeds,
            self.design.stages,
            alpha=self.design.alpha,
            relabellings=self.design.drawn,
        )
        return levels[self._index]

    @property
    def least_shift(self) -> float:
        """How far a metric must have shifted to diverge, in margins.

        ``0.9 − 0.4·I_n/I_N``: few seeds scatter, so early only a shift of nearly a
        margin is taken for one; at the last look half a margin is enough.
        """
        known = information(self.reference_seeds, self.seeds)
        whole = information(self.reference_seeds, self.design.stages[-1])
        return LATE + (EARLY - LATE) * (1 - known / whole)

    def confirmation(self, metric: Prepared) -> float:
        """Compute the level at which a metric is confirmed, from its own start.

        Args:
            metric: The metric, without a problem.

        Returns:
            The one-sided level; zero before the start.
        """
        stages = self.design.stages
        start = start_of(
            metric.centre, metric.margin, stages, min_seeds=self.design.min_seeds
        )
        levels = confirmation_levels(
            self.reference_seeds, stages, beta=self.design.beta, start=start
        )
        return levels[self._index]

    @property
    def _index(self) -> int:
        return self.design.stages.index(self.seeds)
