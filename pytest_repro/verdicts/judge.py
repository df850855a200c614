"""The ladder: one obtained seed against the reference row of the same seed.

Each rung is a function that answers with a verdict or passes on to the next, so a new
kind of evidence is one more function in `_RUNGS`. The last one always answers. No rung
knows how runs are made or where references are kept.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from pytest_repro.records import (
    Cause,
    Contract,
    Finding,
    Match,
    Rung,
    RunRecord,
    Verdict,
)
from pytest_repro.verdicts.comparability import find_obstacle
from pytest_repro.verdicts.horizons import beginning_of, is_short, why_not_short
from pytest_repro.verdicts.identity import (
    Difference,
    Kind,
    differences,
    parted_at,
    step_text,
)
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.promises import final_margin
from pytest_repro.verdicts.rounding import has_envelope, weigh_rounding
from pytest_repro.verdicts.tolerances import (
    is_pairwise,
    open_questions,
    unseen_state,
    weigh,
)

__all__ = ["judge", "lowest", "not_comparable"]


def judge(
    obtained: RunRecord, reference: RunRecord, *, contract: Contract, match: Match
) -> Verdict:
    """Judge one obtained seed against the reference row of the same seed.

    Args:
        obtained: The run; its anchor is the seed that is judged.
        reference: The approved run.
        contract: What was promised.
        match: How the reference was found.

    Returns:
        The highest rung that holds, with the evidence.
    """
    pair = Pair(obtained=obtained, reference=reference, contract=contract, match=match)
    return _judge_beginning(pair) if is_short(obtained) else _judge_whole(pair)


def _judge_beginning(pair: Pair) -> Verdict:
    reason = why_not_short(pair)
    if reason:
        return _answer(pair, Rung.INCONCLUSIVE, f"{reason}; a whole run decides")
    verdict = _judge_whole(beginning_of(pair))
    step = pair.obtained.horizon.step if pair.obtained.horizon else 0
    return replace(verdict, reason=f"{verdict.reason}; in the first {step} steps")


def _judge_whole(pair: Pair) -> Verdict:
    obstacle = find_obstacle(pair)
    if obstacle is not None:
        verdict = not_comparable(
            obstacle.cause, obstacle.reason, required=pair.required, match=pair.match
        )
        return replace(verdict, findings=obstacle.findings)
    if pair.row is None:
        return _other_seed(pair)
    found = differences(pair, pair.row)
    for rung in _RUNGS:
        answer = rung(pair, found)
        if answer is not None:
            return answer
    return _inside_tolerances(pair, found)


def not_comparable(
    cause: Cause, reason: str, *, required: Rung, match: Match = Match.NONE
) -> Verdict:
    """Make the verdict that there is nothing valid to compare.

    Args:
        cause: Why, as a type.
        reason: Why, in one line.
        required: The lowest rung that would have passed.
        match: How the reference was found, if one was.

    Returns:
        The verdict; it never passes.
    """
    return Verdict(
        rung=Rung.NOT_COMPARABLE,
        required=required,
        reason=reason,
        cause=cause,
        match=match,
    )


def lowest(findings: Iterable[Finding]) -> Rung:
    """Return the lowest rung among findings.

    Args:
        findings: What was found.

    Returns:
        The rung; `IDENTICAL` if nothing was found.
    """
    rungs = (finding.rung for finding in findings)
    return min(rungs, key=lambda rung: rung.height, default=Rung.IDENTICAL)


def _answer(
    pair: Pair,
    rung: Rung,
    reason: str,
    found: tuple[Difference, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    return Verdict(
        rung=rung,
        required=pair.required,
        reason=reason,
        divergence=found[0].divergence if found else None,
        findings=findings,
        match=pair.match,
    )


def _same_bits(pair: Pair, found: tuple[Difference, ...]) -> Verdict | None:
    if found:
        return None
    run = pair.obtained
    deciding = sum(not item.is_evidence for item in run.state)
    counts = (
        _count(len(run.anchor.metrics), "final metric"),
        _count(len(run.series), "trace"),
        _count(deciding, "fingerprint"),
    )
    reason = f"same bits: {', '.join(counts)}"
    if pair.match is Match.NEAREST:
        key = pair.reference.identity.environment.key
        reason += f", though the reference is of {key}"
    return _answer(pair, Rung.IDENTICAL, reason)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _other_environment(pair: Pair, found: tuple[Difference, ...]) -> Verdict | None:
    if pair.match is not Match.NEAREST:
        return None
    unequal = {item.name for item in found if item.kind is Kind.METRIC}
    return _over_seeds(pair, unequal, found)


def _within_rounding(pair: Pair, found: tuple[Difference, ...]) -> Verdict | None:
    if not has_envelope(pair) or _broken(pair, found):
        return None
    findings = weigh_rounding(pair, found)
    outside = [one for one in findings if one.rung is Rung.DIVERGED]
    if outside:
        return _beyond_rounding(pair, found, findings)
    worst = max(findings, key=lambda finding: float(finding.worst))
    parted = f"left the bits {parted_at(found[0].divergence)}"
    reason = f"{parted}, stays at {worst.worst} of the rounding envelope ({worst.name})"
    return _answer(pair, Rung.WITHIN_ROUNDING, reason, found, findings)


def _broken(pair: Pair, found: tuple[Difference, ...]) -> list[Finding]:
    """List what is outside a tolerance that a person declared: that decides."""
    return [
        finding
        for finding in weigh(pair, found)
        if finding.rung is Rung.DIVERGED
        and is_pairwise(pair.contract.tolerance_for(finding.name))
    ]


def _beyond_rounding(
    pair: Pair, found: tuple[Difference, ...], findings: tuple[Finding, ...]
) -> Verdict | None:
    """Climb down past the envelope: to declared tolerances, to seeds, or not at all."""
    if any(is_pairwise(one) for _, one in pair.contract.tolerances):
        return None
    outside = [one for one in findings if one.rung is Rung.DIVERGED]
    questions = open_questions(pair)
    finals = {one.name for one in outside} & pair.final_names
    may_ask = pair.required.height <= Rung.EQUIVALENT.height
    if may_ask and questions and not _without_margin(pair, finals):
        return _answer(pair, Rung.INCONCLUSIVE, outside[0].detail, found, questions)
    reason = outside[0].detail
    if len(outside) > 1:
        reason += f"; {len(outside) - 1} more"
    if questions and not may_ask:
        reason += '; to ask the seeds instead: require="EQUIVALENT"'
    return _answer(pair, Rung.DIVERGED, reason, found, findings)


def _without_tolerances(pair: Pair, found: tuple[Difference, ...]) -> Verdict | None:
    if pair.contract.tolerances:
        return None
    findings = tuple(
        Finding(name=item.name, rung=Rung.DIVERGED, detail=_parting(item))
        for item in found
    )
    return _answer(pair, Rung.DIVERGED, findings[0].detail, found, findings)


def _parting(item: Difference) -> str:
    """Say where, and with numbers also how far; digests would tell nobody anything."""
    place = item.divergence
    where = f"{place.path} differs{step_text(place)}"
    is_bare = _is_bare(place.obtained, place.obtained_bits)
    if is_bare and _is_bare(place.reference, place.reference_bits):
        return where
    return f"{where}: {place.obtained} against {place.reference}"


def _is_bare(text: str, bits: str) -> bool:
    """Tell whether a side shows nothing but the beginning of its digest."""
    return text.endswith("…") and bits.startswith(text.rstrip("…"))


_RUNGS: Final[tuple[Callable[[Pair, tuple[Difference, ...]], Verdict | None], ...]] = (
    _same_bits,
    _other_environment,
    _within_rounding,
    _without_tolerances,
)


def _inside_tolerances(pair: Pair, found: tuple[Difference, ...]) -> Verdict:
    findings = weigh(pair, found)
    rung = lowest(findings)
    parted = f"left the bits {parted_at(found[0].divergence)}"
    match rung:
        case Rung.IDENTICAL:
            rung = Rung.WITHIN_ROUNDING
            reason = f"every metric that decides has the same bits; {parted}"
        case Rung.WITHIN_ROUNDING:
            worst = max(findings, key=lambda finding: float(finding.worst))
            reason = f"inside the declared tolerance: {worst.detail}; {parted}"
        case _:
            deciding = [finding for finding in findings if finding.rung is rung]
            reason = deciding[0].detail
            if len(deciding) > 1:
                reason += f"; {len(deciding) - 1} more"
    return _answer(pair, rung, reason, found, findings)


def _other_seed(pair: Pair) -> Verdict:
    if pair.match is Match.NEAREST:
        return _over_seeds(pair, pair.final_names)
    is_enough = pair.required.height <= Rung.EQUIVALENT.height
    if is_enough and not _without_margin(pair, pair.final_names):
        verdict = _over_seeds(pair, ())
        return replace(verdict, findings=(*verdict.findings, *unseen_state(pair)))
    seeds = ", ".join(str(row.seed) for row in pair.reference.seeds) or "none"
    return not_comparable(
        Cause.MISSING_REFERENCE,
        f"the reference has no seed {pair.seed}; it has {seeds}",
        required=pair.required,
        match=pair.match,
    )


def _without_margin(pair: Pair, names: Collection[str]) -> list[str]:
    """List the metrics that no distribution can answer for."""
    bare = [name for name in sorted(names) if final_margin(pair.contract, name) is None]
    if not pair.final_names and not open_questions(pair):
        return ["any final metric"]
    return bare


def _over_seeds(
    pair: Pair, unequal: Collection[str], found: tuple[Difference, ...] = ()
) -> Verdict:
    questions = open_questions(pair)
    bare = _without_margin(pair, unequal if questions else pair.final_names)
    if not bare:
        return _answer(pair, Rung.INCONCLUSIVE, questions[0].detail, found, questions)
    ours = pair.obtained.identity.environment.key
    theirs = pair.reference.identity.environment.key
    where = (
        f"the reference is of {theirs}, this run of {ours}"
        if ours != theirs
        else f"both are of {ours}, and no envelope says how far rounding carries"
    )
    reason = f"{where}: that needs an Equivalent() margin for {bare[0]}"
    return not_comparable(
        Cause.OTHER_ENVIRONMENT, reason, required=pair.required, match=pair.match
    )
