"""What separates runs with other bits: the fewest recorded circumstances that can.

Bits follow from circumstances. So where two runs have other bits, something about them
is not the same, and a set of *axes* explains the groups only if every two runs of other
groups differ in one of its axes. Of such sets the smallest are sought, and all of them
are told: if there are several, the records cannot tell which, and a claim that picked
one would be a guess. Axes that always change together stay together for the same
reason.

A set that fits has not been shown to be the cause. An axis is *proven* where two runs
of other bits differ in nothing else that was recorded: no explanation can do without
it. Where the proven axes leave groups together, what else lies between these is told
apart: one run that differs from all others in nearly everything hides nothing else.

All of it rests on runs that repeat their bits. How often groups dealt at random would
be explained as well says what it is worth if they do not.

This is no statement about what was never recorded, and it moves nothing: to set an axis
and look is the matter of ``pytest-repro why``.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pytest_repro.verdicts.apart import (
    Bundle,
    Member,
    Pairs,
    bundles_of,
    differing_pairs,
)
from pytest_repro.verdicts.dealing import chance_of_fit, chance_of_proof, necessary

__all__ = [
    "LEVEL",
    "MOST",
    "Choice",
    "Member",
    "Rest",
    "Separation",
    "Told",
    "separate",
]

MOST: Final = 3
"""Axes of a set at most: of more, any grouping of a few runs finds some that fit."""

LEVEL: Final = 0.05
"""How often chance may make a set fit that no pair of runs proves."""

Choice = tuple[tuple[str, ...], ...]
"""A set of axes; an axis is a tuple too, of the names that always change together."""


class Told(enum.StrEnum):
    """What can be said of several groups."""

    SAME = "same bits"
    """There is one group only."""

    EXPLAINED = "explained"
    """One smallest set separates the groups."""

    PARTLY = "partly explained"
    """Proven axes separate the groups, but for a rest."""

    CONFOUNDED = "confounded"
    """Several sets, or axes that always change together, separate them as well."""

    TOO_FEW = "too few"
    """One set fits, and by chance some set would."""

    UNEXPLAINED = "unexplained"
    """No set of a few axes separates them."""

    UNRECORDED = "unrecorded"
    """Two runs with other bits agree in everything that was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Groups with runs that agree in all proven axes: something else separates these.

    Attributes:
        groups: Which, at least two.
        choices: The smallest sets that separate the runs in question; empty if no few
            axes do.
        nearest: Names of two of these runs, of other groups, that differ in the fewest
            axes.
    """

    groups: tuple[int, ...]
    choices: tuple[Choice, ...]
    nearest: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What separates the groups.

    Attributes:
        told: What can be said.
        choices: The smallest sets that separate them, but for the rest.
        is_proven: Whether each axis of the only set has a pair of runs that differ in
            nothing else.
        chance: How often groups dealt at random would be explained as well; None where
            nobody asked.
        pairs: Names of two runs each: the proof of each axis, or those that agree in
            everything that was recorded.
        rest: What the proven axes leave together.
    """

    told: Told
    choices: tuple[Choice, ...] = ()
    is_proven: bool = False
    chance: float | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    rest: tuple[Rest, ...] = ()


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs by name, and in what every two of them differ."""

    members: tuple[Member, ...]
    groups: tuple[int, ...]
    bundles: tuple[Bundle, ...]
    every: Pairs
    apart: Pairs

    def named(self, chosen: Iterable[int]) -> Choice:
        return tuple(self.bundles[number].names for number in chosen)

    def pair(self, places: tuple[int, int]) -> tuple[str, str]:
        one, other = places
        return self.members[one].name, self.members[other].name


def separate(members: Sequence[Member]) -> Separation:
    """Find the smallest sets of axes that separate groups.

    Args:
        members: The runs, with their groups; an axis that one lacks is absent there.

    Returns:
        What can be said.
    """
    runs = _laid_out(members)
    if not runs.apart:
        return Separation(told=Told.SAME)
    twins = tuple(runs.pair(one) for one, by in runs.apart.items() if not by)
    if twins:
        return Separation(told=Told.UNRECORDED, pairs=twins)
    return _judged(runs, _smallest(runs))


def _judged(runs: _Runs, choices: Sequence[tuple[int, ...]]) -> Separation:
    """Claim the only set that is proven or no luck; else what is proven of any set."""
    proven = necessary(runs.every, runs.groups)
    only = None
    if len(choices) == 1 and choices[0] != proven:
        only = _only(runs, choices[0])
        if only.told is Told.EXPLAINED:
            return only
    if proven in choices or _is_confirmed(runs, proven):
        return _proven(runs, proven)
    told = Told.CONFOUNDED if choices else Told.UNEXPLAINED
    sets = tuple(map(runs.named, choices))
    return only or Separation(told=told, choices=sets)


def _laid_out(members: Iterable[Member]) -> _Runs:
    ordered = tuple(sorted(members, key=lambda one: one.name))
    groups = tuple(one.group for one in ordered)
    bundles = bundles_of(ordered)
    every = differing_pairs(bundles, len(ordered))
    apart = {
        (one, other): differing
        for (one, other), differing in every.items()
        if groups[one] != groups[other]
    }
    return _Runs(ordered, groups, bundles, every, apart)


def _smallest(runs: _Runs) -> list[tuple[int, ...]]:
    wanted = set(runs.apart.values())
    for size in range(1, MOST + 1):
        found = [
            chosen
            for chosen in combinations(range(len(runs.bundles)), size)
            if all(not differing.isdisjoint(chosen) for differing in wanted)
        ]
        if found:
            return found
    return []


def _is_confirmed(runs: _Runs, proven: Sequence[int]) -> bool:
    """Tell whether two runs differ in something else than that, and not in bits.

    If there are none, "all of it matters" would be the explanation, and that is none.
    """
    return bool(proven) and any(
        differing and differing.isdisjoint(proven)
        for pair, differing in runs.every.items()
        if pair not in runs.apart
    )


def _proven(runs: _Runs, proven: Sequence[int]) -> Separation:
    """Tell what no explanation can do without, and what it leaves together."""
    rest = _rest(runs, proven)
    named = runs.named(proven)
    told = Told.PARTLY if rest else Told.EXPLAINED
    if any(len(names) > 1 for names in named) and not rest:
        told = Told.CONFOUNDED
    return Separation(
        told=told,
        choices=(named,),
        is_proven=True,
        chance=chance_of_proof(runs.bundles, runs.every, runs.groups),
        pairs=_proofs(runs, proven),
        rest=rest,
    )


def _proofs(runs: _Runs, chosen: Iterable[int]) -> tuple[tuple[str, str], ...]:
    found = (
        next((pair for pair, by in runs.apart.items() if by == {number}), None)
        for number in chosen
    )
    return tuple(runs.pair(pair) for pair in found if pair is not None)


def _rest(runs: _Runs, proven: Sequence[int]) -> tuple[Rest, ...]:
    """Look once more at the runs that agree in all proven axes, cell by cell."""
    cells: dict[tuple[int, ...], list[Member]] = {}
    for place, one in enumerate(runs.members):
        cell = tuple(runs.bundles[number].codes[place] for number in proven)
        cells.setdefault(cell, []).append(one)
    left = [_laid_out(members) for members in cells.values()]
    return tuple(_of_cell(one) for one in left if one.apart)


def _of_cell(runs: _Runs) -> Rest:
    def distance(pair: tuple[int, int]) -> tuple[int, tuple[str, str]]:
        axes = sum(len(runs.bundles[number].names) for number in runs.apart[pair])
        return axes, runs.pair(pair)

    return Rest(
        groups=tuple(sorted(set(runs.groups))),
        choices=tuple(map(runs.named, _smallest(runs))),
        nearest=runs.pair(min(runs.apart, key=distance)),
    )


def _only(runs: _Runs, chosen: tuple[int, ...]) -> Separation:
    """Judge the only smallest set, of which not every axis is proven: is it luck?"""
    named = runs.named(chosen)
    pairs = _proofs(runs, chosen)
    if any(len(names) > 1 for names in named):
        return Separation(told=Told.CONFOUNDED, choices=(named,), pairs=pairs)
    chance = chance_of_fit(runs.bundles, runs.groups, most=len(chosen))
    return Separation(
        told=Told.EXPLAINED if chance <= LEVEL else Told.TOO_FEW,
        choices=(named,),
        chance=chance,
        pairs=pairs,
    )
