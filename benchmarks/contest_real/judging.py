"""Let every rule judge every run of a collection."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.contest_real.errands import Errand
from benchmarks.contest_real.factors import final_factor, state_factor, trace_factor
from benchmarks.contest_real.figures import Left, Row
from benchmarks.contest_real.gathering import (
    Judged,
    Subject,
    beginning,
    portable_subject,
)
from benchmarks.contest_real.other_machine import read_other_machine
from benchmarks.contest_real.rules import Rule
from benchmarks.contest_real.since import since_factor
from pytest_repro.determinism import NOISE
from pytest_repro.records import Contract, Match, RunRecord
from pytest_repro.verdicts import judge, with_envelopes

__all__ = ["MACHINE", "judge_all", "judge_other_machine", "leave_one_out"]

MACHINE: Final = "other machine"


def judge_all(subject: Subject, rules: Sequence[Rule]) -> Iterator[Row]:
    """Let rules judge the runs of one experiment.

    Args:
        subject: The experiment.
        rules: The rules.

    Yields:
        A row for each run.
    """
    for one in subject.judged:
        yield _row(one, subject, rules)


def judge_other_machine(
    name: str, errands: Sequence[Errand], folder: Path, *, rules: Sequence[Rule]
) -> Row | None:
    """Judge what another machine recorded, by traces and final metrics.

    Args:
        name: Of the experiment.
        errands: What was to be run.
        folder: The collection.
        rules: Those that need only a reference and its replicas.

    Returns:
        A row, or None if there is nothing to judge.
    """
    subject = portable_subject(name, errands, folder)
    if subject is None:
        return None
    blind = replace(subject.reference, state=())
    there = read_other_machine(name, folder, blind)
    if there is None:
        return None
    judged = Judged(kind=MACHINE, label="AMD EPYC, portable numerics", record=there)
    return _row(judged, replace(subject, reference=blind), rules)


def leave_one_out(subject: Subject) -> Iterator[Left]:
    """Hold each replica against the envelope of the others.

    Args:
        subject: The experiment.

    Yields:
        What each needs to be inside.
    """
    bare = replace(subject.reference, rounding=None)
    for number, replica in enumerate(subject.replicas, 1):
        others = [one for one in subject.replicas if one is not replica]
        reference = with_envelopes(bare, others, noise=NOISE)
        yield Left(
            experiment=subject.name,
            replica=number,
            trace=trace_factor(replica, reference),
            state=state_factor(replica, reference),
            final=final_factor(replica, reference),
        )


def _row(one: Judged, subject: Subject, rules: Sequence[Rule]) -> Row:
    reference, record = subject.reference, one.record
    ours, theirs = record.identity.environment, reference.identity.environment
    verdict = judge(record, reference, contract=Contract(), match=Match.KEY)
    return Row(
        experiment=subject.name,
        kind=one.kind,
        label=one.label,
        moved=_has_moved(record, reference),
        key_changed=ours.key != theirs.key,
        factor=since_factor(record, reference),
        trace_factor=trace_factor(record, reference),
        short_factor=_short_factor(record, reference),
        failed_by=tuple(rule.name for rule in rules if rule.fails(record, subject)),
        verdict=f"{verdict.rung}: {verdict.reason}",
    )


def _has_moved(record: RunRecord, reference: RunRecord) -> bool:
    """Tell whether anything differs that was recorded and decides."""
    return (
        [(one.name, one.bits) for one in record.series]
        != [(one.name, one.bits) for one in reference.series]
        or _digests(record) != _digests(reference)
        or record.anchor.metrics != reference.anchor.metrics
    )


def _digests(record: RunRecord) -> list[tuple[str, int | None, str]]:
    return [
        (one.name, one.step, one.digest) for one in record.state if not one.is_evidence
    ]


def _short_factor(record: RunRecord, reference: RunRecord) -> float:
    return since_factor(*beginning(record, reference))
