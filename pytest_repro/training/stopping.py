"""When a loop may stop early, and what its best step was.

An evaluation either improves on the best one so far, by more than the least change that
counts, or somebody's patience wears. All of it is state that a checkpoint holds, so a
resumed run stops where the uninterrupted one would. This computes no metric.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field

__all__ = ["Patience"]


class Patience(Component, kind="stop"):
    """Stop when a metric has not improved for so many evaluations.

    Rationale: a fixed number of steps is either too many or too few.
    Trade-offs: the number of steps becomes an outcome; two runs that differ by rounding
        may stop at different steps.
    Use when: evaluations are cheap and the metric is smooth.
    Fails when: the metric is noisy, and the least change is smaller than its noise.

    Attributes:
        best: The best value so far; NaN before the first evaluation.
        best_step: The step at which it was seen; -1 before.
        waited: Evaluations since.

    Source:
        Prechelt 1998, https://doi.org/10.1007/3-540-49430-8_3, criterion UP.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Patience"]):
        """What to watch, and for how long."""

        metric: str = Field("valid/loss", why="what training is to improve")
        evaluations: int = Field(
            5, search=Domain.int(1, 50), why="longer than one dip of a noisy curve"
        )
        least_change: float = Field(0.0, why="any improvement counts")
        is_smaller_better: bool = Field(default=True, why="losses are the usual metric")

    def __init__(self, config: Config) -> None:
        """Begin with full patience.

        Args:
            config: What to watch.

        Raises:
            ReproUsageError: If it could never wait, or the least change is negative.
        """
        if config.evaluations < 1 or not config.least_change >= 0:
            msg = (
                "patience waits for at least one evaluation, and a least change is not "
                f"negative: got {config.evaluations} and {config.least_change:g}"
            )
            raise ReproUsageError(msg)
        self.config = config
        self.best = math.nan
        self.best_step = -1
        self.waited = 0

    @property
    def is_over(self) -> bool:
        """Whether to stop."""
        return self.waited >= self.config.evaluations

    def see(self, step: int, metrics: Mapping[str, float]) -> bool:
        """Hear of an evaluation.

        A value that is not a number improves on nothing.

        Args:
            step: After which it was made.
            metrics: By name.

        Returns:
            Whether it is the best so far.

        Raises:
            ReproUsageError: If the metric that is watched is not among them.
        """
        if self.config.metric not in metrics:
            known = ", ".join(sorted(metrics)) or "none"
            msg = (
                f"patience watches {self.config.metric!r}, which was not evaluated\n"
                f"  evaluated  {known}"
            )
            raise ReproUsageError(msg)
        value = metrics[self.config.metric]
        is_best = self._improves(value)
        if is_best:
            self.best, self.best_step, self.waited = value, step, 0
        else:
            self.waited += 1
        return is_best

    def _improves(self, value: float) -> bool:
        if math.isnan(value):
            return False
        gain = self.best - value if self.config.is_smaller_better else value - self.best
        return math.isnan(self.best) or gain > self.config.least_change

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint holds."""
        return {
            "best": self.best,
            "best_step": self.best_step,
            "waited": self.waited,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Args:
            state: What `state_dict` returned.
        """
        self.best = state["best"]
        self.best_step = state["best_step"]
        self.waited = state["waited"]
