"""One metric's points while a run is under way.

Training waits for every call, so a point is only put down here. Whatever can be done
later is done for many at once, in the order of logging: reading numbers that are still
on a device, and advancing the rolling digest. This is not the finished `Series`.
"""

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pytest_repro.errors import MetricError
from pytest_repro.experiment.numbers import Reading
from pytest_repro.fingerprints import RollingDigest
from pytest_repro.records import Scalar, Series

if TYPE_CHECKING:
    import torch

__all__ = ["Points"]

BATCH: Final = 256
MAX_POINTS: Final = 1_000_000


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
        self._waiting: list[bytes | torch.Tensor] = []

    def __len__(self) -> int:
        """Return how many points were logged."""
        return len(self._steps)

    def add(self, step: int, order: int, value: Reading) -> None:
        """Add a point.

        Args:
            step: Its step, past every earlier one.
            order: Its position in the run.
            value: What `read_value` gave.

        Raises:
            MetricError: If the step was logged before, steps go back, the dtype
                changes, or there are over a million points.
        """
        dtype, bits = value
        if step <= self.last_step or len(self._steps) >= MAX_POINTS:
            self._refuse_step(step)
        if dtype != self.dtype:
            self._take_dtype(dtype)
        self._steps.append(step)
        self._orders.append(order)
        self._waiting.append(bits)
        self.last_step = step
        if len(self._waiting) >= BATCH:
            self._settle()

    def latest(self) -> str:
        """Return the newest number already read, as a decimal; empty if none is."""
        for bits in reversed(self._waiting):
            if isinstance(bits, bytes):
                return Scalar(dtype=self.dtype, bits=bits.hex()).decimal
        if not self._bits:
            return ""
        return Scalar(dtype=self.dtype, bits=self._bits[-1]).decimal

    def finish(self) -> Series:
        """Read what is still waiting and return the finished series."""
        self._settle()
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

    def state_dict(self) -> dict[str, object]:
        """Return everything that was logged, for a checkpoint."""
        self._settle()
        return {
            "dtype": self.dtype,
            "steps": array("q", self._steps).tobytes(),
            "orders": array("q", self._orders).tobytes(),
            "bits": " ".join(self._bits),
            "chains": " ".join(self._chains),
            "rolling": self._rolling.state,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another series stood.

        Args:
            state: What `state_dict` gave.
        """
        self.dtype = state["dtype"]
        self._steps = array("q", state["steps"]).tolist()
        self._orders = array("q", state["orders"]).tolist()
        self._bits = state["bits"].split()
        self._chains = state["chains"].split()
        self._waiting = []
        self._rolling.state = state["rolling"]
        self.last_step = self._steps[-1] if self._steps else -1

    def _refuse_step(self, step: int) -> NoReturn:
        if step == self.last_step:
            msg = f"metric {self.name!r} was logged twice at step {step}"
        elif step < self.last_step:
            msg = f"steps of {self.name!r} go up: {self.last_step}, then {step}"
        else:
            msg = f"metric {self.name!r} has over {MAX_POINTS} points: log less often"
        raise MetricError(msg)

    def _take_dtype(self, dtype: str) -> None:
        if self.dtype:
            msg = f"metric {self.name!r} was {self.dtype}, now {dtype}: log one dtype"
            raise MetricError(msg)
        self.dtype = dtype

    def _settle(self) -> None:
        """Read what is waiting, and advance the rolling digest over it."""
        start = len(self._bits)
        waiting, self._waiting = self._waiting, []
        bits = _read(waiting)
        chains = self._rolling.advance_many(self._steps[start:], self.dtype, bits)
        self._bits += [one.hex() for one in bits]
        self._chains += chains


def _read(waiting: "list[bytes | torch.Tensor]") -> list[bytes]:
    tensors = [one for one in waiting if not isinstance(one, bytes)]
    if not tensors:
        return [one for one in waiting if isinstance(one, bytes)]
    from pytest_repro.experiment import torch_numbers  # noqa: PLC0415  # torch is loaded

    later = iter(torch_numbers.read_many(tensors))
    return [one if isinstance(one, bytes) else next(later) for one in waiting]
