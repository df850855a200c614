"""Several seeds, one verdict: the lowest rung decides, and distributions may answer.

A seed that differs where only `Equivalent` speaks leaves a question open; all seeds
together may answer it. Nothing else that a seed found can be voted away by others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pytest_repro.records import (
    Contract,
    Finding,
    Match,
    Rung,
    RunRecord,
    SeedResult,
    Tolerance,
    Verdict,
)
from pytest_repro.verdicts.deviations import allowed_at, exact_mean, multiple_text
from pytest_repro.verdicts.equivalence import compare_samples
from pytest_repro.verdicts.judge import lowest
from pytest_repro.verdicts.pairs import final_value, required_rung
from pytest_repro.verdicts.tolerances import is_equivalence

__all__ = ["fold"]


def fold(
    pairs: Sequence[tuple[RunRecord, Verdict]],
    reference: RunRecord,
    *,
    contract: Contract,
    match: Match,
) -> Verdict:
    """Fold the verdicts of several seeds into one.

    Args:
        pairs: Each obtained run with its verdict, in the order in which they ran.
        reference: The approved run that all were held against.
        contract: What was promised.
        match: How the reference was found.

    Returns:
        The first `NOT_COMPARABLE` verdict if there is one, else the lowest, where an
        `INCONCLUSIVE` one that waits for distributions has been answered.

    Raises:
        ValueError: If there are no seeds, or one seed twice.
    """
    _refuse_nothing_and_repeats(pairs)
    run, worst = min(pairs, key=lambda pair: pair[1].rung.height)
    match worst.rung:
        case Rung.IDENTICAL if len(pairs) > 1:
            return replace(worst, reason=f"same bits at all {len(pairs)} seeds")
        case Rung.INCONCLUSIVE if _asks(worst):
            return _answered(_Seeds(pairs, reference, contract, match))
        case _ if len(pairs) > 1 and run.seeds:
            return replace(worst, reason=f"seed {run.anchor.seed}: {worst.reason}")
        case _:
            return worst


def _asks(verdict: Verdict) -> bool:
    """Tell whether a verdict left a question that distributions can answer."""
    return any(one.rung is Rung.INCONCLUSIVE for one in verdict.findings)


def _refuse_nothing_and_repeats(pairs: Sequence[tuple[RunRecord, Verdict]]) -> None:
    if not pairs:
        msg = "there is no verdict over no seeds"
        raise ValueError(msg)
    seeds = [run.anchor.seed for run, _ in pairs if run.seeds]
    for seed in seeds:
        if seeds.count(seed) > 1:
            msg = f"seed {seed} ran {seeds.count(seed)} times: it counts once"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class _Seeds:
    """All seeds that ran, none of them without a comparison."""

    pairs: Sequence[tuple[RunRecord, Verdict]]
    reference: RunRecord
    contract: Contract
    match: Match


def _answered(seeds: _Seeds) -> Verdict:
    """Answer what one seed left open; what no seeds can answer stays open."""
    findings = _lowest_by_name(_resolved(seeds))
    rung = lowest(findings)
    if rung is Rung.IDENTICAL:
        # Open was only what the anchor, which ran too, has answered.
        rung = Rung.WITHIN_ROUNDING
    deciding = [finding.detail for finding in findings if finding.rung is rung]
    reason = "; ".join(deciding[:1]) or "every metric that decides has the same bits"
    if len(deciding) > 1:
        reason += f"; {len(deciding) - 1} more"
    places = (verdict.divergence for _, verdict in seeds.pairs)
    return Verdict(
        rung=rung,
        required=required_rung(seeds.contract, seeds.match, seeds.reference),
        reason=reason,
        divergence=next((place for place in places if place is not None), None),
        findings=findings,
        match=seeds.match,
    )


def _lowest_by_name(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    kept: dict[str, Finding] = {}
    for finding in findings:
        before = kept.setdefault(finding.name, finding)
        if finding.rung.height < before.rung.height:
            kept[finding.name] = finding
    return tuple(kept.values())


def _resolved(seeds: _Seeds) -> Iterator[Finding]:
    anchor = seeds.reference.anchor.seed
    has_anchor = any(run.anchor.seed == anchor for run, _ in seeds.pairs)
    for run, verdict in seeds.pairs:
        final = {metric.name for metric in run.anchor.metrics}
        for finding in verdict.findings:
            tolerance = seeds.contract.tolerance_for(finding.name)
            if finding.rung is not Rung.INCONCLUSIVE:
                yield finding
            elif is_equivalence(tolerance) and finding.name in final:
                yield _over_seeds(seeds, finding.name, tolerance)
            elif not has_anchor or run.anchor.seed == anchor:
                yield finding


def _over_seeds(seeds: _Seeds, name: str, tolerance: Tolerance) -> Finding:
    obtained = _values((run.anchor for run, _ in seeds.pairs), name)
    reference = _values(seeds.reference.seeds, name)
    # Without a finite mean there is no margin, and no comparison of means either.
    margin = allowed_at(tolerance, exact_mean(reference) or Fraction(0))
    answer = compare_samples(obtained, reference, margin=margin)
    return Finding(
        name=name,
        rung=answer.rung,
        tolerance=tolerance.text,
        detail=f"{name} {answer.detail}",
        worst="" if answer.worst is None else multiple_text(answer.worst),
    )


def _values(rows: Iterable[SeedResult], name: str) -> list[float]:
    found = [final_value(row, name) for row in rows]
    return [value for value in found if value is not None]
