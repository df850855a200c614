r"""Learning-rate schedules: the rate as a factor of its peak, a function of the step.

$r(s) = r_{\max} \cdot f(s)$. Each is a pure function of the step, so a resumed run has
the rate of the uninterrupted one whatever it remembers. `torch_optimizers` makes
torch's schedules of them.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Protocol

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field

__all__ = ["Factor", "Milestones", "WarmupCosine"]


class Factor(Protocol):
    """What a schedule is."""

    def __call__(self, step: int) -> float:
        """Return the rate of a step, as a fraction of the peak."""


class WarmupCosine(Component, kind="sched"):
    r"""Rise in a line, then fall along half a cosine.

    $f(s) = (s + 1) / w$ for $s < w$, then
    $f(s) = e + (1 - e)(1 + \cos(\pi\,(s - w) / (n - w))) / 2$, and $e$ from $n$ on.

    Rationale: large steps at the beginning break what adaptive optimizers estimate.
    Trade-offs: the number of steps must be known.
    Use when: training runs for a fixed number of steps.
    Fails when: it is stopped early, before the rate has fallen.

    Source:
        Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983; warm-up after Goyal
        et al. 2017, https://arxiv.org/abs/1706.02677.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["WarmupCosine"]):
        """Steps of the rise, of the whole, and where it ends."""

        steps: int = Field(why="the number of steps of the loop")
        warmup: int = Field(
            0, search=Domain.int(0, 1000), why="none for optimizers without state"
        )
        end: float = Field(0.0, why="the last steps settle")

    def __init__(self, config: Config) -> None:
        """Take the steps.

        Args:
            config: Of the schedule.

        Raises:
            ReproUsageError: Unless 0 ≤ warm-up < steps, and the end lies in [0, 1].
        """
        if not 0 <= config.warmup < config.steps or not 0 <= config.end <= 1:
            msg = (
                "a schedule warms up in fewer steps than it has, and ends in [0, 1]: "
                f"got {config.warmup} of {config.steps}, and {config.end:g}"
            )
            raise ReproUsageError(msg)
        self.config = config

    def __call__(self, step: int) -> float:
        """Return the rate of a step, as a fraction of the peak.

        Args:
            step: From 0 on.

        Returns:
            In [0, 1].
        """
        warmup, steps, end = self.config.warmup, self.config.steps, self.config.end
        if step < warmup:
            return (step + 1) / warmup
        done = min(1.0, (step - warmup) / (steps - warmup))
        return end + (1 - end) * (1 + math.cos(math.pi * done)) / 2


class Milestones(Component, kind="sched"):
    """Keep the rate, and multiply it at given steps.

    Rationale: noise falls with the rate, at times that a person has chosen.
    Trade-offs: the times are hyperparameters without a scale.
    Use when: a published result did so.
    Fails when: the number of steps changes and the times do not.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Milestones"]):
        """When, and by how much."""

        at: tuple[int, ...] = Field((), why="the rate is kept")
        factor: float = Field(0.1, why="the usual one")

    def __init__(self, config: Config) -> None:
        """Take the steps.

        Args:
            config: Of the schedule.

        Raises:
            ReproUsageError: If they do not go up, or the factor is not positive.
        """
        if any(one >= other for one, other in itertools.pairwise(config.at)):
            msg = f"milestones go up, got {config.at}"
            raise ReproUsageError(msg)
        if not config.factor > 0:
            msg = f"a factor is positive, got {config.factor:g}"
            raise ReproUsageError(msg)
        self.config = config

    def __call__(self, step: int) -> float:
        """Return the rate of a step, as a fraction of the first.

        Args:
            step: From 0 on.

        Returns:
            A power of the factor.
        """
        passed = sum(step >= one for one in self.config.at)
        return float(self.config.factor**passed)
