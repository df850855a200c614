"""Say what became of an experiment, in the words that reports understand.

Pure: from what is known to an `Outcome`; only that what a run printed loses secrets.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.determinism import ESCAPE
from pytest_repro.errors import LaunchError
from pytest_repro.launchers.protocol import CONTENTION
from pytest_repro.provenance import scrub
from pytest_repro.records import (
    Action,
    Cause,
    Contention,
    Match,
    Outcome,
    RunRecord,
    SeedVerdict,
    Verdict,
)
from pytest_repro.references import ReferenceStore
from pytest_repro.replication.pool import SeedRun
from pytest_repro.replication.requests import Assessment, Request
from pytest_repro.verdicts import not_comparable, required_rung
from pytest_repro.verdicts.limits import explain_within_limits

__all__ = [
    "describe",
    "judged_here",
    "not_launched",
    "refused",
    "skipped",
    "with_recalled",
    "without_reference",
]

MAX_OUTPUT: Final = 3000


def judged_here(
    request: Request,
    record: RunRecord,
    verdict: Verdict,
    reference: RunRecord | None = None,
) -> Outcome:
    """Describe a run that was executed in this process.

    Args:
        request: The experiment.
        record: Its record, of one seed.
        verdict: What was found.
        reference: What it was judged by, if there was anything.

    Returns:
        The outcome.
    """
    seed = SeedVerdict(
        seed=record.anchor.seed,
        verdict=verdict,
        wall_s=record.anchor.resources.wall_s,
        explanation=explain_within_limits(record, reference, verdict)
        if reference
        else "",
    )
    return Outcome(
        experiment=request.experiment,
        action=Action.COMPARED,
        verdict=verdict,
        seeds=(seed,),
        seeds_allowed=request.contract.seeds,
        wall_s=seed.wall_s,
        environment_key=record.identity.environment.key,
        escapes=_escapes([record]),
    )


def describe(request: Request, state: Assessment, store: ReferenceStore) -> Outcome:
    """Describe an experiment that was run.

    Args:
        request: The experiment.
        state: What is known of it.
        store: Shows where the reference is.

    Returns:
        The outcome, as one that was compared.
    """
    folder = state.found.folder if state.found is not None else None
    environment = state.records[0].identity.environment.key if state.records else ""
    return Outcome(
        experiment=request.experiment,
        action=Action.COMPARED,
        verdict=state.verdict,
        seeds=tuple(
            SeedVerdict(
                seed=run.seed,
                verdict=verdict,
                wall_s=run.wall_s,
                explanation=_explanation(state, run.seed, verdict),
                queued_s=run.queued_s,
                attempts=run.ending.attempts,
                contention=_contention(run),
            )
            for run, verdict in zip(state.runs, state.verdicts, strict=True)
        ),
        # A reference may be recorded with more seeds than a comparison is allowed.
        seeds_allowed=max(request.contract.seeds, len(state.runs)),
        wall_s=sum(run.wall_s for run in state.runs),
        environment_key=environment,
        reference=store.show(folder) if folder else "",
        details=next((text for run in state.runs if (text := _evidence(run))), ""),
        escapes=_escapes(state.records),
    )


def _contention(run: SeedRun) -> Contention | None:
    try:
        return wire.read(Contention, (Path(run.folder) / CONTENTION).read_bytes())
    except (OSError, ValueError):
        return None


def _explanation(state: Assessment, seed: int, verdict: Verdict) -> str:
    reference = state.found.record if state.found is not None else None
    own = (record for record in state.records if record.anchor.seed == seed)
    record = next(own, None)
    if record is None or reference is None:
        return ""
    return explain_within_limits(record, reference, verdict)


def _escapes(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """List what escaped the seeds in any of the runs, each line once."""
    texts = [
        str(fact)
        for record in records
        for name, fact in sorted(record.identity.determinism.items())
        if name.startswith(ESCAPE)
    ]
    return tuple(dict.fromkeys(texts))


def _evidence(run: SeedRun) -> str:
    """Return the traceback and the end of the output of a run that failed."""
    failure = run.ending.failure
    if failure is None:
        return ""
    parts = [f"seed {run.seed}: {failure.message}", failure.traceback.strip()]
    if tail := scrub(failure.output).strip():
        parts.append(f"end of its output:\n{tail[-MAX_OUTPUT:]}")
    return "\n".join(part for part in parts if part)


def without_reference(outcome: Outcome) -> Verdict:
    """Keep the verdict, unless it would let pass that nothing was written.

    Args:
        outcome: What became of an experiment whose reference could not be written.

    Returns:
        A verdict that does not hold.
    """
    verdict = outcome.verdict
    if not verdict.holds:
        return verdict
    return not_comparable(
        Cause.MISSING_REFERENCE,
        f"no reference under {outcome.environment_key}, and none could be written",
        required=verdict.required,
        match=verdict.match,
    )


def with_recalled(outcome: Outcome, count: int) -> Outcome:
    """Say that seeds of an earlier session counted.

    Args:
        outcome: What became of the experiment.
        count: How many did.

    Returns:
        The outcome, with a word on them if there were any.
    """
    if not count:
        return outcome
    told = f"{count} seeds of an earlier session on the same code count"
    return replace(outcome, message="\n".join(filter(None, (outcome.message, told))))


def not_launched(request: Request, error: LaunchError) -> Outcome:
    """Describe an experiment whose worker could not be started.

    Args:
        request: The experiment.
        error: Why.

    Returns:
        The outcome; it fails.
    """
    from pytest_repro.experiment.failures import classify  # noqa: PLC0415  # has numpy

    is_full = classify(error.__cause__ or error) is Cause.DISK_FULL
    cause = Cause.DISK_FULL if is_full else Cause.CRASHED
    required = required_rung(request.contract, Match.NONE)
    return Outcome(
        experiment=request.experiment,
        action=Action.COMPARED,
        verdict=not_comparable(cause, str(error), required=required),
        seeds_allowed=request.contract.seeds,
    )


def refused(request: Request, verdict: Verdict, run: SeedRun) -> Outcome:
    """Describe an experiment that cannot be varied: its plain run is no result.

    Args:
        request: The experiment.
        verdict: Why not.
        run: The plain run.

    Returns:
        The outcome; it fails.
    """
    return Outcome(
        experiment=request.experiment,
        action=Action.COMPARED,
        verdict=verdict,
        seeds=(SeedVerdict(seed=run.seed, verdict=verdict, wall_s=run.wall_s),),
        wall_s=run.wall_s,
        details=_evidence(run),
    )


def skipped(request: Request, reason: str) -> Outcome:
    """Describe an experiment that skipped itself.

    Args:
        request: The experiment.
        reason: Why.

    Returns:
        The outcome.
    """
    required = required_rung(request.contract, Match.NONE)
    return Outcome(
        experiment=request.experiment,
        action=Action.SKIPPED,
        verdict=not_comparable(Cause.VACUOUS, f"skipped: {reason}", required=required),
        seeds_allowed=request.contract.seeds,
        message=reason,
    )
