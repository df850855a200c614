"""Numbers that change while a run goes on, and bounds between which others are drawn.

The value of a schedule is a function of the epoch, or of the step, and of nothing that
happened before: a resumed run has the values of one that was never stopped.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

import numpy as np

from pytest_repro.augmentation.draws import NORMAL_BITS, Floats, normal_table
from pytest_repro.errors import ReproUsageError

__all__ = ["Bounds", "Moment", "Number", "Schedule", "value_at"]

_GRAIN: Final = 2.0**30
_DEVIATIONS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is drawn.

    Attributes:
        epoch: Which pass over the data, from 0 on.
        step: Which update, from 0 on; counts only for schedules by step.
    """

    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A number that goes from one value to another.

    ::

        t = clip((now − delay) / length, 0, 1)
        constant  start
        linear    start + (end − start) · t
        cosine    start + (end − start) · (1 − cos πt) / 2
        step      start + (end − start) · ⌊jumps · t⌋ / jumps

    By step, what a sample gets depends on the step at which it comes; by epoch it does
    not depend on batches at all.

    Attributes:
        start: The first value.
        end: The last.
        shape: How it gets there.
        length: In how many epochs or steps.
        delay: After how many it starts.
        jumps: Of the shape ``step``.
        unit: What is counted.
    """

    start: float
    end: float
    shape: Literal["constant", "linear", "cosine", "step"] = "linear"
    length: int = 1
    delay: int = 0
    jumps: int = 1
    unit: Literal["epoch", "step"] = "epoch"

    def __post_init__(self) -> None:
        """Refuse lengths without meaning."""
        if self.length < 1 or self.delay < 0 or self.jumps < 1:
            msg = (
                "a schedule has a length and jumps from 1 on and a delay from 0 on,"
                f" got {self.length}, {self.jumps}, {self.delay}"
            )
            raise ReproUsageError(msg)

    def value(self, now: Moment) -> float:
        """Return the value at a moment.

        Args:
            now: The moment.

        Returns:
            The value.

        Example:
            >>> Schedule(start=0.0, end=1.0, length=4).value(Moment(epoch=1))
            0.25
        """
        count = now.epoch if self.unit == "epoch" else now.step
        t = min(max((count - self.delay) / self.length, 0.0), 1.0)
        match self.shape:
            case "constant":
                t = 0.0
            case "cosine":
                # The last bits of a cosine are the platform's; these are everybody's.
                t = round((1 - math.cos(math.pi * t)) / 2 * _GRAIN) / _GRAIN
            case "step":
                t = math.floor(self.jumps * t) / self.jumps
            case "linear":
                pass
        return self.end if t == 1.0 else self.start + (self.end - self.start) * t


Number: TypeAlias = float | Schedule
"""What stays, or follows a schedule."""


def value_at(number: Number, now: Moment) -> float:
    """Return what a number is at a moment.

    Args:
        number: A number, or its schedule.
        now: The moment.

    Returns:
        The value.
    """
    return number.value(now) if isinstance(number, Schedule) else float(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between which values something is drawn, and by which law.

    ::

        uniform   low + (high − low) · u
        normal    (low + high)/2 + (high − low)/6 · z,   clipped to [low, high]
        whole     low + ⌊(high − low + 1) · u⌋

    Attributes:
        low: The least value.
        high: The greatest.
        law: How values are spread between them.
    """

    low: Number
    high: Number
    law: Literal["uniform", "normal", "whole"] = "uniform"

    def at(self, now: Moment) -> tuple[float, float]:
        """Return both bounds at a moment.

        Args:
            now: The moment.

        Returns:
            Least and greatest value.

        Raises:
            ReproUsageError: If they are not finite, in this order.
        """
        low, high = value_at(self.low, now), value_at(self.high, now)
        is_finite = math.isfinite(low) and math.isfinite(high)
        if not is_finite or low > high or (self.law == "whole" and low % 1 + high % 1):
            msg = f"no bounds at epoch {now.epoch}: {self.law} [{low}, {high}]"
            raise ReproUsageError(msg)
        return low, high

    def place(self, drawn: Floats, now: Moment) -> Floats:
        """Turn numbers in [0, 1) into values between the bounds.

        Args:
            drawn: The numbers.
            now: The moment.

        Returns:
            The values.
        """
        low, high = self.at(now)
        match self.law:
            case "whole":
                found = low + np.floor((high - low + 1) * drawn)
            case "normal":
                rows = (drawn * 2**NORMAL_BITS).astype(np.int64)
                spread = (high - low) / (2 * _DEVIATIONS)
                found = (low + high) / 2 + spread * normal_table()[rows]
            case "uniform":
                found = low + (high - low) * drawn
            case _:
                assert_never(self.law)
        return np.clip(found, low, high)
