"""Runs of one experiment under variations: launched side by side, each at most once.

It knows how a run is made and held against the plain one; which runs are worth their
time is decided in `vary`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pytest_repro.determinism import RESUMED, combine, vary_job
from pytest_repro.errors import LaunchError
from pytest_repro.records import (
    Contract,
    Determinism,
    Job,
    Match,
    Rung,
    RunRecord,
    Variation,
    Verdict,
)
from pytest_repro.replication.assess import collect
from pytest_repro.replication.chaos import (
    Drilled,
    choose_deaths,
    drill,
    stride_for,
)
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.replication.pool import Pool, SeedRun
from pytest_repro.replication.requests import Request
from pytest_repro.verdicts import judge

__all__ = ["SEED", "Attempts", "Result", "hold"]

SEED: Final = 0
PLAIN: Final = "plain"
Result = RunRecord | Verdict
Several = tuple[Variation, ...]


class Attempts:
    """Launches runs, and remembers what they left.

    Attributes:
        runs: Every run so far.
        still: What is held still in all further runs.
        determinism: What is pinned in the plain run.
    """

    def __init__(self, pool: Pool, request: Request, *, is_short: bool) -> None:
        """Start without a run.

        Args:
            pool: Runs several at a time.
            request: The experiment.
            is_short: Whether runs under variations end at the horizon.
        """
        self.runs: list[SeedRun] = []
        self.still: Several = ()
        self.determinism = Determinism()
        self._pool = pool
        self._request = request
        self._is_short = is_short
        self._known: dict[tuple[str, ...], Result] = {}

    def plain(self) -> SeedRun:
        """Run the experiment whole, with nothing changed but what is held still.

        Returns:
            How that ended.
        """
        return self._launch([((), PLAIN)], is_short=False)[0]

    def again(self) -> Result:
        """Run the very same once more.

        Returns:
            Its record, or why there is none.
        """
        (run,) = self._launch([((), "again")], is_short=self._is_short)
        return self.read(run)

    def under(self, sets: Sequence[Several]) -> list[Result]:
        """Run under sets of variations, unless that is known.

        Args:
            sets: Each is changed at once; none is empty.

        Returns:
            A record or the reason why there is none, for each set.
        """
        keys = [tuple(one.name for one in several) for several in sets]
        fresh = {k: s for k, s in zip(keys, sets, strict=True) if k not in self._known}
        planned = [(several, _short(key)) for key, several in fresh.items()]
        runs = self._launch(planned, is_short=self._is_short)
        self._known |= zip(fresh, map(self.read, runs), strict=True)
        return [self._known[key] for key in keys]

    def afresh(self, several: Several) -> Result:
        """Run under a set of variations, whether or not that is known.

        Args:
            several: What is changed at once; not empty.

        Returns:
            Its record, or why there is none; what is known stays.
        """
        name = _short(tuple(one.name for one in several))
        (run,) = self._launch([(several, name)], is_short=self._is_short)
        return self.read(run)

    def resumed(self, steps: int) -> Drilled:
        """Run the very same whole, but kill it once, and resume it.

        Args:
            steps: How many steps it has, at least 1.

        Returns:
            How that ended; nothing was killed if the loop is not one of `repro.steps`.
        """
        every = stride_for(steps)
        done = drill(
            self._pool,
            PlannedRun(seed=SEED, variation=f"{len(self.runs)}-resume"),
            lambda run: self._job_for(run, ()),
            deaths=choose_deaths(
                RESUMED.name, seed=SEED, count=1, steps=steps, every=every
            ),
            every=every,
        )
        self.runs.append(replace(done.last, wall_s=done.wall_s))
        return done

    def hold_still(self, still: Several) -> None:
        """Hold circumstances still from now on; earlier runs do not count any more.

        Args:
            still: Variations that are part of every further run.
        """
        self.still = still
        self._known.clear()

    def read(self, run: SeedRun) -> Result:
        """Read what a run left.

        Args:
            run: The run.

        Returns:
            Its record, or why there is none.
        """
        return collect(self._request, run)

    def _launch(
        self, planned: Sequence[tuple[Several, str]], *, is_short: bool
    ) -> tuple[SeedRun, ...]:
        first = len(self.runs)
        runs = {
            PlannedRun(seed=SEED, variation=f"{number}-{name}", is_short=is_short): one
            for number, (one, name) in enumerate(planned, first)
        }

        try:
            ended = self._pool.run(
                tuple(runs), lambda run: self._job_for(run, runs[run])
            )
        except OSError as error:
            msg = f"no worker can be started: {type(error).__name__}: {error}"
            raise LaunchError(msg) from error
        self.runs += ended
        return ended

    def _job_for(self, run: PlannedRun, several: Several) -> Job:
        job = self._request.job_for(run)
        self.determinism = job.determinism
        changes = (*self.still, *several)
        return vary_job(job, combine(changes)) if changes else job


def hold(
    obtained: Result, against: RunRecord, *, contract: Contract, required: Rung
) -> Verdict:
    """Hold a run under a variation against the plain run, or a reference like it.

    Args:
        obtained: The run, or why there is none.
        against: A run of the same seed.
        contract: What was promised.
        required: The rung that is to be reached.

    Returns:
        The verdict: bits first, then envelope and tolerances where there are any.
    """
    if isinstance(obtained, Verdict):
        return replace(obtained, required=required)
    asked = replace(contract, required=required)
    return judge(obtained, against, contract=asked, match=Match.EXACT)


def _short(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)}-at-once"
