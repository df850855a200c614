"""Kill a run again and again, resume it each time, and let it come to its end.

Where it dies is chosen at random, and each choice can be made again: the worker kills
itself at an exact place. The beginning, before there is any checkpoint, and the midst
of writing one are always among the places if there are three.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from pytest_repro.checkpoints import nearest_checkpoint, read_header
from pytest_repro.determinism import derive
from pytest_repro.launchers import Ending
from pytest_repro.records import Death, Job, Moment
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.replication.pool import Pool, SeedRun

__all__ = ["Drilled", "choose_deaths", "drill", "stride_for"]

PARTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """A run that was killed several times.

    Attributes:
        last: Its last attempt: the one that was not killed.
        deaths: Where it was killed.
        forgotten: What the checkpoints from which it was resumed did not hold, as far
            as that was seen.
        wall_s: How long all attempts took [s].
    """

    last: SeedRun
    deaths: tuple[Death, ...]
    forgotten: tuple[str, ...]
    wall_s: float


def stride_for(steps: int) -> int:
    """Say how often a checkpoint is written where nobody says so: ten times.

    Args:
        steps: How many steps the run has, at least 1.

    Returns:
        After how many steps each.
    """
    return -(-steps // PARTS)


def choose_deaths(
    name: str, *, seed: int, count: int, steps: int, every: int
) -> tuple[Death, ...]:
    """Choose where a run is killed.

    Args:
        name: Of the occasion; the same name gives the same places.
        seed: The root seed.
        count: How often, at least 1.
        steps: How many steps the run has.
        every: After how many steps each a checkpoint is written.

    Returns:
        Places in the order in which the run comes to them.
    """
    source = random.Random(derive(seed, name))  # noqa: S311  # to be repeated
    moments = list(Moment)
    deaths = [
        Death(step=source.randrange(steps), moment=source.choice(moments))
        for _ in range(count)
    ]
    if count >= len(moments):
        deaths[0] = Death(step=source.randrange(min(every, steps)))
        deaths[1] = replace(deaths[1], moment=Moment.WRITING)
    deaths = [_at_a_checkpoint(death, steps, every) for death in deaths]
    return tuple(sorted(deaths, key=lambda death: (death.step, death.moment.value)))


def drill(
    pool: Pool,
    planned: PlannedRun,
    job_for: Callable[[PlannedRun], Job],
    *,
    deaths: Sequence[Death],
    every: int,
) -> Drilled:
    """Run something that is killed, and resume it from its last checkpoint.

    Args:
        pool: Launches the attempts.
        planned: The run.
        job_for: Makes the job of one attempt, with a folder of its own.
        deaths: Where it is killed, in order.
        every: After how many steps each a checkpoint is written.

    Returns:
        How it ended; also if it failed in another way in between.

    Raises:
        LaunchError: If a worker cannot be started.
    """
    happened: list[Death] = []
    forgotten: set[str] = set()
    checkpoint: Path | None = None
    attempts: list[SeedRun] = []
    for number, death in enumerate((*deaths, None), start=1):
        attempt = replace(planned, attempt=number)
        job = replace(
            job_for(attempt),
            checkpoint_every=every,
            resume_from="" if checkpoint is None else str(checkpoint),
            death=death,
        )
        attempts += pool.run((attempt,), partial(_given, job))
        if death is None or not _was_killed(attempts[-1].ending):
            break
        happened.append(death)
        checkpoint = nearest_checkpoint(Path(attempts[-1].folder)) or checkpoint
        if checkpoint is not None:
            forgotten.update(read_header(checkpoint)["forgotten"])
    return Drilled(
        last=attempts[-1],
        deaths=tuple(happened),
        forgotten=tuple(sorted(forgotten)),
        wall_s=sum(attempt.wall_s for attempt in attempts),
    )


def _given(job: Job, _: PlannedRun) -> Job:
    return job


def _at_a_checkpoint(death: Death, steps: int, every: int) -> Death:
    """Move a death to a step before which a checkpoint is written, if there is one."""
    if death.moment is not Moment.WRITING:
        return death
    last = (steps - 1) // every * every
    return replace(death, step=min(max(every, death.step // every * every), last))


def _was_killed(ending: Ending) -> bool:
    return ending.failure is not None and ending.failure.signal == "SIGKILL"
