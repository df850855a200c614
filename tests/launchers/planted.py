"""Launchers with one fault each, around the local one, which has none of them."""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pytest_repro.launchers import Ending, Launcher, LocalLauncher, Submission
from pytest_repro.launchers.endings import cancelled
from pytest_repro.launchers.groups import LIFELINE, ProcessGroup
from pytest_repro.launchers.local import LocalSubmission
from pytest_repro.records import Event, Job

LEFT: list[ProcessGroup] = []
"""Groups that a fault left behind, for tests to end."""


class Around:
    """A submission that does what another does."""

    def __init__(self, inner: LocalSubmission) -> None:
        """Watch another submission."""
        self.job = inner.job
        self.inner = inner

    def events(self) -> tuple[Event, ...]:
        """Return its events."""
        return self.inner.events()

    def poll(self) -> Ending | None:
        """Return its ending."""
        return self.inner.poll()

    def cancel(self) -> None:
        """Cancel it."""
        self.inner.cancel()


class SwallowsCrashes(Around):
    """A worker that is gone has ended well."""

    def poll(self) -> Ending | None:
        """Forget the failure."""
        ending = self.inner.poll()
        return None if ending is None else replace(ending, failure=None)


class LosesEvents(Around):
    """What a worker said last is not told."""

    def events(self) -> tuple[Event, ...]:
        """Leave out what came after the end was known."""
        return () if self.inner.poll() is not None else self.inner.events()


class RepeatsEvents(Around):
    """What a worker said is told again and again."""

    def events(self) -> tuple[Event, ...]:
        """Begin from the beginning."""
        self.inner.events()
        return tuple(self.inner._log.seen)


class LeavesOrphans(Around):
    """Who is cancelled ends, and what it started goes on."""

    def poll(self) -> Ending | None:
        """Say that it was cancelled."""
        return cancelled() if self.inner._group in LEFT else self.inner.poll()

    def cancel(self) -> None:
        """Kill one process of the group."""
        os.kill(self.inner._group.pid, signal.SIGKILL)
        LEFT.append(self.inner._group)


class ChangesItsMind(Around):
    """Who cancels what has ended hears another ending."""

    def cancel(self) -> None:
        """Forget how it ended."""
        self.inner.cancel()
        self.inner._ending = cancelled()


class KeepsAllOutput(Around):
    """More is kept than anybody reads."""

    def poll(self) -> Ending | None:
        """Answer with a flood."""
        ending = self.inner.poll()
        flood = "x" * 1024 * 1024
        return None if ending is None else replace(ending, output=flood)


def changes_seeds(inherited: Mapping[str, str], job: Job) -> Submission:
    """Run something else than what was asked for."""
    return LocalLauncher(inherited).submit(replace(job, seed=job.seed + 1))


def writes_secrets(inherited: Mapping[str, str], job: Job) -> Submission:
    """Leave the environment of a worker in a file."""
    path = Path(job.folder) / "environment.json"
    path.write_text(json.dumps(dict(inherited)), encoding="utf-8")
    return LocalLauncher(inherited).submit(job)


def drops_variables(inherited: Mapping[str, str], job: Job) -> Submission:
    """Start workers with what every worker gets, and no more."""
    kept = {name: text for name, text in job.variables.items() if text != "green"}
    return LocalLauncher(inherited).submit(replace(job, variables=kept))


def cuts_lifelines(inherited: Mapping[str, str], job: Job) -> Submission:
    """Start workers that do not notice the death of their parent."""
    script = Path(job.folder) / "python"
    lines = ("#!/bin/sh", f"unset {LIFELINE}", f'exec {sys.executable} "$@"', "")
    script.write_text("\n".join(lines), encoding="utf-8")
    script.chmod(0o755)
    return LocalLauncher(inherited).submit(replace(job, python=str(script)))


def around(kind: type[Around]) -> Callable[[Mapping[str, str], Job], Submission]:
    """Submit with a faulty submission."""
    return lambda inherited, job: kind(LocalLauncher(inherited).submit(job))


FAULTS: Mapping[str, Callable[[Mapping[str, str], Job], Submission]] = {
    "swallows crashes": around(SwallowsCrashes),
    "loses events": around(LosesEvents),
    "repeats events": around(RepeatsEvents),
    "leaves orphans": around(LeavesOrphans),
    "changes its mind": around(ChangesItsMind),
    "keeps all output": around(KeepsAllOutput),
    "changes seeds": changes_seeds,
    "writes secrets": writes_secrets,
    "drops variables": drops_variables,
    "cuts lifelines": cuts_lifelines,
}


class Planted:
    """A launcher with one fault."""

    def __init__(self, inherited: Mapping[str, str], fault: str) -> None:
        """Plant it."""
        self._inherited = inherited
        self._fault = fault

    def submit(self, job: Job) -> Submission:
        """Start a job."""
        return FAULTS[self._fault](self._inherited, job)


def build(inherited: Mapping[str, str], options: Mapping[str, object]) -> Launcher:
    """Make a launcher with the fault that is declared."""
    return Planted(inherited, str(options["fault"]))
