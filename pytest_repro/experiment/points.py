"""One metric's points while a run is under way.

Points on a device wait here until enough have gathered; the rolling digest advances
in the order of logging whatever was waiting. This is not the finished `Series`.
"""

from typing import TYPE_CHECKING, Final

from pytest_repro.errors import MetricError
from pytest_repro.experiment.numbers import Bits, is_tensor, to_bits
from pytest_repro.fingerprints import RollingDigest
from pytest_repro.records import Scalar, Series

if TYPE_CHECKING:
    import torch

__all__ = ["Points", "read_value"]

BATCH: Final = 256
MAX_POINTS: Final = 1_000_000


def read_value(name: str, value: object) -> "Bits | torch.Tensor":
    """Turn a logged value into bits, or into a tensor to be read later.

    Args:
        name: The metric's name, for messages.
        value: What was logged.

    Returns:
        Its bits; a device tensor if reading it would wait for the device.

    Raises:
        MetricError: If it is no single real number.
    """
    if not is_tensor(value):
        return to_bits(name, value)
    from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

    tensor = torch_numbers.snapshot(name, value)  # type: ignore[arg-type]  # is_tensor
    is_local = tensor.device.type == "cpu"
    return torch_numbers.read_now(tensor) if is_local else tensor


class Points:
    """The points of one metric, in the order in which they were logged."""

    def __init__(self, name: str) -> None:
        """Start an empty series.

        Args:
            name: The metric's name.
        """
        self.name = name
        self.dtype = ""
        self.last_step = -1
        self._rolling = RollingDigest(name)
        self._steps: list[int] = []
        self._orders: list[int] = []
        self._bits: list[str] = []
        self._chains: list[str] = []
        self._waiting: list[torch.Tensor] = []

    def __len__(self) -> int:
        """Return how many points were logged."""
        return len(self._steps)

    def add(self, step: int, order: int, value: "Bits | torch.Tensor") -> None:
        """Add a point.

        Args:
            step: Its step, past every earlier one.
            order: Its position in the run.
            value: What `read_value` gave.

        Raises:
            MetricError: If the step was logged before, steps go back, the dtype
                changes, or there are over a million points.
        """
        self._check_step(step)
        if isinstance(value, tuple):
            self._drain()
            self._keep(value)
        else:
            self._waiting.append(value)
        self._steps.append(step)
        self._orders.append(order)
        self.last_step = step
        if isinstance(value, tuple):
            self._advance(step, value)
        elif len(self._waiting) >= BATCH:
            self._drain()

    def latest(self) -> str:
        """Return the newest number already read, as a decimal; empty if none is."""
        if not self._bits:
            return ""
        return Scalar(dtype=self.dtype, bits=self._bits[-1]).decimal

    def finish(self) -> Series:
        """Read what is still waiting and return the finished series."""
        self._drain()
        return Series(
            name=self.name,
            dtype=self.dtype,
            count=len(self._steps),
            stride=1,
            steps=tuple(self._steps),
            bits=tuple(self._bits),
            orders=tuple(self._orders),
            chains=tuple(self._chains),
            head=self._rolling.head,
        )

    def _check_step(self, step: int) -> None:
        if step == self.last_step:
            msg = f"metric {self.name!r} was logged twice at step {step}"
            raise MetricError(msg)
        if step < self.last_step:
            msg = f"steps of {self.name!r} go up: {self.last_step}, then {step}"
            raise MetricError(msg)
        if len(self._steps) >= MAX_POINTS:
            msg = f"metric {self.name!r} has over {MAX_POINTS} points: log less often"
            raise MetricError(msg)

    def _keep(self, bits: Bits) -> None:
        dtype = bits[0]
        if self.dtype and dtype != self.dtype:
            msg = f"metric {self.name!r} was {self.dtype}, now {dtype}: log one dtype"
            raise MetricError(msg)
        self.dtype = dtype

    def _advance(self, step: int, bits: Bits) -> None:
        self._rolling.advance(step, *bits)
        self._bits.append(bits[1].hex())
        self._chains.append(self._rolling.short)

    def _drain(self) -> None:
        if not self._waiting:
            return
        from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # as above

        start = len(self._bits)
        waiting, self._waiting = self._waiting, []
        for index, bits in enumerate(torch_numbers.read_many(waiting), start):
            self._keep(bits)
            self._advance(self._steps[index], bits)
