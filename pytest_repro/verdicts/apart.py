"""In what runs with other bits differ: axes of their circumstances, pair by pair.

Axes by which all runs fall apart in one and the same way cannot be told from each
other, whatever the bits are. So they are one *bundle*, and everything that is said of
one of them is said of all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

__all__ = ["Bundle", "Member", "Pairs", "bundles_of", "codes_of", "differing_pairs"]

ABSENT: Final = "absent"

Pairs = Mapping[tuple[int, int], frozenset[int]]
"""Places of two runs each, and the numbers of the bundles in which they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One run.

    Attributes:
        name: What it is called.
        group: Equal for runs with the same bits.
        axes: What was recorded of its circumstances, as text by axis.
    """

    name: str
    group: int
    axes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Axes by which the runs fall apart in one and the same way.

    Attributes:
        names: Of the axes.
        codes: For each run a number; equal where they are.
    """

    names: tuple[str, ...]
    codes: tuple[int, ...]


def bundles_of(members: Sequence[Member]) -> tuple[Bundle, ...]:
    """Gather the axes that vary among runs.

    Args:
        members: The runs; an axis that one lacks is absent there.

    Returns:
        The bundles, in the order of their first names.
    """
    names = sorted({name for one in members for name in one.axes})
    found: dict[tuple[int, ...], list[str]] = {}
    for name in names:
        codes = codes_of([one.axes.get(name, ABSENT) for one in members])
        if any(codes):
            found.setdefault(codes, []).append(name)
    return tuple(Bundle(tuple(own), codes) for codes, own in found.items())


def codes_of(values: Iterable[object]) -> tuple[int, ...]:
    """Number values by first appearance, so that equal partitions are equal.

    Args:
        values: One a run.

    Returns:
        The numbers, from 0 on.
    """
    seen: dict[object, int] = {}
    return tuple(seen.setdefault(value, len(seen)) for value in values)


def differing_pairs(bundles: Sequence[Bundle], count: int) -> Pairs:
    """List of every two runs the bundles in which they differ.

    Args:
        bundles: All of them.
        count: How many runs there are.

    Returns:
        The pairs, the earlier run first.
    """
    return {
        (one, other): frozenset(
            number
            for number, bundle in enumerate(bundles)
            if bundle.codes[one] != bundle.codes[other]
        )
        for one, other in combinations(range(count), 2)
    }
