"""Run jobs on a Slurm cluster, through submitit.

submitit writes the batch script and submits it; the job is started by `node.run_job`,
whose two arguments, a folder and a time, are all that submitit pickles. Nothing that a
worker left is ever unpickled: a node's note and a worker's record are plain data.

Jobs outlive the process that submitted them, and a later one can adopt them. Their
files lie on the shared disk; Slurm itself is asked once for all jobs, and seldom.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pytest_repro import wire
from pytest_repro.errors import LaunchError, ReproUsageError
from pytest_repro.launchers.endings import Exit, cancelled, conclude, lost
from pytest_repro.launchers.node import run_job
from pytest_repro.launchers.protocol import JOB, Ending
from pytest_repro.launchers.remote import RemoteFiles, failed, read_tail
from pytest_repro.launchers.slurm_options import SlurmOptions, read_slurm_options
from pytest_repro.launchers.slurm_queue import FORGOTTEN, SlurmAnswer, SlurmQueue, ask
from pytest_repro.records import Cause, Event, Job

__all__ = ["SlurmLauncher", "SlurmSubmission", "build"]

FILES: Final = "slurm"
"""In a job's folder: the batch script, and what Slurm says about it."""

CANCELLED_WITHIN_S: Final = 40.0
PAUSE_S: Final = 0.2

_HANDLE: Final = re.compile(r"[0-9]{1,12}(_[0-9]{1,9})?")
_OURS: Final = ("SLURM_", "SBATCH_", "SRUN_", "SUBMITIT_")
"""Variables of the job in which the session itself may run."""


def build(
    inherited: Mapping[str, str], options: Mapping[str, object]
) -> "SlurmLauncher":
    """Make the launcher.

    Args:
        inherited: Environment variables that every worker gets.
        options: What the project declares for it, see `SlurmOptions`.

    Returns:
        The launcher.

    Raises:
        PolicyError: If an option is unknown, or of another type.
        ReproUsageError: If submitit is not installed.
        LaunchError: If there is no Slurm here.
    """
    return SlurmLauncher(inherited, read_slurm_options(options))


class SlurmLauncher:
    """Submits each job to a Slurm cluster."""

    def __init__(self, inherited: Mapping[str, str], options: SlurmOptions) -> None:
        """Look whether there is a cluster.

        Args:
            inherited: Environment variables that every worker gets.
            options: What the project declares.

        Raises:
            ReproUsageError: If submitit is not installed.
            LaunchError: If there is no Slurm here.
        """
        self._inherited = inherited
        self._options = options
        self._submitit = _import_submitit()
        self._queue = SlurmQueue(every_s=options.every_s)
        is_there, answer = ask(["scontrol", "ping"])
        if not is_there:
            msg = (
                f"no Slurm controller answers: {answer.strip() or 'all are down'}\n"
                "  look closer with: scontrol ping"
            )
            raise LaunchError(msg)

    def submit(self, job: Job) -> "SlurmSubmission":
        """Submit a job.

        Args:
            job: The job; its folder exists, on a disk that nodes share.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If Slurm refuses it.
        """
        (submission,) = self.submit_all((job,))
        return submission

    def submit_all(self, jobs: Sequence[Job]) -> "tuple[SlurmSubmission, ...]":
        """Submit several jobs at once, as one array.

        Args:
            jobs: The jobs, at least one.

        Returns:
            A handle on each, in order.

        Raises:
            LaunchError: If Slurm refuses them.
        """
        for job in jobs:
            (Path(job.folder) / JOB).write_bytes(wire.write(job))
        files = self._files(jobs[0])
        times = [time.time()] * len(jobs)
        try:
            executor = self._executor(files, jobs[0])
            with _environment(self._inherited):
                folders = [job.folder for job in jobs]
                made = executor.map_array(run_job, folders, times)
        except (RuntimeError, OSError, ValueError) as error:
            msg = f"Slurm did not take the job: {str(error).strip()}"
            raise LaunchError(msg) from error
        return tuple(
            self._watch(job, one.job_id, files)
            for job, one in zip(jobs, made, strict=True)
        )

    def adopt(self, job: Job, handle: str) -> "SlurmSubmission | None":
        """Watch a job that an earlier process submitted.

        Args:
            job: The job, as it was submitted.
            handle: The id of the Slurm job.

        Returns:
            A handle on it; None where neither Slurm nor its folder knows it.
        """
        if _HANDLE.fullmatch(handle) is None:
            return None
        found = self._watch(job, handle, self._files(job))
        answer = self._queue.look(handle, is_urgent=True)
        is_forgotten = answer is not None and answer.state == FORGOTTEN
        if is_forgotten and found.poll() is None:
            self._queue.forget(handle)
            return None
        return found

    def _watch(self, job: Job, handle: str, files: Path) -> "SlurmSubmission":
        self._queue.watch(handle)
        return SlurmSubmission(job, handle, queue=self._queue, files=files)

    def _files(self, job: Job) -> Path:
        declared = self._options.folder
        return Path(job.root, declared) if declared else Path(job.folder) / FILES

    def _executor(self, files: Path, job: Job) -> Any:  # noqa: ANN401  # submitit's
        executor = self._submitit.SlurmExecutor(folder=files)
        executor.update_parameters(
            job_name=f"repro-{Path(job.folder).name}",
            comment=job.experiment,
            use_srun=False,
            stderr_to_stdout=True,
            **self._options.parameters(),
        )
        return executor


class SlurmSubmission:
    """A job that Slurm has."""

    def __init__(
        self, job: Job, handle: str, *, queue: SlurmQueue, files: Path
    ) -> None:
        """Start watching.

        Args:
            job: The job.
            handle: The id of the Slurm job.
            queue: Knows what Slurm says; the job is watched there.
            files: Where submitit put its script.
        """
        self.job = job
        self.handle = handle
        self._queue = queue
        self._log = files / f"{handle}_0_log.out"
        self._pickle = files / f"{handle}_submitted.pkl"
        self._folder = RemoteFiles(job)
        self._ending: Ending | None = None

    def events(self) -> tuple[Event, ...]:
        """Return the events since the last call; never waits."""
        return self._folder.events()

    def poll(self) -> Ending | None:
        """Return how the job ended, or None while it waits or runs."""
        if self._ending is None:
            self._end(self._look())
        return self._ending

    def cancel(self) -> None:
        """Stop the job and everything that it started."""
        if self._ending is not None:
            return
        ask(["scancel", self.handle])
        end = time.monotonic() + CANCELLED_WITHIN_S
        while time.monotonic() < end:
            answer = self._queue.look(self.handle, is_urgent=True)
            if answer is not None and answer.has_ended:
                break
            time.sleep(PAUSE_S)
        self._end(cancelled())

    def _end(self, ending: Ending | None) -> None:
        if ending is None:
            return
        self._ending = ending
        self._queue.forget(self.handle)
        self._pickle.unlink(missing_ok=True)

    def _look(self) -> Ending | None:
        found = self._folder.ending()
        if found is not None:
            return found
        answer = self._queue.look(self.handle)
        if answer is not None and answer.cannot_start:
            ask(["scancel", self.handle])
            why = f"Slurm job {self.handle} cannot start: {answer.reason}"
            return failed(Cause.CRASHED, why)
        if answer is None or not answer.has_ended:
            return None
        return self._folder.ending_without(lambda: self._explain(answer))

    def _explain(self, answer: SlurmAnswer) -> Ending:
        where = f" on {answer.nodes}" if answer.nodes else ""
        name = f"Slurm job {self.handle}{where}"
        output = read_tail(self._log)
        match answer.state:
            case "OUT_OF_MEMORY":
                how = Exit(out_of_memory=True)
                return conclude(self.job, self._folder.seen(), how, output=output)
            case "TIMEOUT" | "DEADLINE":
                message = f"{name} was stopped at Slurm's own time limit"
                return failed(Cause.TIMED_OUT, message, output=output)
            case "COMPLETED" | "FAILED":
                why = f" ({answer.reason})" if answer.reason else ""
                message = f"{name} ended without a word of its worker{why}"
                return failed(Cause.CRASHED, message, output=output)
            case "CANCELLED":
                return lost(f"{name} was cancelled by somebody else", output=output)
            case _ if answer.state == FORGOTTEN:
                message = f"{name} is unknown to Slurm by now, and left no note"
                return lost(message, output=output)
            case _:
                return lost(f"{name}: {answer.state}", output=output)


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Let `sbatch`, which hands its own environment to the job, find this one.

    So no variable has to be written into a file.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if name == "SLURM_CONF" or not name.startswith(_OURS)
    }
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _import_submitit() -> Any:  # noqa: ANN401  # a module
    try:
        import submitit  # noqa: PLC0415  # only who runs on Slurm needs it
    except ImportError as error:
        msg = (
            "the launcher slurm needs submitit\n"
            "  install it with: pip install 'pytest-repro[slurm]'"
        )
        raise ReproUsageError(msg) from error
    return submitit
