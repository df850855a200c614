"""The ladder of agreement, rung by rung, with the evidence at each: pure.

A reader sees why a rung does not hold and what the next lower one says, in the words of
the judge. What nobody had to ask is said to be unasked, so that silence is no answer.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import Action, Finding, Outcome, Rung, Verdict
from pytest_repro.verdicts.identity import parted_at
from pytest_repro.verdicts.rounding import ENVELOPE

__all__ = ["Footing", "Hold", "ladder_of"]

EQUIVALENCE: Final = "Equivalent("

MOST: Final = 5
"""So many findings are told at one rung."""


class Hold(enum.StrEnum):
    """What is known of a rung."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "undecided"
    UNASKED = "not asked"
    VERDICT = "is the verdict"
    """Where a run does not hold at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What is known of one rung.

    Attributes:
        rung: Which.
        hold: What is known of it.
        is_reached: Whether it is the verdict.
        is_required: Whether it is the lowest that passes.
        evidence: Lines that say why.
    """

    rung: Rung
    hold: Hold
    is_reached: bool
    is_required: bool
    evidence: tuple[str, ...]


def ladder_of(outcome: Outcome) -> tuple[Footing, ...]:
    """Write down what is known of each rung on which a run could hold.

    Args:
        outcome: What became of an experiment.

    Returns:
        The three rungs that can pass, highest first, then the one reached if it is
        none of them; nothing where nothing was compared.
    """
    if outcome.action is not Action.COMPARED:
        return ()
    verdict = outcome.verdict
    rungs = [rung for rung in Rung if rung.height > Rung.INCONCLUSIVE.height]
    if verdict.rung not in rungs:
        rungs.append(verdict.rung)
    return tuple(
        Footing(
            rung=rung,
            hold=_hold(rung, outcome),
            is_reached=rung is verdict.rung,
            is_required=rung is verdict.required,
            evidence=_evidence(rung, outcome),
        )
        for rung in rungs
    )


def _hold(rung: Rung, outcome: Outcome) -> Hold:
    reached = outcome.verdict.rung
    if rung.height <= reached.height:
        passes = rung.height > Rung.INCONCLUSIVE.height
        return Hold.HOLDS if passes else Hold.VERDICT
    if reached is Rung.NOT_COMPARABLE:
        return Hold.UNASKED
    if rung is Rung.IDENTICAL:
        return Hold.FAILS
    if not _about(rung, outcome):
        return Hold.UNASKED
    return Hold.OPEN if reached is Rung.INCONCLUSIVE else Hold.FAILS


def _evidence(rung: Rung, outcome: Outcome) -> tuple[str, ...]:
    verdict = outcome.verdict
    if rung is verdict.rung:
        return tuple(verdict.reason.splitlines()) or ("no reason given",)
    if rung.height < verdict.rung.height:
        return ("holds with the rung above",)
    if verdict.rung is Rung.NOT_COMPARABLE:
        return ("nothing valid to compare",)
    return _why_not(rung, outcome)


def _why_not(rung: Rung, outcome: Outcome) -> tuple[str, ...]:
    """Say why a rung above the verdict does not hold, the worst first."""
    if rung is Rung.IDENTICAL:
        return (_parting(outcome),)
    found = sorted(_about(rung, outcome), key=lambda one: one.rung.height)
    told = tuple(dict.fromkeys(one.detail or one.name for one in found))
    if len(told) > MOST:
        return (*told[:MOST], f"and {len(told) - MOST} more")
    if told:
        return told
    if rung is Rung.WITHIN_ROUNDING:
        return ("no envelope says how far rounding may carry these bits",)
    return ("no metric has an equivalence margin, or one seed settled it",)


def _parting(outcome: Outcome) -> str:
    places = (one.divergence for one in (outcome.verdict, *_seeds(outcome)))
    place = next((one for one in places if one is not None), None)
    return "other bits" if place is None else f"other bits {parted_at(place)}"


def _about(rung: Rung, outcome: Outcome) -> list[Finding]:
    """Collect the findings that were made for a rung, the folded ones first."""
    verdicts = (outcome.verdict, *_seeds(outcome))
    found: Iterable[Finding] = (one for each in verdicts for one in each.findings)
    if rung is Rung.WITHIN_ROUNDING:
        return [one for one in found if one.tolerance == ENVELOPE]
    return [one for one in found if one.tolerance.startswith(EQUIVALENCE)]


def _seeds(outcome: Outcome) -> tuple[Verdict, ...]:
    return tuple(one.verdict for one in outcome.seeds)
