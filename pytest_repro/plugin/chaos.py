"""`--repro-chaos`: seed 0 once more, killed at random places, to give the same bits.

It adds to what became of an experiment: nothing is written as a reference, and a run
that failed by itself is not tried.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.records import Action, Death, Outcome, Rung, RunRecord, Verdict
from pytest_repro.references import read_record
from pytest_repro.replication import (
    Drilled,
    PlannedRun,
    Pool,
    Request,
    choose_deaths,
    drill,
    stride_for,
)
from pytest_repro.verdicts import judge_resumed, not_comparable

__all__ = ["Chaos"]


class Chaos:
    """Tries out whether an experiment survives being killed."""

    def __init__(self, jobs: Jobs, pool: Pool, *, kills: int, every: int) -> None:
        """Remember how.

        Args:
            jobs: Make the jobs.
            pool: Launches them.
            kills: How often a run is killed.
            every: After how many steps each a checkpoint is written; 0 for a tenth of
                the run.
        """
        self._jobs = jobs
        self._pool = pool
        self._kills = kills
        self._every = every

    def try_out(self, request: Request, outcome: Outcome) -> Outcome:
        """Kill and resume seed 0 of an experiment.

        Args:
            request: The experiment.
            outcome: What became of it without interruption.

        Returns:
            The outcome with a word on that; it fails if the bits differ.
        """
        found = self._find(request)
        if not outcome.passed or found is None:
            return outcome
        planned, record = found
        steps = record.anchor.resources.steps
        if steps == 0:
            return _failed(outcome, "it has no steps to be killed at: use repro.steps")
        every = self._every or stride_for(steps)
        deaths = choose_deaths(
            f"chaos/{self._kills}",
            seed=planned.seed,
            count=self._kills,
            steps=steps,
            every=every,
        )
        done = drill(self._pool, planned, request.job_for, deaths=deaths, every=every)
        verdict = _judge(done, record)
        told = [_deaths_text(done.deaths, every), *_forgotten_text(done, verdict)]
        message = "\n".join(filter(None, (outcome.message, *told)))
        outcome = replace(outcome, message=message, wall_s=outcome.wall_s + done.wall_s)
        if verdict.holds:
            return outcome
        failure = done.last.ending.failure
        details = failure.traceback if failure is not None else outcome.details
        return replace(
            outcome, action=Action.COMPARED, verdict=verdict, details=details
        )

    def _find(self, request: Request) -> tuple[PlannedRun, RunRecord] | None:
        """Find the run of seed 0 that was just judged."""
        for planned in (PlannedRun(seed=0), PlannedRun(seed=0, is_short=True)):
            folder = self._jobs.folder(request.experiment, planned)
            try:
                return planned, read_record(folder / RECORD)
            except (OSError, RecordError):
                continue
        return None


def _judge(done: Drilled, record: RunRecord) -> Verdict:
    failure = done.last.ending.failure
    if failure is not None:
        reason = f"resumed after {len(done.deaths)} kills: {failure.message}"
        return not_comparable(failure.cause, reason, required=Rung.IDENTICAL)
    return judge_resumed(read_record(Path(done.last.folder) / RECORD), record)


def _failed(outcome: Outcome, reason: str) -> Outcome:
    verdict = Verdict(
        rung=Rung.INCONCLUSIVE, required=Rung.IDENTICAL, reason=f"chaos: {reason}"
    )
    return replace(outcome, action=Action.COMPARED, verdict=verdict)


def _deaths_text(deaths: Sequence[Death], every: int) -> str:
    places = ", ".join(f"step {death.step} {death.moment.value}" for death in deaths)
    return (
        f"killed {len(deaths)} times, with a checkpoint every {every} steps: {places}"
    )


def _forgotten_text(done: Drilled, verdict: Verdict) -> Sequence[str]:
    if verdict.holds or not done.forgotten:
        return ()
    names = ", ".join(done.forgotten)
    remedy = "register before the loop: repro.checkpoint(…)"
    return (f"checkpoints did not hold {names}\n  remedy  {remedy}",)
