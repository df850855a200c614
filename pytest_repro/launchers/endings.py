"""How a job ended, from what is left of it: its events, its exit, its record.

The same for every launcher, since the worker is the same: what it said last is
believed first, then how its process ended. Nothing here waits or looks anywhere but
into the job's folder.
"""

import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.launchers.protocol import DISK_FULL_CODE, RECORD, Ending
from pytest_repro.records import Cause, Event, EventKind, Failure, Job

__all__ = ["Exit", "cancelled", "conclude", "exit_of", "lost", "timed_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How the process of a worker ended.

    Attributes:
        code: Its exit code; None where a signal ended it.
        signal: Such as ``SIGSEGV``; empty where none did.
        out_of_memory: Whether an engine says that it took too much memory.
    """

    code: int | None = None
    signal: str = ""
    out_of_memory: bool = False


def exit_of(code: int, *, out_of_memory: bool = False) -> Exit:
    """Read an exit code.

    Args:
        code: Negative for a signal, as `subprocess` says it.
        out_of_memory: Whether an engine says that it took too much memory.

    Returns:
        The same, with the signal's name.
    """
    if code >= 0:
        return Exit(code=code, out_of_memory=out_of_memory)
    return Exit(signal=_signal_name(-code), out_of_memory=out_of_memory)


def conclude(job: Job, seen: Sequence[Event], how: Exit, *, output: str = "") -> Ending:
    """Say how a job ended whose process is gone.

    Args:
        job: The job; its folder is here.
        seen: Every event of its stream.
        how: How its process ended.
        output: The end of what it printed.

    Returns:
        The ending: complete only if the worker said so, exited with 0 and left a
        record.
    """
    for event in seen:
        match event.kind:
            case EventKind.FAILED if event.failure is not None:
                told = replace(event.failure, output=output, exit_code=how.code)
                return Ending(failure=told, output=output)
            case EventKind.SKIPPED:
                return Ending(skipped=event.message, output=output)
            case EventKind.FINISHED if how.code == 0 and _has_record(job):
                return Ending(output=output)
            case _:
                continue
    return _explain(how, output)


def timed_out(job: Job, seen: Sequence[Event], *, output: str = "") -> Ending:
    """Say that a job was stopped because it took too long.

    Args:
        job: The job.
        seen: Every event of its stream.
        output: The end of what it printed.

    Returns:
        The ending, which says after which step.
    """
    at = next((e.step for e in reversed(seen) if e.step is not None), None)
    where = "before its first step" if at is None else f"after step {at}"
    limit_s = job.timeout_s or 0.0
    message = f"no end after {limit_s:g} s, stopped {where}"
    return _fail(Cause.TIMED_OUT, message, Exit(), output)


def cancelled() -> Ending:
    """Say that a job was stopped because nobody needs it any more."""
    return _fail(Cause.INTERRUPTED, "cancelled", Exit(), "")


def lost(reason: str, *, output: str = "") -> Ending:
    """Say that the engine lost a worker, or took its machine away.

    Args:
        reason: In the engine's words, one line.
        output: The end of what it printed.

    Returns:
        The ending.
    """
    return _fail(Cause.INTERRUPTED, reason, Exit(), output)


def _has_record(job: Job) -> bool:
    return (Path(job.folder) / RECORD).is_dir()


def _explain(how: Exit, output: str) -> Ending:
    if how.out_of_memory:
        message = "the worker was ended: it took more memory than it may"
        return _fail(Cause.OUT_OF_MEMORY, message, how, output)
    if how.code == DISK_FULL_CODE:
        return _fail(Cause.DISK_FULL, "no space left for events", how, output)
    if how.signal == "SIGKILL":
        message = "the worker was killed by SIGKILL: most likely out of memory"
        return _fail(Cause.OUT_OF_MEMORY, message, how, output)
    if how.signal:
        return _fail(Cause.CRASHED, f"the worker died of {how.signal}", how, output)
    message = f"the worker exited with code {how.code} before it had finished"
    return _fail(Cause.CRASHED, message, how, output)


def _fail(cause: Cause, message: str, how: Exit, output: str) -> Ending:
    failure = Failure(
        cause=cause,
        message=message,
        output=output,
        exit_code=how.code,
        signal=how.signal,
    )
    return Ending(failure=failure, output=output)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
