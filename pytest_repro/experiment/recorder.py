"""Keep what an experiment tells, in the order in which it tells it.

The recorder knows nothing of pytest, disks or clocks: progress goes to a sink, and
`pytest_repro.experiment.assembly` turns what was kept into a run record.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, SupportsIndex

from pytest_repro.digests import Digest
from pytest_repro.errors import MetricError
from pytest_repro.experiment.lookout import Lookout
from pytest_repro.experiment.names import check_name, check_step
from pytest_repro.experiment.numbers import Reading, read_value
from pytest_repro.experiment.origins import Origin
from pytest_repro.experiment.points import Points
from pytest_repro.records import AssetUse, Fingerprint, Horizon, Metric, Scalar, Series

__all__ = ["Recorder", "Silent", "Sink"]


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
        origin: What the seed decides, as far as the experiment shows it.
        steps: How many steps are over.
    """

    def __init__(
        self,
        sink: Sink | None = None,
        *,
        horizon: int | None = None,
        ends_at_horizon: bool = False,
    ) -> None:
        """Start with nothing recorded.

        Args:
            sink: Who hears of progress.
            horizon: The step whose beginning is noted, at least 1; None for none.
            ends_at_horizon: Whether the run ends at that moment.

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
        self._lookout = Lookout(horizon, is_end=ends_at_horizon)
        self._is_finished = False
        self.origin = Origin()
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
    dtype, bits = value
    if not isinstance(bits, bytes):
        from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

        dtype, bits = torch_numbers.read_now(bits)
    return Scalar(dtype=dtype, bits=bits.hex())
