"""One candidate on one screen: what a person needs to see before saying yes.

The verdict first, then the curves over those of the reference, how far each metric
moves and has moved in all, and what was not the same around the two runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pytest_repro.cli.accept import lacks_text
from pytest_repro.cli.comparison import Comparison, compare
from pytest_repro.cli.diff import body_lines, circumstance_lines
from pytest_repro.cli.portrait import portrait_lines
from pytest_repro.cli.proposing import Change
from pytest_repro.cli.sparklines import sparkline
from pytest_repro.cli.tables import fields
from pytest_repro.records import Match, Revision, RunRecord, Series, Verdict
from pytest_repro.references import Rejection
from pytest_repro.reports import drift_lines
from pytest_repro.reports.circumstances import Circumstance
from pytest_repro.verdicts.identity import shorten

__all__ = ["candidate_lines", "compare_change", "detail_lines"]

CURVE: Final = 48
MAX_CURVES: Final = 6
MAX_FACTS: Final = 5


def compare_change(change: Change) -> Comparison | None:
    """Compare a candidate with the reference that it would supersede.

    Args:
        change: What would be accepted.

    Returns:
        What was found; None if there is no reference.
    """
    reference = change.old.record
    if reference is None:
        return None
    run = change.candidate.record
    match = Match.KEY
    if run.identity.environment.digest == reference.identity.environment.digest:
        match = Match.EXACT
    return compare(_seeds_of(run, reference), reference, match=match)


def candidate_lines(
    change: Change, *, rejected: Sequence[Rejection], asked: Sequence[str]
) -> tuple[str, ...]:
    """Describe a candidate.

    Args:
        change: What would be accepted.
        rejected: When the very same results were rejected before.
        asked: What the rules of the project ask for.

    Returns:
        Lines of at most 80 columns, save for names that are longer.
    """
    comparison = compare_change(change)
    around = comparison.circumstances if comparison else ()
    return (
        f"{change.candidate.experiment}",
        *fields(
            [
                ("candidate", change.candidate.shown),
                ("environment", change.candidate.key),
                ("supersedes", _superseded(change)),
                ("verdict", _verdict(comparison.verdict) if comparison else ""),
                ("rejected", [_rejection(one) for one in rejected]),
                ("lacks", lacks_text(change)),
                ("asks for", list(asked)),
            ]
        ),
        *_section("drift", drift_lines(change.drift) if change.old.record else ()),
        *_section("curves, obtained over reference", _curves(change)),
        *_section("around the runs, likeliest cause first", _around(around)),
    )


def detail_lines(change: Change) -> tuple[str, ...]:
    """Describe a candidate in full.

    Args:
        change: What would be accepted.

    Returns:
        All differences to the reference, or all of the run where there is none.
    """
    comparison = compare_change(change)
    if comparison is not None:
        return body_lines(comparison)
    candidate = change.candidate
    return portrait_lines(candidate.record, role="candidate", folder=candidate.shown)


def _seeds_of(run: RunRecord, reference: RunRecord) -> list[RunRecord]:
    """Take a run apart, one record a seed, as far as its seeds can be judged apart.

    A record keeps the traces of its first seed alone. Those of another seed are looked
    at only if it is the first of the reference.
    """
    first = [replace(run, seeds=run.seeds[:1])]
    if run.anchor.seed != reference.anchor.seed:
        return first
    return [*first, *(replace(run, seeds=(row,)) for row in run.seeds[1:])]


def _section(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()


def _superseded(change: Change) -> list[str]:
    old = change.old
    if old.record is None or old.sums is None:
        return ["nothing: it would be the first reference"]
    last = old.record.history[-1:]
    told = [_revision(one) for one in last]
    return [", ".join([*told, shorten(old.sums)])]


def _revision(revision: Revision) -> str:
    reason = f": {revision.reason}" if revision.reason else ""
    return f"revision {revision.number} of {revision.created_utc[:10]}{reason}"


def _verdict(verdict: Verdict) -> list[str]:
    cause = f" ({verdict.cause})" if verdict.cause else ""
    required = "" if verdict.holds else f", {verdict.required.label} is required"
    return [f"{verdict.rung.label}{cause}{required}", verdict.reason]


def _rejection(rejection: Rejection) -> str:
    reason = f": {rejection.reason}" if rejection.reason else ""
    return f"the same results before, {rejection.rejected_utc[:10]}{reason}"


def _curves(change: Change) -> tuple[str, ...]:
    reference = change.old.record
    theirs = {one.name: one for one in reference.series} if reference else {}
    ours = [one for one in change.candidate.record.series if len(one.bits) > 1]
    pairs: list[tuple[str, str | Sequence[str]]] = []
    for series in ours[:MAX_CURVES]:
        pairs += _curve(series, theirs.get(series.name))
    hidden = len(ours) - MAX_CURVES
    more = (f"  … {hidden} more, see details",) if hidden > 0 else ()
    return (*fields(pairs), *more)


def _curve(series: Series, other: Series | None) -> Iterator[tuple[str, str]]:
    ours, theirs = _values(series), _values(other) if other else []
    ends = f"{ours[0]:.6g} to {ours[-1]:.6g}"
    yield series.name, f"{sparkline(ours, width=CURVE, beside=theirs)}  {ends}"
    if not theirs:
        return
    if other is not None and other.head == series.head:
        yield " ", "the same bits"
        return
    ends = f"{theirs[0]:.6g} to {theirs[-1]:.6g}"
    yield " ", f"{sparkline(theirs, width=CURVE, beside=ours)}  {ends}"


def _values(series: Series) -> list[float]:
    return [series.scalar(index).value for index in range(len(series.bits))]


def _around(found: Sequence[Circumstance]) -> tuple[str, ...]:
    if not found:
        return ()
    hidden = len(found) - MAX_FACTS
    more = (f"  … {hidden} more, see details",) if hidden > 0 else ()
    return (*circumstance_lines(found[:MAX_FACTS]), *more)
