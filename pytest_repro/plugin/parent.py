"""This side of a launch: an experiment is handed to workers, then judged.

In this process an experiment's own fixtures are never set up and its function is never
called; everything else about the test (marks, selection, reruns, time-outs, reports)
stays pytest's.
"""

import contextlib
import datetime as dt
import os
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

import pytest_repro
from pytest_repro import wire
from pytest_repro.errors import PolicyError
from pytest_repro.launchers import Launcher
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.plugin.launching import choose_launcher
from pytest_repro.plugin.markers import contract_of, experiment_id, is_experiment
from pytest_repro.plugin.own_options import write_options
from pytest_repro.plugin.progress import make_watcher
from pytest_repro.plugin.registering import make_registering
from pytest_repro.plugin.scorecards import forget_scorecard, keep_scorecard
from pytest_repro.plugin.settings import Settings
from pytest_repro.policy import Approvals, is_ci, read_approvals
from pytest_repro.records import Action, Cause, Outcome
from pytest_repro.references import ReferenceStore
from pytest_repro.replication import (
    Approval,
    Effort,
    Ledger,
    Mode,
    Pool,
    Replication,
    Request,
    Vary,
)
from pytest_repro.reports import junit_properties

if TYPE_CHECKING:
    from pytest_repro.plugin.changed import Changed
    from pytest_repro.plugin.chaos import Chaos
    from pytest_repro.plugin.continuing import Continuing
    from pytest_repro.plugin.places import Places

__all__ = [
    "OUTCOMES",
    "SKIPPED",
    "Parent",
    "attach",
    "make_pool",
    "make_replication",
    "note_outcomes",
    "outcomes_key",
    "pass_judgement",
]

outcomes_key: Final = pytest.StashKey[tuple[Outcome, ...]]()
OUTCOMES: Final = "repro_outcomes"
"""The attribute of a report that holds outcomes as plain JSON."""

SKIPPED: Final = "repro_skipped"
"""The attribute of a report of an experiment that a mark skipped."""


_ACCIDENTS: Final = frozenset(
    {
        Cause.CRASHED,
        Cause.FAILED,
        Cause.TIMED_OUT,
        Cause.OUT_OF_MEMORY,
        Cause.DISK_FULL,
        Cause.INTERRUPTED,
        Cause.UNSTABLE_INPUT,
    }
)
"""What ends a run before it has a result, and may not happen again."""


class Parent:
    """The hooks that turn the call of an experiment into a replication."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        """Prepare, without starting anything.

        Args:
            config: pytest's.
            settings: The options of the session.
        """
        self._jobs = Jobs(
            config=config, settings=settings, options=write_options(config)
        )
        launcher = choose_launcher(config, settings, self._jobs)
        self._continuing = _make_continuing(config, settings, self._jobs, launcher)
        if self._continuing is not None:
            launcher = self._continuing.launcher
        pool = make_pool(config, settings, launcher)
        self._replication: Replication | Vary = (
            make_variation(config, settings, pool)
            if settings.vary
            else make_replication(config, settings, pool)
        )
        self._settings = settings
        self._chaos = _make_chaos(config, settings, self._jobs)
        self._changed = _make_changed(config, settings, self._jobs)
        self._places = _make_places(config, settings, self._jobs)
        self._registering = make_registering(config, settings)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave the experiment's fixtures to its workers."""
        if isinstance(item, pytest.Function) and is_experiment(item):
            item.fixturenames = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run the experiment in workers instead of calling it here."""
        if not is_experiment(pyfuncitem):
            return None
        earlier = pyfuncitem.stash.get(outcomes_key, ())
        # A rerun plugin asks again; the same comparison has the same answer.
        known = [one for one in earlier if one.verdict.cause not in _ACCIDENTS]
        outcomes = (
            earlier
            if earlier and len(known) == len(earlier)
            else self._told(pyfuncitem, known, is_first=not earlier)
        )
        pass_judgement(pyfuncitem, outcomes)
        return True

    def _told(
        self, item: pytest.Function, known: Sequence[Outcome], *, is_first: bool
    ) -> tuple[Outcome, ...]:
        """Find the registration first: what is wrong with it costs no run."""
        if self._registering is None:
            return self._outcomes(item, known, is_first=is_first)
        file = self._registering.file_of(item)
        outcomes = self._outcomes(item, known, is_first=is_first)
        return self._registering.attach(file, outcomes)

    def _outcomes(
        self, item: pytest.Function, known: Sequence[Outcome], *, is_first: bool
    ) -> tuple[Outcome, ...]:
        contract = contract_of(item)
        if self._settings.seeds is not None:
            contract = replace(contract, seeds=self._settings.seeds)
        if self._places is not None:
            return self._places.run(item, contract, known=known, is_first=is_first)
        request = Request(
            experiment=experiment_id(item),
            contract=contract,
            job_for=lambda run: self._jobs.make(item, contract, run),
            # What failed before and is tried again must not become a reference.
            allow_write=is_first,
        )
        if self._changed is None:
            return (self._run(request),)
        return (self._changed.run(item, request, self._run),)

    def _run(self, request: Request) -> Outcome:
        if self._settings.vary:
            forget_scorecard(self._settings.out, request.experiment)
        run = self._replication.run
        if self._continuing is None:
            outcome = run(request)
        else:
            outcome = self._continuing.run(request, run)
        if self._chaos is not None:
            outcome = self._chaos.try_out(request, outcome)
        with contextlib.suppress(OSError):  # the report tells it, too
            keep_scorecard(self._settings.out, outcome)
        return outcome

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the outcome travel with the report, from xdist workers too."""
        report = yield
        attach(item, report)
        return report

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Note that there is nothing to continue, if the session came to its end."""
        if self._continuing is not None:
            self._continuing.close(session, exitstatus)


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the outcomes of an experiment on its report.

    Args:
        item: Any test.
        report: The report of one of its phases.
    """
    if report.when == "call" and outcomes_key in item.stash:
        found = [wire.to_json(one) for one in item.stash[outcomes_key]]
        vars(report)[OUTCOMES] = found
    elif report.skipped and is_experiment(item):
        vars(report)[SKIPPED] = experiment_id(item)


def make_replication(
    config: pytest.Config, settings: Settings, pool: Pool
) -> Replication:
    """Join pool, stores and options.

    Args:
        config: pytest's.
        settings: The options of the session.
        pool: Runs several at a time.

    Returns:
        What runs and judges experiments.
    """
    mode = Mode.COMPARE
    if settings.record or settings.update:
        mode = Mode.UPDATE if settings.update else Mode.RECORD
    now = dt.datetime.now(tz=dt.UTC)
    return Replication(
        pool,
        store=ReferenceStore(settings.references, base=config.rootpath),
        pending=ReferenceStore(settings.out / "pending", base=config.rootpath),
        approval=Approval(
            mode=mode,
            reason=settings.reason,
            created_utc=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            created_by=f"pytest_repro {pytest_repro.__version__}",
            rules=_rules(config, settings) if mode is not Mode.COMPARE else Approvals(),
            is_ci=is_ci(os.environ),
        ),
        effort=Effort(
            tier=settings.tier,
            replicas=settings.replicas,
            traced=settings.traced,
            whole_candidates=settings.whole_candidates,
        ),
        ledger=Ledger(settings.out / "ledger"),
    )


def _rules(config: pytest.Config, settings: Settings) -> Approvals:
    """Read who must approve; without that nothing may be written."""
    folder = settings.references
    inside = folder.is_relative_to(config.rootpath)
    shown = folder.relative_to(config.rootpath) if inside else folder
    try:
        return read_approvals(folder, shown=shown.as_posix())
    except PolicyError as error:
        raise pytest.UsageError(str(error)) from error


def make_variation(config: pytest.Config, settings: Settings, pool: Pool) -> Vary:
    """Join what runs experiments under variations.

    Args:
        config: pytest's.
        settings: The options of the session.
        pool: Runs several at a time.

    Returns:
        What runs them and says what their bits depend on.
    """
    return Vary(
        pool,
        store=ReferenceStore(settings.references, base=config.rootpath),
        tier=settings.tier,
        axes=settings.vary_axes,
    )


def make_pool(config: pytest.Config, settings: Settings, launcher: Launcher) -> Pool:
    """Join what runs several jobs at a time.

    Args:
        config: pytest's.
        settings: The options of the session.
        launcher: Where they are executed.

    Returns:
        The pool.
    """
    return Pool(launcher, workers=settings.workers, watcher=make_watcher(config))


def _make_continuing(
    config: pytest.Config, settings: Settings, jobs: Jobs, launcher: Launcher
) -> "Continuing | None":
    if settings.vary or settings.environment:
        return None
    from pytest_repro.plugin.continuing import Continuing  # noqa: PLC0415  # as below

    return Continuing(config, settings, jobs, launcher)


def _make_chaos(
    config: pytest.Config, settings: Settings, jobs: Jobs
) -> "Chaos | None":
    if not settings.chaos:
        return None
    from pytest_repro.plugin.chaos import Chaos  # noqa: PLC0415  # only where asked for

    pool = make_pool(config, settings, choose_launcher(config, settings, jobs))
    return Chaos(jobs, pool, kills=settings.chaos, every=settings.checkpoint_every)


def _make_changed(
    config: pytest.Config, settings: Settings, jobs: Jobs
) -> "Changed | None":
    """Remember what passes, but for runs that no later session repeats."""
    if settings.vary or settings.chaos or settings.environment:
        return None
    from pytest_repro.plugin.changed import Changed  # noqa: PLC0415  # as above

    return Changed(config, settings, jobs)


def _make_places(
    config: pytest.Config, settings: Settings, jobs: Jobs
) -> "Places | None":
    if not settings.environment:
        return None
    from pytest_repro.plugin.places import Places  # noqa: PLC0415  # as above

    def join(config: pytest.Config, own: Settings, jobs: Jobs) -> Replication:
        launcher = choose_launcher(config, own, jobs)
        return make_replication(config, own, make_pool(config, own, launcher))

    return Places(config, settings, options=jobs.options, join=join)


def note_outcomes(item: pytest.Function, outcomes: Sequence[Outcome]) -> None:
    """Keep outcomes for the report of the test, and as its properties.

    Args:
        item: The experiment.
        outcomes: What became of it; they take the place of earlier ones.
    """
    item.stash[outcomes_key] = tuple(outcomes)
    item.user_properties[:] = [
        *(pair for pair in item.user_properties if not pair[0].startswith("repro_")),
        *(pair for outcome in outcomes for pair in junit_properties(outcome)),
    ]


def pass_judgement(item: pytest.Function, outcomes: Sequence[Outcome]) -> None:
    """Turn outcomes into what pytest understands: nothing, a skip, or a failure.

    Args:
        item: The experiment.
        outcomes: What became of it, in each environment.
    """
    __tracebackhide__ = True
    note_outcomes(item, outcomes)
    idle = [one for one in outcomes if one.action in {Action.SKIPPED, Action.UNCHANGED}]
    failed = [one for one in outcomes if not one.passed and one not in idle]
    if failed:
        pytest.fail("\n".join(map(_told, failed)), pytrace=False)
    if len(idle) == len(outcomes):
        pytest.skip("; ".join(one.message for one in idle))


def _told(outcome: Outcome) -> str:
    where = f"{outcome.environment}: " if outcome.environment else ""
    headline = f"{where}{outcome.verdict.rung.label}: {outcome.verdict.reason}"
    return "\n".join(filter(None, (headline, outcome.message, outcome.details)))
