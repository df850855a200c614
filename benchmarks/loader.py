"""How fast is our loader next to the one of torch, with the same data set and workers?

    python -m benchmarks.loader --date 2026-11-27 --command "nox -s loader"

Both shuffle one data set and make batches of as many samples, in turn, in one process.
Workers live on from epoch to epoch and are started before anything is timed. In the
cases with a draw, ours makes a generator for each sample, by its address, and torch's
draws from the global generator of the process, whose numbers nobody can address.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import torch
from numpy.random import mtrand
from torch.utils.data import DataLoader, Dataset

from benchmarks.loader_page import Speeds, page
from benchmarks.machine import add_arguments, look
from benchmarks.pairs import Pairs, alternate
from pytest_repro.training import (
    BatchPlan,
    Draw,
    Joined,
    Loader,
    Mixture,
    Shuffled,
    Workers,
)
from pytest_repro.training.budgets import DataBudget

__all__ = ["CASES", "Case", "main", "measure"]

BATCH: Final = 64
WORKERS: Final = (0, 2)
FEWEST: Final = 5

Prepare = Callable[[Any, Draw], Any]


class Rows(Dataset[Any]):
    """Rows of a tensor: nothing costs less to read."""

    def __init__(self, size: int) -> None:
        """Draw them.

        Args:
            size: How many.
        """
        self._rows = torch.randn(size, 32, generator=torch.Generator().manual_seed(0))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401  # a row and its label
        """Return a row."""
        return self._rows[index], index % 10


class Decoded(Rows):
    """Images that take some work to decode, as most data does."""

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401  # an image and its label
        """Work for a few tenths of a millisecond."""
        image = np.outer(np.arange(64.0), np.arange(64.0)) * (index % 7 + 1)
        return torch.from_numpy(np.sort(image, axis=0).astype("float32")), index % 10


class Drawing(Dataset[Any]):
    """Adds noise to what another data set gives, as people do with torch alone."""

    def __init__(self, rows: Rows) -> None:
        """Take the other one.

        Args:
            rows: What noise is added to.
        """
        self._rows = rows

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401  # a row and its label
        """Return a row with noise of the global generator."""
        row, label = self._rows[index]
        return row + torch.from_numpy(mtrand.standard_normal(32)), label


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One data set, loaded both ways.

    Attributes:
        label: What it is.
        size: How many samples an epoch has.
        rows: Makes the data set, of so many samples.
        draws: Whether noise is added to each sample.
        is_mixed: Whether ours mixes two sources; torch's has the same samples.
    """

    label: str
    size: int
    rows: type[Rows]
    draws: bool = False
    is_mixed: bool = False


CASES: Final = (
    Case(label="rows", size=4096, rows=Rows),
    Case(label="rows, mixture", size=4096, rows=Rows, is_mixed=True),
    Case(label="rows, noise for each", size=4096, rows=Rows, draws=True),
    Case(label="decoded images", size=1024, rows=Decoded),
)


def measure(case: Case, workers: int, pairs: int) -> Speeds:
    """Load a data set both ways.

    Args:
        case: Which data set.
        workers: How many processes load.
        pairs: How many epochs both ways, after one that is not counted.

    Returns:
        What an epoch took.
    """
    both = torchs(case, workers), ours(case, workers)
    for loader in both:
        epoch(loader)
    clock = time.perf_counter if workers else time.process_time
    plain, mine = alternate(
        partial(epoch, both[0], clock), partial(epoch, both[1], clock), pairs
    )
    return Speeds(
        samples=case.size,
        workers=workers,
        pairs=Pairs(label=case.label, plain=tuple(plain), ours=tuple(mine)),
    )


def torchs(case: Case, workers: int) -> Iterable[Any]:
    """Make the loader of torch."""
    rows = case.rows(case.size)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create", UserWarning)
        return DataLoader(
            Drawing(rows) if case.draws else rows,
            batch_size=BATCH,
            shuffle=True,
            num_workers=workers,
            persistent_workers=workers > 0,
        )


def ours(case: Case, workers: int) -> Iterable[Any]:
    """Make our loader."""
    rows, sampling = case.rows(case.size), Shuffled(case.size)
    source: Any = rows
    if case.is_mixed:
        half = case.size // 2
        source = Joined({"a": case.rows(half), "b": case.rows(half)})
        weights = {"a": 1, "b": 1}
        mixture = Mixture.of(source.sizes, weights, DataBudget(total=case.size))
        sampling = Shuffled(mixture)
    plan = BatchPlan(seed=0, batch=BATCH, sampling=sampling)
    prepare: Prepare | None = noisy if case.draws else None
    return Loader(source, plan, prepare=prepare, workers=Workers(count=workers))


def noisy(sample: Any, draw: Draw) -> Any:  # noqa: ANN401  # a row and its label
    """Add noise by address."""
    return sample[0] + torch.from_numpy(draw.numpy("n").standard_normal(32)), sample[1]


def epoch(
    loader: Iterable[Any], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Walk over an epoch.

    Args:
        loader: Gives batches.
        clock: Looked at before and after; processor time of this process knows
            nothing of workers.

    Returns:
        How long that took [s].
    """
    begun = clock()
    for _ in loader:
        pass
    return clock() - begun


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write its page.

    Args:
        arguments: The command line; by default that of the process.

    Returns:
        0; a speed is a number, not a failure.
    """
    parser = argparse.ArgumentParser(description="speed of loaders")
    add_arguments(parser, "loader.md")
    parser.add_argument("--pairs", type=int, default=FEWEST, metavar="N")
    options = parser.parse_args(arguments)
    occasion = look(options.date, options.command)
    torch.set_num_threads(1)
    found = []
    for case in CASES:
        for workers in WORKERS:
            sys.stderr.write(f"loading {case.label}, {workers} workers\n")
            found.append(measure(case, workers, max(options.pairs, FEWEST)))
    options.write.write_text(page(found, occasion), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
