"""Domains: what a field may be set to when somebody searches over it.

A domain stands on the field itself, beside the default and the reason, so that a
recipe, its search space and its documentation cannot part. It is a value: it draws
nothing, and knows neither samplers nor trials.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

from pytest_repro.errors import RecipeError

__all__ = ["Choices", "Choosable", "Domain", "FloatRange", "IntRange"]

Choosable: TypeAlias = "bool | int | float | str | None"
"""What can be one of several choices."""

# Inside `Domain` the names `int` and `float` are constructors.
_Int: TypeAlias = int
_Float: TypeAlias = float


class Domain:
    """A set of values; made by `Domain.int`, `Domain.float` and `Domain.cat`.

    Example:
        >>> Domain.int(16, 512, log=True)
        IntRange(low=16, high=512, step=1, log=True)
        >>> Domain.cat("layer", "batch", "none").size
        3
    """

    __slots__ = ()

    @staticmethod
    def int(low: _Int, high: _Int, *, step: _Int = 1, log: bool = False) -> "IntRange":
        """Whole numbers in [low, high].

        Args:
            low: The smallest.
            high: The largest.
            step: Only every so many, counted from the smallest.
            log: Whether factors matter, not differences; then the step is 1.

        Returns:
            The domain.

        Raises:
            RecipeError: If there is no such number.
        """
        return IntRange(low=low, high=high, step=step, log=log)

    @staticmethod
    def float(
        low: _Float, high: _Float, *, step: _Float | None = None, log: bool = False
    ) -> "FloatRange":
        """Numbers in [low, high].

        Args:
            low: The smallest.
            high: The largest.
            step: Only every so much, counted from the smallest; None for all.
            log: Whether factors matter, not differences; then there is no step.

        Returns:
            The domain.

        Raises:
            RecipeError: If there is no such number.
        """
        return FloatRange(low=float(low), high=float(high), step=step, log=log)

    @staticmethod
    def cat(*choices: Choosable) -> "Choices":
        """One of several values, which have no order.

        Args:
            *choices: The values, each once.

        Returns:
            The domain.

        Raises:
            RecipeError: If there is none, or one twice.
        """
        return Choices(choices=choices)

    @property
    def size(self) -> _Int | None:
        """How many values there are; None if that cannot be counted."""
        return None

    @property
    def text(self) -> str:
        """The domain on one line, for people."""
        return repr(self)

    def contains(self, value: object) -> bool:
        """Tell whether a value lies in the domain.

        Args:
            value: Any value.

        Returns:
            Whether it does.
        """
        raise TypeError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntRange(Domain):
    """Whole numbers in [low, high].

    Attributes:
        low: The smallest.
        high: The largest.
        step: Only every so many, counted from the smallest.
        log: Whether factors matter, not differences.
    """

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        """Refuse bounds without meaning."""
        _check_bounds(self.low, self.high, log=self.log)
        if self.step < 1 or (self.log and self.step != 1):
            msg = f"the step of whole numbers is 1 or more, with log 1: {self.step}"
            raise RecipeError(msg)

    @property
    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    @property
    def text(self) -> str:
        """The domain on one line, for people."""
        step = f" step {self.step}" if self.step > 1 else ""
        return f"whole numbers [{self.low}, {self.high}]{step}{_log(self.log)}"

    def contains(self, value: object) -> bool:
        """Tell whether a value lies in the domain.

        Args:
            value: Any value.

        Returns:
            Whether it does.
        """
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
            and (value - self.low) % self.step == 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatRange(Domain):
    """Numbers in [low, high].

    Attributes:
        low: The smallest.
        high: The largest.
        step: Only every so much, counted from the smallest; None for all.
        log: Whether factors matter, not differences.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        """Refuse bounds without meaning."""
        _check_bounds(self.low, self.high, log=self.log)
        if self.step is not None and (self.log or not self.step > 0):
            msg = f"a step is above 0, and there is none with log: {self.step}"
            raise RecipeError(msg)

    @property
    def size(self) -> int | None:
        """How many values there are; None without a step."""
        if self.step is None:
            return None
        return math.floor((self.high - self.low) / self.step * (1 + 1e-12)) + 1

    @property
    def text(self) -> str:
        """The domain on one line, for people."""
        step = "" if self.step is None else f" step {self.step!r}"
        return f"numbers [{self.low!r}, {self.high!r}]{step}{_log(self.log)}"

    def contains(self, value: object) -> bool:
        """Tell whether a value lies in the domain.

        With a step, a value counts that is one of them but for rounding.

        Args:
            value: Any value.

        Returns:
            Whether it does.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not self.low <= value <= self.high or self.step is None:
            return self.low <= value <= self.high
        steps = (value - self.low) / self.step
        return math.isclose(steps, round(steps), rel_tol=1e-9, abs_tol=1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Domain):
    """One of several values, which have no order.

    Attributes:
        choices: The values.
    """

    choices: tuple[Choosable, ...]

    def __post_init__(self) -> None:
        """Refuse choices without meaning."""
        kinds = [(type(one), one) for one in self.choices]
        if not kinds or len(set(kinds)) != len(kinds):
            msg = f"choices are different values, at least one: {self.choices}"
            raise RecipeError(msg)

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.choices)

    @property
    def text(self) -> str:
        """The domain on one line, for people."""
        return "one of " + ", ".join(map(repr, self.choices))

    def contains(self, value: object) -> bool:
        """Tell whether a value lies in the domain.

        Args:
            value: Any value.

        Returns:
            Whether it does.
        """
        return (type(value), value) in {(type(one), one) for one in self.choices}


def _log(log: bool) -> str:  # noqa: FBT001  # the field's own name
    return " log" if log else ""


def _check_bounds(low: float, high: float, *, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        msg = f"bounds are finite, the lower one first: [{low}, {high}]"
        raise RecipeError(msg)
    if log and low <= 0:
        msg = f"with log both bounds are above 0: [{low}, {high}]"
        raise RecipeError(msg)
