"""Which samples an epoch has, and in which order: a function of seed and epoch.

A sampling answers for any places of any epoch at once. It holds no state and draws from
no generator, so it gives the same answer in every process, in any order of asking, and
after a resume. Rules are put together: `Shuffled(Balanced(labels))`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np

from pytest_repro.determinism import derive
from pytest_repro.errors import ReproUsageError
from pytest_repro.training.permutation import ALGORITHM, Indices, Permutation

__all__ = [
    "Counted",
    "InOrder",
    "Picks",
    "Sampling",
    "Shuffled",
    "permutation_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """What is picked for some places.

    Attributes:
        indices: int64[n]: which sample of the source.
        copies: int64[n]: how often the epoch has it besides, at lower numbers. Copies
            of a sample have draws of their own.
    """

    indices: Indices
    copies: Indices


class Sampling(Protocol):
    """A rule for the samples of each epoch."""

    @property
    def text(self) -> str:
        """The rule as one line; rules that differ have different ones."""

    @property
    def source_size(self) -> int:
        """How many samples the source has for which the rule was made."""

    def __len__(self) -> int:
        """Return how many places an epoch has."""

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:
        """Pick the samples of some places.

        Args:
            seed: The root seed.
            epoch: Which epoch, from 0 on.
            places: int64[n], each in [0, len).

        Returns:
            As many picks.
        """


@runtime_checkable
class Counted(Protocol):
    """A sampling that has so many samples of each of several sources or labels."""

    @property
    def realised(self) -> Mapping[str, int]:
        """How many samples of each an epoch has."""

    def groups(self, seed: int, epoch: int, places: Indices) -> Indices:
        """Tell of which source or label the samples at some places are.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            int64[n], numbers of entries of `realised`.
        """


@dataclass(frozen=True, slots=True)
class InOrder:
    """Each sample once, as the source has them.

    Attributes:
        size: How many samples the source has.
    """

    size: int

    def __post_init__(self) -> None:
        """Refuse what is no number of samples."""
        if type(self.size) is not int or self.size < 0:
            msg = f"how many samples there are, from 0 on, got {self.size!r}"
            raise ReproUsageError(msg)

    @property
    def text(self) -> str:
        """The rule as one line."""
        return f"{self.size} in order"

    @property
    def source_size(self) -> int:
        """How many samples the source has."""
        return self.size

    def __len__(self) -> int:
        """Return how many samples there are."""
        return self.size

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:  # noqa: ARG002  # the same for all
        """Pick what stands there.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            The places themselves.
        """
        return Picks(indices=places, copies=np.zeros_like(places))


@dataclass(frozen=True, slots=True)
class Shuffled:
    """What another rule gives, in an order that is new for each epoch.

    Attributes:
        of: The other rule; a number of samples means each of them once.
    """

    of: "Sampling | int"

    def __post_init__(self) -> None:
        """Take a number for that many samples."""
        if isinstance(self.of, int):
            object.__setattr__(self, "of", InOrder(self.of))

    @property
    def text(self) -> str:
        """The rule as one line, with the name of the algorithm."""
        return f"{self._inner.text}, shuffled by {ALGORITHM}"

    @property
    def source_size(self) -> int:
        """How many samples the source of the other rule has."""
        return self._inner.source_size

    @property
    def realised(self) -> Mapping[str, int]:
        """The counts of the other rule; none if it has no counts."""
        return self._inner.realised if isinstance(self._inner, Counted) else {}

    @property
    def _inner(self) -> Sampling:
        return InOrder(self.of) if isinstance(self.of, int) else self.of

    def __len__(self) -> int:
        """Return how many places an epoch has."""
        return len(self._inner)

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:
        """Pick what the other rule has where the shuffle leads.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            As many picks.
        """
        return self._inner.picks(seed, epoch, self._shuffled(seed, epoch, places))

    def groups(self, seed: int, epoch: int, places: Indices) -> Indices:
        """Tell what the other rule has where the shuffle leads.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            int64[n], numbers of entries of `realised`; none if it has no counts.
        """
        if not isinstance(self._inner, Counted):
            return np.zeros(0, dtype=np.int64)
        return self._inner.groups(seed, epoch, self._shuffled(seed, epoch, places))

    def _shuffled(self, seed: int, epoch: int, places: Indices) -> Indices:
        return permutation_of(len(self), seed, f"order/{epoch}").at(places)


@lru_cache(maxsize=64)
def permutation_of(size: int, seed: int, name: str) -> Permutation:
    """Make the permutation that somebody shuffles by.

    Args:
        size: How many things.
        seed: The root seed.
        name: Who shuffles, and in which epoch.

    Returns:
        The permutation whose key is the seed derived for that name.
    """
    return Permutation(size, derive(seed, name))
