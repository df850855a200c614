"""Judge finished runs: read their records, look up the reference, compare.

It reads references and never writes one.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import Cause, Contract, Match, RunRecord, Verdict
from pytest_repro.references import Found, ReferenceStore, read_record
from pytest_repro.replication.pool import SeedRun
from pytest_repro.replication.renaming import modernised
from pytest_repro.replication.requests import Assessment, Request
from pytest_repro.verdicts import (
    fold,
    is_short,
    judge,
    not_comparable,
    required_rung,
)

__all__ = ["Assessor", "collect", "is_publishable", "judge_one"]


class Assessor:
    """Judges runs against the references of one store."""

    def __init__(self, store: ReferenceStore) -> None:
        """Remember where references are.

        Args:
            store: Holds the references.
        """
        self._store = store

    def assess(self, request: Request, runs: tuple[SeedRun, ...]) -> Assessment:
        """Read the records of runs and judge each against the reference.

        Args:
            request: The experiment.
            runs: The seeds that ran, at least one.

        Returns:
            What is known now.
        """
        records: list[RunRecord] = []
        verdicts: list[Verdict] = []
        found: Found | Verdict | None = None
        for run in runs:
            record = collect(request, run)
            if isinstance(record, Verdict):
                verdicts.append(record)
                continue
            found = self.look_up(request, record) if found is None else found
            records.append(record)
            verdicts.append(judge_one(request, record, found))
        reference = None if isinstance(found, Verdict) else found
        return Assessment(
            runs=runs,
            records=tuple(records),
            verdicts=tuple(verdicts),
            found=reference,
            verdict=_fold(request, records, verdicts, reference),
        )

    def look_up(self, request: Request, record: RunRecord) -> Found | Verdict:
        """Look up the reference of an experiment for the environment of a run.

        Args:
            request: The experiment.
            record: A run of it.

        Returns:
            What was found; a verdict if what is there cannot be read.
        """
        try:
            found = self._store.find(request.experiment, record.identity.environment)
            return modernised(found, record)
        except RecordError as error:
            required = required_rung(request.contract, Match.KEY)
            return not_comparable(
                Cause.CORRUPT_REFERENCE, str(error), required=required, match=Match.KEY
            )


def judge_one(request: Request, record: RunRecord, found: Found | Verdict) -> Verdict:
    """Judge one run.

    Args:
        request: The experiment.
        record: The run.
        found: The reference that was looked up, or why it cannot be read.

    Returns:
        The verdict.
    """
    if isinstance(found, Verdict):
        return found
    contract = request.contract
    # A run that could not be a reference itself is said so first.
    alone = judge(record, record, contract=contract, match=Match.EXACT)
    if not alone.holds:
        return replace(alone, match=found.match)
    if found.record is None:
        key = record.identity.environment.key
        reason = f"no reference under {key}"
        if found.others:
            reason += f", only under {', '.join(found.others)}"
        required = required_rung(contract, Match.NONE)
        return not_comparable(Cause.MISSING_REFERENCE, reason, required=required)
    return judge(record, found.record, contract=contract, match=found.match)


def is_publishable(contract: Contract, records: Sequence[RunRecord]) -> bool:
    """Tell whether runs could be a reference: complete, finite, not vacuous.

    Args:
        contract: What was promised.
        records: The runs.

    Returns:
        Whether each of them is whole and agrees with itself.
    """
    return all(
        not is_short(record)
        and judge(record, record, contract=contract, match=Match.EXACT).holds
        for record in records
    )


def collect(request: Request, run: SeedRun) -> RunRecord | Verdict:
    """Read what a run left.

    Args:
        request: The experiment.
        run: A run that has ended.

    Returns:
        Its record; a verdict if there is none.
    """
    required = required_rung(request.contract, Match.NONE)
    failure = run.ending.failure
    if failure is not None:
        return not_comparable(failure.cause, failure.message, required=required)
    if run.ending.skipped:
        reason = f"seed {run.seed} skipped itself: {run.ending.skipped}"
        return not_comparable(Cause.FAILED, reason, required=required)
    try:
        return read_record(Path(run.folder) / RECORD)
    except RecordError as error:
        reason = f"the worker left no readable record: {error}"
        return not_comparable(Cause.CRASHED, reason, required=required)


def _fold(
    request: Request,
    records: Sequence[RunRecord],
    verdicts: Sequence[Verdict],
    found: Found | None,
) -> Verdict:
    """Fold the verdicts of all seeds; where that is impossible the worst counts."""
    comparable = len(records) == len(verdicts)
    if not comparable or found is None or found.record is None:
        return min(verdicts, key=lambda verdict: verdict.rung.height)
    pairs = tuple(zip(records, verdicts, strict=True))
    return fold(pairs, found.record, contract=request.contract, match=found.match)
