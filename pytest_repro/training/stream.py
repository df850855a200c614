"""Samples that can only be read from front to back, file by file.

An archive, a log, a generator: opening one gives its samples in order. A loader asks
for a window of them, which is read once and kept only for that long; the samples, their
order and their draws are those that a list of the same samples would give.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.sampling import InOrder, Sampling
from pytest_repro.training.windows import Windowed

__all__ = ["Stream"]

Open = Callable[[int], Iterable[Any]]
"""Opens a file, by its number, and gives its samples in their order."""


class Stream:
    """A source whose files are read from front to back.

    Attributes:
        sizes: How many samples each file has.
    """

    def __init__(self, opened: Open, sizes: Sequence[int]) -> None:
        """Open nothing yet.

        Args:
            opened: Opens a file; the same samples each time.
            sizes: How many samples each file has. `counted` finds out.

        Raises:
            ReproUsageError: If a size is negative.
        """
        if min(sizes, default=0) < 0:
            msg = f"each file has a number of samples from 0 on, got {list(sizes)}"
            raise ReproUsageError(msg)
        self.sizes = tuple(sizes)
        self._opened = opened
        self._starts = (0, *accumulate(self.sizes))
        self._cursor = _Cursor(opened)

    @classmethod
    def counted(cls, opened: Open, files: int) -> "Stream":
        """Count samples by reading every file once.

        Args:
            opened: Opens a file.
            files: How many files there are.

        Returns:
            The stream.
        """
        sizes = [sum(1 for _ in opened(number)) for number in range(files)]
        return cls(opened, sizes)

    def __len__(self) -> int:
        """Return how many samples there are."""
        return self._starts[-1]

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401  # whatever samples are
        """Read one sample; everything before it in its file is read, too."""
        return self.fetch([index])[0]

    def __reduce__(self) -> tuple[type["Stream"], tuple[Open, tuple[int, ...]]]:
        """Travel to another process without an open file."""
        return Stream, (self._opened, self.sizes)

    def fetch(self, indices: Sequence[int]) -> Sequence[Any]:
        """Read samples in one go, from front to back.

        Args:
            indices: Which samples; copies may be among them.

        Returns:
            The samples, in the order of the indices.
        """
        which = np.searchsorted(self._starts, indices, side="right") - 1
        found: dict[int, Any] = {}
        # Files in the order in which they are asked for: a window ends amid its last.
        for number in dict.fromkeys(which.tolist()):
            start = self._starts[number]
            wanted = {one for one in indices if 0 <= one - start < self.sizes[number]}
            for one in sorted(wanted):
                found[one] = self._cursor.read(number, one - start)
        return [found[one] for one in indices]

    def window(self, sampling: Sampling) -> int:
        """Tell how many samples are read together under a rule.

        Args:
            sampling: The rule.

        Returns:
            The window of the rule.

        Raises:
            ReproUsageError: If the rule jumps about, or was made for other files.
        """
        if isinstance(sampling, InOrder):
            return 1
        if isinstance(sampling, Windowed) and sampling.sizes == self.sizes:
            return sampling.window
        msg = (
            "a stream is read from front to back, and this rule jumps about in it\n"
            f"  rule    {sampling.text}\n"
            "  remedy  Windowed(stream.sizes, window=…), or InOrder(len(stream))"
        )
        raise ReproUsageError(msg)


class _Cursor:
    """One open file, and how much of it was read."""

    def __init__(self, opened: Open) -> None:
        self._opened = opened
        self._number = -1
        self._next = 0
        self._samples: Iterator[Any] = iter(())

    def read(self, number: int, place: int) -> Any:  # noqa: ANN401  # as above
        """Read up to a sample; go back to the beginning only if it is behind."""
        if number != self._number or place < self._next:
            self._number, self._next = number, 0
            self._samples = iter(self._opened(number))
        for sample in self._samples:
            self._next += 1
            if self._next == place + 1:
                return sample
        self._number = -1
        msg = (
            f"file {number} of the stream ended before its sample {place}\n"
            "  remedy  give the sizes that files have, or Stream.counted(…)"
        )
        raise ReproUsageError(msg)
