"""Mix sources in declared numbers, and make the arms that a claim about a mix needs.

A mixture is a rule for the samples of a `Joined` source: so many of each, chosen by a
keyed permutation, merged one source after the other or evenly interleaved. What is
recorded are the counts that came of it, not the weights that were wished for.

Two control arms tell what a gain comes from. `size_matched` has as many samples, from
each source in proportion to its size: without the strategy. `source_blind` has the same
counts, of sources whose samples were dealt at random: the counts without their meaning.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.budgets import DataBudget, Weight, apportion
from pytest_repro.training.permutation import Indices
from pytest_repro.training.sampling import Picks, permutation_of

__all__ = ["InGroups", "Merge", "Mixture", "interleave"]

MOST: Final = 2**31
"""So many places has a mixture at most: interleaving computes with their squares."""

Sizes = tuple[tuple[str, int], ...]


class Merge(enum.StrEnum):
    """How the samples of several sources become one order."""

    CONCATENATE = "concatenate"
    """One source after the other, in their order."""

    INTERLEAVE = "interleave"
    """Every stretch has each source in its share, as nearly as whole samples allow."""


class InGroups(ABC):
    """A sampling that merges so many samples of each of several groups."""

    __slots__ = ()

    @property
    @abstractmethod
    def _merged(self) -> tuple[Indices, Indices]:
        """The group of each place, and which of its samples it is."""

    def groups(self, seed: int, epoch: int, places: Indices) -> Indices:  # noqa: ARG002  # the same for all
        """Tell for which source or label the samples at some places count.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            int64[n], numbers of entries of `realised`.
        """
        return self._merged[0][places]


@dataclass(frozen=True, slots=True)
class Mixture(InGroups):
    """So many samples of each source.

    Attributes:
        sizes: How many samples each source has, by name, in the order of `Joined`.
        counts: How many of them are used; more than there are means some again.
        merge: How they become one order.
        is_blind: Whether samples were dealt to the sources at random.
    """

    sizes: Sizes
    counts: Sizes
    merge: str = Merge.INTERLEAVE
    is_blind: bool = False

    @classmethod
    def of(
        cls,
        sizes: Mapping[str, int],
        weights: Mapping[str, Weight],
        budget: DataBudget,
        *,
        merge: str = Merge.INTERLEAVE,
    ) -> "Mixture":
        """Turn weights into counts, and hold them to a budget.

        Args:
            sizes: How many samples each source has: ``joined.sizes``.
            weights: The share of each source.
            budget: How many samples are used in all, and at most of each source.
            merge: How they become one order.

        Returns:
            The mixture.

        Raises:
            ReproUsageError: If names differ, a source is empty, or a limit is exceeded.
        """
        _check(sizes, weights)
        counts = apportion(budget.total, {name: weights[name] for name in sizes})
        budget.check(counts)
        empty = [name for name in sizes if counts[name] and not sizes[name]]
        if empty or not 0 < budget.total <= MOST:
            msg = (
                f"a mixture takes 1 to {MOST} samples, of sources that have some: "
                f"{', '.join(empty) or budget.total}"
            )
            raise ReproUsageError(msg)
        return cls(tuple(sizes.items()), tuple(counts.items()), Merge(merge))

    @property
    def realised(self) -> dict[str, int]:
        """How many samples of each source an epoch has."""
        return dict(self.counts)

    @property
    def _merged(self) -> tuple[Indices, Indices]:
        return interleave(tuple(count for _, count in self.counts), self.merge)

    @property
    def text(self) -> str:
        """The rule as one line."""
        shown = ", ".join(
            f"{name} {count} of {size}"
            for (name, count), (_, size) in zip(self.counts, self.sizes, strict=True)
        )
        blind = ", source-blind" if self.is_blind else ""
        return f"mixture of {shown}, {self.merge}{blind}"

    @property
    def source_size(self) -> int:
        """How many samples all sources have."""
        return sum(size for _, size in self.sizes)

    def __len__(self) -> int:
        """Return how many places an epoch has."""
        return sum(count for _, count in self.counts)

    def size_matched(self) -> "Mixture":
        """Return the control arm of as many samples without a strategy."""
        counts = apportion(len(self), dict(self.sizes))
        return replace(self, counts=tuple(counts.items()))

    def source_blind(self) -> "Mixture":
        """Return the control arm of the same counts without their meaning."""
        return replace(self, is_blind=True)

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:  # noqa: ARG002  # the same samples each epoch
        """Pick the samples of some places.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            places: Which places.

        Returns:
            As many picks.
        """
        which, numbers = (part[places] for part in self._merged)
        indices, copies = np.empty_like(places), np.empty_like(places)
        first = 0
        for place, (name, size) in enumerate(self.sizes):
            here = which == place
            if here.any():
                chosen = permutation_of(size, seed, f"mixture/{name}")
                indices[here] = first + chosen.at(numbers[here] % size)
                copies[here] = numbers[here] // size
            first += size
        if self.is_blind:
            dealt = permutation_of(self.source_size, seed, "mixture blind")
            indices = dealt.at(indices)
        return Picks(indices=indices, copies=copies)


@lru_cache(maxsize=8)
def interleave(counts: tuple[int, ...], merge: str) -> tuple[Indices, Indices]:
    """Lay the samples of several sources in one row.

    ::

        sample j of a source with n of N lies at (2j + 1) · N / 2n, earlier ones first

    Args:
        counts: How many samples of each source.
        merge: How they become one row.

    Returns:
        int64[N] which source, and int64[N] which of its samples.
    """
    which = np.repeat(np.arange(len(counts)), counts)
    numbers = np.concatenate([np.arange(count) for count in counts])
    if merge == Merge.CONCATENATE:
        return which, numbers
    sizes = np.maximum(np.array(counts, dtype=np.int64), 1)[which]
    ideal = (2 * numbers + 1) * len(which) // (2 * sizes)
    order = np.lexsort((which, ideal))
    return which[order], numbers[order]


def _check(sizes: Mapping[str, int], weights: Mapping[str, Weight]) -> None:
    if sizes.keys() != weights.keys():
        msg = (
            "each source has a weight\n"
            f"  sources  {', '.join(sizes)}\n"
            f"  weights  {', '.join(weights)}"
        )
        raise ReproUsageError(msg)
