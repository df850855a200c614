"""Several seeds, one verdict: the lowest rung decides, and distributions may answer.

A seed that differs where only `Equivalent` speaks leaves a question open; all seeds
together may answer it, by the sequential test of `sequential`, unless `planning` says
that no number of seeds could. Nothing else that a seed found can be voted away. Where
`partners` allows it, what is tested is what each seed's partner leaves unexplained.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_repro.records import (
    Contract,
    Finding,
    Match,
    Rung,
    RunRecord,
    Scale,
    Verdict,
)
from pytest_repro.verdicts.answers import Answer
from pytest_repro.verdicts.designs import Design, Sample
from pytest_repro.verdicts.families import Family
from pytest_repro.verdicts.horizons import is_short
from pytest_repro.verdicts.judge import lowest
from pytest_repro.verdicts.pairing import MIN_REPLICATES, Pairing
from pytest_repro.verdicts.pairs import required_rung
from pytest_repro.verdicts.partners import pairing_of, second_runs_of
from pytest_repro.verdicts.planning import plan
from pytest_repro.verdicts.sequential import decide

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

    @property
    def design(self) -> Design:
        """What the contract declared before the first seed."""
        return Design(max_seeds=max(self.contract.seeds, len(self.pairs)))

    @property
    def family(self) -> Family:
        """Everything that is to be equivalent."""
        return Family(
            runs=[run for run, _ in self.pairs],
            reference=self.reference,
            contract=self.contract,
        )

    @property
    def gaps(self) -> tuple[Finding, ...]:
        """What no number of seeds can answer, whatever else they show."""
        return tuple(
            Finding(
                name=name,
                rung=Rung.INCONCLUSIVE,
                tolerance=tolerance.text,
                detail=reason,
            )
            for name, tolerance, reason in self.family.gaps
        )


def _answered(seeds: _Seeds) -> Verdict:
    """Answer what one seed left open; what no seeds can answer stays open."""
    values, gaps = seeds.family.samples, seeds.gaps
    pairing = pairing_of(
        values,
        runs=[run for run, _ in seeds.pairs],
        reference=seeds.reference,
        match=seeds.match,
    )
    samples = pairing.samples or values
    decision = decide(samples, seeds.design) if samples else None
    answers = {one.name: one for one in decision.answers} if decision else {}
    if pairing.samples:
        answers = _paired(answers, values, pairing)
    findings = _lowest_by_name((*gaps, *_resolved(seeds, answers)))
    rung = lowest(findings)
    refusal = _refusal(seeds, samples, gaps)
    if refusal and rung.height in {Rung.INCONCLUSIVE.height, Rung.EQUIVALENT.height}:
        told = refusal.replace("\n", "; ") + _pairing_told(seeds, pairing)
        verdict = _verdict(seeds, findings, Rung.INCONCLUSIVE, told)
        return replace(verdict, is_refused=True)
    if rung is Rung.IDENTICAL:
        # Open was only what the anchor, which ran too, has answered.
        rung = Rung.WITHIN_ROUNDING
    if decision is not None and rung is decision.rung:
        told = decision.reason + _pairing_told(seeds, pairing)
        return _verdict(seeds, findings, rung, told)
    deciding = [finding.detail for finding in findings if finding.rung is rung]
    reason = "; ".join(deciding[:1]) or "every metric that decides has the same bits"
    if len(deciding) > 1:
        reason += f"; {len(deciding) - 1} more"
    return _verdict(seeds, findings, rung, reason)


def _paired(
    answers: Mapping[str, Answer], values: Sequence[Sample], pairing: Pairing
) -> dict[str, Answer]:
    """Say of each answer that it is about what the seeds leave unexplained."""
    found = {}
    for sample, rho in zip(values, pairing.correlations, strict=True):
        answer = answers[sample.name]
        on_scale = (
            "" if sample.scale is Scale.LINEAR else f", on the {sample.scale} scale"
        )
        detail = f"{answer.detail}; paired by seed{on_scale}, correlation {rho:.2g}"
        found[sample.name] = replace(answer, detail=detail)
    return found


def _pairing_told(seeds: _Seeds, pairing: Pairing) -> str:
    """Say how seeds were paired; or why not, if the reference was made for it."""
    if pairing.samples:
        return f"; {pairing.reason}"
    is_expected = len(second_runs_of(seeds.reference)) >= MIN_REPLICATES
    return f"; not paired by seed: {pairing.reason}" if is_expected else ""


def _refusal(seeds: _Seeds, samples: Sequence[Sample], gaps: Sequence[Finding]) -> str:
    """Say why no further seed can help; a whole run may, where this one was short."""
    if gaps:
        return "" if any(is_short(run) for run, _ in seeds.pairs) else gaps[0].detail
    return plan(samples, seeds.design).refusal if samples else ""


def _verdict(
    seeds: _Seeds, findings: tuple[Finding, ...], rung: Rung, reason: str
) -> Verdict:
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


def _resolved(seeds: _Seeds, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Keep what each seed found, and put the answer of all in place of a question."""
    anchor = seeds.reference.anchor.seed
    has_anchor = any(run.anchor.seed == anchor for run, _ in seeds.pairs)
    for run, verdict in seeds.pairs:
        for finding in verdict.findings:
            if finding.rung is not Rung.INCONCLUSIVE:
                yield finding
            elif finding.name in answers:
                yield _told(answers[finding.name], finding.tolerance)
            elif not has_anchor or run.anchor.seed == anchor:
                yield finding


def _told(answer: Answer, tolerance: str) -> Finding:
    return Finding(
        name=answer.name,
        rung=answer.rung,
        tolerance=tolerance,
        detail=f"{answer.name} {answer.detail}",
        worst="" if answer.shift is None else f"{answer.shift_in_margins:.2g}",
    )
