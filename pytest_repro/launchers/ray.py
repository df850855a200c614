"""Run jobs on a Ray cluster, or on one that is started here and ends with the session.

Each job is an actor that starts its worker as a process, see `ray_node`. Variables go
to it as an argument, through memory; how the job ended comes back in its folder, as
with every engine whose nodes share a disk.

On a cluster that was there before, actors are detached: they outlive the session that
submitted them, and a later one can adopt them.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pytest_repro import wire
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.launchers.endings import Exit, cancelled, conclude, lost
from pytest_repro.launchers.protocol import JOB, Ending
from pytest_repro.launchers.ray_node import RayNode
from pytest_repro.launchers.ray_options import RayOptions, read_ray_options
from pytest_repro.launchers.remote import RemoteFiles, failed
from pytest_repro.records import Cause, Event, Job

__all__ = ["RayLauncher", "RaySubmission", "build"]

NAMESPACE: Final = "pytest_repro"
STATISTICS: Final = "RAY_USAGE_STATS_ENABLED"
STORE_BYTES: Final = 100 * 1024 * 1024
"""Memory for objects of a cluster that is started here; we keep hardly any."""

SIDE_BY_SIDE: Final = 4
"""Calls that an actor answers at once: one that runs, others that wait for its end."""

EVERY_S: Final = 0.2
STOPS_WITHIN_S: Final = 10.0


def build(inherited: Mapping[str, str], options: Mapping[str, object]) -> "RayLauncher":
    """Make the launcher.

    Args:
        inherited: Environment variables that every worker gets.
        options: What the project declares for it, see `RayOptions`.

    Returns:
        The launcher.

    Raises:
        PolicyError: If an option is unknown, or of another type.
        ReproUsageError: If Ray is not installed.
        LaunchError: If the cluster cannot be reached, or none be started.
    """
    return RayLauncher(inherited, read_ray_options(options))


class RayLauncher:
    """Submits each job to a Ray cluster."""

    def __init__(self, inherited: Mapping[str, str], options: RayOptions) -> None:
        """Connect to the cluster, or start one.

        Args:
            inherited: Environment variables that every worker gets.
            options: What the project declares.

        Raises:
            ReproUsageError: If Ray is not installed.
            LaunchError: If the cluster cannot be reached, or none be started.
        """
        self._inherited = dict(inherited)
        self._options = options
        self._ray = _import_ray()
        _connect(self._ray, options)

    def submit(self, job: Job) -> "RaySubmission":
        """Submit a job.

        Args:
            job: The job; its folder exists, on a disk that nodes share.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If Ray refuses it.
        """
        (Path(job.folder) / JOB).write_bytes(wire.write(job))
        handle = f"repro-{secrets.token_hex(8)}"
        kind = self._ray.remote(RayNode).options(
            name=handle,
            lifetime="detached" if self._options.address else None,
            max_restarts=0,
            max_concurrency=SIDE_BY_SIDE,
            **self._options.parameters(),
        )
        try:
            actor = kind.remote(job.folder, self._inherited, time.time())
            ended = actor.run.remote()
        except (self._ray.exceptions.RayError, ValueError, OSError) as error:
            msg = f"Ray did not take the job: {error}"
            raise LaunchError(msg) from error
        return RaySubmission(job, handle, ray=self._ray, actor=actor, ended=ended)

    def adopt(self, job: Job, handle: str) -> "RaySubmission | None":
        """Watch a job that an earlier process submitted.

        Args:
            job: The job, as it was submitted.
            handle: The name of its actor.

        Returns:
            A handle on it; None where neither the cluster nor its folder knows it.
        """
        try:
            actor = self._ray.get_actor(handle, namespace=NAMESPACE)
        except ValueError:
            if RemoteFiles(job).ending() is None:
                return None
            return RaySubmission(job, handle, ray=self._ray, actor=None, ended=None)
        ended = actor.join.remote()
        return RaySubmission(job, handle, ray=self._ray, actor=actor, ended=ended)


class RaySubmission:
    """A job that Ray has."""

    def __init__(
        self,
        job: Job,
        handle: str,
        *,
        ray: Any,  # noqa: ANN401  # the module
        actor: Any,  # noqa: ANN401  # Ray's
        ended: Any,  # noqa: ANN401  # Ray's
    ) -> None:
        """Start watching.

        Args:
            job: The job.
            handle: The name of its actor.
            ray: The module.
            actor: Stands beside the worker; None where it is gone.
            ended: A reference that is ready when the worker has ended.
        """
        self.job = job
        self.handle = handle
        self._ray = ray
        self._actor = actor
        self._ended = ended
        self._folder = RemoteFiles(job)
        self._ending: Ending | None = None
        self._asked = float("-inf")
        self._gone: Exception | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        return self._folder.events()

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it waits or runs."""
        if self._ending is None:
            self._ending = self._look()
            if self._ending is not None:
                self._let_go()
        return self._ending

    def cancel(self) -> None:
        """Stop the job and everything that it started."""
        if self._ending is not None:
            return
        if self._actor is not None and self._folder.has_begun():
            self._actor.stop.remote()
            self._ray.wait([self._ended], timeout=STOPS_WITHIN_S)
        self._let_go()
        self._ending = cancelled()

    def _let_go(self) -> None:
        """End the actor, and with it whatever still runs; its resources are free."""
        if self._actor is not None:
            with contextlib.suppress(self._ray.exceptions.RayError, ValueError):
                self._ray.kill(self._actor)
        self._actor = self._ended = None

    def _look(self) -> Ending | None:
        found = self._folder.ending()
        if found is not None or not self._is_gone():
            return found
        return self._folder.ending_without(self._explain)

    def _is_gone(self) -> bool:
        """Tell whether the actor has come to its end, asking Ray not too often."""
        now = time.monotonic()
        if self._gone is not None or now - self._asked < EVERY_S:
            return self._gone is not None
        self._asked = now
        ready, _ = self._ray.wait([self._ended], timeout=0)
        if not ready:
            return False
        self._gone = _outcome(self._ray, ready[0])
        return True

    def _explain(self) -> Ending:
        errors, gone = self._ray.exceptions, self._gone
        line = next(iter(str(gone).strip().splitlines()), "").strip()
        message = f"Ray actor {self.handle}: {type(gone).__name__}: {line}"
        if isinstance(gone, errors.OutOfMemoryError):
            how = Exit(out_of_memory=True)
            return conclude(self.job, self._folder.seen(), how, output=str(gone))
        if isinstance(gone, errors.RayTaskError):
            return failed(Cause.CRASHED, message, output=str(gone))
        return lost(message, output=str(gone))


def _outcome(ray: Any, ended: Any) -> Exception:  # noqa: ANN401  # Ray's
    try:
        ray.get(ended)
    except ray.exceptions.RayError as error:
        found: Exception = error
        return found
    return LaunchError("the worker's end was told, and is not in its folder")


def _connect(ray: Any, options: RayOptions) -> None:  # noqa: ANN401  # the module
    if ray.is_initialized():
        return
    os.environ.setdefault(STATISTICS, "0")
    own: dict[str, object] = {"address": options.address}
    if not options.address:
        own = {
            "address": "local",
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
        }
        if options.temp_folder:
            own["_temp_dir"] = options.temp_folder
    try:
        ray.init(
            namespace=NAMESPACE,
            log_to_driver=False,
            logging_level="error",
            **own,
        )
    except (ConnectionError, RuntimeError, OSError, ValueError) as error:
        where = options.address or "on this machine"
        msg = f"no Ray cluster {where}: {error}\n  look closer with: ray status"
        raise LaunchError(msg) from error


def _import_ray() -> Any:  # noqa: ANN401  # a module
    try:
        import ray  # noqa: PLC0415  # only who runs on Ray needs it
    except ImportError as error:
        msg = (
            "the launcher ray needs Ray\n"
            "  install it with: pip install 'pytest-repro[ray]'"
        )
        raise ReproUsageError(msg) from error
    return ray
