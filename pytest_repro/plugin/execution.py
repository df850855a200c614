"""One experiment under way in this very process, in a worker or for a debugger.

It prepares before any fixture is set up, closes the record right after the test
function returns, and puts the process back as it was.
"""

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.assets import Rules
from pytest_repro.checkpoints import FOLDER
from pytest_repro.determinism import (
    Pinned,
    Probes,
    Watch,
    guarding,
    pinned,
    rounding_noise,
)
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment import (
    Circumstances,
    Orders,
    Recorder,
    Run,
    Sink,
    StepLedger,
    Tracing,
    assemble,
)
from pytest_repro.plugin.asset_rules import asset_rules
from pytest_repro.plugin.fixtures import run_key
from pytest_repro.plugin.markers import experiment_id
from pytest_repro.plugin.provenance import UNKNOWN, Whence, with_provenance
from pytest_repro.provenance import (
    HIDDEN,
    Meter,
    collect_code,
    collect_environment,
    is_secret_name,
    scrub,
)
from pytest_repro.records import (
    Contract,
    Determinism,
    Failure,
    Following,
    Job,
    Resolution,
    RunRecord,
    Window,
)

__all__ = ["Execution", "config_of"]

PLAIN = (int, float, str, bool, type(None), bytes)


class Execution:
    """Everything around the call of one test function.

    Attributes:
        rules: What the run may do to come by declared assets; from `start` on.
    """

    rules: Rules

    def __init__(
        self, item: pytest.Function, *, seed: int, contract: Contract, isolation: str
    ) -> None:
        """Remember what is to be run.

        Args:
            item: The experiment.
            seed: The root seed.
            contract: What was promised.
            isolation: ``worker`` or ``in-process``.
        """
        self._item = item
        self._seed = seed
        self._contract = contract
        self._isolation = isolation
        self._stack = ExitStack()
        self._pinned: Pinned | None = None
        self._recorder: Recorder | None = None
        self._probes: Probes | None = None
        self._tracing: Tracing | None = None
        self._watch: Watch | None = None
        self._meter = Meter()

    @property
    def has_started(self) -> bool:
        """Whether there is a run, of which a record can be made."""
        return self._recorder is not None

    def guard(self, watch: Watch) -> None:
        """Take guards over that stand already; before `start`, which puts up others.

        Args:
            watch: The guards.
        """
        self._watch = watch

    def start(
        self,
        determinism: Determinism,
        sink: Sink,
        *,
        horizon: int | None = None,
        ends_at_horizon: bool = False,
        following: Following = Following.PACED,
    ) -> None:
        """Seed everything, set flags, and make the run; before fixtures.

        Args:
            determinism: What is pinned.
            sink: Hears of progress.
            horizon: The step whose beginning is noted; None for none.
            ends_at_horizon: Whether the run ends there.
            following: How closely the run is followed from step to step.
        """
        self._watch = self._watch or self._put_up_guards(determinism, sink)
        is_worker = self._isolation == "worker"
        self._pinned = self._stack.enter_context(
            pinned(determinism, self._seed, is_worker=is_worker)
        )
        self._recorder = Recorder(
            sink,
            horizon=horizon,
            ends_at_horizon=ends_at_horizon,
            # What other programs take away is neither the ledger's cost nor a step's.
            ledger=_ledger(following),
        )
        self.rules = asset_rules(self._item.config)
        self._item.stash[run_key] = Run(
            self._seed,
            self._recorder,
            folder=self._item.path.parent,
            root=self._item.config.rootpath,
            rules=self.rules,
        )
        self._meter = Meter()
        self._watch.is_hermetic = determinism.hermetic

    def _put_up_guards(self, determinism: Determinism, sink: Sink) -> Watch:
        guards = guarding(
            determinism,
            self._item.config.rootpath,
            accepts=self._contract.accepts,
            tell=sink.warning,
        )
        return self._stack.enter_context(guards)

    def finish(self, *, has_stopped: bool = False) -> None:
        """Take the last fingerprints and close the record; after the call.

        Args:
            has_stopped: Whether the experiment was ended by its horizon.
        """
        if self._tracing is not None:
            self._tracing.close()
        if self._watch is not None:
            self._watch.is_hermetic = False
        if self._recorder is not None:
            self._recorder.finish(has_stopped=has_stopped)
        if self._watch is not None:
            self._watch.check()

    def perturb(self, replica: int) -> None:
        """Add rounding-sized noise until the run is over; before fixtures.

        Args:
            replica: Which noise; 0 for none.
        """
        self._stack.enter_context(rounding_noise(self._seed, replica))

    def vary(self, probes: Probes) -> None:
        """Change circumstances on purpose; after flags are pinned, before fixtures.

        Args:
            probes: The changes.
        """
        probes.pin()
        self._probes = probes

    def trace(self, window: Window | None) -> None:
        """Trace the operations of some steps; after `start`, before fixtures.

        Args:
            window: Which steps; None for none.

        Raises:
            RuntimeError: If the run was never started.
        """
        if window is None:
            return
        if self._recorder is None:
            msg = "the run was never started"
            raise RuntimeError(msg)
        root, warn = self._item.config.rootpath, self._recorder.warn
        self._tracing = Tracing(window, root, warn=warn)
        self._stack.callback(self._tracing.close)
        self._recorder.at_step(self._tracing.begin)

    def keep(self, job: Job) -> None:
        """Write checkpoints, or begin with one; before fixtures.

        Args:
            job: Says what of that.

        Raises:
            ReproUsageError: If a replica is to be resumed: where its noise stood is
                in no checkpoint.
        """
        if job.replica and job.resume_from:
            msg = "a replica cannot be resumed: run it as a whole"
            raise ReproUsageError(msg)
        orders = Orders(
            folder=Path(job.folder) / FOLDER,
            every=0 if job.replica else job.checkpoint_every,
            resume_from=Path(job.resume_from) if job.resume_from else None,
            death=job.death,
            experiment=job.experiment,
            seed=job.seed,
        )
        self._item.stash[run_key].keep(orders)
        self.override(job.overrides)

    def override(self, texts: tuple[str, ...]) -> None:
        """Set fields of the recipe; after `start`, before fixtures.

        Args:
            texts: Such as ``optim.lr=0.1``.
        """
        self._item.stash[run_key].counter.override(texts)

    def record(
        self, failure: Failure | None = None, whence: Whence = UNKNOWN
    ) -> RunRecord:
        """Build the record of the run.

        Args:
            failure: Why it is incomplete, if it is.
            whence: What the run cannot know of itself.

        Returns:
            The record.

        Raises:
            RuntimeError: If the run was never started.
        """
        if self._recorder is None or self._pinned is None or self._watch is None:
            msg = "the run was never started"
            raise RuntimeError(msg)
        root = self._item.config.rootpath
        resources = self._meter.read()
        around = Circumstances(
            experiment=experiment_id(self._item),
            seed=self._seed,
            config=config_of(self._item),
            contract=self._contract,
            environment=collect_environment(root=root, cache=whence.cache),
            code=collect_code(root, Path(self._item.path)),
            determinism=self._facts(self._pinned) | self._watch.facts(),
            isolation=self._isolation,
        )
        whole = assemble(self._recorder, around, resources=resources, failure=failure)
        whole = with_provenance(whole, whence, root=root, meter=self._meter)
        if self._tracing is None:
            return whole
        self._tracing.close()
        return replace(whole, operations=self._tracing.operations())

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """How each declared asset was come by; none before `start`."""
        run = self._item.stash.get(run_key, None)
        return () if run is None else run.resolutions

    def _facts(self, pinned_now: Pinned) -> dict[str, bool | int | str | None]:
        varied = {} if self._probes is None else self._probes.facts()
        return {**pinned_now.facts(), **varied}

    def close(self) -> None:
        """Put random generators and flags back as they were."""
        self._stack.close()


def _ledger(following: Following) -> StepLedger | None:
    if following is Following.OFF:
        return None
    return StepLedger(time.thread_time, is_whole=following is Following.WHOLE)


def config_of(item: pytest.Function) -> dict[str, str]:
    """Write the parameters of an experiment as text.

    Args:
        item: The experiment.

    Returns:
        Parameter names and values; what is no plain value is given by its type and
        the test's own id, since a repr may hold an address. Texts under secret-looking
        names are hidden.
    """
    callspec = getattr(item, "callspec", None)
    params = callspec.params if callspec is not None else {}
    return {
        name: scrub(_named(name, value, callspec.id if callspec is not None else ""))
        for name, value in sorted(params.items())
    }


def _named(key: str, value: object, name: str) -> str:
    is_text = isinstance(value, str | bytes)
    return HIDDEN if is_text and is_secret_name(key) else _text(value, name)


def _text(value: object, name: str) -> str:
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, list | tuple):
        return repr([_text(part, name) for part in value])
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=str)
        return repr({str(k): _named(str(k), v, name) for k, v in pairs})
    return f"{type(value).__module__}.{type(value).__qualname__} [{name}]"
