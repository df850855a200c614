"""As many samples of each label, and each label in every batch.

`Balanced` leaves samples out or has them again; which ones is decided anew for each
epoch, by its address. `Stratified` has each sample once, in an order in which every
stretch has the labels in their shares.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pytest_repro.digests import digest_of_parts
from pytest_repro.errors import ReproUsageError
from pytest_repro.training.mixtures import InGroups, Merge, interleave
from pytest_repro.training.permutation import ALGORITHM, Indices
from pytest_repro.training.sampling import Picks, permutation_of

__all__ = ["Balanced", "Stratified"]


class _ByLabel(InGroups):
    """Samples by their labels, so many of each, evenly interleaved.

    Attributes:
        counts: How many samples of each label an epoch has, by label.
    """

    def __init__(self, labels: Sequence[str], counts: dict[str, int]) -> None:
        column = np.asarray(labels)
        self.counts = counts
        self._members = {one: np.flatnonzero(column == one) for one in counts}
        self._size = len(column)
        rows = tuple(str(one).encode() for one in labels)
        self._digest = digest_of_parts("labels-sha256-v1", rows)[-64:][:16]

    @property
    def text(self) -> str:
        """The rule as one line."""
        shown = ", ".join(f"{label} {count}" for label, count in self.counts.items())
        return f"labels {self._digest}, {shown}, by {ALGORITHM}"

    @property
    def source_size(self) -> int:
        """How many samples the source has."""
        return self._size

    def __len__(self) -> int:
        """Return how many places an epoch has."""
        return sum(self.counts.values())

    @property
    def realised(self) -> dict[str, int]:
        """How many samples of each label an epoch has."""
        return {str(label): count for label, count in self.counts.items()}

    @property
    def _merged(self) -> tuple[Indices, Indices]:
        return interleave(tuple(self.counts.values()), Merge.INTERLEAVE)

    def picks(self, seed: int, epoch: int, places: Indices) -> Picks:
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
        for place, label in enumerate(self.counts):
            here, members = which == place, self._members[label]
            size = len(members)
            order = permutation_of(size, seed, f"label/{epoch}/{label}")
            indices[here] = members[order.at(numbers[here] % size)]
            copies[here] = numbers[here] // size
        return Picks(indices=indices, copies=copies)


class Balanced(_ByLabel):
    """As many samples of each label.

    Attributes:
        counts: How many samples of each label an epoch has, by label.
    """

    def __init__(self, labels: Sequence[str], *, to: "str | int" = "most") -> None:
        """Count labels.

        Args:
            labels: One for each sample of the source.
            to: How many of each: as the most frequent has, so that others come again;
                as the ``least`` frequent has, so that others are left out; a number.

        Raises:
            ReproUsageError: If there are no labels, or no samples would be left.
        """
        found = sorted(Counter(labels).items())
        sizes = [count for _, count in found]
        known = {"most": max(sizes, default=0), "least": min(sizes, default=0)}
        count = to if isinstance(to, int) else known.get(to, 0)
        if count < 1:
            msg = (
                f"balance to most, least, or a number from 1 on, got {to!r} "
                f"for {len(labels)} labels"
            )
            raise ReproUsageError(msg)
        super().__init__(labels, {label: count for label, _ in found})


class Stratified(_ByLabel):
    """Each sample once, the labels in their shares in every stretch.

    Attributes:
        counts: How many samples of each label an epoch has, by label.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        """Count labels.

        Args:
            labels: One for each sample of the source.
        """
        super().__init__(labels, dict(sorted(Counter(labels).items())))
