"""What every launcher promises, as tests: subclass this for yours.

Real jobs end in every way in which jobs end, and the suite looks at what is left: the
record, the events, the ending, the processes, the files. A launcher that passes can be
chosen with ``--repro-launcher`` and loses nothing.

Plain classes, without pytest: ``options`` and ``tmp_path`` are fixtures of whoever
subclasses, and what an engine cannot do is skipped with the reason that it gives.

Example:
    >>> class TestMine(LauncherConformance):
    ...     build = "mine.launcher:build"
    ...     cannot = {Ability.LIMIT_MEMORY: "the engine knows no limits"}
"""

import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.records import EventKind
from pytest_repro.testing.endings import HowJobsEnd
from pytest_repro.testing.launching import Ability
from pytest_repro.testing.losses import WhatIsLost
from pytest_repro.testing.subject import EXIT_CODE, HUE, LAST_WORDS, SECRET
from pytest_repro.testing.trials import (
    Trials,
    Watched,
    failure_of,
    load,
    record_of,
    same_bits,
    wait_until,
)

__all__ = ["Ability", "LauncherConformance"]

TAIL_BYTES: Final = 64 * 1024
GROWTH_KIB: Final = 32 * 1024
CANARY: Final = "canary-5f2d1c-that-no-file-may-hold"


class LauncherConformance(HowJobsEnd, WhatIsLost):
    """Everything that a launcher promises; see `Launching` for what it is asked."""

    def test_run_leaves_the_record_of_a_local_one(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Where a run is executed changes none of its bits."""
        trials = Trials(tmp_path)
        job = trials.job("test_trains")

        watched = self._submit(options, job)
        ending = watched.wait()

        assert ending.failure is None, ending
        assert same_bits(record_of(job), trials.local_record())
        kinds = [event.kind for event in watched.events]
        assert kinds[0] is EventKind.STARTED
        assert kinds[-1] is EventKind.FINISHED
        assert kinds.count(EventKind.FINISHED) == 1

    def test_events_come_while_the_run_lasts(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A person sees how a run is getting on, not only how it ended."""
        job = Trials(tmp_path).job("test_hangs")
        watched = self._submit(options, job)

        wait_until(
            lambda: watched.look() is not None or bool(watched.events), "an event came"
        )

        assert watched.events[0].kind is EventKind.STARTED
        assert watched.look() is None
        watched.submission.cancel()

    def test_jobs_side_by_side_do_not_mix(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Each of several jobs has its own ending."""
        trials = Trials(tmp_path)
        launcher = load(self.build, options)
        names = ("test_trains", "test_exits", "test_skips")
        jobs = [trials.job(name) for name in names]
        watched = [Watched(launcher.submit(job)) for job in jobs]

        trained, left, skipped = [one.wait() for one in watched]

        assert trained.failure is None
        assert failure_of(left).exit_code == EXIT_CODE
        assert skipped.skipped == "seed 7 needs a telescope"

    def test_flood_of_output_is_bounded(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """The end of it is kept, and neither memory nor the job's folder fills."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        job = Trials(tmp_path).job("test_floods")

        ending = self._submit(options, job).wait()

        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        sizes = [p.stat().st_size for p in Path(job.folder).rglob("*") if p.is_file()]
        assert ending.failure is None, ending
        assert LAST_WORDS in ending.output[-200:]
        assert len(ending.output.encode()) <= TAIL_BYTES
        assert grown < GROWTH_KIB
        assert sum(sizes) < TAIL_BYTES * 16

    def test_secrets_reach_the_worker_and_no_file(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A variable of the parent is known to the run and written down nowhere."""
        trials = Trials(tmp_path)
        job = trials.job("test_knows_its_variables")
        watched = self._submit(options, job, **{SECRET: CANARY})
        told = self.told(watched.submission)

        ending = watched.wait()

        assert ending.failure is None, ending
        (length,) = record_of(job).anchor.metrics
        assert float(length.scalar.decimal) == len(CANARY)
        assert CANARY not in told
        assert _files_with(CANARY, tmp_path) == []

    def test_variables_of_a_job_go_before_those_of_every_worker(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """One that it sets wins; one that it sets to nothing is taken away."""
        trials = Trials(tmp_path)
        hues: tuple[Mapping[str, str], ...] = ({}, {HUE: "green"}, {HUE: ""})
        jobs = [
            trials.job("test_knows_its_variables", name=str(number), variables=hue)
            for number, hue in enumerate(hues)
        ]

        endings = [self._submit(options, job, **{HUE: "blue"}).wait() for job in jobs]

        found = [ending.output.partition("hue=")[2].split()[0] for ending in endings]
        assert found == ["blue", "green", "none"]

    def test_worker_starts_in_the_root_of_the_project(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Relative paths mean what they mean in the session."""
        job = Trials(tmp_path).job("test_stands_in_the_root")

        ending = self._submit(options, job).wait()

        assert ending.failure is None, ending


def _files_with(text: str, folder: Path) -> list[Path]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in files if text.encode() in path.read_bytes()]
