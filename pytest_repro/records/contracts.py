"""What a person promises about an experiment: tolerances, seeds, the rung required.

A contract is declared in the marker, stored with the reference so that a reviewer sees
it beside the values, and read by the judge. It never judges by itself.
"""

import enum
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from pytest_repro.errors import ContractError
from pytest_repro.records.entropy import Entropy

__all__ = [
    "Close",
    "Contract",
    "Equivalent",
    "Exact",
    "Rung",
    "Scale",
    "Tolerance",
    "ToleranceKind",
]

_LARGEST: Final = float.fromhex("0x1.fffffffffffffp+1023")


class Rung(enum.StrEnum):
    """The ladder of agreement, highest first."""

    IDENTICAL = "IDENTICAL"
    WITHIN_ROUNDING = "WITHIN_ROUNDING"
    EQUIVALENT = "EQUIVALENT"
    INCONCLUSIVE = "INCONCLUSIVE"
    DIVERGED = "DIVERGED"
    NOT_COMPARABLE = "NOT_COMPARABLE"

    @property
    def height(self) -> int:
        """The place on the ladder: 5 for `IDENTICAL` down to 0."""
        return len(Rung) - 1 - list(Rung).index(self)

    @property
    def label(self) -> str:
        """The rung as people read it."""
        return self.value.replace("_", " ")


class ToleranceKind(enum.StrEnum):
    """How two values, or two samples of values, are compared."""

    EXACT = "exact"
    CLOSE = "close"
    EQUIVALENT = "equivalent"


class Scale(enum.StrEnum):
    """The scale on which an equivalence margin is meant."""

    LINEAR = "linear"
    """A difference, in the metric's own unit."""

    LOG = "log"
    """A ratio: 0.02 is two per cent, for losses and times."""

    LOGIT = "logit"
    """A difference of log-odds, for rates near 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far two runs may differ in one metric.

    Made by `Exact`, `Close` and `Equivalent`.

    Attributes:
        kind: The comparison.
        absolute: In the metric's own unit, finite and not negative.
        relative: As a fraction of the reference's magnitude.
        scale: On which an equivalence margin is meant.
        is_automatic: Whether the margin is three standard deviations of the reference,
            measured when that was recorded, and frozen in it.
        target: The value of a trace whose first step there is what is compared, with
            the margin in steps; None where the values themselves are.
    """

    kind: ToleranceKind
    absolute: float = 0.0
    relative: float = 0.0
    scale: Scale = Scale.LINEAR
    is_automatic: bool = False
    target: float | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that would disarm the comparison.

        Raises:
            ContractError: If a bound is negative or not finite, or a target not finite.
        """
        if self.target is not None:
            _check_target(self.target)
        for name in ("absolute", "relative"):
            bound = getattr(self, name)
            if isinstance(bound, bool) or not isinstance(bound, int | float):
                msg = f"a tolerance is a number, got {bound!r}"
                raise ContractError(msg)
            if not 0 <= bound <= _LARGEST:
                msg = f"a tolerance is finite and not negative, got {name} {bound!r}"
                raise ContractError(msg)

    @property
    def target_text(self) -> str:
        """The target in as many digits as tell it from any other; empty for none."""
        return (
            "" if self.target is None else repr(float(self.target)).removesuffix(".0")
        )

    @property
    def text(self) -> str:
        """The tolerance as a person would write it."""
        match self.kind:
            case ToleranceKind.EXACT:
                return "Exact()"
            case ToleranceKind.CLOSE:
                return f"Close(rtol={self.relative:g}, atol={self.absolute:g})"
            case ToleranceKind.EQUIVALENT:
                target = self.target_text
                what = f", target={target}" if target else ""
                return f"Equivalent({self._margin_text}{what})"

    @property
    def _margin_text(self) -> str:
        if self.is_automatic:
            frozen = f"={self.absolute:g}" if self.absolute else ""
            return f'"auto"{frozen}'
        margin = f"rel={self.relative:g}" if self.relative else f"{self.absolute:g}"
        scale = "" if self.scale is Scale.LINEAR else f', scale="{self.scale}"'
        return f"{margin}{scale}"

    def margin(self, reference: float) -> float:
        """Return how far from a reference value another may lie.

        Args:
            reference: The reference value, in the metric's unit.

        Returns:
            ``absolute + relative · |reference|``, in the metric's unit.
        """
        return self.absolute + self.relative * abs(reference)


def _check_target(target: object) -> None:
    if isinstance(target, bool) or not isinstance(target, int | float):
        msg = f"a target is a number, got {target!r}"
        raise ContractError(msg)
    if not -_LARGEST <= target <= _LARGEST:
        msg = f"a target is finite, got {target!r}"
        raise ContractError(msg)


def Exact() -> Tolerance:  # noqa: N802  # reads as the type it stands for
    """Demand the same bits; −0.0, NaN payloads and dtype count.

    Returns:
        The tolerance.
    """
    return Tolerance(kind=ToleranceKind.EXACT)


def Close(*, rtol: float = 0.0, atol: float = 0.0) -> Tolerance:  # noqa: N802  # as Exact
    """Let each value differ from the reference's at the same seed and step.

    ``|obtained − reference| ≤ atol + rtol · |reference|``

    Args:
        rtol: Relative tolerance, as a fraction.
        atol: Absolute tolerance, in the metric's unit.

    Returns:
        The tolerance.

    Raises:
        ContractError: If both are zero, or one is negative or not finite.
    """
    if rtol == 0 and atol == 0:
        msg = "Close() needs rtol or atol; write Exact() for the same bits"
        raise ContractError(msg)
    return Tolerance(kind=ToleranceKind.CLOSE, absolute=atol, relative=rtol)


def Equivalent(  # noqa: N802  # as Exact
    margin: float | Literal["auto"] = 0.0,
    *,
    rel: float = 0.0,
    scale: Literal["linear", "log", "logit"] = "linear",
    target: float | None = None,
) -> Tolerance:
    """Demand equivalent distributions over seeds, within a margin.

    The margin is the smallest change of the mean over seeds that must not be merged.
    A final metric is compared as it is. Of a trace the *curve* is: its means over ten
    stretches of steps, each within the margin; or, with a target, the *event*: the
    first step at which it reaches the target. A pattern such as ``test/accuracy/*``
    makes a *group*. Everything that has a margin is one family: all must be shown
    equivalent, and one that differs suffices.

    Args:
        margin: In the metric's own unit; on the log scale a ratio (0.02 is two per
            cent), on the logit scale a difference of log-odds. ``"auto"`` takes three
            standard deviations of the reference, measured when it is recorded.
        rel: Instead of a margin: a fraction of the reference mean, on the linear scale.
        scale: ``linear``, ``log`` or ``logit``.
        target: A value of a trace. The margin is then in steps (or a ratio of steps on
            the log scale, a fraction of them by `rel`); a run that never gets there
            counts as far too late. It says nothing about a final metric.

    Returns:
        The tolerance.

    Raises:
        ContractError: Unless exactly one of the two is positive and finite, or the
            scale is unknown, or `rel` is given on another scale than the linear one,
            or the target is not finite, or steps are to be log-odds.

    Example:
        >>> Equivalent(0.02, scale="log").text
        'Equivalent(0.02, scale="log")'
        >>> Equivalent(50, target=0.93).text
        'Equivalent(50, target=0.93)'
    """
    if scale not in list(Scale):
        msg = f"Equivalent(scale=…) is one of {', '.join(Scale)}, got {scale!r}"
        raise ContractError(msg)
    if rel and scale != "linear":
        msg = f'Equivalent(rel=…) is for the linear scale; write scale="{scale}" alone'
        raise ContractError(msg)
    if target is not None and scale == "logit":
        msg = "Equivalent(target=…) compares steps, and steps have no log-odds"
        raise ContractError(msg)
    if margin == "auto" and rel == 0:
        return Tolerance(
            kind=ToleranceKind.EQUIVALENT,
            scale=Scale(scale),
            is_automatic=True,
            target=target,
        )
    if isinstance(margin, str) or (margin == 0) == (rel == 0):
        msg = "Equivalent() needs either a margin or rel=, and it must be positive"
        raise ContractError(msg)
    return Tolerance(
        kind=ToleranceKind.EQUIVALENT,
        absolute=margin,
        relative=rel,
        scale=Scale(scale),
        target=target,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What must hold for an experiment to pass.

    Attributes:
        seeds: At most so many seeds are run.
        reference_seeds: How many seeds a reference is recorded with; None for ten where
            a metric is to be equivalent, else as many as `seeds`.
        tolerances: Metric names or shell patterns, with their tolerance, in order.
        required: The lowest rung that passes against a reference of the same
            environment key; None for the default of the judge.
        timeout_s: A run that takes longer is stopped [s]; None for the option's.
        allow_nonfinite: Why a metric may be NaN or infinite; empty: it may not.
        horizon: How many steps the tier `pr` runs.
        accepts: Randomness that no seed governs and that may be drawn all the same.
    """

    seeds: int = 1
    reference_seeds: int | None = None
    tolerances: tuple[tuple[str, Tolerance], ...] = ()
    required: Rung | None = None
    timeout_s: float | None = None
    allow_nonfinite: str = ""
    horizon: int = 25
    accepts: tuple[Entropy, ...] = ()

    def tolerance_for(self, metric: str) -> Tolerance | None:
        """Find the tolerance that governs a metric.

        Args:
            metric: The metric's name.

        Returns:
            The tolerance under that very name, else under the first pattern that
            matches, else None.
        """
        for name, tolerance in self.tolerances:
            if name == metric:
                return tolerance
        for pattern, tolerance in self.tolerances:
            if fnmatchcase(metric, pattern):
                return tolerance
        return None
