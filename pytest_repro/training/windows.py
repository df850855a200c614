"""Shuffle what can only be read from front to back: files, and within windows.

To shuffle a stream as a whole, all of it would have to be kept. Here the order of its
files is shuffled, their samples are laid end to end, and those of each window of places
are shuffled among themselves; whoever reads keeps one window. It is a rule like any
other, so a source that can be read anywhere gives the same samples under it.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.permutation import ALGORITHM, Indices
from pytest_repro.training.sampling import Picks, permutation_of

__all__ = ["Windowed"]


class Windowed:
    """The samples of files in an order that is new for each epoch.

    Attributes:
        sizes: How many samples each file has.
        window: How many places are shuffled among themselves.
    """

    def __init__(self, sizes: Sequence[int], *, window: int) -> None:
        """Take the sizes.

        Args:
            sizes: How many samples each file has; some may have none.
            window: How many samples a reader keeps, from 1 on.

        Raises:
            ReproUsageError: If the window holds nothing, or a size is negative.
        """
        if window < 1 or min(sizes, default=0) < 0:
            msg = f"a window from 1 on over sizes from 0 on, got {window}, {sizes!r}"
            raise ReproUsageError(msg)
        self.sizes = tuple(sizes)
        self.window = window

    @property
    def text(self) -> str:
        """The rule as one line, with the name of the algorithm."""
        shown = _runs(self.sizes)
        return f"files of {shown}, in windows of {self.window} by {ALGORITHM}"

    @property
    def source_size(self) -> int:
        """How many samples the files have."""
        return sum(self.sizes)

    def __len__(self) -> int:
        """Return how many places an epoch has."""
        return sum(self.sizes)

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:
        """Pick the samples of some places.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            As many picks, each from the window of its place.
        """
        laid = np.empty_like(places)
        for number in np.unique(places // self.window).tolist():
            start = number * self.window
            here = places // self.window == number
            size = min(self.window, len(self) - start)
            order = permutation_of(size, seed, f"window/{epoch}/{number}")
            laid[here] = start + order.at(places[here] - start)
        starts, ends, firsts = _layout(self.sizes, seed, epoch)
        which = np.searchsorted(ends, laid, side="right")
        indices = firsts[which] + (laid - starts[which])
        return Picks(indices=indices, copies=np.zeros_like(indices))


@lru_cache(maxsize=4)
def _layout(
    sizes: tuple[int, ...], seed: int, epoch: int
) -> tuple[Indices, Indices, Indices]:
    """Lay files end to end: of each its first place, the one after, its first index."""
    counts = np.array(sizes, dtype=np.int64)
    order = permutation_of(len(sizes), seed, f"files/{epoch}").at(
        np.arange(len(sizes), dtype=np.int64)
    )
    ends = np.cumsum(counts[order])
    firsts = (np.cumsum(counts) - counts)[order]
    return ends - counts[order], ends, firsts


def _runs(sizes: tuple[int, ...]) -> str:
    """Write sizes so that equal ones in a row stand there once."""
    cuts = [i for i in range(len(sizes)) if i == 0 or sizes[i] != sizes[i - 1]]
    runs = zip(cuts, [*cuts[1:], len(sizes)], strict=True)
    return " ".join(f"{stop - start}×{sizes[start]}" for start, stop in runs)
