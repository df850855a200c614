"""Run jobs in containers: another system around the same worker.

Containers outlive the process that asked for them, so a lost controller loses no run:
the next one adopts it by its handle. An image is named by its digest or id, for a tag
may name another image tomorrow; its id and its layers are told to the worker, whose
record keeps them.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.errors import ReproUsageError
from pytest_repro.launchers.docker_engine import (
    ContainerGone,
    Engine,
    EngineAway,
    State,
)
from pytest_repro.launchers.docker_options import (
    DockerOptions,
    is_fixed,
    read_options,
)
from pytest_repro.launchers.docker_request import Place, container_name, request
from pytest_repro.launchers.endings import (
    cancelled,
    conclude,
    exit_of,
    lost,
    timed_out,
)
from pytest_repro.launchers.protocol import EVENTS, JOB, Ending
from pytest_repro.launchers.stream import EventLog
from pytest_repro.records import Event, Job

__all__ = ["DockerLauncher", "DockerSubmission", "build"]

GRACE_S: Final = 2
LOOK_EVERY_S: Final = 0.1
AWAY_S: Final = 30.0
_SIGNALLED: Final = 128
_NOT_RUN: Final = frozenset({126, 127})
_NO_PROGRAM: Final = (
    ": its image has no such interpreter, or may not run it;"
    ' declare python = "/PATH", and mounts = ["/PATH"] where it lies outside'
)
_NO_WORKER: Final = (
    " or said a word: its interpreter has no pytest-repro, or does not see the project;"
    " look at its output"
)


def build(
    inherited: Mapping[str, str], options: Mapping[str, object]
) -> "DockerLauncher":
    """Make the launcher.

    Args:
        inherited: The variables of the session; few of them enter a container.
        options: What the project declares, see `docker_options`.

    Returns:
        The launcher.

    Raises:
        ReproUsageError: If an option has no meaning, the image is named by a tag, or
            the engine's library is not installed.
        LaunchError: If the engine does not answer, or does not have the image.
    """
    read = read_options(options)
    engine = Engine(inherited)
    image = engine.image(read.image)
    if not is_fixed(read.image) and not read.allow_tag:
        named = image.repo_digests[0] if image.repo_digests else image.id
        msg = (
            f"image {read.image!r} is a tag, which may name another image tomorrow\n"
            f'  declare what it names today:  image = "{named}"\n'
            "  or accept whatever it names:  allow_tag = true"
        )
        raise ReproUsageError(msg)
    # In a rootless engine root is whoever runs the engine.
    user = "0:0" if engine.is_rootless else f"{os.getuid()}:{os.getgid()}"
    place = Place(image=image.id, layers=image.layers, user=user)
    return DockerLauncher(engine, read, place=place, inherited=inherited)


class DockerLauncher:
    """Starts each job in a container of its own."""

    def __init__(
        self,
        engine: Engine,
        options: DockerOptions,
        *,
        place: Place,
        inherited: Mapping[str, str],
    ) -> None:
        """Remember how containers are made.

        Args:
            engine: Makes them.
            options: How.
            place: Image and user.
            inherited: The variables of the session.
        """
        self._engine = engine
        self._options = options
        self._place = place
        self._inherited = inherited

    def submit(self, job: Job) -> "DockerSubmission":
        """Start a job; a container that still runs for its folder is ended first.

        Args:
            job: The job; its folder exists.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If the engine refuses, with its reason.
        """
        (Path(job.folder) / JOB).write_bytes(wire.write(job))
        body = request(job, self._options, place=self._place, inherited=self._inherited)
        handle = self._engine.start(container_name(job), body)
        return DockerSubmission(job, self._engine, handle)

    def adopt(self, job: Job, handle: str) -> "DockerSubmission | None":
        """Watch a container that an earlier process asked for.

        Args:
            job: The job, as it was submitted.
            handle: The container's id.

        Returns:
            A handle on it; None where the engine does not know it, or it is none of
            this job.
        """
        try:
            state = self._engine.state(handle)
        except ContainerGone:
            return None
        if state.label != container_name(job):
            return None
        ran_s = max(0.0, time.time() - state.started_utc) if state.started_utc else 0.0
        return DockerSubmission(job, self._engine, handle, ran_s=ran_s)


class DockerSubmission:
    """A container under watch."""

    def __init__(
        self, job: Job, engine: Engine, handle: str, *, ran_s: float = 0.0
    ) -> None:
        """Start watching.

        Args:
            job: The job.
            engine: Runs the container.
            handle: The container's id.
            ran_s: How long it has been running [s].
        """
        self.job = job
        self.handle = handle
        self._engine = engine
        self._log = EventLog(Path(job.folder) / EVENTS)
        self._started = time.monotonic() - ran_s
        self._heard = time.monotonic()
        self._next = 0.0
        self._ending: Ending | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        return self._log.tell()

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it runs."""
        now = time.monotonic()
        if self._ending is None and now >= self._next:
            self._next = now + LOOK_EVERY_S
            self._ending = self._look(now)
        return self._ending

    def cancel(self) -> None:
        """Stop the container and forget it; nothing that it started goes on."""
        if self._ending is None:
            self._ending = cancelled()
            self._engine.stop(self.handle, grace_s=GRACE_S)
            self._engine.remove(self.handle)

    def _look(self, now: float) -> Ending | None:
        try:
            state = self._engine.state(self.handle)
            self._heard = now
            if state.is_running and not self._is_late(now):
                return None
            return self._conclude(state)
        except ContainerGone as error:
            return lost(str(error))
        except EngineAway as error:
            if now - self._heard <= AWAY_S:
                return None
            return lost(str(error).partition("\n")[0])

    def _is_late(self, now: float) -> bool:
        limit_s = self.job.timeout_s
        return bool(limit_s) and now - self._started > (limit_s or 0.0)

    def _conclude(self, state: State) -> Ending:
        if state.is_running:
            self._engine.stop(self.handle, grace_s=GRACE_S)
        output = self._engine.output(self.handle)
        self._engine.remove(self.handle)
        self._log.read_on()
        if state.is_running:
            return timed_out(self.job, self._log.seen, output=output)
        how = exit_of(_code(state.code), out_of_memory=state.out_of_memory)
        ending = conclude(self.job, self._log.seen, how, output=output)
        return ending if self._log.seen else _explain(ending)


def _code(code: int) -> int:
    """Read an exit code as shells write it: 128 and the signal, where one ended it."""
    return _SIGNALLED - code if code > _SIGNALLED else code


def _explain(ending: Ending) -> Ending:
    """Say what may be amiss where a worker ended before its first word."""
    failure = ending.failure
    if failure is None or failure.exit_code is None:
        return ending
    hint = _NO_PROGRAM if failure.exit_code in _NOT_RUN else _NO_WORKER
    told = replace(failure, message=f"{failure.message}{hint}")
    return replace(ending, failure=told)
