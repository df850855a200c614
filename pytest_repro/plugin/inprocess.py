"""`--repro-in-process`: one seed, in this very process, for debuggers.

Start-up variables are as they happen to be and the record says so. Random generators
and flags are put back afterwards. Nothing is ever written as a reference.
"""

import contextlib
from collections.abc import Generator
from dataclasses import replace

import pytest

from pytest_repro.errors import HorizonReached, ReproError
from pytest_repro.experiment.failures import classify, one_line
from pytest_repro.experiment.recorder import Silent
from pytest_repro.plugin.execution import Execution
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.plugin.launching import choose_launcher
from pytest_repro.plugin.markers import contract_of, experiment_id, is_experiment
from pytest_repro.plugin.parent import (
    attach,
    make_pool,
    make_replication,
    note_outcomes,
    pass_judgement,
)
from pytest_repro.plugin.provenance import Whence
from pytest_repro.plugin.settings import Settings
from pytest_repro.provenance import CACHE, scrub
from pytest_repro.records import Failure, Outcome
from pytest_repro.replication import Request

__all__ = ["InProcess"]


class InProcess:
    """The hooks that run experiments here."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        """Prepare.

        Args:
            config: pytest's.
            settings: The options of the session.
        """
        self._settings = settings
        self._jobs = Jobs(config=config, settings=settings, options={})
        launcher = choose_launcher(config, settings, self._jobs)
        pool = make_pool(config, settings, launcher)
        self._replication = make_replication(config, settings, pool)
        self._execution: Execution | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Seed and pin everything before the first fixture."""
        if isinstance(item, pytest.Function) and is_experiment(item):
            contract = contract_of(item)
            self._execution = Execution(
                item, seed=0, contract=contract, isolation="in-process"
            )
            following = self._settings.ledger
            self._execution.start(
                self._settings.determinism, Silent(), following=following
            )
            self._execution.override(self._settings.overrides)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(
        self, pyfuncitem: pytest.Function
    ) -> Generator[None, object, object]:
        """Judge the run when the function has ended; its own error goes first."""
        execution = self._execution
        if execution is None:
            return (yield)
        has_stopped = False
        try:
            try:
                result = yield
            except HorizonReached:
                result = has_stopped = True
            execution.finish(has_stopped=has_stopped)
        except (Exception, pytest.fail.Exception) as error:
            failure = Failure(cause=classify(error), message=scrub(one_line(error)))
            with contextlib.suppress(ReproError):
                failed = self._judge(pyfuncitem, execution, failure)
                note_outcomes(pyfuncitem, [failed])
            raise
        pass_judgement(pyfuncitem, [self._judge(pyfuncitem, execution, None)])
        return result

    def _judge(
        self, item: pytest.Function, execution: Execution, failure: Failure | None
    ) -> Outcome:
        contract = replace(contract_of(item), seeds=1)
        request = Request(
            experiment=experiment_id(item),
            contract=contract,
            job_for=lambda run: self._jobs.make(item, contract, run),
        )
        whence = Whence(command=self._jobs.command(), cache=self._settings.out / CACHE)
        record = execution.record(failure, whence)
        return self._replication.judge_record(request, record)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Put the process back as it was, after the last fixture is torn down."""
        try:
            return (yield)
        finally:
            if self._execution is not None:
                self._execution.close()
                self._execution = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the outcome travel with the report."""
        report = yield
        attach(item, report)
        return report
