"""How long an operation takes, with intervals that suppose no distribution.

Times are measured anew in every run, on whatever machine there is: two equal runs have
different ones. They are never comparable bit for bit, so a contract gives them a wide
tolerance, such as ``Close(rtol=0.5)``, and they are best left out of a gate.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pytest_repro.errors import MetricError
from pytest_repro.metrics.estimates import (
    Estimate,
    check_level,
    quantile_of,
    rows_needed,
)
from pytest_repro.metrics.inputs import read_values

__all__ = ["Latency", "Timings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """What was measured.

    Attributes:
        median: The median duration [s].
        tail: The duration that most calls keep below [s].
        durations_s: Each duration, in order [s].
    """

    median: Estimate
    tail: Estimate
    durations_s: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """The duration of a call: its median and a high quantile, in seconds.

    The interval around a quantile lies between two measured durations, chosen by the
    binomial distribution of how many are shorter; it supposes that calls are
    independent and all alike, which warm-up helps with and nothing guarantees.

    Attributes:
        warm_up: Calls that are not measured.
        repeats: Calls that are.
        tail: The high quantile.
        level: Of the intervals.
    """

    warm_up: int = 10
    repeats: int = 100
    tail: float = 0.95
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse what cannot give the intervals."""
        check_level(self.level)
        if not 0.5 < self.tail < 1:  # noqa: PLR2004  # above the median
            msg = f"tail: a quantile above the median and below 1, got {self.tail!r}"
            raise MetricError(msg)
        needed = rows_needed(self.tail, self.level)
        if self.repeats < needed:
            msg = (
                f"repeats: {self.repeats} do not support an interval of level"
                f" {self.level} around the quantile {self.tail}: {needed} do"
            )
            raise MetricError(msg)
        if self.warm_up < 0:
            msg = f"warm_up: a number of calls, got {self.warm_up}"
            raise MetricError(msg)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return (
            f"latency-s-{self.repeats}-after-{self.warm_up}-tail-{self.tail!r}"
            f"-order-{self.level!r}-v1"
        )

    def __call__(
        self,
        operation: Callable[[], object],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> Timings:
        """Measure.

        Args:
            operation: What is measured, whole: on an accelerator it ends by waiting,
                such as with ``torch.cuda.synchronize()``.
            clock: Gives the time [s], never going back.

        Returns:
            Median and tail, each with its interval.

        Raises:
            MetricError: If the clock goes back or gives no number.
        """
        for _ in range(self.warm_up):
            operation()
        durations = []
        for _ in range(self.repeats):
            start = clock()
            operation()
            durations.append(clock() - start)
        if min(durations) < 0:
            number = durations.index(min(durations))
            msg = f"clock: went back by {-min(durations):.3g} s in call {number}"
            raise MetricError(msg)
        values = read_values("durations", durations)
        return Timings(
            median=quantile_of(values, 0.5, self.level),
            tail=quantile_of(values, self.tail, self.level),
            durations_s=tuple(durations),
        )
