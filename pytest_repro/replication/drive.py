"""From a request to an outcome: train, look up the reference, judge, keep.

The only place that writes references, and only where the mode allows it. Whatever
does not pass leaves a complete candidate, so that nobody has to train again in order
to accept it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pytest_repro.errors import LaunchError, ReproError, ReproWarning
from pytest_repro.policy import Proposal, missing
from pytest_repro.records import (
    Action,
    Cause,
    Match,
    Outcome,
    RunRecord,
    Tier,
    Verdict,
)
from pytest_repro.references import (
    Found,
    ReferenceStore,
    drift_between,
    merge_seeds,
    reference_folder,
    revise,
)
from pytest_repro.replication.assess import Assessor, is_publishable, judge_one
from pytest_repro.replication.completing import (
    completes,
    lacking,
    lacks_of,
    settled,
    with_lacks,
)
from pytest_repro.replication.ledger import Ledger
from pytest_repro.replication.measure import completed, measure_envelope
from pytest_repro.replication.outcomes import (
    describe,
    judged_here,
    not_launched,
    skipped,
    with_recalled,
    without_reference,
)
from pytest_repro.replication.plan import (
    Mode,
    PlannedRun,
    is_open,
    may_write,
    next_runs,
)
from pytest_repro.replication.pool import Pool, SeedRun
from pytest_repro.replication.repeat import repeat_seeds
from pytest_repro.replication.requests import Approval, Assessment, Effort, Request
from pytest_repro.replication.tracing import trace_operations
from pytest_repro.verdicts import freeze_margins

__all__ = ["Replication"]


class Replication:
    """Runs experiments against one reference store."""

    def __init__(  # noqa: PLR0913  # the parts, all but one by keyword
        self,
        pool: Pool,
        *,
        store: ReferenceStore,
        pending: ReferenceStore,
        approval: Approval,
        effort: Effort,
        ledger: Ledger,
    ) -> None:
        """Join what is needed.

        Args:
            pool: Runs the seeds.
            store: Holds the references.
            pending: Takes candidates.
            approval: What may be written, and why.
            effort: What may be spent.
            ledger: Has the seeds that were spent before.
        """
        self._pool = pool
        self._store = store
        self._assessor = Assessor(store)
        self._pending = pending
        self._approval = approval
        self._effort = effort
        self._ledger = ledger

    def run(self, request: Request) -> Outcome:
        """Run an experiment until it is decided.

        Args:
            request: The experiment.

        Returns:
            What became of it; a worker that cannot be started, or a reference that
            cannot be written, is an outcome that fails.
        """
        try:
            return self._decide(request)
        except LaunchError as error:
            return not_launched(request, error)

    def _decide(self, request: Request) -> Outcome:
        mode = self._approval.mode if request.allow_write else Mode.COMPARE
        # The beginning of a run cannot become a reference.
        tier = self._effort.tier if mode is Mode.COMPARE else Tier.NIGHTLY
        runs: tuple[SeedRun, ...] = ()
        state: Assessment | None = None
        writes = False
        recalled = 0
        while planned := next_runs(
            request.contract,
            [run.planned for run in runs],
            verdict=state.verdict if state else None,
            tier=tier,
            writes=writes,
        ):
            earlier = self._recall(state, planned) if not writes else ()
            if earlier and not recalled:
                runs, recalled = earlier, len(earlier)
            else:
                may_stop = not writes and tier is not Tier.FULL
                runs += self._launch(planned, request, known=runs if may_stop else None)
            if runs[0].ending.skipped:
                return skipped(request, runs[0].ending.skipped)
            state = self._assessor.assess(request, _judged(runs))
            writes = may_write(mode, state.verdict) or completes(mode, state)
        if state is None:
            msg = f"{request.experiment} was planned without a single run"
            raise LaunchError(msg)
        self._remember(state)
        outcome = self._conclude(request, state, writes=writes)
        return with_recalled(outcome, recalled)

    def _recall(
        self, state: Assessment | None, planned: Sequence[PlannedRun]
    ) -> tuple[SeedRun, ...]:
        """Take seeds that were spent on this very comparison before."""
        if state is None or state.found is None or not state.records:
            return ()
        if state.runs[0].planned.is_short:
            return ()
        first = state.runs[0].planned
        return self._ledger.recall(state.records[0], state.found, [first, *planned])

    def _remember(self, state: Assessment) -> None:
        """Keep the seeds of a comparison that one seed did not decide."""
        if len(state.runs) > 1 and state.found is not None and state.records:
            self._ledger.keep(state.records[0], state.found, state.runs)

    def _launch(
        self,
        planned: Sequence[PlannedRun],
        request: Request,
        *,
        known: tuple[SeedRun, ...] | None = None,
    ) -> tuple[SeedRun, ...]:
        """Launch runs; with those known so far, only until they decide."""

        def is_decided(first: Sequence[SeedRun]) -> bool:
            state = self._assessor.assess(request, _judged((*(known or ()), *first)))
            return not is_open(state.verdict)

        is_enough = is_decided if known is not None and len(planned) > 1 else None
        try:
            return self._pool.run(planned, request.job_for, is_enough=is_enough)
        except OSError as error:
            msg = f"no worker can be started: {type(error).__name__}: {error}"
            raise LaunchError(msg) from error

    def judge_record(self, request: Request, record: RunRecord) -> Outcome:
        """Judge a run that was executed elsewhere, such as in this process.

        Args:
            request: The experiment.
            record: Its record, of one seed.

        Returns:
            What became of it; nothing is ever written.
        """
        found = self._assessor.look_up(request, record)
        verdict = judge_one(request, record, found)
        reference = None if isinstance(found, Verdict) else found.record
        return judged_here(request, record, verdict, reference)

    def _conclude(
        self, request: Request, state: Assessment, *, writes: bool
    ) -> Outcome:
        outcome = describe(request, state, self._store)
        is_whole = len(state.records) == len(state.runs) and bool(state.records)
        self._forget_candidate(state)
        if outcome.passed and not writes:
            return outcome
        if not (is_whole and is_publishable(request.contract, state.records)):
            return outcome
        if not writes:
            return self._leave_candidate(request, state, outcome)
        if asked := self._asked(request, state):
            refused = replace(outcome, message=asked)
            return self._leave_candidate(request, state, refused)
        try:
            return self._write(request, state, outcome)
        except (ReproError, ReproWarning) as error:
            # A warning is an error where the project says so.
            told = replace(
                outcome,
                verdict=without_reference(outcome),
                message=f"the reference could not be written: {error}",
            )
            return self._leave_candidate(request, state, told)

    def _write(self, request: Request, state: Assessment, outcome: Outcome) -> Outcome:
        reason, verdict = self._approval.reason, state.verdict
        if completes(self._approval.mode, state):
            reason = f"measured what was lacking: {', '.join(lacks_of(state))}"
            # Seeds that the reference has not yet say nothing about it.
            verdict = state.verdicts[0]
        measured, notes = self._measure(request, state.records)
        record, supersedes = self._revise(measured, state, reason=reason)
        folder = self._store.write(record)
        return replace(
            outcome,
            action=Action.UPDATED if supersedes else Action.RECORDED,
            verdict=verdict,
            reference=self._store.show(folder),
            message="\n".join(filter(None, (reason, *notes))),
        )

    def _asked(self, request: Request, state: Assessment) -> str:
        """Say what the project's rules ask for that no session can give."""
        if completes(self._approval.mode, state):
            return ""  # the bits were approved
        found = _own(state)
        old = found.record if found is not None else None
        proposal = Proposal(
            experiment=request.experiment,
            reason=self._approval.reason,
            drift=drift_between(merge_seeds(state.records), old) if old else (),
            is_ci=self._approval.is_ci,
            is_first=old is None,
        )
        asked = missing(self._approval.rules, proposal)
        if not asked:
            return ""
        head = f"not written: {self._approval.rules.path} asks for"
        last = f"accept it: pytest-repro accept {request.experiment}"
        return "\n  ".join([head, *asked, last])

    def _measure(
        self, request: Request, records: Sequence[RunRecord]
    ) -> tuple[RunRecord, tuple[str, ...]]:
        """Measure what only a reference has; returns it, and what there is to say."""

        def launch(planned: Sequence[PlannedRun]) -> tuple[SeedRun, ...]:
            return self._launch(planned, request)

        replicas = self._effort.replicas
        whole = freeze_margins(merge_seeds(records))
        measured = measure_envelope(whole, launch, replicas=replicas)
        repeated = repeat_seeds(measured.record, launch, replicas=replicas)
        traced = trace_operations(repeated.record, launch, steps=self._effort.traced)
        noise = (measured.note, repeated.note) if replicas else ()
        return traced.record, (*noise, traced.note)

    def _forget_candidate(self, state: Assessment) -> None:
        """Remove the candidate of an earlier session: nobody should accept it now."""
        for record in state.records[:1]:
            identity = record.identity
            path = reference_folder(identity.experiment, identity.environment.key)
            with suppress(ReproError):
                self._pending.drop(Path(path))

    def _leave_candidate(
        self, request: Request, state: Assessment, outcome: Outcome
    ) -> Outcome:
        """Keep the runs for review, or say why that was not possible either."""
        try:
            run, lacks = self._candidate(request, state)
            record, _ = self._revise(run, state, reason="")
            folder = self._pending.write(with_lacks(record, lacks))
        except (ReproError, ReproWarning) as error:
            parts = (outcome.message, f"the candidate could not be written: {error}")
            return replace(outcome, message="\n".join(filter(None, parts)))
        return replace(outcome, candidate=self._pending.show(folder))

    def _candidate(
        self, request: Request, state: Assessment
    ) -> tuple[RunRecord, tuple[str, ...]]:
        """Join the seeds that ran, or all; returns them, and what they lack."""
        if self._effort.whole_candidates:
            with suppress(LaunchError):
                return self._whole_candidate(request, state)
        run = merge_seeds(state.records)
        lacks = lacking(run, request.contract, self._effort)
        return settled(run, lacks), lacks

    def _whole_candidate(
        self, request: Request, state: Assessment
    ) -> tuple[RunRecord, tuple[str, ...]]:
        planned = next_runs(
            request.contract,
            [run.planned for run in state.runs],
            verdict=state.verdict,
            tier=Tier.NIGHTLY,
            writes=True,
        )
        further = completed(self._launch(planned, request)) if planned else []
        sound = [one for one in further if is_publishable(request.contract, [one])]
        measured, _ = self._measure(request, [*state.records, *sound])
        seeds_only = Effort(replicas=0, traced=0)
        return measured, lacking(measured, request.contract, seeds_only)

    def _revise(
        self, merged: RunRecord, state: Assessment, *, reason: str
    ) -> tuple[RunRecord, bool]:
        found = _own(state)
        old = found.record if found is not None else None
        record = revise(
            merged,
            old,
            reason=reason,
            created_utc=self._approval.created_utc,
            created_by=self._approval.created_by,
            supersedes=found.sums if found is not None else None,
        )
        rewrites = old is not None or state.verdict.cause is Cause.CORRUPT_REFERENCE
        return record, rewrites


def _judged(runs: tuple[SeedRun, ...]) -> tuple[SeedRun, ...]:
    """Drop the short run once a whole one of the same seed is there."""
    whole = tuple(run for run in runs if not run.planned.is_short)
    return whole or runs


def _own(state: Assessment) -> Found | None:
    """Return the reference of the very environment key, which a write supersedes."""
    found = state.found
    return found if found and found.match in {Match.EXACT, Match.KEY} else None
