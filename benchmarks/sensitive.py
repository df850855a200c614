"""Small experiments, each of which depends on one circumstance that others ignore.

The shipped experiments are written with care, so nothing about them depends on a hash
seed, the order of a folder or a time zone. These are not: each has one mistake that is
often made, or one operation that a library computes differently on another machine.
`benchmarks.explained` copies this file into a project, as a test file.
"""

import math
import os
import time
from pathlib import Path

import numpy as np

from pytest_repro import Run

WORDS = ("ash", "beech", "cedar", "elm", "fir", "larch", "maple", "oak", "pine", "yew")
PARTS = Path(__file__).parent / "parts"
NOON = 1_700_000_000


def test_set_order(repro: Run) -> None:
    """A vocabulary is numbered in the order of a set."""
    numbers = {word: number for number, word in enumerate(set(WORDS))}
    for step in repro.steps(total=len(WORDS)):
        repro.log("number", float(numbers[WORDS[step]]), step=step)


def test_folder_order(repro: Run) -> None:
    """Parts of a data set are read as the folder lists them."""
    for step, name in repro.steps(os.listdir(PARTS)):  # noqa: PTH208  # as people write it
        text = (PARTS / name).read_text(encoding="utf-8")
        repro.log("part", float(text), step=step)


def test_local_hour(repro: Run) -> None:
    """The hour of the day is a feature, and nobody says of which day."""
    for step in repro.steps(total=5):
        hour = time.localtime(NOON + 7200 * step).tm_hour
        repro.log("hour", float(hour), step=step)


def test_weekday(repro: Run) -> None:
    """Today is a feature."""
    for step in repro.steps(total=5):
        today = time.gmtime(time.time()).tm_yday
        repro.log("today", float(today + step), step=step)


def test_numpy_exp(repro: Run) -> None:
    """Features are exponentiated by numpy in single precision."""
    inputs = np.linspace(-4, 4, 1000, dtype=np.float32)
    for step in repro.steps(total=5):
        grown = np.exp(inputs + np.float32(step))
        repro.log("grown", math.fsum(grown.tolist()), step=step)


def test_numpy_product(repro: Run) -> None:
    """A covariance is computed by numpy, and so by OpenBLAS."""
    inputs = np.random.default_rng(0).normal(size=(300, 70))
    for step in repro.steps(total=5):
        inputs = inputs @ (inputs.T @ inputs) / 1000
        repro.log("size", math.fsum(np.abs(inputs).ravel().tolist()), step=step)


def test_libm(repro: Run) -> None:
    """Positions are encoded by the C library."""
    for step in repro.steps(total=5):
        numbers = (math.sin(n * 0.37 + step) for n in range(2000))
        repro.log("encoded", math.fsum(numbers), step=step)


def test_unwritten_memory(repro: Run) -> None:
    """A buffer is read before anything was written into it."""
    import torch  # noqa: PLC0415  # the others are quicker without

    for step in repro.steps(total=5):
        # Bounded: what was in memory before may be anything, and a mean infinite.
        buffer = torch.empty(1_000_000).nan_to_num(nan=1.0).clamp(-1.0, 1.0)
        repro.log("mean", buffer.mean() + step, step=step)


def test_loader_workers(repro: Run) -> None:
    """Data are augmented by whatever processes this machine has room for."""
    import torch  # noqa: PLC0415  # as above
    from torch.utils.data import DataLoader  # noqa: PLC0415  # as above

    workers = 2 if len(os.sched_getaffinity(0)) > 1 else 0
    loader: DataLoader[float] = DataLoader(
        [float(n) for n in range(12)],  # type: ignore[arg-type]  # a list is enough of a dataset
        batch_size=2,
        num_workers=workers,
        collate_fn=lambda batch: torch.tensor(batch) + torch.rand(len(batch)),
        generator=repro.generator("loader"),
    )
    for step, batch in repro.steps(loader):
        repro.log("augmented", batch.sum(), step=step)
