"""Runs with a step ledger, for tests of what it follows."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import torch
from torch import nn

from pytest_repro.experiment import Recorder, Run, StepLedger
from pytest_repro.records import Lane


def stopped() -> float:
    """Read a clock that stands still: nothing costs anything."""
    return 0.0


def running() -> Callable[[], float]:
    """Make a clock that takes a second to be read: everything costs too much."""
    ticks = count()
    return lambda: float(next(ticks))


def started(
    clock: Callable[[], float] | None = stopped, *, horizon: int | None = None
) -> tuple[Run, Recorder]:
    """Start a run, followed unless there is no clock.

    Args:
        clock: Measures what the ledger costs.
        horizon: Where the run ends; None for its own end.
    """
    recorder = Recorder(
        horizon=horizon,
        ends_at_horizon=horizon is not None,
        ledger=None if clock is None else StepLedger(clock),
    )
    return Run(0, recorder, folder=Path(), root=Path()), recorder


def lanes_of(recorder: Recorder) -> dict[str, Lane]:
    """Return the lanes of a run by name."""
    assert recorder.ledger is not None
    return {lane.name: lane for lane in recorder.ledger.lanes()}


def small_model() -> nn.Sequential:
    """Make a model with dropout and a buffer."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 2)
    )


def train(
    run: Run,
    model: nn.Module,
    *,
    steps: int = 4,
    evaluate: Callable[[int], None] = lambda _: None,
) -> None:
    """Train under watch on random batches.

    Args:
        run: Watches.
        model: Is trained.
        steps: For how many steps.
        evaluate: Called after each step.
    """
    optimizer = torch.optim.Adam(model.parameters())
    run.watch(model, optimizer, every=2)
    source = torch.Generator().manual_seed(3)
    batches = [torch.randn(8, 4, generator=source) for _ in range(steps)]
    for step, batch in run.steps(batches):
        loss = model(batch).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.log("loss", loss, step=step)
        evaluate(step)
