"""From what variations did to the outcome of an experiment, in words.

Pure: from verdicts to a standing, from a scorecard to an outcome.
"""

from typing import Final

from pytest_repro.records import (
    Action,
    Contract,
    Effect,
    Outcome,
    Rung,
    RunRecord,
    Scorecard,
    SeedVerdict,
    Standing,
    ToleranceKind,
    Variation,
    Verdict,
)

__all__ = ["effect_of", "required_under", "varied"]

_NOTES: Final = {
    "clock=still": "the same run again gives other bits until the clock stands still",
    "entropy=still": "the same run again gives other bits until the system's entropy"
    " is the same",
    "first=left-something": "the first run of all gave other bits than those after it:"
    " it left something behind that they find, such as a file",
    "fill=on": "reads uninitialised memory",
    "fill=off": "reads uninitialised memory",
    "malloc=filled": "reads uninitialised memory",
}
"""What it means that a variation makes a difference, where a word is known for it."""


def required_under(variation: Variation, contract: Contract) -> Rung:
    """Say which rung a run under a variation has to reach.

    Args:
        variation: The variation.
        contract: What was promised.

    Returns:
        The variation's own rung; where that allows rounding and the contract asks for
        less, what the contract asks for.
    """
    asked = contract.required
    if variation.required is Rung.IDENTICAL or asked is None:
        return variation.required
    return min(variation.required, asked, key=lambda rung: rung.height)


def effect_of(
    several: tuple[Variation, ...],
    verdict: Verdict,
    *,
    contract: Contract,
    against: RunRecord,
) -> Effect:
    """Say what variations did.

    Args:
        several: What was changed at once.
        verdict: The run, held against the plain one.
        contract: What was promised.
        against: What it was held against; its envelope decides, if it has one.

    Returns:
        The effect.
    """
    standing = _standing(verdict, _has_measure(contract, against))
    names = tuple(one.name for one in several)
    is_same = standing in {Standing.SAME, Standing.WITHIN}
    return Effect(
        variations=names,
        axes=tuple(one.axis for one in several),
        standing=standing,
        verdict=verdict,
        note="" if is_same else "; ".join(filter(None, map(_NOTES.get, names))),
    )


def _standing(verdict: Verdict, has_measure: bool) -> Standing:  # noqa: FBT001  # of two, above
    if verdict.rung is Rung.IDENTICAL:
        return Standing.SAME
    if verdict.holds:
        return Standing.WITHIN
    is_strict = verdict.required is Rung.IDENTICAL
    is_comparable = verdict.rung is not Rung.NOT_COMPARABLE
    is_open = verdict.rung is Rung.INCONCLUSIVE or not has_measure
    if is_comparable and is_open and not is_strict:
        return Standing.DEPENDS
    return Standing.BREAKS


def _has_measure(contract: Contract, against: RunRecord) -> bool:
    """Tell whether anything says how far one seed may be from itself."""
    kinds = {one.kind for _, one in contract.tolerances}
    return against.rounding is not None or bool(kinds - {ToleranceKind.EQUIVALENT})


def varied(scorecard: Scorecard, contract: Contract, *, key: str) -> Outcome:
    """Make the outcome of an experiment that was run under variations.

    Args:
        scorecard: What was found.
        contract: What was promised.
        key: The key of the environment.

    Returns:
        The outcome: its verdict is that of the first effect that fails, else of the
        furthest from the plain run.
    """
    verdict = _verdict(scorecard, contract)
    seed = SeedVerdict(seed=scorecard.seed, verdict=verdict, wall_s=scorecard.wall_s)
    return Outcome(
        experiment=scorecard.experiment,
        action=Action.VARIED,
        verdict=verdict,
        seeds=(seed,),
        wall_s=scorecard.wall_s,
        environment_key=key,
        details="\n".join(_details(scorecard)),
        scorecard=scorecard,
    )


def _verdict(scorecard: Scorecard, contract: Contract) -> Verdict:
    required = contract.required or Rung.WITHIN_ROUNDING
    if scorecard.broken:
        worst = scorecard.broken[0]
        place = worst.verdict.divergence
        names = ", ".join(scorecard.axes(Standing.BREAKS))
        return Verdict(
            rung=Rung.DIVERGED,
            required=worst.verdict.required,
            reason=f"bits depend on {names}; under {' + '.join(worst.variations)}:"
            f" {worst.verdict.reason}",
            divergence=place,
        )
    depends = scorecard.axes(Standing.DEPENDS)
    if depends:
        reason = f"bits depend on {', '.join(depends)}, and nothing says how far"
        return Verdict(rung=Rung.INCONCLUSIVE, required=required, reason=reason)
    within = scorecard.axes(Standing.WITHIN)
    if within:
        reason = f"bits depend on {', '.join(within)}, within rounding"
        return Verdict(rung=Rung.WITHIN_ROUNDING, required=required, reason=reason)
    reason = "same bits under every variation"
    return Verdict(rung=Rung.IDENTICAL, required=required, reason=reason)


def _details(scorecard: Scorecard) -> list[str]:
    return [
        f"{' + '.join(one.variations)}: {one.note or one.verdict.reason}"
        for one in scorecard.broken
    ]
