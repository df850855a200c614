"""How far groups of people, or of anything, are treated apart.

Rates are fractions of counts, and their differences are rounded once. A rate of a few
rows says little, so a group that is too small is an error and not a number.

Source:
    Fairlearn, user guide, "Common fairness metrics" and "Disaggregated metrics",
    https://fairlearn.org/main/user_guide/assessment/common_fairness_metrics.html
    (``demographic_parity_difference`` and ``equalized_odds_difference`` between
    groups, the latter with ``agg="worst_case"``); Hardt, Price & Srebro 2016,
    https://arxiv.org/abs/1610.02413; worst group: Sagawa et al. 2020,
    https://arxiv.org/abs/1911.08731.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pytest_repro.errors import MetricError
from pytest_repro.metrics.inputs import (
    check_rows,
    read_binary,
    read_groups,
    read_values,
)

__all__ = [
    "DemographicParityDifference",
    "EqualisedOddsDifference",
    "WorstGroupAccuracy",
    "group_sizes",
]

LEAST: Final = 30
"""How many rows the smallest group has, unless a definition says otherwise."""


def group_sizes(groups: object) -> dict[str, int]:
    """Count the rows of each group, to be logged beside a gap.

    Args:
        groups: The group of each row.

    Returns:
        Rows by group, sorted by name.

    Raises:
        MetricError: If there are no rows, or a row has no group.
    """
    names = read_groups(groups, rows=_length(groups))
    if not names:
        msg = "groups: no rows, so there is nothing to count"
        raise MetricError(msg)
    return {name: names.count(name) for name in sorted(set(names))}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemographicParityDifference:
    """How far the share of positive predictions differs between groups.

    ::

        gap = max_g P(ŷ = 1 | g) − min_g P(ŷ = 1 | g)

    Unitless, in [0, 1]; 0 where all groups are chosen equally often.

    Attributes:
        least: The rows that every group must have.
    """

    least: int = LEAST

    def __post_init__(self) -> None:
        """Refuse a size that no group can have."""
        _check_least(self.least)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"demographic-parity-difference-least-{self.least}-v1"

    def __call__(self, predictions: object, groups: object) -> float:
        """Compute the gap.

        Args:
            predictions: 1 for chosen, 0 for not, for each row.
            groups: The group of each row.

        Returns:
            The gap, in [0, 1].

        Raises:
            MetricError: If there is one group only, or one that is too small.
        """
        chosen = read_binary("predictions", predictions).tolist()
        names = read_groups(groups, rows=len(chosen))
        return _spread(_rates(chosen, names, least=self.least, what="rows"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualisedOddsDifference:
    """How far the rates of true and of false alarms differ between groups, at worst.

    ::

        gap = max over y in {0, 1} of max_g P(ŷ = 1 | y, g) − min_g P(ŷ = 1 | y, g)

    Unitless, in [0, 1]; 0 where errors are spread evenly.

    Attributes:
        least: The rows of either label that every group must have.
    """

    least: int = LEAST

    def __post_init__(self) -> None:
        """Refuse a size that no group can have."""
        _check_least(self.least)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"equalised-odds-difference-worst-least-{self.least}-v1"

    def __call__(self, predictions: object, labels: object, groups: object) -> float:
        """Compute the gap.

        Args:
            predictions: 1 or 0 for each row.
            labels: The truth, likewise.
            groups: The group of each row.

        Returns:
            The gap, in [0, 1].

        Raises:
            MetricError: If there is one group only, or one with too few rows of a
                label, none included.
        """
        chosen = read_binary("predictions", predictions).tolist()
        truth = read_binary("labels", labels, rows=len(chosen)).tolist()
        names = read_groups(groups, rows=len(chosen))
        known = sorted(set(names))
        gaps = []
        for label in (0, 1):
            rows = [row for row, true in enumerate(truth) if true == label]
            rates = _rates(
                [chosen[row] for row in rows],
                [names[row] for row in rows],
                least=self.least,
                what=f"rows of label {label}",
                known=known,
            )
            gaps.append(_spread(rates))
        return max(gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGroupAccuracy:
    """The accuracy of the group that fares worst.

    ::

        worst = min_g P(ŷ = y | g)

    Unitless, in [0, 1]; 1 where every prediction is right.

    Attributes:
        least: The rows that every group must have.
    """

    least: int = LEAST

    def __post_init__(self) -> None:
        """Refuse a size that no group can have."""
        _check_least(self.least)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"worst-group-accuracy-least-{self.least}-v1"

    def __call__(self, predictions: object, labels: object, groups: object) -> float:
        """Compute the accuracy.

        Args:
            predictions: The predicted class of each row, as a number.
            labels: The true one, likewise.
            groups: The group of each row.

        Returns:
            The accuracy, in [0, 1].

        Raises:
            MetricError: If there is one group only, or one that is too small.
        """
        chosen = read_values("predictions", predictions).tolist()
        truth = read_values("labels", labels).tolist()
        check_rows("labels", len(truth), len(chosen))
        names = read_groups(groups, rows=len(chosen))
        hits = [int(one == other) for one, other in zip(chosen, truth, strict=True)]
        rates = _rates(hits, names, least=self.least, what="rows")
        return float(min(rates.values()))


def _rates(
    hits: Sequence[int],
    names: Sequence[str],
    *,
    least: int,
    what: str,
    known: Sequence[str] = (),
) -> Mapping[str, Fraction]:
    """Return the share of ones in each group, as an exact fraction."""
    found: dict[str, list[int]] = {name: [] for name in known or sorted(set(names))}
    for name, hit in zip(names, hits, strict=True):
        found[name].append(hit)
    if len(found) < 2:  # noqa: PLR2004  # a gap lies between two
        only = ", ".join(map(repr, found)) or "none"
        msg = f"groups: at least two are compared, and there is only {only}"
        raise MetricError(msg)
    for name, ones in found.items():
        if len(ones) < least:
            msg = (
                f"groups: {name!r} has {len(ones)} {what}, fewer than {least}: its rate"
                " says little\n  remedy  join small groups, or name another least size:"
                " least=…"
            )
            raise MetricError(msg)
    return {name: Fraction(sum(ones), len(ones)) for name, ones in found.items()}


def _spread(rates: Mapping[str, Fraction]) -> float:
    return float(max(rates.values()) - min(rates.values()))


def _length(value: object) -> int:
    try:
        return len(value)  # type: ignore[arg-type]  # what has none is refused
    except TypeError as error:
        msg = f"groups: a group for each row, got {type(value).__name__}"
        raise MetricError(msg) from error


def _check_least(least: object) -> None:
    if not isinstance(least, int) or isinstance(least, bool) or least < 1:
        msg = f"least: a whole number from 1 on, got {least!r}"
        raise MetricError(msg)
