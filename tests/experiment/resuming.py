"""Small experiments that are hard to resume, and a way to run and resume them here."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import torch
from numpy.random import mtrand
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from pytest_repro.checkpoints import places_in
from pytest_repro.determinism import seed_everything
from pytest_repro.experiment import Orders, Recorder, Run

__all__ = ["Experiment", "every_step", "outline", "run", "run_and_listen"]

Experiment = Callable[[Run], None]

draw = random.random


@dataclass
class Listener:
    """A sink that keeps warnings."""

    warnings: list[str] = field(default_factory=list)

    def progress(self, step: int, total: int | None, latest: object) -> None:
        """Ignore a step."""

    def warning(self, message: str) -> None:
        """Keep a warning."""
        self.warnings.append(message)


def run(experiment: Experiment, orders: Orders, **recording: int) -> Recorder:
    """Run an experiment in this process, from fresh seeds.

    Args:
        experiment: The experiment.
        orders: About checkpoints.
        **recording: Of the recorder, such as its horizon.
    """
    return run_and_listen(experiment, orders, **recording)[0]


def run_and_listen(
    experiment: Experiment, orders: Orders, **recording: int
) -> tuple[Recorder, list[str]]:
    """Run an experiment, and return the warnings as well."""
    seed_everything(0)
    listener = Listener()
    recorder = Recorder(listener, **recording)  # type: ignore[arg-type]  # a horizon
    one = Run(0, recorder, folder=Path(), root=Path())
    one.keep(orders)
    experiment(one)
    recorder.finish()
    return recorder, listener.warnings


def outline(recorder: Recorder) -> tuple[object, ...]:
    """Return everything that was recorded."""
    return (
        recorder.series,
        recorder.state,
        recorder.metrics,
        recorder.assets,
        recorder.horizon,
        recorder.steps,
    )


def every_step(experiment: Experiment, folder: Path) -> list[Path]:
    """Write a checkpoint at every step; returns those that thinning left.

    All of twelve, so an experiment with more steps leaves some out.
    """
    run(experiment, Orders(folder=folder, every=1))
    return [place.file_in(folder) for place in places_in(folder)]


class Noisy(Dataset[tuple[Tensor, Tensor]]):
    """Examples that are drawn anew each time, in whatever process that is."""

    def __init__(self, rows: int) -> None:
        """Take the number of examples."""
        self._rows = rows

    def __len__(self) -> int:
        """Return the number of examples."""
        return self._rows

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Draw an example from all three libraries."""
        noise = torch.randn(4) + draw() + mtrand.random_sample()
        return noise + index, torch.tensor(index % 3)


def network() -> nn.Module:
    """Make a network with buffers, dropout and a tied weight."""
    inner = nn.Linear(8, 8)
    return nn.Sequential(
        nn.Linear(4, 8),
        nn.BatchNorm1d(8),
        inner,
        nn.Dropout(0.3),
        inner,
        nn.Linear(8, 3),
    )


def train(one: Run, batches: Iterable[tuple[Tensor, Tensor]], *, total: int) -> None:
    """Train with a schedule, a gradient scaler, accumulation and a running average."""
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3)
    mean = {"loss": 0.0}
    one.watch(model, optimizer, every=2)
    one.checkpoint(schedule, scaler, mean=mean)
    for step, (inputs, labels) in one.steps(batches, total=total):
        loss = nn.functional.cross_entropy(model(inputs), labels)
        scaler.scale(loss).backward()
        if step % 3 == 2:  # gradients of three steps add up
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            schedule.step()
        mean["loss"] = 0.9 * mean["loss"] + 0.1 * loss.item()
        one.log("loss", loss, step=step)
        one.log("mean", mean["loss"], step=step)
        one.log("scale", scaler.get_scale(), step=step)
    model.eval()
    one.log("end", model(torch.ones(2, 4)).sum())
    one.fingerprint("weights", model)


def epochs(
    loader: DataLoader[tuple[Tensor, Tensor]],
) -> Iterable[tuple[Tensor, Tensor]]:
    """Walk over a loader again and again."""
    return chain.from_iterable(repeat(loader))


def by_loader(workers: int, *, drop_last: bool) -> Experiment:
    """Make an experiment over three epochs of a shuffled loader."""

    def experiment(one: Run) -> None:
        loader = DataLoader(
            Noisy(18),
            batch_size=4,
            shuffle=True,
            drop_last=drop_last,
            num_workers=workers,
            multiprocessing_context="fork" if workers else None,
        )
        train(one, epochs(loader), total=6 if workers else 11)

    return experiment


def by_one_epoch(one: Run) -> None:
    """Train over a loader itself, which ends."""
    loader = DataLoader(Noisy(20), batch_size=2, shuffle=True)
    train(one, loader, total=10)


def by_own_generator(one: Run) -> None:
    """Draw batches and noise from generators that were handed out, the same twice."""
    order, noise = one.generator("order"), one.generator("noise")
    again = one.generator("order")

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            for row in torch.randperm(5, generator=order):
                yield torch.full((4, 4), float(row)), torch.arange(4) % 3

    mixed = (
        (
            inputs
            + torch.randn(4, 4, generator=noise)
            + torch.rand((), generator=again),
            y,
        )
        for inputs, y in batches()
    )
    train(one, mixed, total=9)


def by_numpy(one: Run) -> None:
    """Draw in the loop and in its items from the same generator of numpy."""
    source = np.random.default_rng(one.derive("numpy"))
    one.checkpoint(source)

    def batches() -> Iterator[float]:
        while True:
            yield from source.permutation(3).tolist()

    for step, batch in one.steps(batches(), total=10):
        one.log("drawn", batch + source.normal() + mtrand.random_sample(), step=step)


def by_lbfgs(one: Run) -> None:
    """Minimize with an optimizer that keeps directions, in two numbers of bits."""
    weight = nn.Linear(3, 1, dtype=torch.float64)
    optimizer = torch.optim.LBFGS(weight.parameters(), max_iter=3, history_size=2)
    one.watch(weight, optimizer, every=1)
    inputs = torch.randn(8, 3, dtype=torch.float64)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss: Tensor = (weight(inputs) - 1).square().mean()
        loss.backward()
        return loss

    for step in one.steps(total=7):
        one.log("loss", optimizer.step(closure), step=step)


class Counting(nn.Linear):
    """A layer with a buffer that no state dict holds."""

    seen: Tensor

    def __init__(self, inputs: int, outputs: int) -> None:
        """Start at zero."""
        super().__init__(inputs, outputs)
        self.register_buffer("seen", torch.zeros(()), persistent=False)


def by_half_bits(one: Run) -> None:
    """Train 16-bit weights with an optimizer that keeps 32-bit state by hand."""
    model = Counting(4, 4).bfloat16()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    one.watch(model, optimizer, every=3)
    for step in one.steps(total=8):
        optimizer.zero_grad()
        loss = model(torch.randn(2, 4).bfloat16()).square().sum()
        loss.backward()
        for parameter in model.parameters():
            state = optimizer.state[parameter]
            if parameter.grad is not None:
                mean = state.get("mean", torch.zeros(())) + parameter.grad.float()
                parameter.grad.add_(mean.bfloat16())
                state["mean"] = mean
        optimizer.step()
        model.seen.add_(1 / 3)
        if step == 2:
            model.bias.requires_grad_(False)  # noqa: FBT003  # torch's own
            model.eval()
        one.log("loss", loss, step=step)
        one.log("seen", model.seen, step=step)


def by_two_loops(one: Run) -> None:
    """Walk twice over one endless iterator, and once over a loop inside each step."""

    def endless() -> Iterator[float]:
        while True:
            yield draw()

    items = endless()
    total = {"sum": 0.0}
    one.checkpoint(total)
    for name in ("first", "second"):
        for step, item in one.steps(items, total=5):
            total["sum"] += item * draw()
            for _, inner in one.steps([1.0, 2.0]):
                total["sum"] += inner
            one.log(f"{name}/sum", total["sum"], step=step)
        one.log(f"{name}/end", draw())


class Stateful:
    """An iterable that knows where it is, and cannot be asked from the start."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.at = 0

    def __iter__(self) -> Iterator[int]:
        """Go on where it is."""
        while True:
            self.at += 1
            yield self.at * self.at

    def state_dict(self) -> dict[str, int]:
        """Return where it is."""
        return {"at": self.at}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go to another place."""
        self.at = state["at"]


def by_stateful(one: Run) -> None:
    """Walk over an iterable that knows where it is."""
    for step, item in one.steps(Stateful(), total=6):
        one.log("item", item, step=step)
        one.log("noise", draw(), step=step)
