"""From a request to an outcome: train, look up the reference, judge, keep.

The only place that writes references, and only where the mode allows it. Whatever
does not pass leaves a complete candidate, so that nobody has to train again in order
to accept it.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro.errors import RecordError, StoreError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import (
    Action,
    Cause,
    Contract,
    Job,
    Match,
    Outcome,
    RunRecord,
    SeedVerdict,
    Verdict,
)
from pytest_repro.references import (
    Found,
    ReferenceStore,
    merge_seeds,
    read_record,
    reference_folder,
    revise,
)
from pytest_repro.replication.plan import Mode, may_write, next_seeds
from pytest_repro.replication.pool import Pool, SeedRun
from pytest_repro.verdicts import fold, judge, not_comparable, required_rung

MAX_OUTPUT: Final = 3000

__all__ = ["Approval", "Replication", "Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An experiment to be run and judged.

    Attributes:
        experiment: The node id.
        contract: What was promised.
        job_for: Makes the job of a seed.
    """

    experiment: str
    contract: Contract
    job_for: Callable[[int], Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who writes references, when and why.

    Attributes:
        mode: What the session may do.
        reason: Why references are rewritten.
        created_utc: The time that goes into the history.
        created_by: Tool and version.
    """

    mode: Mode
    reason: str
    created_utc: str
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assessment:
    """What is known of an experiment after some seeds."""

    runs: tuple[SeedRun, ...]
    records: tuple[RunRecord, ...]
    verdicts: tuple[Verdict, ...]
    found: Found | None
    verdict: Verdict


class Replication:
    """Runs experiments against one reference store."""

    def __init__(
        self,
        pool: Pool,
        *,
        store: ReferenceStore,
        pending: ReferenceStore,
        approval: Approval,
    ) -> None:
        """Join what is needed.

        Args:
            pool: Runs the seeds.
            store: Holds the references.
            pending: Takes candidates.
            approval: What may be written, and why.
        """
        self._pool = pool
        self._store = store
        self._pending = pending
        self._approval = approval

    def run(self, request: Request) -> Outcome:
        """Run an experiment until it is decided.

        Args:
            request: The experiment.

        Returns:
            What became of it.

        Raises:
            LaunchError: If a worker cannot be started.
            StoreError: If a reference that should be written cannot be.
        """
        first = next_seeds(request.contract, (), None, writes=False)
        runs = self._pool.run(first, request.job_for)
        if runs[0].ending.skipped:
            return _skip(request, runs)
        state = self._assess(request, runs)
        writes = may_write(self._approval.mode, state.verdict)
        done = tuple(run.seed for run in runs)
        more = next_seeds(request.contract, done, state.verdict, writes=writes)
        if more:
            runs += self._pool.run(more, request.job_for)
            state = self._assess(request, runs)
            writes = may_write(self._approval.mode, state.verdict)
        return self._conclude(request, state, writes=writes)

    def judge_record(self, request: Request, record: RunRecord) -> Outcome:
        """Judge a run that was executed elsewhere, such as in this process.

        Args:
            request: The experiment.
            record: Its record, of one seed.

        Returns:
            What became of it; nothing is ever written.
        """
        found = self._look_up(request, record)
        verdict = self._judge(request, record, found)
        seed = SeedVerdict(
            seed=record.anchor.seed,
            verdict=verdict,
            wall_s=record.anchor.resources.wall_s,
        )
        return Outcome(
            experiment=request.experiment,
            action=Action.COMPARED,
            verdict=verdict,
            seeds=(seed,),
            seeds_allowed=request.contract.seeds,
            wall_s=seed.wall_s,
            environment_key=record.identity.environment.key,
        )

    def _assess(self, request: Request, runs: tuple[SeedRun, ...]) -> _Assessment:
        """Read the records and judge each against the reference."""
        records: list[RunRecord] = []
        verdicts: list[Verdict] = []
        found: Found | Verdict | None = None
        for run in runs:
            record = self._collect(request, run)
            if isinstance(record, Verdict):
                verdicts.append(record)
                continue
            found = self._look_up(request, record) if found is None else found
            records.append(record)
            verdicts.append(self._judge(request, record, found))
        reference = None if isinstance(found, Verdict) else found
        return _Assessment(
            runs=runs,
            records=tuple(records),
            verdicts=tuple(verdicts),
            found=reference,
            verdict=_fold(request, records, verdicts, reference),
        )

    def _collect(self, request: Request, run: SeedRun) -> RunRecord | Verdict:
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

    def _look_up(self, request: Request, record: RunRecord) -> Found | Verdict:
        try:
            return self._store.find(request.experiment, record.identity.environment)
        except RecordError as error:
            required = required_rung(request.contract, Match.KEY)
            return not_comparable(
                Cause.CORRUPT_REFERENCE, str(error), required=required, match=Match.KEY
            )

    def _judge(
        self, request: Request, record: RunRecord, found: Found | Verdict
    ) -> Verdict:
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

    def _conclude(
        self, request: Request, state: _Assessment, *, writes: bool
    ) -> Outcome:
        outcome = _describe(request, state, self._store)
        is_whole = len(state.records) == len(state.runs) and bool(state.records)
        self._forget_candidate(state)
        if outcome.passed and not writes:
            return outcome
        if not (is_whole and self._is_publishable(request, state)):
            return outcome
        if not writes:
            return replace(outcome, candidate=self._leave_candidate(state))
        try:
            return self._write(state, outcome)
        except (StoreError, RecordError) as error:
            message = f"the reference could not be written: {error}"
            candidate = self._leave_candidate(state)
            return replace(outcome, message=message, candidate=candidate)

    def _is_publishable(self, request: Request, state: _Assessment) -> bool:
        contract = request.contract
        return all(
            judge(record, record, contract=contract, match=Match.EXACT).holds
            for record in state.records
        )

    def _write(self, state: _Assessment, outcome: Outcome) -> Outcome:
        record, supersedes = self._revise(state, self._approval.reason)
        folder = self._store.write(record)
        action = Action.UPDATED if supersedes else Action.RECORDED
        return replace(
            outcome,
            action=action,
            reference=self._store.show(folder),
            message=self._approval.reason,
        )

    def _forget_candidate(self, state: _Assessment) -> None:
        """Remove the candidate of an earlier session: nobody should accept it now."""
        for record in state.records[:1]:
            identity = record.identity
            path = reference_folder(identity.experiment, identity.environment.key)
            shutil.rmtree(self._pending.root / path, ignore_errors=True)

    def _leave_candidate(self, state: _Assessment) -> str:
        record, _ = self._revise(state, "")
        return self._pending.show(self._pending.write(record))

    def _revise(self, state: _Assessment, reason: str) -> tuple[RunRecord, bool]:
        own = state.found is not None and state.found.match in {Match.EXACT, Match.KEY}
        found = state.found if own else None
        old = found.record if found is not None else None
        record = revise(
            merge_seeds(state.records),
            old,
            reason=reason,
            created_utc=self._approval.created_utc,
            created_by=self._approval.created_by,
            supersedes=found.sums if found is not None else None,
        )
        rewrites = old is not None or state.verdict.cause is Cause.CORRUPT_REFERENCE
        return record, rewrites


def _fold(
    request: Request,
    records: Sequence[RunRecord],
    verdicts: Sequence[Verdict],
    found: Found | None,
) -> Verdict:
    """Fold the verdicts of all seeds; without a reference the first bad one counts."""
    comparable = len(records) == len(verdicts)
    if not comparable or found is None or found.record is None:
        return next((v for v in verdicts if not v.holds), verdicts[0])
    pairs = tuple(zip(records, verdicts, strict=True))
    return fold(pairs, found.record, contract=request.contract, match=found.match)


def _describe(request: Request, state: _Assessment, store: ReferenceStore) -> Outcome:
    folder = state.found.folder if state.found is not None else None
    environment = state.records[0].identity.environment.key if state.records else ""
    return Outcome(
        experiment=request.experiment,
        action=Action.COMPARED,
        verdict=state.verdict,
        seeds=tuple(
            SeedVerdict(seed=run.seed, verdict=verdict, wall_s=run.wall_s)
            for run, verdict in zip(state.runs, state.verdicts, strict=True)
        ),
        seeds_allowed=request.contract.seeds,
        wall_s=sum(run.wall_s for run in state.runs),
        environment_key=environment,
        reference=store.show(folder) if folder else "",
        details=next((text for run in state.runs if (text := _evidence(run))), ""),
    )


def _evidence(run: SeedRun) -> str:
    """Return the traceback and the end of the output of a run that failed."""
    failure = run.ending.failure
    if failure is None:
        return ""
    parts = [f"seed {run.seed}: {failure.message}", failure.traceback.strip()]
    if tail := failure.output.strip():
        parts.append(f"end of its output:\n{tail[-MAX_OUTPUT:]}")
    return "\n".join(part for part in parts if part)


def _skip(request: Request, runs: tuple[SeedRun, ...]) -> Outcome:
    reason = runs[0].ending.skipped
    required = required_rung(request.contract, Match.NONE)
    return Outcome(
        experiment=request.experiment,
        action=Action.SKIPPED,
        verdict=not_comparable(Cause.VACUOUS, f"skipped: {reason}", required=required),
        seeds_allowed=request.contract.seeds,
        message=reason,
    )
