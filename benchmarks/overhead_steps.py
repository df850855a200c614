"""What recording costs inside a training loop, next to steps of about 5 ms.

A block is some dozen steps of one and the same small model. Blocks with and without
recording alternate in one process, so warm caches, the allocator and the clock rate are
shared. Beside that, calls of `repro.log` alone are timed.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the field calls torch.nn.functional F
from torch import nn

from benchmarks.pairs import BothClocks, Clocks, Pairs, alternate
from pytest_repro.experiment import Recorder, Run, Sink

__all__ = ["BLOCK", "STEP_S", "Training", "call_costs", "step_costs"]

STEP_S: Final = 5e-3
BLOCK: Final = 100
CALLS: Final = 10_000
REPEATS: Final = 9
EVERY: Final = 10

KINDS: Final = {
    "`repro.log` of 2 metrics at each step": frozenset({"log"}),
    "`repro.steps`": frozenset({"steps"}),
    f"`repro.watch(every={EVERY})`": frozenset({"watch"}),
    "all three": frozenset({"log", "steps", "watch"}),
}
"""What a block records besides training."""


class Training:
    """A small network, and an optimizer step of about a given length."""

    def __init__(self, step_s: float) -> None:
        """Find the size of batch whose step takes so long.

        Args:
            step_s: How long a step should take [s] of processor time.
        """
        torch.manual_seed(0)
        self.model = nn.Sequential(
            nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU()
        )
        self.model.append(nn.Linear(128, 10))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self._rows = 256
        for _ in range(4):
            self._resize()
            self._rows = max(1, round(self._rows * step_s / self._measure()))
        self._resize()

    @property
    def size(self) -> str:
        """What is trained, for the page."""
        weights = sum(parameter.numel() for parameter in self.model.parameters())
        return f"a network of {weights:,} weights, batches of {self._rows:,}, AdamW"

    def step(self) -> torch.Tensor:
        """Take one step.

        Returns:
            Its loss.
        """
        loss = F.cross_entropy(self.model(self._inputs), self._labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def _resize(self) -> None:
        self._inputs = torch.rand(self._rows, 64)
        self._labels = torch.randint(0, 10, (self._rows,))

    def _measure(self) -> float:
        times = []
        for _ in range(BLOCK):
            started = time.process_time()
            self.step()
            times.append(time.process_time() - started)
        return median(times)


def step_costs(training: Training, sink: Sink, pairs: int) -> list[BothClocks]:
    """Measure steps without and with recording.

    Args:
        training: What a step does.
        sink: Hears of progress, as in a worker.
        pairs: How many pairs of blocks for each kind of recording.

    Returns:
        The cost of a step for each of `KINDS`.
    """
    nothing = partial(_block, training, sink, frozenset[str]())
    costs = []
    for label, parts in KINDS.items():
        blocks = alternate(nothing, partial(_block, training, sink, parts), pairs)
        costs.append(Pairs.by_clock(label, *blocks))
    return costs


def call_costs() -> dict[str, float]:
    """Measure one call of `repro.log`, and what a plain script would write.

    Returns:
        Processor time of a call [s], by what is logged; medians.
    """
    tensor = torch.tensor(0.5)
    losses: list[float] = []
    ways: dict[str, Callable[[Run, int], object]] = {
        "`losses.append(loss.item())`, for comparison": lambda _run, _step: (
            losses.append(tensor.item())
        ),
        "`repro.log` of a `float`": lambda run, step: run.log("loss", 0.5, step),
        "`repro.log` of a `numpy.float64`": partial(_log, np.float64(0.5)),
        "`repro.log` of a 0-dim tensor on the CPU": partial(_log, tensor),
    }
    found: dict[str, list[float]] = {label: [] for label in ways}
    for _ in range(REPEATS):
        for label, way in ways.items():
            found[label].append(_call(way))
    return {label: median(times) for label, times in found.items()}


def _log(value: object, run: Run, step: int) -> None:
    run.log("loss", value, step)


def _call(way: Callable[[Run, int], object]) -> float:
    run = _run(Recorder())
    started = time.process_time()
    for step in range(CALLS):
        way(run, step)
    return (time.process_time() - started) / CALLS


def _block(training: Training, sink: Sink, parts: frozenset[str]) -> Clocks:
    """Train one block and measure a step.

    What `watch` does before the first step and after the last is not counted: it is
    paid once, not at each step.
    """
    recorder = Recorder(sink)
    run = _run(recorder)
    if "watch" in parts:
        run.watch(training.model, training.optimizer, every=EVERY)
    steps = run.steps(total=BLOCK) if "steps" in parts else iter(range(BLOCK))
    groups = []
    while group := _group(training, run, steps, is_logged="log" in parts):
        groups.append(group)
    recorder.finish()
    return Clocks(
        median(group.wall_s for group in groups) / EVERY,
        median(group.processor_s for group in groups) / EVERY,
    )


def _group(
    training: Training, run: Run, steps: Iterator[int], *, is_logged: bool
) -> Clocks | None:
    """Train `EVERY` steps, among them one that is watched; None after the last."""
    wall, processor = time.perf_counter(), time.process_time()
    step = -1
    for step in islice(steps, EVERY):
        loss = training.step()
        if is_logged:
            run.log("train/loss", loss, step=step)
            run.log("train/rate", 1e-3, step=step)
    spent = Clocks(time.perf_counter() - wall, time.process_time() - processor)
    return spent if step >= 0 else None


def _run(recorder: Recorder) -> Run:
    return Run(0, recorder, folder=Path(), root=Path())
