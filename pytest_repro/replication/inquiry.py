"""Which change brings the reference's bits back? Found by trying, the likeliest first.

The run is repeated first: one that does not give its own bits again needs no further
explanation. Then suspects are tried, each of which may consist of several parts: all
recorded circumstances that differ, all files that were changed. What brings the bits
back is reduced to the parts without which it does not. What is tried is made by others,
see `suspicions`; here it is only run and held against the reference.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.launchers import Launcher
from pytest_repro.records import Job, RunRecord
from pytest_repro.replication.bisection import find_causes
from pytest_repro.replication.replays import Replay, Replayed, replay_all
from pytest_repro.verdicts.agreement import parted_within

__all__ = ["Case", "Inquirer", "Inquiry", "Kind", "Suspect", "Trial"]

REPEAT = "nothing changed"
TRACED = "traced"


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
        trial = self._repeat(traced)
        if not trial.reproduces:
            # Nothing that is tried could say more than that.
            kind = None if trial.problem else Kind.REPEAT
            return Inquiry(trials=(trial,), kind=kind)
        for stage in stages:
            for suspect in self._that_reproduce(stage):
                parts = self._reduced(suspect)
                self.remedied = suspect.job_with(parts)
                trials = tuple(self._trials)
                return Inquiry(trials=trials, kind=suspect.kind, parts=parts)
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

    def _repeat(self, traced: Job) -> Trial:
        again, other = self._run([self._case.job, traced], [REPEAT, TRACED])
        self.repeated, self.traced = again.record, other.record
        trial = self._held(again, self._case.obtained, Kind.REPEAT, (REPEAT,))
        self._trials.append(trial)
        return trial

    def _that_reproduce(self, stage: Sequence[Suspect]) -> Iterator[Suspect]:
        trials = self._try([(suspect, suspect.parts) for suspect in stage])
        for suspect, trial in zip(stage, trials, strict=False):
            if trial.reproduces:
                yield suspect

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
        asked: Sequence[tuple[Suspect, tuple[str, ...]]],
        *,
        is_for_all: bool = False,
    ) -> list[Trial]:
        jobs = [suspect.job_with(parts) for suspect, parts in asked]
        names = [f"{len(self._trials) + n:03}" for n in range(len(jobs))]
        told = dict(zip(names, asked, strict=True))

        def judge(ended: Replayed) -> Trial:
            suspect, parts = told[ended.name]
            return self._held(ended, self._case.reference, suspect.kind, parts)

        def is_enough(ended: Replayed) -> bool:
            return not is_for_all and judge(ended).reproduces

        trials = [judge(one) for one in self._run(jobs, names, is_enough)]
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

    def _held(
        self, ended: Replayed, against: RunRecord, kind: Kind, parts: tuple[str, ...]
    ) -> Trial:
        place, problem = "", ended.problem
        if ended.record is not None:
            try:
                parting = parted_within(ended.record, against, until=self._case.until)
            except ValueError as error:
                problem = str(error)
            else:
                place = parting.text if parting else ""
        return Trial(
            kind=kind,
            parts=parts,
            parts_at=place,
            problem=problem,
            wall_s=ended.wall_s,
        )
