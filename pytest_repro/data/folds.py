"""Folds for cross-validation that stay when samples are added.

The fold of a sample is read off its place, like its part, but off a place of its own:
were it the same place, the samples of one part would all lie in the same few folds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_repro.data.places import (
    BITS,
    By,
    check_salt,
    place_of,
    read_by,
    unit_of,
)
from pytest_repro.data.samples import Sample
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError

__all__ = ["Fold", "Folds"]

ALGORITHM: Final = "sha256-folds-v1"
MAX_FOLDS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One fold, and everything else.

    Attributes:
        number: Which, from 0 on.
        train: The samples of all other folds.
        held_out: The samples of this one.
    """

    number: int
    train: tuple[Sample, ...]
    held_out: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folds:
    """A way of cutting samples into folds of about equal size.

    Attributes:
        count: How many; another number moves most samples.
        salt: Names this way of cutting.
        by: What keeps samples together: ``id``, ``group`` or ``digest``, see `By`.
    """

    count: int
    salt: str
    by: str = By.ID

    def __post_init__(self) -> None:
        """Refuse what is no number of folds."""
        count: object = self.count
        if type(count) is not int or not 1 < count <= MAX_FOLDS:
            msg = f"folds: a whole number from 2 to {MAX_FOLDS}, got {count!r}"
            raise ReproUsageError(msg)
        check_salt(self.salt)
        object.__setattr__(self, "by", read_by(self.by))

    @property
    def text(self) -> str:
        """The rule as one line."""
        return f"{self.count} folds by {self.by}, salt {self.salt}"

    def fold_of(self, sample: Sample) -> int:
        """Tell the fold of one sample.

        Args:
            sample: The sample.

        Returns:
            A number in [0, count).
        """
        place = place_of(ALGORITHM, self.salt, unit_of(sample, self.by))
        return place * self.count >> BITS

    def apply(self, samples: Iterable[Sample]) -> tuple[Fold, ...]:
        """Cut samples, such as those of one part.

        Args:
            samples: The samples.

        Returns:
            As many folds as were asked for; some may hold nothing.
        """
        placed = [(self.fold_of(one), one) for one in samples]
        return tuple(
            Fold(
                number=number,
                train=tuple(one for fold, one in placed if fold != number),
                held_out=tuple(one for fold, one in placed if fold == number),
            )
            for number in range(self.count)
        )

    def digest(self, samples: Iterable[Sample]) -> Digest:
        """Compute one digest of the rule and of where it puts every sample.

        Args:
            samples: The samples.

        Returns:
            The digest, whatever the order of the samples.
        """
        rows = sorted(f"{one.id}\t{self.fold_of(one)}" for one in samples)
        parts = tuple(text.encode() for text in (ALGORITHM, self.text, *rows))
        return digest_of_parts("folds-sha256-v1", parts)
