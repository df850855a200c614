"""What separates runs with other bits: the fewest recorded circumstances that can.

Bits follow from circumstances. So where two runs have other bits, something about them
is not the same, and a set of *axes* explains the groups only if every two runs of other
groups differ in one of its axes. Of such sets the smallest are sought, and all of them
are told: if there are several, the records cannot tell which, and a claim that picked
one would be a guess. Axes that always change together stay together for the same
reason.

A set that fits has not been shown to be the cause. It is *proven* where, for each of
its axes, two runs of other bits differ in nothing else that was recorded. Where it is
not, it counts only if chance would hardly have made it fit.

This is no statement about what was never recorded, and it moves nothing: to set an axis
and look is the matter of ``pytest-repro why``.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, prod
from typing import Final

__all__ = ["LEVEL", "MOST", "Member", "Separation", "Told", "separate"]

MOST: Final = 3
"""Axes of a set at most: of more, any grouping of a few runs finds some that fit."""

MOST_PROVEN: Final = 5
"""Axes of a set at most, where each is proven: no set can do without any of them."""

LEVEL: Final = 0.05
"""How often chance may make a set fit that no pair of runs proves."""

ABSENT: Final = "absent"


class Told(enum.StrEnum):
    """What can be said of several groups."""

    SAME = "same bits"
    """There is one group only."""

    EXPLAINED = "explained"
    """One smallest set separates the groups."""

    CONFOUNDED = "confounded"
    """Several sets, or axes that always change together, separate them as well."""

    TOO_FEW = "too few"
    """One set fits, and by chance some set would."""

    UNEXPLAINED = "unexplained"
    """No set of a few axes separates them."""

    UNRECORDED = "unrecorded"
    """Two runs with other bits agree in everything that was recorded."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What separates the groups.

    Attributes:
        told: What can be said.
        choices: The smallest sets that separate them, each with its axes; an axis is a
            tuple too, of the names that always change together.
        is_proven: Whether each axis of the only set has a pair of runs that differ in
            nothing else.
        chance: How likely some set of that size would fit groups at random; None where
            nobody asked.
        pairs: Names of two runs each: the proof of each axis, or those that agree in
            everything that was recorded.
    """

    told: Told
    choices: tuple[tuple[tuple[str, ...], ...], ...] = ()
    is_proven: bool = False
    chance: float | None = None
    pairs: tuple[tuple[str, str], ...] = ()


def separate(members: Sequence[Member]) -> Separation:
    """Find the smallest sets of axes that separate groups.

    Args:
        members: The runs, with their groups; an axis that one lacks is absent there.

    Returns:
        What can be said.
    """
    ordered = sorted(members, key=lambda one: one.name)
    if len({one.group for one in ordered}) < 2:  # noqa: PLR2004  # one group is none
        return Separation(told=Told.SAME)
    bundles = _bundles(ordered)
    apart = _apart(ordered, bundles)
    twins = tuple(pair for pair, differing in apart.items() if not differing)
    if twins:
        return Separation(told=Told.UNRECORDED, pairs=twins)
    choices = _smallest(bundles, set(apart.values())) or _necessary(bundles, apart)
    if not choices:
        return Separation(told=Told.UNEXPLAINED)
    if len(choices) > 1:
        return _confounded(bundles, choices)
    return _only(ordered, bundles, choices[0], apart)


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Axes by which the runs fall apart in one and the same way."""

    names: tuple[str, ...]
    codes: tuple[int, ...]


def _bundles(members: Sequence[Member]) -> tuple[_Bundle, ...]:
    names = sorted({name for one in members for name in one.axes})
    found: dict[tuple[int, ...], list[str]] = {}
    for name in names:
        codes = _codes([one.axes.get(name, ABSENT) for one in members])
        if any(codes):
            found.setdefault(codes, []).append(name)
    return tuple(_Bundle(tuple(own), codes) for codes, own in found.items())


def _codes(values: Iterable[object]) -> tuple[int, ...]:
    """Number values by first appearance, so that equal partitions are equal."""
    seen: dict[object, int] = {}
    return tuple(seen.setdefault(value, len(seen)) for value in values)


Pairs = dict[tuple[str, str], frozenset[int]]


def _apart(members: Sequence[Member], bundles: Sequence[_Bundle]) -> Pairs:
    """Of every two runs of other groups, list the bundles in which they differ."""
    return {
        (members[one].name, members[other].name): frozenset(
            number
            for number, bundle in enumerate(bundles)
            if bundle.codes[one] != bundle.codes[other]
        )
        for one, other in combinations(range(len(members)), 2)
        if members[one].group != members[other].group
    }


def _smallest(
    bundles: Sequence[_Bundle], wanted: set[frozenset[int]]
) -> list[tuple[int, ...]]:
    for size in range(1, MOST + 1):
        found = [
            chosen
            for chosen in combinations(range(len(bundles)), size)
            if all(not differing.isdisjoint(chosen) for differing in wanted)
        ]
        if found:
            return found
    return []


def _necessary(bundles: Sequence[_Bundle], apart: Pairs) -> list[tuple[int, ...]]:
    """Take what no set can do without, if that separates: then it is the smallest.

    Two runs must confirm it: they differ in something else, and their bits do not. And
    where most of what varies is necessary, "all of it matters" is no explanation.
    """
    alone = {number for one in apart.values() if len(one) == 1 for number in one}
    chosen = tuple(sorted(alone))
    if not 0 < len(chosen) <= min(MOST_PROVEN, len(bundles) // 2):
        return []
    cells = set(zip(*(bundles[number].codes for number in chosen), strict=True))
    rows = set(zip(*(bundle.codes for bundle in bundles), strict=True))
    is_confirmed = len(cells) < len(rows)
    is_enough = all(not differing.isdisjoint(alone) for differing in apart.values())
    return [chosen] if is_enough and is_confirmed else []


def _confounded(
    bundles: Sequence[_Bundle], choices: Sequence[tuple[int, ...]]
) -> Separation:
    return Separation(
        told=Told.CONFOUNDED,
        choices=tuple(_named(bundles, chosen) for chosen in choices),
    )


def _named(
    bundles: Sequence[_Bundle], chosen: Iterable[int]
) -> tuple[tuple[str, ...], ...]:
    return tuple(bundles[number].names for number in chosen)


def _only(
    members: Sequence[Member],
    bundles: Sequence[_Bundle],
    chosen: tuple[int, ...],
    apart: Pairs,
) -> Separation:
    """Judge the only smallest set: is it one, is it proven, and else is it luck?"""
    named = _named(bundles, chosen)
    proofs = [
        next((pair for pair, differing in apart.items() if differing == {number}), None)
        for number in chosen
    ]
    pairs = tuple(pair for pair in proofs if pair is not None)
    if any(len(names) > 1 for names in named):
        return Separation(told=Told.CONFOUNDED, choices=(named,), pairs=pairs)
    if len(pairs) == len(chosen):
        return Separation(
            told=Told.EXPLAINED, choices=(named,), is_proven=True, pairs=pairs
        )
    chance = _chance(members, bundles, len(chosen))
    return Separation(
        told=Told.EXPLAINED if chance <= LEVEL else Told.TOO_FEW,
        choices=(named,),
        chance=chance,
        pairs=pairs,
    )


def _chance(members: Sequence[Member], bundles: Sequence[_Bundle], most: int) -> float:
    """Bound how likely some set of up to so many axes fits groups dealt at random.

    The groups keep their sizes. For each set, the share of all deals is counted in
    which every cell of runs that agree on it holds one group; the shares are added.
    """
    sizes = sorted(Counter(one.group for one in members).values(), reverse=True)
    deals = factorial(len(members)) // prod(map(factorial, sizes))
    fitting = 0
    for size in range(1, most + 1):
        for chosen in combinations(bundles, size):
            cells = Counter(zip(*(bundle.codes for bundle in chosen), strict=True))
            fitting += _fits(sorted(cells.values(), reverse=True), tuple(sizes))
    return min(1.0, fitting / deals)


def _fits(cells: Sequence[int], rooms: tuple[int, ...]) -> int:
    """Count the ways to put whole cells into groups of given sizes, filling each."""
    ways = {rooms: 1}
    for cell in cells:
        after: Counter[tuple[int, ...]] = Counter()
        for left, count in ways.items():
            for place, room in enumerate(left):
                if room >= cell:
                    rest = (*left[:place], room - cell, *left[place + 1 :])
                    after[rest] += count
        ways = dict(after)
    return sum(ways.values())
