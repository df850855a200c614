"""Rates of what was found and of false alarms, with their intervals.

Only runs that moved a bit are counted: else a change is no occasion for a false alarm,
and a fault is no fault.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from benchmarks.contest_real.errands import ENVIRONMENT, FAULT, FRESH_FAULT
from benchmarks.contest_real.figures import CALIBRATION, Row

__all__ = [
    "ALARM_BAR",
    "FAULTS",
    "FAULT_GROUPS",
    "FOUND_BAR",
    "Rate",
    "held_out",
    "is_quiet",
    "is_sharp",
    "rates",
    "shown",
    "wilson",
]

FOUND_BAR: Final = 0.97
ALARM_BAR: Final = 0.02

FAULTS: Final = (FAULT, FRESH_FAULT)
"""Both kinds: known while the rule was made, and written down afterwards."""

FAULT_GROUPS: Final = {
    "known while the rule was made": (FAULT,),
    "fresh": (FRESH_FAULT,),
    "together": FAULTS,
}
"""The ways in which faults are counted."""

Rate = tuple[int, int]
"""How often, and of how many."""


def held_out(rows: Iterable[Row], *, is_held: bool = True) -> list[Row]:
    """Keep rows of experiments by which no constant may be chosen.

    Args:
        rows: What rules said.
        is_held: False for the others.

    Returns:
        Those rows.
    """
    return [row for row in rows if (row.experiment not in CALIBRATION) == is_held]


def rates(
    rows: Iterable[Row], rule: str, *, kinds: Sequence[str] = FAULTS
) -> tuple[Rate, Rate]:
    """Count what a rule did with runs that moved a bit.

    Args:
        rows: What rules said.
        rule: Its name.
        kinds: Which faults.

    Returns:
        False alarms of harmless changes; found of faults.
    """
    kept = [row for row in rows if row.moved]
    harmless = [rule in row.failed_by for row in kept if row.kind == ENVIRONMENT]
    faults = [rule in row.failed_by for row in kept if row.kind in kinds]
    return (sum(harmless), len(harmless)), (sum(faults), len(faults))


def wilson(count: int, total: int) -> tuple[float, float]:
    """Compute the 95 % interval of a rate.

    Args:
        count: How often it happened.
        total: Of how many.

    Returns:
        Lower and upper end; nothing is known of nothing.

    Source:
        Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    if not total:
        return 0.0, 1.0
    z = 1.959964
    rate, weight = count / total, z * z / total
    middle = (rate + weight / 2) / (1 + weight)
    width = math.sqrt(rate * (1 - rate) / total + weight / (4 * total))
    reach = z * width / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def is_quiet(rate: float) -> bool:
    """Tell whether a rate of false alarms is within its bar."""
    return rate <= ALARM_BAR


def is_sharp(rate: float) -> bool:
    """Tell whether a rate of faults found reaches its bar."""
    return rate >= FOUND_BAR


def shown(counts: Rate, is_good: Callable[[float], bool]) -> str:
    """Write a rate for a table: bold if it misses its bar.

    Args:
        counts: The rate.
        is_good: Whether it reaches its bar.

    Returns:
        Markdown.
    """
    count, total = counts
    if not total:
        return "none"
    low, high = wilson(count, total)
    text = f"{count} of {total}"
    marked = text if is_good(count / total) else f"**{text}**"
    return f"{marked} [{100 * low:.0f}–{100 * high:.0f} %]"
