"""Keep what an experiment tells, in the order in which it tells it.

The recorder knows nothing of pytest, disks or clocks: progress goes to a sink, and
`pytest_repro.experiment.assembly` turns what was kept into a run record.
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from typing import Any, Protocol, SupportsIndex

from pytest_repro.digests import Digest
from pytest_repro.errors import MetricError
from pytest_repro.experiment.ledger import StepLedger
from pytest_repro.experiment.lookout import Lookout
from pytest_repro.experiment.names import check_name, check_step
from pytest_repro.experiment.numbers import Reading, read_value
from pytest_repro.experiment.origins import Origin
from pytest_repro.experiment.plain_values import (
    fingerprint_of,
    fingerprint_row,
    read_now,
)
from pytest_repro.experiment.points import Points
from pytest_repro.records import AssetUse, Fingerprint, Horizon, Metric, Scalar, Series
from pytest_repro.records.recipes import RecipeUse

__all__ = ["Recorder", "Silent", "Sink", "StepHearer"]


class Sink(Protocol):
    """Who wants to hear how a run is getting on."""

    def progress(
        self, step: int, total: int | None, latest: Callable[[], Mapping[str, str]]
    ) -> None:
        """Hear that a step is over; called at every step, so be quick.

        Args:
            step: The step that is over.
            total: How many there will be, where known.
            latest: Gives the newest metrics by name, as decimals.
        """

    def warning(self, message: str) -> None:
        """Hear of something that a person should know.

        Args:
            message: One line.
        """


class StepHearer(Protocol):
    """Who wants to hear in which step whatever comes next belongs."""

    def __call__(self, step: int, *, is_over: bool) -> None:
        """Hear that a step is entered.

        Args:
            step: The step.
            is_over: Whether it is the end: no further step comes.
        """


class Silent:
    """A sink that nobody listens to."""

    def progress(
        self, step: int, total: int | None, latest: Callable[[], Mapping[str, str]]
    ) -> None:
        """Ignore a step.

        Args:
            step: The step that is over.
            total: How many there will be.
            latest: Gives the newest metrics.
        """

    def warning(self, message: str) -> None:
        """Ignore a warning.

        Args:
            message: One line.
        """


class Recorder:
    """Metrics, fingerprints and assets of one run, under way.

    Attributes:
        declared: What the experiment says of its own configuration, by name.
        origin: What the seed decides, as far as the experiment shows it.
        recipe: The recipe it asked for; None as long as it did not.
        steps: How many steps are over.
    """

    def __init__(
        self,
        sink: Sink | None = None,
        *,
        horizon: int | None = None,
        ends_at_horizon: bool = False,
        ledger: StepLedger | None = None,
    ) -> None:
        """Start with nothing recorded.

        Args:
            sink: Who hears of progress.
            horizon: The step whose beginning is noted, at least 1; None for none.
            ends_at_horizon: Whether the run ends at that moment.
            ledger: Follows the run from step to step; None for none.

        Raises:
            ReproUsageError: If the horizon is below 1.
        """
        self._sink = sink or Silent()
        self._order = 0
        self._finals: dict[str, Reading] = {}
        self._points: dict[str, Points] = {}
        self._state: list[Fingerprint] = []
        self._taken: set[tuple[str, int | None]] = set()
        self._assets: dict[str, AssetUse] = {}
        self._at_finish: list[Callable[[], None]] = []
        self._at_step: list[StepHearer] = []
        self._is_counted = False
        self._lookout = Lookout(horizon, is_end=ends_at_horizon)
        self._is_finished = False
        self.ledger = ledger
        self.declared: dict[str, str] = {}
        self.origin = Origin()
        self.recipe: RecipeUse | None = None
        self.steps = 0

    def log(self, name: str, value: object, step: SupportsIndex | None) -> None:
        """Keep one number.

        Args:
            name: The metric's name.
            value: A Python number, NumPy scalar or 0-dim tensor.
            step: Its step, or None for a final metric.

        Raises:
            MetricError: If it cannot be kept, naming what is wrong.
            HorizonReached: If the run ends before that step.
        """
        self._check_open(name)
        name = check_name(name)
        if step is None:
            self._log_final(name, read_value(name, value))
            return
        points = self._points.get(name)
        if points is None and name in self._finals:
            msg = f"metric {name!r} is final: log its trace under another name"
            raise MetricError(msg)
        number = check_step(name, step)
        if number >= self._lookout.step:
            self._lookout.reach(self._order)
        reading = read_value(name, value)
        if points is None:
            points = self._points[name] = Points(name)
        points.add(number, self._next(), reading)

    def fingerprint(
        self,
        name: str,
        digest: Digest,
        step: int | None,
        *,
        is_evidence: bool = False,
        sketch: tuple[float, ...] = (),
    ) -> None:
        """Keep one fingerprint.

        Args:
            name: What was fingerprinted.
            digest: The fingerprint.
            step: The step after which it was taken, or None.
            is_evidence: Whether it only helps to explain.
            sketch: The sketch of the same state.

        Raises:
            MetricError: If that name was fingerprinted at that step before.
            HorizonReached: If the run ends before that step.
        """
        self._check_open(name)
        name = check_name(name)
        step = None if step is None else check_step(name, step)
        if step is not None and step >= self._lookout.step:
            self._lookout.reach(self._order)
        if (name, step) in self._taken:
            where = "" if step is None else f" at step {step}"
            msg = f"{name!r} was fingerprinted twice{where}"
            raise MetricError(msg)
        self._taken.add((name, step))
        self._state.append(
            Fingerprint(
                name=name,
                step=step,
                order=self._next(),
                digest=digest,
                is_evidence=is_evidence,
                sketch=sketch,
            )
        )

    def asset(self, use: AssetUse) -> None:
        """Keep that a file was read.

        Args:
            use: The file.

        Raises:
            MetricError: If the same name stood for other bytes before.
            HorizonReached: If the run has ended at its horizon.
        """
        if self._lookout.is_over:
            self._lookout.stop()
        known = self._assets.setdefault(use.name, use)
        if known.digest != use.digest:
            msg = (
                f"asset {use.name!r} stands for two files\n"
                f"  first  {known.digest}\n  now    {use.digest}"
            )
            raise MetricError(msg)

    def begin_step(self, step: int) -> None:
        """Hear that a step is about to begin.

        Args:
            step: The step.

        Raises:
            HorizonReached: If the run ends before that step.
        """
        if self._lookout.is_over:
            self._lookout.stop()
        if step >= self._lookout.step:
            self._lookout.reach(self._order)

    def enter_step(
        self, step: int, *, is_counted: bool = True, is_over: bool = False
    ) -> None:
        """Hear in which step whatever comes next belongs.

        Args:
            step: The step.
            is_counted: Whether `repro.steps` says so; from then on only it does.
            is_over: Whether it is the end: no further step comes.
        """
        self._is_counted = self._is_counted or is_counted
        if is_counted or not self._is_counted:
            for hear in self._at_step:
                hear(step, is_over=is_over)

    def at_step(self, hear: StepHearer) -> None:
        """Tell somebody whenever a step is entered.

        Args:
            hear: Is called with the step.
        """
        self._at_step.append(hear)

    def end_step(self, step: int, total: int | None) -> None:
        """Tell the sink that a step is over.

        Args:
            step: The step that is over.
            total: How many there will be, where known.
        """
        self.steps = max(self.steps, step + 1)
        self._sink.progress(step, total, self.latest)

    def warn(self, message: str) -> None:
        """Tell the sink something that a person should know.

        Args:
            message: One line.
        """
        self._sink.warning(message)

    def at_finish(self, action: Callable[[], None]) -> None:
        """Do something when the experiment has returned, before the record closes.

        Args:
            action: Such as a last fingerprint.
        """
        self._at_finish.append(action)

    def latest(self) -> Mapping[str, str]:
        """Return the newest number of each trace, as decimals."""
        return {name: points.latest() for name, points in self._points.items()}

    def finish(self, *, has_stopped: bool = False) -> None:
        """Close the record; logging afterwards is an error.

        Args:
            has_stopped: Whether `HorizonReached` ended the experiment.

        Raises:
            ReproUsageError: If the run was over and the experiment went on.
        """
        self._lookout.close(has_stopped=has_stopped)
        while self._at_finish:
            self._at_finish.pop(0)()
        self.origin.close(is_whole=not self.is_over)
        self._is_finished = True

    def state_dict(self) -> dict[str, object]:
        """Return everything that was recorded, for a checkpoint."""
        return {
            "order": self._order,
            "steps": self.steps,
            "finals": {name: read_now(one) for name, one in self._finals.items()},
            "points": {name: one.state_dict() for name, one in self._points.items()},
            "state": [fingerprint_row(one) for one in self._state],
            "assets": [astuple(one) for one in self.assets],
            "horizon": None if self.horizon is None else astuple(self.horizon),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another run stood, and forget what was recorded so far.

        Args:
            state: What `state_dict` gave.

        Raises:
            ReproUsageError: If this run ends before that moment.
        """
        self._order, self.steps = state["order"], state["steps"]
        self._finals = dict(state["finals"])
        self._points = {name: Points(name) for name in state["points"]}
        for name, points in self._points.items():
            points.load_state_dict(state["points"][name])
        self._state = [fingerprint_of(row) for row in state["state"]]
        self._taken = {(one.name, one.step) for one in self._state}
        uses = [AssetUse(name=n, digest=d, size_bytes=s) for n, d, s in state["assets"]]
        self._assets = {use.name: use for use in uses}
        self._lookout.resume(state["horizon"], steps=self.steps)

    @property
    def count(self) -> int:
        """How many events were recorded."""
        return self._order

    @property
    def is_over(self) -> bool:
        """Whether the run has ended at its horizon."""
        return self._lookout.is_over

    @property
    def horizon(self) -> Horizon | None:
        """Where the horizon lay in the run; None if it was never reached."""
        return self._lookout.horizon

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The final metrics, sorted by name."""
        return tuple(
            Metric(name=name, scalar=_scalar(value))
            for name, value in sorted(self._finals.items())
        )

    @property
    def series(self) -> tuple[Series, ...]:
        """The traces, sorted by name."""
        return tuple(points.finish() for _, points in sorted(self._points.items()))

    @property
    def state(self) -> tuple[Fingerprint, ...]:
        """The fingerprints, in the order in which they were taken."""
        return tuple(self._state)

    @property
    def assets(self) -> tuple[AssetUse, ...]:
        """The files that were read, sorted by name."""
        return tuple(use for _, use in sorted(self._assets.items()))

    def _log_final(self, name: str, value: Reading) -> None:
        if name in self._finals:
            msg = f"final metric {name!r} was logged twice: pass step= for a trace"
            raise MetricError(msg)
        if name in self._points:
            msg = f"metric {name!r} is a trace: log its final value under another name"
            raise MetricError(msg)
        self._finals[name] = value

    def _check_open(self, name: object) -> None:
        if self._is_finished:
            msg = f"{name!r} was recorded after the experiment had returned"
            raise MetricError(msg)
        if self._lookout.is_over:
            self._lookout.stop()

    def _next(self) -> int:
        self._order += 1
        return self._order - 1


def _scalar(value: Reading) -> Scalar:
    dtype, bits = read_now(value)
    return Scalar(dtype=dtype, bits=bits.hex())
