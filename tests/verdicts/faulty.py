"""A small real training, run as it should be or with one planted fault.

It has a part of each kind: a loader with a sampler, dropout, batch norm, an optimizer
with state, a schedule, and an evaluation. The clock stands still, so that a ledger
follows everything; or it runs, so that it may follow next to nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from pytest_repro.determinism import seed_everything
from pytest_repro.digests import digest_of_bytes
from pytest_repro.experiment import Circumstances, Recorder, Run, StepLedger, assemble
from pytest_repro.records import Contract, Environment, Resources, RunRecord

ROWS = 48
BATCH = 16
EPOCHS = 4
STEPS = EPOCHS * ROWS // BATCH
FAULT_STEP = 5

HERE = Path(__file__).parent
PLACE = Environment(key="here", axes=(("os", "linux"),), digest=digest_of_bytes(b""))


def stopped() -> float:
    """Read a clock that stands still."""
    return 0.0


def running() -> Callable[[], float]:
    """Make a clock that takes a second to be read: following anything is dear."""
    ticks = count()
    return lambda: float(next(ticks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a training goes; what differs from the default is the fault.

    Attributes:
        shuffle: Names the generator that shuffles.
        workers: Of the loader; without any, and None, batches are cut by hand.
        flipped: How many labels are wrong.
        init: By what the first weights are multiplied.
        early_draws: Numbers drawn before the model is made.
        dropout: The rate.
        draws: Numbers drawn after step `FAULT_STEP`.
        inner_draws: Numbers drawn between data and model at that step.
        smoothing: Of the labels in the loss.
        forgets: Whether gradients of the step before are kept at that step.
        eps: Of the optimizer.
        begins_at: The learning rate that the loop sets before the first update.
        milestone: When the learning rate drops.
        momentum: Of the batch norm.
        evaluates: Whether evaluation mode is used.
        rounds: To how many decimals the final metric is rounded.
        clock: Measures what the ledger costs; None for no ledger.
    """

    shuffle: str = "shuffle"
    workers: int | None = 0
    flipped: int = 0
    init: float = 1.0
    early_draws: int = 0
    dropout: float = 0.25
    draws: int = 0
    inner_draws: int = 0
    smoothing: float = 0.0
    forgets: bool = False
    eps: float = 1e-8
    begins_at: float = 0.05
    milestone: int = 9
    momentum: float = 0.1
    evaluates: bool = True
    rounds: int = 9
    clock: Callable[[], float] | None = stopped


@cache
def run(course: Course) -> RunRecord:
    """Train once on one thread; the same course is not trained again.

    Args:
        course: How.

    Returns:
        The record.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _run(course)
    finally:
        torch.set_num_threads(threads)


def again(course: Course) -> RunRecord:
    """Train once more, whatever was trained before.

    Args:
        course: How.

    Returns:
        The record.
    """
    return run.__wrapped__(course)


def _run(course: Course) -> RunRecord:
    seed_everything(7)
    ledger = None if course.clock is None else StepLedger(course.clock)
    recorder = Recorder(ledger=ledger)
    _train(Run(7, recorder, folder=HERE, root=HERE), course)
    recorder.finish()
    around = Circumstances(
        experiment="a.py::test_a",
        seed=7,
        config={},
        contract=Contract(),
        environment=PLACE,
    )
    return assemble(recorder, around, resources=Resources())


def _train(repro: Run, course: Course) -> None:
    torch.rand(course.early_draws)
    model = nn.Sequential(
        nn.Linear(6, 12),
        nn.BatchNorm1d(12, momentum=course.momentum),
        nn.ReLU(),
        nn.Dropout(course.dropout),
        nn.Linear(12, 3),
    )
    with torch.no_grad():
        next(model.parameters()).mul_(course.init)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, eps=course.eps)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [course.milestone])
    repro.watch(model, optimizer, every=4)
    inputs, labels = _data(course)
    loader = _loader(repro, course, inputs, labels)
    for step, (x, y) in _steps(repro, loader):
        if step == 0:
            optimizer.param_groups[0]["lr"] = course.begins_at
        is_fault = step == FAULT_STEP
        torch.rand(course.inner_draws if is_fault else 0)
        loss = nn.functional.cross_entropy(
            model(x), y, label_smoothing=course.smoothing
        )
        if not (course.forgets and is_fault):
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        repro.log("train/loss", loss, step=step)
        torch.rand(course.draws if is_fault else 0)
    model.train(not course.evaluates)
    with torch.no_grad():
        score = nn.functional.cross_entropy(model(inputs), labels).item()
    repro.log("test/loss", round(score, course.rounds))


def _data(course: Course) -> tuple[Tensor, Tensor]:
    source = torch.Generator().manual_seed(1)
    inputs = torch.randn(ROWS, 6, generator=source)
    labels = torch.randint(3, (ROWS,), generator=source)
    labels[: course.flipped] = (labels[: course.flipped] + 1) % 3
    return inputs, labels


def _steps(
    repro: Run, loader: Iterable[tuple[Tensor, Tensor]]
) -> Iterator[tuple[int, tuple[Tensor, Tensor]]]:
    """Walk once an epoch, and count steps over all of them."""
    total = count()
    for _ in range(EPOCHS):
        for _, batch in repro.steps(loader):
            yield next(total), batch


def _loader(
    repro: Run, course: Course, inputs: Tensor, labels: Tensor
) -> Iterable[tuple[Tensor, Tensor]]:
    generator = repro.generator(course.shuffle)
    if course.workers is None:
        return _Cut(inputs, labels, generator)
    return DataLoader(
        TensorDataset(inputs, labels),
        batch_size=BATCH,
        shuffle=True,
        generator=generator,
        num_workers=course.workers,
    )


@dataclass(frozen=True)
class _Cut:
    """Batches cut by hand, in a new order each epoch."""

    inputs: Tensor
    labels: Tensor
    generator: torch.Generator

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for rows in torch.randperm(ROWS, generator=self.generator).split(BATCH):
            yield self.inputs[rows], self.labels[rows]
