"""The other side of a launch: pytest in worker mode, running one experiment once.

It reads a job, runs exactly that experiment, leaves a run record in the job's folder
and says how it is getting on, one event a line. It never sees a reference.
"""

import os
import re
import time
import warnings
from bdb import BdbQuit
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from pytest_repro import wire
from pytest_repro.determinism import Probes, guarding, seed_everything
from pytest_repro.errors import HorizonReached, ReproError, ReproWarning
from pytest_repro.experiment.failures import classify, one_line
from pytest_repro.launchers.protocol import (
    CONTENTION,
    DISK_FULL_CODE,
    EVENTS,
    RECORD,
)
from pytest_repro.plugin.asset_rules import leave_resolutions
from pytest_repro.plugin.execution import Execution
from pytest_repro.plugin.lifeline import hold_lifeline
from pytest_repro.plugin.own_options import take_options
from pytest_repro.plugin.parameters import take_parameters
from pytest_repro.plugin.provenance import Whence
from pytest_repro.plugin.reading import Reading, out_of
from pytest_repro.provenance import CACHE, scrub
from pytest_repro.provenance.contention_facts import ContentionMeter
from pytest_repro.records import Cause, Event, EventKind, Failure, Following, Job
from pytest_repro.references import write_record

__all__ = ["EventWriter", "Worker", "read_job"]

EVERY_S: Final = 0.5
MAX_TEXT: Final = 16 * 1024
MOST_READ: Final = 64 * MAX_TEXT
_ADDRESS: Final = re.compile(r"\bat 0x[0-9a-f]+")
"""In the repr of an object; it is another in each process, and reports are equal."""

_QUIET: Final = ("hypothesispytest", "randomly", "rerunfailures", "timeout")
"""Plugins that would reseed, repeat or interrupt the run; the parent has them too.

Each is known by this name, or by that of its module if ``-p`` loaded it.
"""


def read_job(path: str) -> Job:
    """Read the job of this worker.

    Args:
        path: The job file.

    Returns:
        The job.

    Raises:
        pytest.UsageError: If it cannot be read.
    """
    try:
        return wire.read(Job, Path(path).read_bytes())
    except (OSError, ValueError) as error:
        msg = f"--repro-worker is internal, and its job cannot be read: {error}"
        raise pytest.UsageError(msg) from error


class EventWriter:
    """Appends events to the stream; progress at most twice a second."""

    def __init__(self, path: Path) -> None:
        """Open the stream.

        Args:
            path: The event stream.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(path, flags, 0o644)
        self._next = 0.0

    def write(self, event: Event) -> None:
        """Append one event, in one write.

        Args:
            event: What happened.
        """
        os.write(self._descriptor, wire.write_line(event))

    def progress(
        self, step: int, total: int | None, latest: Callable[[], Mapping[str, str]]
    ) -> None:
        """Tell that a step is over, unless that was told just now.

        Args:
            step: The step.
            total: How many there will be, where known.
            latest: Gives the newest metrics.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_S
        values = dict(list(latest().items())[:4])
        kind = EventKind.PROGRESS
        self.write(Event(kind=kind, step=step, total=total, values=values))

    def warning(self, message: str) -> None:
        """Pass a warning on.

        Args:
            message: One line.
        """
        self.write(Event(kind=EventKind.WARNING, message=scrub(message)))


class Worker:
    """The hooks of a session in worker mode."""

    def __init__(self, job: Job) -> None:
        """Open the event stream.

        Args:
            job: What is to be run.
        """
        self._job = job
        self._folder = Path(job.folder)
        self._reading = Reading.of(job)
        self._events = EventWriter(self._folder / EVENTS)
        self._execution: Execution | None = None
        self._failure: Failure | None = None
        self._skipped = ""
        self._contention = ContentionMeter()
        self._pid = os.getpid()
        self._probes = Probes(job.variation, self._folder)
        hold_lifeline()
        self._probes.begin()
        self._guards = ExitStack()
        self._watch = self._guards.enter_context(
            guarding(
                job.determinism,
                Path(job.root),
                accepts=job.contract.accepts,
                tell=self._events.warning,
            )
        )
        # Modules draw random numbers while they are imported, too.
        seed_everything(job.seed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the parent's options; quiet plugins that would interfere.

        Those still hear this very call, in which they declare their markers.
        """
        take_options(config, self._job.options)
        manager = config.pluginmanager
        names = [name for short in _QUIET for name in (short, f"pytest_{short}")]
        for plugin in filter(None, map(manager.get_plugin, names)):
            manager.unregister(plugin)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Go where a variation says, before the experiment's module is imported."""
        self._probes.enter()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep only the experiment of this job."""
        items[:] = [item for item in items if item.nodeid == self._job.experiment]
        for item in items:
            take_parameters(item, self._job.parameters)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Run the experiment before it counts, where a variation says so."""
        job = self._job
        for number in range(self._probes.runs_before, 0, -1):
            self._job = replace(job, seed=job.seed + number)
            runtestprotocol(item, log=False, nextitem=None)
            self._forget()
        self._job = job

    def _forget(self) -> None:
        if self._execution is not None:
            self._execution.close()
        self._execution, self._failure, self._skipped = None, None, ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        """Seed and pin everything before the first fixture."""
        job = self._job
        self._execution = Execution(
            item, seed=job.seed, contract=job.contract, isolation="worker"
        )
        self._execution.guard(self._watch)
        self._execution.start(
            job.determinism,
            self._events,
            horizon=job.horizon,
            ends_at_horizon=job.ends_at_horizon,
            following=_following(job),
        )
        self._execution.perturb(job.replica)
        self._execution.vary(self._probes)
        self._execution.trace(job.window)
        self._execution.keep(job)
        self._events.write(Event(kind=EventKind.STARTED))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self) -> Generator[None, object, object]:
        """Close the record when the function ends; stop a forked copy of us."""
        has_stopped = False
        try:
            result = yield
        except HorizonReached:
            result = has_stopped = True
        finally:
            if os.getpid() != self._pid:
                os._exit(0)  # a child that the experiment forked came back here
        if self._execution is not None:
            self._execution.finish(has_stopped=has_stopped)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the experiment ended, whatever its marks make of that."""
        report = yield
        if call.excinfo is None:
            return report
        if call.when == "setup" and call.excinfo.errisinstance(HorizonReached):
            self._finish_early()  # a fixture trained, and the function is not called
        elif call.excinfo.errisinstance(pytest.skip.Exception):
            self._skipped = _text(str(call.excinfo.value)) or "no reason given"
        elif self._failure is None:
            self._failure = _failure_of(call.excinfo.value, report.longreprtext)
        return report

    def pytest_runtest_logfinish(self) -> None:
        """Watch no longer what is read: fixtures are torn down."""
        self._reading.stop()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note why the test file could not be collected."""
        if report.failed and self._failure is None:
            message = "the experiment could not be collected in its worker"
            traceback = _text(report.longreprtext)
            self._failure = Failure(
                cause=Cause.FAILED, message=message, traceback=traceback
            )

    def pytest_keyboard_interrupt(
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> None:
        """Note that the run was interrupted, from outside or by `pytest.exit`."""
        message = _text(f"interrupted by {one_line(excinfo.value)}")
        self._failure = Failure(cause=Cause.INTERRUPTED, message=message)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Leave the record, then say that it is there."""
        try:
            self._write_record()
        except OSError as error:
            self._failure = _failure_of(error, "")
        except ReproError as error:
            self._failure = self._failure or _failure_of(error, str(error))
        self._reading.leave(self._watch)
        with suppress(OSError):
            found = wire.write(self._contention.read())
            (self._folder / CONTENTION).write_bytes(found)
        session.exitstatus = 0 if self._failure is None else 1
        try:
            self._events.write(self._last_event())
        except OSError:
            session.exitstatus = DISK_FULL_CODE
        if self._execution is not None:
            self._execution.close()
        self._guards.close()
        self._probes.close()

    def _finish_early(self) -> None:
        try:
            if self._execution is not None:
                self._execution.finish(has_stopped=True)
        except ReproError as error:
            self._failure = _failure_of(error, str(error))

    def _write_record(self) -> None:
        execution = self._execution
        if execution is None or not execution.has_started or self._skipped:
            return
        record = execution.record(self._failure, self._whence())
        with warnings.catch_warnings():
            # About the size of references; this record is reviewed by nobody.
            warnings.simplefilter("ignore", ReproWarning)
            write_record(self._folder / RECORD, record)
        resolutions = execution.resolutions
        store = execution.rules.store
        leave_resolutions(self._folder, resolutions, store=store)

    def _whence(self) -> Whence:
        return Whence(
            command=self._job.command,
            cache=out_of(self._job) / CACHE,
            inputs=self._reading.collect(),
        )

    def _last_event(self) -> Event:
        if self._skipped:
            return Event(kind=EventKind.SKIPPED, message=self._skipped)
        if self._failure is None and self._execution is None:
            message = f"no test {self._job.experiment} was collected in the worker"
            self._failure = Failure(cause=Cause.FAILED, message=message)
        if self._failure is None:
            return Event(kind=EventKind.FINISHED)
        return Event(kind=EventKind.FAILED, failure=self._failure)


def _following(job: Job) -> Following:
    """Noise meets every operation, a ledger's too; a trace passes over those."""
    return Following.OFF if job.replica else job.ledger


def _failure_of(error: BaseException, traceback: str) -> Failure:
    message = one_line(error)
    if isinstance(error, BdbQuit):
        message = "a worker has no terminal to debug on: add --repro-in-process"
    return Failure(
        cause=classify(error), message=_text(message), traceback=_text(traceback)
    )


def _text(text: str) -> str:
    """Keep the end of a text, with what no report can hold (surrogates) escaped.

    Secrets go first: half of one at the edge would not be known any more.
    """
    kept = _ADDRESS.sub("at 0x…", scrub(text[-MOST_READ:]))[-MAX_TEXT:]
    return kept.encode("utf-8", errors="backslashreplace").decode("utf-8")
