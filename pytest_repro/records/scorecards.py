"""A scorecard: which circumstances the bits of one experiment depend on.

One seed is run plainly and then under variations, and each of those runs is held
against the plain one. No reference is needed for that, and none is written.
"""

import enum
from dataclasses import dataclass
from typing import Final

from pytest_repro.records.verdicts import Verdict

__all__ = ["Effect", "Scorecard", "Standing"]

_WITH: Final = " with "


class Standing(enum.StrEnum):
    """What a variation did to a run, mildest first."""

    SAME = "same bits"
    """Every bit is as it was."""

    UNTOUCHED = "nothing to vary"
    """The experiment has nothing that the variation could reach."""

    WITHIN = "within rounding"
    """Other bits, inside the rounding envelope or a declared tolerance."""

    DEPENDS = "depends"
    """Other bits, and nothing says how far they may be: no envelope, no tolerance."""

    BREAKS = "breaks"
    """Worse than what is required under this variation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one variation did, or several of which none would do it alone.

    Attributes:
        variations: Their names.
        axes: The circumstances that they change, in the same order.
        standing: What they did.
        verdict: The run under them, held against the plain one.
        note: What that means, where a word is known for it.
    """

    variations: tuple[str, ...]
    axes: tuple[str, ...]
    standing: Standing
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What was found for one experiment.

    Attributes:
        experiment: The node id.
        seed: The seed that was run each time.
        effects: What each variation did, in the order in which they were tried.
        still: What had to be held still, so that the same run gave the same bits.
        is_steady: Whether the same run gives the same bits at last; if not, nothing
            else could be told.
        envelope: The folder of the reference whose rounding envelope was used; empty
            where there is none for these bits.
        runs: How many runs it took.
        wall_s: How long they took together [s].
    """

    experiment: str
    seed: int
    effects: tuple[Effect, ...]
    still: tuple[str, ...] = ()
    is_steady: bool = True
    envelope: str = ""
    runs: int = 0
    wall_s: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing is worse than its variation requires."""
        return self.is_steady and not self.broken

    @property
    def broken(self) -> tuple[Effect, ...]:
        """The effects that fail the experiment."""
        return tuple(one for one in self.effects if one.standing is Standing.BREAKS)

    def axes(self, *standings: Standing) -> tuple[str, ...]:
        """List the circumstances whose worst effect is one of these.

        Args:
            *standings: What to look for.

        Returns:
            Each circumstance once, in order; those that matter only together are
            joined by ``with``.
        """
        worst: dict[str, Standing] = {}
        for effect in self.effects:
            for axis in _spoken(effect):
                known = worst.get(axis, effect.standing)
                worst[axis] = max(known, effect.standing, key=list(Standing).index)
        together = {axis for name in worst for axis in name.split(_WITH)[1:]}
        together |= {name.split(_WITH)[0] for name in worst if _WITH in name}
        return tuple(
            name
            for name, standing in worst.items()
            if standing in standings
            and not (standing is Standing.SAME and name in together)
        )


def _spoken(effect: Effect) -> tuple[str, ...]:
    """Name the circumstances of an effect: apart where they did nothing together."""
    if effect.standing in {Standing.SAME, Standing.UNTOUCHED}:
        return effect.axes
    return (_WITH.join(effect.axes),)
