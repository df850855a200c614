"""Kill processes in the midst of a training, and finish it from what they left."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from pytest_repro.checkpoints import nearest_checkpoint
from pytest_repro.experiment import Orders, Recorder
from pytest_repro.records import Death
from tests.experiment.resuming import Experiment, run

__all__ = ["whole_and_killed"]

LIMIT_S = 120.0


def whole_and_killed(
    deaths: Sequence[Death], experiment: Experiment, folder: Path, *, every: int
) -> tuple[Recorder, Recorder]:
    """Run an experiment whole, and in processes that die by `SIGKILL`, in turn.

    Each goes on from the last checkpoint of the one before; the end is reached here.

    Args:
        deaths: Where each process dies, in order.
        experiment: The experiment.
        folder: Where checkpoints go.
        every: After how many steps each.
    """
    with _one_thread():
        whole = run(experiment, Orders())
        kept: Path | None = None
        for number, death in enumerate(deaths):
            own = folder / str(number)
            orders = Orders(folder=own, every=every, resume_from=kept, death=death)
            assert _status(experiment, orders) == -signal.SIGKILL
            kept = nearest_checkpoint(own) or kept
        return whole, run(experiment, Orders(resume_from=kept))


def _status(experiment: Experiment, orders: Orders) -> int | None:
    context = multiprocessing.get_context("fork")
    process = context.Process(target=run, args=(experiment, orders))
    process.start()
    process.join(LIMIT_S)
    return process.exitcode


@contextmanager
def _one_thread() -> Iterator[None]:
    """A process that was forked has one, and other sums than one with two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
