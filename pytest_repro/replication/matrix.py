"""Make the replication matrix: every two witnesses of each experiment are compared.

Nothing runs. What ran already, wherever it ran, is read by `witnesses`, compared by
`across`, and what separates those with other bits is sought by `separation` among what
`circumstances` has of each.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from pytest_repro.records import Cause, Rung, RunRecord
from pytest_repro.replication.circumstances import axes_of
from pytest_repro.replication.witnesses import Kind, Sources, Testimony, Witness, hear
from pytest_repro.reports.matrices import Column, Comparison, Gap, Matrix, Square
from pytest_repro.verdicts.across import Runs, compare_runs
from pytest_repro.verdicts.separation import Member, Separation, separate

__all__ = ["make_matrix"]


def make_matrix(sources: Sources, *, part: str = "") -> Matrix:
    """Compare what all witnesses have.

    Args:
        sources: Where their records lie.
        part: Only experiments whose node id contains this.

    Returns:
        The matrix; without a square if there is nothing.

    Raises:
        RecordError: If the reference store or an imported record cannot be read.
    """
    heard = {name: own for name, own in hear(sources).items() if part in name}
    witnesses = sorted({one.witness for own in heard.values() for one in own})
    numbers = {witness: place for place, witness in enumerate(witnesses, 1)}
    return Matrix(
        columns=tuple(
            Column(number=number, name=one.name, kind=one.kind.value)
            for one, number in numbers.items()
        ),
        squares=tuple(
            _square(experiment, own, numbers) for experiment, own in heard.items()
        ),
    )


def _square(
    experiment: str, heard: Sequence[Testimony], numbers: Mapping[Witness, int]
) -> Square:
    counting = [one for one in heard if one.runs is not None and not one.copied_from]
    runs = {numbers[one.witness]: one.runs for one in counting if one.runs is not None}
    comparisons = _compare(runs, _approved(counting))
    groups = _groups(list(runs), comparisons)
    whole = {n: one for n, one in runs.items() if one.record.failure is None}
    given = {numbers[one.witness]: one.variables for one in heard}
    axes = dict(
        zip(
            whole,
            axes_of(
                [one.record for one in whole.values()],
                given=[given[number] for number in whole],
            ),
            strict=True,
        )
    )
    names = {number: witness.name for witness, number in numbers.items()}
    return Square(
        experiment=experiment,
        seeds={
            n: tuple(row.seed for row in one.record.seeds) for n, one in runs.items()
        },
        groups=groups,
        comparisons=comparisons,
        separation=_separate(groups, axes, names),
        circumstances=axes,
        gaps=tuple(gap for one in heard for gap in _gaps(one, numbers)),
    )


def _approved(heard: Sequence[Testimony]) -> list[RunRecord]:
    return [
        one.runs.record
        for one in heard
        if one.runs is not None and one.witness.kind is Kind.REFERENCE
    ]


def _compare(
    runs: Mapping[int, Runs], approved: Sequence[RunRecord]
) -> tuple[Comparison, ...]:
    return tuple(
        _between(runs, (one, other), approved)
        for one, other in combinations(sorted(runs), 2)
    )


def _between(
    runs: Mapping[int, Runs], pair: tuple[int, int], approved: Sequence[RunRecord]
) -> Comparison:
    """Compare two; the other way round if an envelope holds about the later only."""
    one, other = pair
    verdict = compare_runs(runs[other], runs[one], approved=approved)
    found = Comparison(obtained=other, reference=one, verdict=verdict)
    if verdict.cause is not Cause.OTHER_ENVIRONMENT:
        return found
    turned = compare_runs(runs[one], runs[other], approved=approved)
    if turned.cause is Cause.OTHER_ENVIRONMENT:
        return found
    return Comparison(obtained=one, reference=other, verdict=turned)


def _groups(
    numbers: Sequence[int], comparisons: Sequence[Comparison]
) -> tuple[tuple[int, ...], ...]:
    """Join whoever has the same bits; the largest group first, then by number."""
    group = {number: {number} for number in numbers}
    for one in comparisons:
        if one.verdict.rung is Rung.IDENTICAL:
            joined = group[one.obtained] | group[one.reference]
            group.update(dict.fromkeys(joined, joined))
    found = {tuple(sorted(members)) for members in group.values()}
    return tuple(sorted(found, key=lambda own: (-len(own), own)))


def _separate(
    groups: Sequence[Sequence[int]],
    axes: Mapping[int, Mapping[str, str]],
    names: Mapping[int, str],
) -> Separation:
    return separate(
        [
            Member(name=names[number], group=place, axes=axes[number])
            for place, group in enumerate(groups)
            for number in group
            if number in axes
        ]
    )


def _gaps(one: Testimony, numbers: Mapping[Witness, int]) -> list[Gap]:
    number = numbers[one.witness]
    if one.problem:
        return [Gap(number=number, problem=one.problem, is_damaged=True)]
    if one.copied_from:
        problem = (
            f"the very run of {', '.join(one.copied_from)}, by its times to the last"
            " digit: counts once"
        )
        return [Gap(number=number, problem=problem, is_damaged=False)]
    return []
