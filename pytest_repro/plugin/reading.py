"""What a worker reads: watched from its first moment, left beside its record.

Only a plain run is watched, one that a later session could repeat: under noise, a
trace, a variation or a planted death nothing is learnt that such a session could use.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from pytest_repro import wire
from pytest_repro.determinism import Watch
from pytest_repro.launchers.protocol import INPUTS, JOB
from pytest_repro.provenance import InputWatch, collect_inputs
from pytest_repro.records import Guards, Inputs, Job
from pytest_repro.references import experiment_folder

__all__ = ["Reading", "out_of"]

ACCEPTED: Final = "its contract accepts randomness that no seed governs"
UNGUARDED: Final = "no guard looked for randomness that no seed governs"
ESCAPED: Final = "it draws what no seed governs"


class Reading:
    """Knows what the run of a job reads."""

    def __init__(self, job: Job, watch: InputWatch | None) -> None:
        """Take a watch that stands already.

        Args:
            job: What is run.
            watch: Hears of what is read; None where nothing is to be learnt.
        """
        self._job = job
        self._watch = watch
        self._found: Inputs | None = None

    @classmethod
    def of(cls, job: Job) -> "Reading":
        """Begin to watch, if the job is a plain run.

        Args:
            job: What is run.

        Returns:
            What knows its inputs.
        """
        is_plain = not (job.replica or job.window or job.variation or job.death)
        if not is_plain or job.resume_from:
            return cls(job, None)
        folder = Path(job.folder)
        return cls(job, InputWatch(Path(job.root), aside=folder, out=out_of(job)))

    def stop(self) -> None:
        """Watch no longer: the experiment is over, and what follows is our own."""
        if self._watch is not None:
            self._watch.close()

    def collect(self) -> Inputs | None:
        """Digest the inputs, once; after the experiment.

        Returns:
            The inputs; None where nobody watched, or its job is gone.
        """
        if self._watch is None or self._found is not None:
            return self._found
        self.stop()
        job = self._job
        test = Path(job.root) / job.experiment.partition("::")[0]
        with suppress(OSError):
            since_ns = (Path(job.folder) / JOB).stat().st_ctime_ns
            self._found = collect_inputs(self._watch, test, since_ns=since_ns)
        return self._found

    def leave(self, guards: Watch) -> None:
        """Write the inputs into the folder of the job; nothing if that fails.

        Args:
            guards: Caught what escaped the seeds.
        """
        found = self.collect()
        if found is None:
            return
        job = self._job
        told = replace(found, unseen=(*found.unseen, *_ungoverned(job, guards)))
        with suppress(OSError):
            (Path(job.folder) / INPUTS).write_bytes(wire.write(told))


def out_of(job: Job) -> Path:
    """Find the folder of everything but references, in which a job's folder lies.

    Args:
        job: The job.

    Returns:
        Such as ``.repro``.
    """
    folder = Path(job.folder)
    depth = len(PurePath(experiment_folder(job.experiment)).parts)
    return folder.parents[min(depth + 1, len(folder.parents) - 1)]


def _ungoverned(job: Job, guards: Watch) -> tuple[str, ...]:
    """Say why the same inputs might give other bits all the same."""
    if job.determinism.guards is Guards.OFF:
        return (UNGUARDED,)
    escaped = tuple(f"{ESCAPED} ({one.path}:{one.line})" for one in guards.escapes)
    return (*((ACCEPTED,) if job.contract.accepts else ()), *escaped)
