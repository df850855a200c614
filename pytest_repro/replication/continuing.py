"""Go on where a killed session stopped: nothing is lost, and nothing runs twice.

Around any launcher. Each job's folder tells how far it came: the job as it was
submitted, how it ended, what its engine calls it, its checkpoints. A run that came to
its end is taken over if its job and all that it ran on are still the same; one that an
engine still runs is watched further; one with checkpoints is resumed; the rest starts
anew, and the reason is told.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.checkpoints import FOLDER, nearest_checkpoint
from pytest_repro.disk import replace_file
from pytest_repro.launchers import Ending, Launcher, Submission
from pytest_repro.launchers.attempts import set_aside
from pytest_repro.launchers.protocol import (
    ENDING,
    EVENTS,
    HANDLE,
    INPUTS,
    JOB,
    RECORD,
    LastingLauncher,
    move_job,
)
from pytest_repro.launchers.stream import EventReader
from pytest_repro.provenance import scrub
from pytest_repro.records import Event, EventKind, Input, InputKind, Inputs, Job
from pytest_repro.replication.evidence import read_inputs
from pytest_repro.replication.journal import Entry, Journal, What
from pytest_repro.reports.summary import counted

__all__ = ["ContinuingLauncher", "Grounds"]

MOST_SHOWN: Final = 3

OTHER_JOB: Final = "it is asked for in another way"
OTHER_FOOTING: Final = "code, packages or machine changed"
UNTOLD: Final = "what it ran on is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Knows whether what a run ran on is still there.

    Attributes:
        footing: Digests what a job would run on now, as far as it can be known before
            it runs; empty where it cannot.
        changes: Says which inputs of a run are others now, or cannot be told.
    """

    footing: Callable[[Job], str]
    changes: Callable[[Inputs], Sequence[str]]


class ContinuingLauncher:
    """Submits to another launcher what an interrupted session did not finish."""

    def __init__(
        self, inner: Launcher, journal: Journal, *, out: Path, grounds: Grounds
    ) -> None:
        """Join what is needed.

        Args:
            inner: Where jobs are executed.
            journal: What the interrupted session submitted, and this one does.
            out: The folder that holds those of all jobs.
            grounds: Knows what is still the same.
        """
        self._inner = inner
        self._journal = journal
        self._out = out
        self._grounds = grounds
        self._taken: dict[str, int] = {}
        self._told: dict[str, dict[str, list[str]]] = {}

    def submit(self, job: Job) -> Submission:
        """Take a job up where it stands, or start it.

        Args:
            job: The job; its folder exists, with all that it held before.

        Returns:
            A handle on it.

        Raises:
            LaunchError: If it cannot be started.
        """
        before = self._journal.footing_of(self._name(job))
        found = None if before is None else self._take_up(job, before)
        if found is not None:
            return found
        _clear(Path(job.folder), keeps=before is not None)
        return self._start(job, What.SUBMITTED)

    def told(self, experiment: str) -> str:
        """Say what became of the runs that an interrupted session had begun.

        Args:
            experiment: The node id.

        Returns:
            One line each; empty if there were none. It is forgotten then.
        """
        told = self._told.pop(experiment, {})
        lines = [f"{_some(labels)}: {text}" for text, labels in told.items()]
        if count := self._taken.pop(experiment, 0):
            taken = f"{counted(count, 'run')} taken over from the interrupted session"
            lines.insert(0, taken)
        return "\n".join(lines)

    def _take_up(self, job: Job, before: str) -> Submission | None:
        folder = Path(job.folder)
        earlier = _read_job(folder)
        if earlier is None:
            return None
        if wire.write(_plain(earlier, job)) != wire.write(job):
            self._tell_again(job, OTHER_JOB)
            return None
        ending = _ending_of(folder)
        if ending is not None:
            return self._take_over(job, before, ending)
        return self._adopt(job, earlier, before) or self._resume(job, before)

    def _take_over(self, job: Job, before: str, ending: Ending) -> Submission | None:
        if ending.failure is not None:
            cause = ending.failure.cause.value
            self._tell_again(job, f"it came to nothing before: {cause}")
            return None
        if reason := self._doubt(job, before):
            self._tell_again(job, reason)
            return None
        self._taken[job.experiment] = self._taken.get(job.experiment, 0) + 1
        self._note(What.TAKEN_OVER, job)
        return _Ended(job, ending)

    def _adopt(self, job: Job, earlier: Job, before: str) -> Submission | None:
        handle = _read_text(Path(job.folder) / HANDLE)
        if not handle or not isinstance(self._inner, LastingLauncher):
            return None
        found = self._inner.adopt(earlier, handle)
        if found is None:
            return None
        if self._grounds.footing(job) != before or not before:
            found.cancel()
            self._tell_again(job, OTHER_FOOTING)
            return None
        self._tell(job, "watched further: it was still running")
        self._note(What.ADOPTED, job)
        return _Journaled(found, self._journal, self._name(job))

    def _resume(self, job: Job, before: str) -> Submission | None:
        folder = Path(job.folder)
        checkpoint = None if job.replica else nearest_checkpoint(folder)
        if checkpoint is None:
            return None
        reason = self._doubt(job, before)
        if reason:
            self._tell_again(job, reason)
            return None
        set_aside(folder)
        self._tell(job, f"resumed at {checkpoint.stem}")
        return self._start(replace(job, resume_from=str(checkpoint)), What.RESUMED)

    def _doubt(self, job: Job, before: str) -> str:
        """Say why a run may have run on something else; empty if it did not."""
        folder = Path(job.folder)
        own, is_elsewhere = read_inputs(folder), bool(_read_text(folder / HANDLE))
        if own is not None and not is_elsewhere:
            return self._changes(own)
        if not before:
            return UNTOLD
        if self._grounds.footing(job) != before:
            return OTHER_FOOTING
        beside = sorted(folder.parent.glob(f"*/{INPUTS}"))
        several = [own] if own else map(read_inputs, (path.parent for path in beside))
        shown = (one for one in several if one is not None)
        told = map(_seen_from_here, shown) if is_elsewhere else shown
        return next(filter(None, map(self._changes, told)), "")

    def _changes(self, inputs: Inputs) -> str:
        return "; ".join(self._grounds.changes(inputs)[:MOST_SHOWN])

    def _start(self, job: Job, what: What) -> Submission:
        plain = not (job.replica or job.window or job.checkpoint_every)
        needs_none = plain and not isinstance(self._inner, LastingLauncher)
        footing = "" if needs_none else self._grounds.footing(job)
        self._note(what, job, footing)
        return _Journaled(self._inner.submit(job), self._journal, self._name(job))

    def _tell_again(self, job: Job, reason: str) -> None:
        self._tell(job, f"begun again: {reason}")

    def _tell(self, job: Job, text: str) -> None:
        label = Path(job.folder).name.replace("-", " ")
        self._told.setdefault(job.experiment, {}).setdefault(text, []).append(label)

    def _note(self, what: What, job: Job, footing: str = "") -> None:
        # Without a journal the runs are as good; only a killed session is lost.
        with suppress(OSError):
            name = self._name(job)
            self._journal.append(Entry(what=what, folder=name, footing=footing))

    def _name(self, job: Job) -> str:
        folder = Path(job.folder)
        inside = folder.is_relative_to(self._out)
        return folder.relative_to(self._out).as_posix() if inside else str(folder)


class _Journaled:
    """A submission whose end, and whose engine's name for it, are written down."""

    def __init__(self, inner: Submission, journal: Journal, name: str) -> None:
        self.job = inner.job
        self._inner = inner
        self._journal = journal
        self._name = name
        self._since = time.monotonic()
        self._handle = ""
        self._ending: Ending | None = None
        self._keep_handle()

    def events(self) -> tuple[Event, ...]:
        return self._inner.events()

    def poll(self) -> Ending | None:
        if self._ending is None:
            self._ending = self._inner.poll()
            self._keep_handle()
            if self._ending is not None:
                self._keep(self._ending)
        return self._ending

    def cancel(self) -> None:
        self._inner.cancel()

    def _keep_handle(self) -> None:
        handle = str(getattr(self._inner, "handle", ""))
        if handle and handle != self._handle:
            self._handle = handle
            _write(Path(self.job.folder) / HANDLE, handle.encode())

    def _keep(self, ending: Ending) -> None:
        wall_s = ending.wall_s or time.monotonic() - self._since
        kept = _scrubbed(replace(ending, wall_s=wall_s))
        _write(Path(self.job.folder) / ENDING, wire.write(kept))
        with suppress(OSError):
            self._journal.append(Entry(what=What.ENDED, folder=self._name))


def _scrubbed(ending: Ending) -> Ending:
    """Keep no secret that the run printed; its own events hold none."""
    failure, output = ending.failure, scrub(ending.output)
    if failure is not None:
        failure = replace(failure, output=scrub(failure.output))
    return replace(ending, failure=failure, output=output)


class _Ended:
    """A submission that ended before this session began."""

    def __init__(self, job: Job, ending: Ending) -> None:
        self.job = job
        self._ending = ending

    def events(self) -> tuple[Event, ...]:
        return ()

    def poll(self) -> Ending | None:
        return self._ending

    def cancel(self) -> None:
        """Do nothing: it ended."""


def _plain(earlier: Job, job: Job) -> Job:
    """Return the earlier job with this one's paths, as it was before it was resumed."""
    moved = move_job(earlier, job.folder, root=job.root)
    # Both sessions were asked in words of their own.
    return replace(moved, resume_from=job.resume_from, command=job.command)


def _seen_from_here(inputs: Inputs) -> Inputs:
    """Leave out what belongs to the node of an engine: its machine, and packages there.

    For these stands the footing, which is of the controller before and after.
    """
    kept = tuple(one for one in inputs.items if not _is_of_the_node(one))
    return replace(inputs, items=kept)


def _is_of_the_node(one: Input) -> bool:
    match one.kind:
        case InputKind.MACHINE | InputKind.PACKAGE:
            return True
        case InputKind.VARIABLE:
            return one.name.endswith("*")
        case InputKind.IMPORT:
            return Path(one.name).is_absolute()
        case _:
            return False


def _some(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_SHOWN
    shown = ", ".join(labels[:MOST_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _read_job(folder: Path) -> Job | None:
    try:
        return wire.read(Job, (folder / JOB).read_bytes())
    except (OSError, ValueError):
        return None


def _ending_of(folder: Path) -> Ending | None:
    """Read how a job ended, or tell it from its last word if nobody was there."""
    with suppress(OSError, ValueError):
        return wire.read(Ending, (folder / ENDING).read_bytes())
    last = EventReader(folder / EVENTS).read()[-1:]
    if not last or not (folder / JOB).exists():
        return None
    took_s = _time_of(folder / EVENTS) - _time_of(folder / JOB)
    wall_s = max(took_s, 0.0)
    if last[0].kind is EventKind.SKIPPED:
        return Ending(skipped=last[0].message, wall_s=wall_s)
    is_whole = last[0].kind is EventKind.FINISHED and (folder / RECORD).is_dir()
    return Ending(wall_s=wall_s) if is_whole else None


def _time_of(path: Path) -> float:
    return path.stat().st_mtime


def _read_text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8").strip()
    return ""


def _write(path: Path, data: bytes) -> None:
    """Write a file at once or not at all; where that fails, it is not there."""
    with suppress(OSError):
        replace_file(path, data)


def _clear(folder: Path, *, keeps: bool) -> None:
    """Make room for another attempt; what this session's last one left is kept."""
    if not keeps:
        shutil.rmtree(folder, ignore_errors=True)
    elif (folder / JOB).exists():
        set_aside(folder)
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
