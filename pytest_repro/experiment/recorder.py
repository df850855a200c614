"""Keep what an experiment tells, in the order in which it tells it.

The recorder knows nothing of pytest, disks or clocks: progress goes to a sink, and
`pytest_repro.experiment.assembly` turns what was kept into a run record.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, SupportsIndex

from pytest_repro.digests import Digest
from pytest_repro.errors import MetricError
from pytest_repro.experiment.names import check_name, check_step
from pytest_repro.experiment.points import Points, read_value
from pytest_repro.records import AssetUse, Fingerprint, Metric, Scalar, Series

if TYPE_CHECKING:
    import torch

    from pytest_repro.experiment.numbers import Bits

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
    """Metrics, fingerprints and assets of one run, under way."""

    def __init__(self, sink: Sink | None = None) -> None:
        """Start with nothing recorded.

        Args:
            sink: Who hears of progress.
        """
        self._sink = sink or Silent()
        self._order = 0
        self._finals: dict[str, Bits | torch.Tensor] = {}
        self._points: dict[str, Points] = {}
        self._state: list[Fingerprint] = []
        self._taken: set[tuple[str, int | None]] = set()
        self._assets: dict[str, AssetUse] = {}
        self._at_finish: list[Callable[[], None]] = []
        self._is_finished = False
        self.steps = 0

    def log(self, name: str, value: object, step: SupportsIndex | None) -> None:
        """Keep one number.

        Args:
            name: The metric's name.
            value: A Python number, NumPy scalar or 0-dim tensor.
            step: Its step, or None for a final metric.

        Raises:
            MetricError: If it cannot be kept, naming what is wrong.
        """
        self._check_open(name)
        name = check_name(name)
        if step is None:
            self._log_final(name, read_value(name, value))
            return
        if name in self._finals:
            msg = f"metric {name!r} is final: log its trace under another name"
            raise MetricError(msg)
        number = check_step(name, step)
        bits = read_value(name, value)
        self._points.setdefault(name, Points(name)).add(number, self._next(), bits)

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
        """
        self._check_open(name)
        name = check_name(name)
        step = None if step is None else check_step(name, step)
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
        """
        known = self._assets.setdefault(use.name, use)
        if known.digest != use.digest:
            msg = (
                f"asset {use.name!r} stands for two files\n"
                f"  first  {known.digest}\n  now    {use.digest}"
            )
            raise MetricError(msg)

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

    def finish(self) -> None:
        """Close the record; logging afterwards is an error."""
        while self._at_finish:
            self._at_finish.pop(0)()
        self._is_finished = True

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

    def _log_final(self, name: str, value: "Bits | torch.Tensor") -> None:
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

    def _next(self) -> int:
        self._order += 1
        return self._order - 1


def _scalar(value: "Bits | torch.Tensor") -> Scalar:
    if not isinstance(value, tuple):
        from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

        value = torch_numbers.read_now(value)
    return Scalar(dtype=value[0], bits=value[1].hex())
