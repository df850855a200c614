"""Hold obtained runs against a reference and lay out every difference: pure.

The judge decides as it does in a session, over the same seeds. This adds what a person
asks next: by how much does each metric differ, where does each trace part, and what
was not the same around the runs. One seed is shown in detail, the first that does not
hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_repro.records import (
    Divergence,
    Match,
    RunRecord,
    SeedVerdict,
    Verdict,
)
from pytest_repro.reports.circumstances import Circumstance, find_all_differences
from pytest_repro.reports.gaps import MetricGap, metric_gaps
from pytest_repro.verdicts import explain, fold, is_short, judge
from pytest_repro.verdicts.horizons import beginning_of, why_not_short
from pytest_repro.verdicts.identity import Difference, differences
from pytest_repro.verdicts.limits import limits_of
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.rounding import ENVELOPE

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that a comparison found.

    Attributes:
        obtained: The run that is shown in detail.
        reference: The approved run.
        verdict: The verdict over all seeds.
        seeds: The verdict on each seed.
        differences: What parts, and where first; the first in the run comes first.
        weighed: What rounding says of each thing that parts, by its name.
        metrics: The final metrics of the shown seed.
        circumstances: What differs around the runs, likeliest cause first.
        explanation: Which part of the shown run parted first; empty if that is not
            known, or nothing did.
        has_seed: Whether the reference has a row of the shown seed.
        shows_traces: Whether it keeps the traces and fingerprints of that seed too.
    """

    obtained: RunRecord
    reference: RunRecord
    verdict: Verdict
    seeds: tuple[SeedVerdict, ...]
    differences: tuple[Difference, ...]
    weighed: Mapping[str, str]
    metrics: tuple[MetricGap, ...]
    circumstances: tuple[Circumstance, ...]
    explanation: str
    has_seed: bool
    shows_traces: bool

    @property
    def limits(self) -> tuple[str, ...]:
        """What no explanation can tell: which lanes nobody could follow, and why."""
        return limits_of(self.obtained, self.reference) if self.shows_traces else ()

    @property
    def divergence(self) -> Divergence | None:
        """Where the shown seed parts first; None if its bits are the same."""
        return self.differences[0].divergence if self.differences else None


def compare(
    obtained: Sequence[RunRecord], reference: RunRecord, *, match: Match
) -> Comparison:
    """Compare obtained runs with a reference, under the contract of the first.

    Args:
        obtained: One run a seed, at least one.
        reference: The approved run.
        match: How the reference was found.

    Returns:
        What was found.
    """
    contract = obtained[0].identity.contract
    verdicts = [
        judge(run, reference, contract=contract, match=match) for run in obtained
    ]
    pairs = list(zip(obtained, verdicts, strict=True))
    shown, judged = next((one for one in pairs if not one[1].holds), pairs[0])
    pair = Pair(obtained=shown, reference=reference, contract=contract, match=match)
    if is_short(shown) and not why_not_short(pair):
        pair = beginning_of(pair)
    row = pair.row
    return Comparison(
        obtained=pair.obtained,
        reference=reference,
        verdict=fold(pairs, reference, contract=contract, match=match),
        seeds=tuple(
            SeedVerdict(
                seed=run.anchor.seed,
                verdict=verdict,
                wall_s=run.anchor.resources.wall_s,
            )
            for run, verdict in pairs
        ),
        differences=() if row is None else differences(pair, row),
        weighed=_weighed(judged),
        metrics=metric_gaps(shown.anchor.metrics, () if row is None else row.metrics),
        circumstances=find_all_differences(shown, reference),
        explanation=explain(shown, reference, judged),
        has_seed=row is not None,
        shows_traces=pair.shows_traces,
    )


def _weighed(verdict: Verdict) -> dict[str, str]:
    """Collect what was held against an envelope, without the name in front."""
    return {
        one.name: one.detail.removeprefix(f"{one.name} ")
        for one in verdict.findings
        if one.tolerance == ENVELOPE
    }
