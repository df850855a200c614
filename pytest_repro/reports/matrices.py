"""The replication matrix: who reproduces whom, at which rung, and what separates them.

It is the view model of every rendering (`to_matrix_text`, `to_matrix_markdown`, the
dashboard), made by `pytest_repro.replication.matrix`. Everything in it is text or a
number, so equal records give equal bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from pytest_repro.records import Rung, Verdict
from pytest_repro.verdicts.separation import Separation

__all__ = [
    "SYMBOLS",
    "Column",
    "Comparison",
    "Gap",
    "Matrix",
    "Square",
    "letter_of",
    "party_text",
    "replicating_parties",
    "tally_of",
]

SYMBOLS: Final[Mapping[Rung, str]] = {
    Rung.IDENTICAL: "=",
    Rung.WITHIN_ROUNDING: "~",
    Rung.EQUIVALENT: "e",
    Rung.INCONCLUSIVE: "?",
    Rung.DIVERGED: "x",
    Rung.NOT_COMPARABLE: "/",
}
"""One character a rung, in ASCII: a table of them fits everywhere."""


PARTY: Final = "party"
"""The kind of a witness whose records were imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One witness.

    Attributes:
        number: From 1 on; tables name it by this.
        name: Its name.
        kind: What it is: reference, environment, session or party.
    """

    number: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two witnesses of an experiment gave.

    Attributes:
        obtained: The number of one.
        reference: The number of the other.
        verdict: The answer.
    """

    obtained: int
    reference: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A witness that has no readable record of an experiment, or a copy of one.

    Attributes:
        number: Of the witness.
        problem: Why it does not count.
        is_damaged: Whether something is there that cannot be read.
    """

    number: int
    problem: str
    is_damaged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One experiment.

    Attributes:
        experiment: The node id.
        seeds: The seeds of each witness that bears on it, by number.
        groups: Numbers of the witnesses with the same bits, largest group first.
        comparisons: One of every two witnesses, the earlier one as reference.
        separation: What separates the groups.
        circumstances: What each witness had on every axis that separates, or may.
        gaps: Who does not count.
    """

    experiment: str
    seeds: Mapping[int, tuple[int, ...]]
    groups: tuple[tuple[int, ...], ...]
    comparisons: tuple[Comparison, ...]
    separation: Separation
    circumstances: Mapping[int, Mapping[str, str]]
    gaps: tuple[Gap, ...] = ()

    @property
    def first_group(self) -> str:
        """The group of the first witness; empty where none could be read."""
        return self.group_of(min(self.seeds)) if self.seeds else ""

    def group_of(self, number: int) -> str:
        """Name the group of a witness by a letter.

        Args:
            number: Of the witness.

        Returns:
            ``A`` for the largest group; empty for one that is in none.
        """
        for place, group in enumerate(self.groups):
            if number in group:
                return letter_of(place)
        return ""

    def between(self, one: int, other: int) -> Comparison | None:
        """Find the comparison of two witnesses.

        Args:
            one: A number.
            other: Another.

        Returns:
            The comparison; None if there is none.
        """
        wanted = {one, other}
        return next(
            (c for c in self.comparisons if {c.obtained, c.reference} == wanted), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Who reproduces whom.

    Attributes:
        columns: The witnesses, by number.
        squares: The experiments, by node id.
    """

    columns: tuple[Column, ...]
    squares: tuple[Square, ...]


def letter_of(place: int) -> str:
    """Name a group: A to Z, then AA and so on.

    Args:
        place: From 0 on.

    Returns:
        Its letters.
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters


def tally_of(square: Square) -> tuple[tuple[Rung, int], ...]:
    """Count the comparisons of an experiment by rung.

    Args:
        square: The experiment.

    Returns:
        Each rung that occurs with its number, highest first.
    """
    rungs = [one.verdict.rung for one in square.comparisons]
    return tuple((rung, rungs.count(rung)) for rung in Rung if rung in rungs)


def replicating_parties(matrix: Matrix, square: Square) -> tuple[str, ...]:
    """Name the parties whose own runs reproduce what is here.

    Args:
        matrix: Knows the witnesses.
        square: The experiment.

    Returns:
        Each party once, however many records it has; self-asserted names.
    """
    others = {one.number: one.name for one in matrix.columns if one.kind == PARTY}
    found = set()
    for one in square.comparisons:
        sides = {one.obtained, one.reference}
        theirs = sides & others.keys()
        if len(theirs) == 1 and one.verdict.holds:
            found.add(others[theirs.pop()].partition("/")[0])
    return tuple(sorted(found))


def party_text(parties: Sequence[str]) -> str:
    """Say which parties replicated something, and what that rests on.

    Args:
        parties: Their names.

    Returns:
        One sentence without a full stop.
    """
    count = len(parties)
    noun = "party" if count == 1 else "distinct parties"
    return f"replicated by {count} {noun}, self-asserted: {', '.join(parties)}"
