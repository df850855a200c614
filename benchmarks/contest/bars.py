"""What an acceptance bar is, and where its figures come from.

A bar holds or it does not; nothing here decides what to do about it. Bars 1 to 3 are
gates. Their texts and limits are those that were written down before the product's
rule was.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.contest.measuring import Outcome, standard_error

__all__ = ["GATES", "Bar", "Outcomes", "at_least", "at_most", "plural", "ratio"]

GATES = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One figure that must be reached.

    Attributes:
        number: Of the bar that it belongs to.
        what: What was measured.
        value: The figure.
        error: Its standard error; 0 where nothing is random.
        limit: What it must reach.
        is_ceiling: Whether it must stay below its limit, and not above.
        unit: "%", "seeds", "×" and the like.
    """

    number: int
    what: str
    value: float
    error: float
    limit: float
    is_ceiling: bool
    unit: str

    @property
    def is_gate(self) -> bool:
        """Whether nothing may ever relax it."""
        return self.number in GATES

    def holds(self, widening: float = 0.0) -> bool:
        """Tell whether it holds.

        Args:
            widening: Standard errors by which the limit is wider.

        Returns:
            Whether the figure reaches its limit.
        """
        slack = widening * self.error
        if self.is_ceiling:
            return self.value <= self.limit + slack
        return self.value >= self.limit - slack


class Outcomes:
    """Outcomes that can be asked for by what they are about."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        """Hold outcomes.

        Args:
            outcomes: All of them.
        """
        self._all = tuple(outcomes)

    def of(self, study: str, rule: str, **about: object) -> list[Outcome]:
        """Find outcomes.

        Args:
            study: The study.
            rule: The name of the rule.
            **about: What the cell must be: a value, or a tuple of values.

        Returns:
            Those that fit, in the order of measurement.
        """
        return [
            one
            for one in self._all
            if one.study == study and one.rule == rule and _fits(one, about)
        ]


def at_most(
    number: int, what: str, found: Sequence[Outcome], rate: str, limit: float
) -> list[Bar]:
    """Require that the worst outcome stays below a limit.

    Args:
        number: Of the bar.
        what: What was measured.
        found: The outcomes; without any there is no bar.
        rate: The attribute of an outcome: same, changed, open or seeds.
        limit: The limit.

    Returns:
        At most one bar.
    """
    return _worst(number, what, found, rate, (limit, True))


def at_least(
    number: int, what: str, found: Sequence[Outcome], rate: str, limit: float
) -> list[Bar]:
    """Require that the worst outcome stays above a limit.

    Args:
        number: Of the bar.
        what: What was measured.
        found: The outcomes; without any there is no bar.
        rate: The attribute of an outcome: same, changed, open or seeds.
        limit: The limit.

    Returns:
        At most one bar.
    """
    return _worst(number, what, found, rate, (limit, False))


def plural(metrics: int) -> str:
    """Count metrics.

    Args:
        metrics: How many.

    Returns:
        In words.
    """
    return f"{metrics} metric{'s' if metrics > 1 else ''}"


def ratio(above: Outcome, below: Outcome, rate: str) -> tuple[float, float]:
    """Compare two rates, which may come from the same draws.

    Args:
        above: Whose rate is divided.
        below: By whose rate; a rate of zero counts as one simulation.
        rate: The attribute of an outcome.

    Returns:
        The ratio, and its standard error as if both were independent.
    """
    a = getattr(above, rate)
    b = max(getattr(below, rate), 1 / below.repetitions)
    if a == 0:
        return 0.0, 1 / (b * above.repetitions)
    relative = math.hypot(
        standard_error(a, above.repetitions) / a,
        standard_error(b, below.repetitions) / b,
    )
    return a / b, a / b * relative


def _worst(
    number: int,
    what: str,
    found: Sequence[Outcome],
    rate: str,
    bound: tuple[float, bool],
) -> list[Bar]:
    if not found:
        return []
    limit, is_ceiling = bound
    choose = max if is_ceiling else min
    worst = choose(found, key=lambda one: float(getattr(one, rate)))
    is_rate = rate != "seeds"
    value = float(getattr(worst, rate))
    error = standard_error(value, worst.repetitions) if is_rate else worst.seeds_error
    where = f" ({_where(worst)})" if len(found) > 1 else ""
    return [
        Bar(
            number=number,
            what=what + where,
            value=value,
            error=error,
            limit=limit,
            is_ceiling=is_ceiling,
            unit="%" if is_rate else "seeds",
        )
    ]


def _where(outcome: Outcome) -> str:
    cell = outcome.cell
    place = f"{cell.shape}, {cell.reference} references, {plural(cell.metrics)}"
    return f"worst: {place}" + (f", margin {cell.margin:g} sd" if cell.shift else "")


def _fits(outcome: Outcome, about: dict[str, object]) -> bool:
    return all(
        getattr(outcome.cell, name)
        in (wanted if isinstance(wanted, tuple) else [wanted])
        for name, wanted in about.items()
    )
