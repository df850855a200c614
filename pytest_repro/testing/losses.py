"""A worker or its controller is killed, and no run is lost or taken for whole.

Killed is what SIGKILL does: nobody on that side has a chance to clean up.
"""

import json
import subprocess
import sys
import unittest
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pytest_repro import wire
from pytest_repro.checkpoints import FOLDER, nearest_checkpoint
from pytest_repro.launchers.protocol import LastingLauncher
from pytest_repro.records import Cause, Death, EventKind, Job, Moment
from pytest_repro.testing.launching import Ability, Launching
from pytest_repro.testing.subject import PACE
from pytest_repro.testing.trials import (
    Trials,
    Watched,
    beats,
    failure_of,
    has_said,
    load,
    record_of,
    same_bits,
    wait_until,
)

__all__ = ["WhatIsLost"]


class WhatIsLost(Launching):
    """Tests of losses; part of `LauncherConformance`."""

    def test_preempted_run_goes_on_with_the_same_bits(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A killed worker is no complete run; resumed, it gives what it would have."""
        trials = Trials(tmp_path)
        death = Death(step=9, moment=Moment.INSIDE)
        first = trials.job("test_trains", checkpoint_every=4, death=death)
        killed = failure_of(self._submit(options, first).wait())
        checkpoint = nearest_checkpoint(Path(first.folder))

        second = trials.job(
            "test_trains",
            name="second",
            checkpoint_every=4,
            resume_from=str(checkpoint),
        )
        ending = self._submit(options, second).wait()

        assert killed.signal == "SIGKILL"
        assert checkpoint is not None
        assert FOLDER in str(checkpoint)
        assert ending.failure is None, ending
        assert same_bits(record_of(second), trials.local_record())

    def test_lost_worker_is_no_complete_run(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """A machine that is taken away ends the job soon, with nothing left running."""
        self._need(Ability.LOSE_WORKER)
        job = Trials(tmp_path).job("test_hangs")
        watched = self._submit_and_hear(options, job)

        self.lose(watched.submission)

        ending = watched.wait(patience_s=60.0)
        lost = {Cause.INTERRUPTED, Cause.CRASHED, Cause.OUT_OF_MEMORY}
        assert failure_of(ending).cause in lost
        assert not beats(job)

    def test_lost_controller_loses_no_run(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """Its worker dies with it, or is adopted by the next and completes."""
        trials = Trials(tmp_path)
        job = trials.job("test_trains_and_beats", variables={PACE: "0.5"})
        launcher = load(self.build, options)

        handle = self._lose_controller(options, job, tmp_path)

        if not isinstance(launcher, LastingLauncher):
            wait_until(lambda: not beats(job), "the worker has ended", patience_s=3.0)
            return
        adopted = launcher.adopt(job, handle)
        assert adopted is not None
        watched = Watched(adopted)
        ending = watched.wait()
        assert ending.failure is None, ending
        assert watched.events[0].kind is EventKind.STARTED
        assert watched.events[-1].kind is EventKind.FINISHED
        assert same_bits(record_of(job), trials.local_record())

    def test_handle_that_is_unknown_is_not_adopted(
        self, options: Mapping[str, object], tmp_path: Path
    ) -> None:
        """An engine that has forgotten a job says so, without an error."""
        launcher = load(self.build, options)
        if not isinstance(launcher, LastingLauncher):
            msg = "its workers die with the process that started them"
            raise unittest.SkipTest(msg)

        job = Trials(tmp_path).job("test_trains")

        assert launcher.adopt(job, "0" * 12) is None

    def _lose_controller(
        self, options: Mapping[str, object], job: Job, folder: Path
    ) -> str:
        """Submit a job from another process, and kill that in the midst of the run."""
        orders, path = folder / "orders.json", folder / "submitted.json"
        path.write_bytes(wire.write(replace(job)))
        given = {"build": self.build, "options": dict(options), "job": str(path)}
        orders.write_text(json.dumps(given), encoding="utf-8")
        command = [sys.executable, "-m", "pytest_repro.testing.controller", str(orders)]
        controller = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
        assert controller.stdout is not None
        with controller, controller.stdout as lines:
            handle = lines.readline().strip()
            wait_until(lambda: has_said(job, step=1), "the run has come to step 1")
            controller.kill()
        return handle
