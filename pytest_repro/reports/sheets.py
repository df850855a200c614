"""The view model of one experiment in full: everything that a page shows of it.

A sheet is computed from the finished facts and the records behind them, and holds
plain values: no markup, no layout, no open file. Records that could not be read are
told in their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_repro.records import (
    Divergence,
    Outcome,
    Resources,
    Revision,
    RunRecord,
    Scorecard,
    SeedResult,
)
from pytest_repro.reports.circumstances import Circumstance, find_differences
from pytest_repro.reports.curves import Curve, curves_of
from pytest_repro.reports.dots import Dots, dots_of
from pytest_repro.reports.gaps import MetricGap, metric_gaps
from pytest_repro.reports.ladder import Footing, ladder_of
from pytest_repro.reports.remedies import Remedy, remedies_of
from pytest_repro.verdicts.identity import differences
from pytest_repro.verdicts.onset import steps_proven_equal
from pytest_repro.verdicts.pairs import Pair

__all__ = ["Sheet", "Sources", "sheet_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The records behind an outcome.

    Attributes:
        reference: The approved run; None if there is none, or it cannot be read.
        obtained: One run a seed that left a record, in the order of the seeds.
        scorecard: The newest scorecard; None if there is none.
        unread: Why a record cannot be shown, one line each.
    """

    reference: RunRecord | None = None
    obtained: tuple[RunRecord, ...] = ()
    scorecard: Scorecard | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that is shown of one experiment.

    Attributes:
        outcome: What became of it.
        ladder: What is known of each rung.
        curves: Its traces.
        dots: Its seeds, of everything that has a margin.
        gaps: The final metrics of one seed, on both sides.
        gap_seed: Which seed; None for none.
        divergence: Where the bits part first; None if they do not.
        cause: What parted first; empty if that is not known.
        circumstances: What differs around the runs, likeliest cause first.
        resources: What the obtained and the reference's run of one seed cost.
        revision: The newest approval of the reference; None for none.
        scorecard: What its bits depend on; None if that was not tried.
        remedies: What to type next.
        unread: Why a record cannot be shown.
    """

    outcome: Outcome
    ladder: tuple[Footing, ...] = ()
    curves: tuple[Curve, ...] = ()
    dots: tuple[Dots, ...] = ()
    gaps: tuple[MetricGap, ...] = ()
    gap_seed: int | None = None
    divergence: Divergence | None = None
    cause: str = ""
    circumstances: tuple[Circumstance, ...] = ()
    resources: tuple[Resources | None, Resources | None] = (None, None)
    revision: Revision | None = None
    scorecard: Scorecard | None = None
    remedies: tuple[Remedy, ...] = ()
    unread: tuple[str, ...] = ()


def sheet_of(outcome: Outcome, sources: Sources) -> Sheet:
    """Compute what is shown of an experiment.

    Args:
        outcome: What became of it.
        sources: The records behind that.

    Returns:
        The sheet.
    """
    reference, obtained = sources.reference, sources.obtained
    shown = _shown(outcome, obtained)
    row = _row(reference, shown)
    history = reference.history if reference else ()
    return Sheet(
        outcome=outcome,
        ladder=ladder_of(outcome),
        curves=curves_of(obtained, reference, equal=_equal(outcome, shown, reference)),
        dots=dots_of(obtained, reference) if reference else (),
        gaps=metric_gaps(
            shown.anchor.metrics if shown else (), row.metrics if row else ()
        ),
        gap_seed=shown.anchor.seed if shown else row.seed if row else None,
        divergence=_divergence(outcome),
        cause=next((one.explanation for one in outcome.seeds if one.explanation), ""),
        circumstances=find_differences(shown.identity, reference.identity)
        if shown and reference
        else (),
        resources=(
            shown.anchor.resources if shown else None,
            row.resources if row else None,
        ),
        revision=history[-1] if history else None,
        scorecard=outcome.scorecard or sources.scorecard,
        remedies=remedies_of(outcome),
        unread=sources.unread,
    )


def _shown(outcome: Outcome, obtained: Sequence[RunRecord]) -> RunRecord | None:
    """Choose the seed to show: the first that does not hold, else the first."""
    failed = {one.seed for one in outcome.seeds if not one.verdict.holds}
    told = (run for run in obtained if run.anchor.seed in failed)
    return next(told, obtained[0] if obtained else None)


def _row(reference: RunRecord | None, shown: RunRecord | None) -> SeedResult | None:
    """Find the reference's row of the shown seed; of its anchor if none is shown."""
    if reference is None:
        return None
    if shown is None:
        return reference.anchor
    rows = (row for row in reference.seeds if row.seed == shown.anchor.seed)
    return next(rows, None)


def _divergence(outcome: Outcome) -> Divergence | None:
    verdicts = (outcome.verdict, *(one.verdict for one in outcome.seeds))
    return next((one.divergence for one in verdicts if one.divergence), None)


def _equal(
    outcome: Outcome, shown: RunRecord | None, reference: RunRecord | None
) -> int:
    """Count the steps that are proven equal, as the judge does."""
    row = _row(reference, shown)
    if shown is None or reference is None or row is None:
        return 0
    pair = Pair(
        obtained=shown,
        reference=reference,
        contract=shown.identity.contract,
        match=outcome.verdict.match,
    )
    return steps_proven_equal(reference, differences(pair, row))
