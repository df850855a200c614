"""Which change brings the reference's bits back? Found by trying, the likeliest first.

The run is repeated first: one that does not give its own bits again needs no further
explanation. Then suspects are tried, each of which may consist of several parts: all
recorded circumstances that differ, all files that were changed. What brings the bits
back is reduced to the parts without which it does not. What is tried is made by others,
see `suspicions`; here it is only run and held against the reference.
"""

import enum
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from pytest_repro.launchers import Launcher
from pytest_repro.records import Job, RunRecord
from pytest_repro.replication.bisection import find_causes
from pytest_repro.replication.replays import Replay, Replayed, replay_all
from pytest_repro.verdicts.agreement import parted_within

__all__ = ["Case", "Inquirer", "Inquiry", "Kind", "Suspect", "Trial"]

REPEAT: Final = "nothing changed"


class Kind(enum.StrEnum):
    """Where a suspect comes from."""

    REPEAT = "repeat"
    """Nothing is changed: does the run give its own bits again?"""

    CIRCUMSTANCE = "circumstance"
    """Something that was recorded of both runs, and differs."""

    CODE = "code"
    """The project as it was at the reference's commit."""

    SWITCH = "switch"
    """Something that no record tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Something that may explain a difference.

    Attributes:
        kind: Where it comes from.
        parts: What it consists of; several are tried together first.
        job_with: Makes the job in which some of the parts are put back.
    """

    kind: Kind
    parts: tuple[str, ...]
    job_with: Callable[[tuple[str, ...]], Job]


Asked: TypeAlias = tuple[Suspect, tuple[str, ...]]
"""A suspect, and which of its parts are put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One rerun, and what came of it.

    Attributes:
        kind: Of the suspect.
        parts: What was put back.
        parts_at: Where it left the reference; empty if it gave the reference's bits.
        problem: Why it says nothing; empty if it does.
        wall_s: How long it took [s].
    """

    kind: Kind
    parts: tuple[str, ...]
    parts_at: str = ""
    problem: str = ""
    wall_s: float = 0.0

    @property
    def reproduces(self) -> bool:
        """Whether it gave the reference's bits."""
        return not (self.parts_at or self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What was found out.

    Attributes:
        trials: Everything that was tried, in order; first the run itself.
        kind: Of what explains the difference; None if nothing did.
        parts: What explains it.
    """

    trials: tuple[Trial, ...]
    kind: Kind | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two runs that differ.

    Attributes:
        job: The job of the obtained run, ending where it need not go on.
        obtained: What it left.
        reference: Whose bits are wanted.
        until: The last step that counts; None for whole runs.
    """

    job: Job
    obtained: RunRecord
    reference: RunRecord
    until: int | None


class Inquirer:
    """Tries suspects on one case.

    Attributes:
        repeated: What the run left when nothing was changed.
        traced: What it left with an operation trace.
        remedied: The job that gives the reference's bits; None if none was found.
    """

    def __init__(
        self, case: Case, launcher: Launcher, *, folder: Path, workers: int
    ) -> None:
        """Join what is needed.

        Args:
            case: The two runs.
            launcher: Where reruns execute.
            folder: Where they leave what they have to say.
            workers: How many run at a time.
        """
        self.repeated: RunRecord | None = None
        self.traced: RunRecord | None = None
        self.remedied: Job | None = None
        self._case = case
        self._launcher = launcher
        self._folder = folder
        self._workers = workers
        self._trials: list[Trial] = []
        self._ended: list[Replayed] = []

    def inquire(self, traced: Job, stages: Iterable[Sequence[Suspect]]) -> Inquiry:
        """Try suspects until one explains the difference.

        Args:
            traced: The case's job, with an operation trace.
            stages: Suspects that are tried side by side; a later stage is asked for
                only when no earlier one had an answer.

        Returns:
            What was found out.

        Raises:
            LaunchError: If a worker cannot be started.
        """
        upcoming = iter(stages)
        first = tuple(next(upcoming, ()))
        repeated, *trials = self._begin(traced, first)
        if not repeated.reproduces:
            # Nothing that is tried could say more than that.
            kind = None if repeated.problem else Kind.REPEAT
            return Inquiry(trials=(repeated,), kind=kind)
        told = itertools.chain(
            [(first, trials)], ((stage, self._try_each(stage)) for stage in upcoming)
        )
        for stage, tried in told:
            for suspect, trial in zip(stage, tried, strict=False):
                if trial.reproduces:
                    return self._explained_by(suspect)
        return Inquiry(trials=tuple(self._trials))

    def run(self, jobs: Mapping[str, Job]) -> dict[str, RunRecord]:
        """Run jobs side by side, without judging what they leave.

        Args:
            jobs: By names of their own.

        Returns:
            The records of those that left one.

        Raises:
            LaunchError: If a worker cannot be started.
        """
        ended = self._run(list(jobs.values()), list(jobs))
        return {one.name: one.record for one in ended if one.record is not None}

    def _begin(self, traced: Job, first: Sequence[Suspect]) -> list[Trial]:
        """Repeat the run with a trace, and try the first stage beside it.

        A run that gives its own bits again while it is traced has been repeated. Only
        one that does not is run once more, untraced: it may be the trace that it
        does not bear.
        """
        trials = self._try_each([_as_it_was(traced), *first])
        self.traced = self.repeated = self._ended[0].record
        if not trials[0].reproduces:
            self._trials.clear()
            self._ended.clear()
            trials = self._try_each([_as_it_was(self._case.job), *first])
            self.repeated = self._ended[0].record
        return trials

    def _explained_by(self, suspect: Suspect) -> Inquiry:
        parts = self._reduced(suspect)
        self.remedied = suspect.job_with(parts)
        return Inquiry(trials=tuple(self._trials), kind=suspect.kind, parts=parts)

    def _try_each(self, stage: Sequence[Suspect]) -> list[Trial]:
        """Try suspects whole, until one says all there is to say."""
        return self._try([(suspect, suspect.parts) for suspect in stage])

    def _reduced(self, suspect: Suspect) -> tuple[str, ...]:
        """Leave out every part that is not needed."""
        if len(suspect.parts) == 1:
            return suspect.parts
        known = {frozenset(suspect.parts): True}

        def reproduce(sets: Sequence[tuple[str, ...]]) -> list[bool]:
            fresh = [one for one in sets if frozenset(one) not in known]
            trials = self._try([(suspect, one) for one in fresh], is_for_all=True)
            for one, trial in zip(fresh, trials, strict=True):
                known[frozenset(one)] = trial.reproduces
            return [known[frozenset(one)] for one in sets]

        causes = find_causes(suspect.parts, reproduce)
        return min(causes, key=len, default=suspect.parts)

    def _try(
        self,
        asked: Sequence[Asked],
        *,
        is_for_all: bool = False,
    ) -> list[Trial]:
        jobs = [suspect.job_with(parts) for suspect, parts in asked]
        names = [f"{len(self._trials) + n:03}" for n in range(len(jobs))]
        told = dict(zip(names, asked, strict=True))

        def judge(ended: Replayed) -> Trial:
            return self._held(ended, *told[ended.name])

        def is_enough(ended: Replayed) -> bool:
            trial = judge(ended)
            return not is_for_all and trial.reproduces is not (
                trial.kind is Kind.REPEAT
            )

        ended = self._run(jobs, names, is_enough)
        trials = list(map(judge, ended))
        self._ended += ended
        self._trials += trials
        return trials

    def _run(
        self,
        jobs: Sequence[Job],
        names: Sequence[str],
        is_enough: Callable[[Replayed], bool] = lambda _: False,
    ) -> tuple[Replayed, ...]:
        replays = [
            Replay(name=name.replace(" ", "-"), job=job)
            for name, job in zip(names, jobs, strict=True)
        ]
        return replay_all(
            self._launcher,
            replays,
            folder=self._folder,
            workers=self._workers,
            is_enough=is_enough,
        )

    def _held(self, ended: Replayed, suspect: Suspect, parts: tuple[str, ...]) -> Trial:
        """Hold a rerun against what its suspect should bring back."""
        is_repeat = suspect.kind is Kind.REPEAT
        against = self._case.obtained if is_repeat else self._case.reference
        place, problem = "", ended.problem
        if ended.record is not None:
            try:
                parting = parted_within(ended.record, against, until=self._case.until)
            except ValueError as error:
                problem = str(error)
            else:
                place = parting.text if parting else ""
        return Trial(
            kind=suspect.kind,
            parts=parts,
            parts_at=place,
            problem=problem,
            wall_s=ended.wall_s,
        )


def _as_it_was(job: Job) -> Suspect:
    return Suspect(kind=Kind.REPEAT, parts=(REPEAT,), job_with=lambda _: job)
