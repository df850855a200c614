"""Hold obtained runs against a reference and lay out every difference: pure.

The judge decides as it does in a session, over the same seeds. This adds what a person
asks next: by how much does each metric differ, where does each trace part, and what
was not the same around the runs. One seed is shown in detail, the first that does not
hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_repro.cli.circumstances import Circumstance, find_differences
from pytest_repro.records import (
    Divergence,
    Match,
    Metric,
    RunRecord,
    Scalar,
    SeedVerdict,
    Verdict,
)
from pytest_repro.verdicts import explain, fold, is_short, judge
from pytest_repro.verdicts.horizons import beginning_of, why_not_short
from pytest_repro.verdicts.identity import Difference, differences
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.rounding import ENVELOPE

__all__ = ["Comparison", "MetricGap", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGap:
    """A final metric on both sides.

    Attributes:
        name: The metric.
        obtained: The obtained number, or None where there is none.
        reference: The reference's number at the same seed, likewise.
    """

    name: str
    obtained: Scalar | None
    reference: Scalar | None

    @property
    def absolute(self) -> float | None:
        """Obtained minus reference, in the metric's unit; None with one side only."""
        if self.obtained is None or self.reference is None:
            return None
        return self.obtained.value - self.reference.value

    @property
    def relative(self) -> float | None:
        """The same as a fraction of the reference's magnitude; None if that is 0."""
        if self.absolute is None or self.reference is None:
            return None
        magnitude = abs(self.reference.value)
        return self.absolute / magnitude if magnitude else None


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
        metrics=_gaps(shown.anchor.metrics, () if row is None else row.metrics),
        circumstances=find_differences(shown.identity, reference.identity),
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


def _gaps(
    obtained: Sequence[Metric], reference: Sequence[Metric]
) -> tuple[MetricGap, ...]:
    ours, theirs = _by_name(obtained), _by_name(reference)
    return tuple(
        MetricGap(name=name, obtained=ours.get(name), reference=theirs.get(name))
        for name in sorted(ours.keys() | theirs.keys())
    )


def _by_name(metrics: Sequence[Metric]) -> Mapping[str, Scalar]:
    return {metric.name: metric.scalar for metric in metrics}
