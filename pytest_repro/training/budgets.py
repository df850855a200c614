"""How many samples each source gives: whole numbers from shares, and their limits.

Shares of a mixture are no numbers of samples. They become some by largest remainder,
which is exact, depends on no order of summation, and always adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pytest_repro.errors import ReproUsageError

__all__ = ["DataBudget", "apportion"]

Weight = int | float | Fraction
"""A weight as people write it: 0.1 means exactly one tenth."""


def apportion(total: int, weights: Mapping[str, Weight]) -> dict[str, int]:
    """Cut a number into whole ones, as nearly as weights say.

    ::

        exact = total · weight / Σ weights,   count = ⌊exact⌋, and one more for the
        largest remainders; equal ones in the order of names

    Law: the counts add up to `total`, and each is less than 1 away from exact.

    Args:
        total: How many there are.
        weights: By name, from 0 on; they need not sum to 1.

    Returns:
        The counts, in the order of the weights.

    Raises:
        ReproUsageError: If there is nothing to weigh.

    Example:
        >>> apportion(10, {"web": 0.7, "books": 0.2, "code": 0.1})
        {'web': 7, 'books': 2, 'code': 1}

    Source:
        Hamilton's method of apportionment.
    """
    exact = {name: _exact(name, one) for name, one in weights.items()}
    whole = sum(exact.values(), Fraction(0))
    if total < 0 or not whole:
        msg = f"a total from 0 on over weights of which one is above 0, got {total}"
        raise ReproUsageError(msg)
    shares = {name: total * one / whole for name, one in exact.items()}
    counts = {name: int(share) for name, share in shares.items()}
    left = total - sum(counts.values())
    ranked = sorted(shares, key=lambda name: (counts[name] - shares[name], name))
    for name in ranked[:left]:
        counts[name] += 1
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBudget:
    """How many samples may be used.

    Attributes:
        total: Over all sources.
        per_source: Of single sources; one without an entry has no limit of its own.
    """

    total: int
    per_source: Mapping[str, int] = field(default_factory=dict)

    def check(self, counts: Mapping[str, int]) -> None:
        """Check what is to be used.

        Args:
            counts: How many samples of each source.

        Raises:
            ReproUsageError: If some limit is exceeded, naming each.
        """
        rows = [
            (name, counts.get(name, 0), limit)
            for name, limit in sorted(self.per_source.items())
        ]
        rows.append(("in all", sum(counts.values()), self.total))
        over = [row for row in rows if row[1] > row[2]]
        if over:
            lines = [f"  {name}  {used} of {limit}" for name, used, limit in over]
            msg = "\n".join(["more samples than the budget allows", *lines])
            raise ReproUsageError(msg)


def _exact(name: str, weight: Weight) -> Fraction:
    try:
        exact = weight if isinstance(weight, Fraction) else Fraction(repr(weight))
    except ValueError:
        exact = Fraction(-1)
    if exact < 0:
        msg = f"the weight of {name!r} is a number from 0 on, got {weight!r}"
        raise ReproUsageError(msg)
    return exact
