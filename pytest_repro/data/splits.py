"""Cut a data set into parts so that it stays cut: by the hash of each sample's name.

A shuffled split moves most samples as soon as one is added, and yesterday's test
samples are trained on today. Here the part of a sample depends on nothing but its id
(or group, or content), a salt and the shares.

What this promises: whoever stays in the data set stays in its part; a group lies in
one part; counts are binomial around their shares. What it cannot promise: exact counts,
or equal shares of each label. Making those exact means looking at the other samples,
and then adding one moves others. So counts are told beside what was expected.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Final

from pytest_repro.data.places import (
    WHOLE,
    By,
    check_salt,
    place_of,
    read_by,
    unit_of,
)
from pytest_repro.data.samples import Manifest, Sample
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.errors import ReproUsageError

__all__ = ["ALGORITHM", "Parts", "Split", "split"]

ALGORITHM: Final = "sha256-split-v1"

_PART: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

Share = float | Fraction
"""A share as people write it: 0.8 means exactly eight tenths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A way of cutting data sets into parts.

    Attributes:
        shares: The share of each part, in order; they sum to 1. Growing one share at
            the cost of the next moves only samples between these two.
        salt: Names this way of cutting; another salt is an independent one.
        by: What keeps samples together: ``id``, ``group`` or ``digest``, see `By`.
    """

    shares: Mapping[str, Share]
    salt: str
    by: str = By.ID
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cuts nothing, and take shares exactly as they are written."""
        exact = {name: _share(name, share) for name, share in self.shares.items()}
        total = sum(exact.values(), Fraction(0))
        if total != 1:
            shown = ", ".join(f"{name} {share}" for name, share in exact.items())
            msg = (
                f"the shares sum to {total}, not to 1: {shown or 'there are none'}\n"
                "  write thirds as fractions: Fraction(1, 3)"
            )
            raise ReproUsageError(msg)
        object.__setattr__(self, "shares", exact)
        check_salt(self.salt)
        object.__setattr__(self, "by", read_by(self.by))
        ends = tuple(int(end * WHOLE) for end in accumulate(exact.values()))
        object.__setattr__(self, "_ends", ends)

    @property
    def text(self) -> str:
        """The shares as one line, such as ``train 4/5, test 1/5``."""
        return ", ".join(f"{name} {share}" for name, share in self.shares.items())

    def part_of(self, sample: Sample) -> str:
        """Tell the part of one sample.

        Args:
            sample: The sample.

        Returns:
            The name of its part.
        """
        return self._part(unit_of(sample, self.by))

    def apply(self, manifest: Manifest) -> "Parts":
        """Cut a data set.

        Args:
            manifest: Its samples.

        Returns:
            The parts, of which some may be empty.
        """
        found: dict[str, list[Sample]] = {name: [] for name in self.shares}
        for one in manifest.samples:
            found[self.part_of(one)].append(one)
        members = {name: tuple(samples) for name, samples in found.items()}
        return Parts(split=self, members=members)

    def _part(self, unit: tuple[str, str]) -> str:
        place = place_of(ALGORITHM, self.salt, unit)
        return tuple(self.shares)[bisect_right(self._ends, place)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts(Mapping[str, tuple[Sample, ...]]):
    """A data set that was cut: the samples of each part, by its name.

    Attributes:
        split: How it was cut.
        members: The samples of each part, sorted by id.
    """

    split: Split
    members: Mapping[str, tuple[Sample, ...]]

    def __getitem__(self, name: str) -> tuple[Sample, ...]:
        """Return the samples of a part."""
        return self.members[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the parts, in the order of the shares."""
        return iter(self.members)

    def __len__(self) -> int:
        """Return how many parts there are."""
        return len(self.members)

    @property
    def digest(self) -> Digest:
        """One digest of the rule and of where it put every sample."""
        rows = sorted(f"{one.id}\t{name}" for name in self for one in self[name])
        head = (ALGORITHM, self.split.text, self.split.salt, str(self.split.by))
        parts = tuple(text.encode() for text in (*head, *rows))
        return digest_of_parts("parts-sha256-v1", parts)

    @property
    def empty(self) -> tuple[str, ...]:
        """The parts without a sample."""
        return tuple(name for name, samples in self.items() if not samples)


def split(
    ids: Iterable[str], shares: Mapping[str, Share], *, salt: str
) -> dict[str, tuple[str, ...]]:
    """Cut a list of ids; the part of each depends on that id alone.

    Args:
        ids: The ids, in any order.
        shares: The share of each part.
        salt: Names this way of cutting.

    Returns:
        The ids of each part, in the order in which they were given.

    Raises:
        ReproUsageError: If the shares do not sum to 1, or the salt is empty.

    Example:
        >>> split(["a", "b", "c"], {"train": 0.5, "test": 0.5}, salt="1")
        {'train': ('c',), 'test': ('a', 'b')}
    """
    rule = Split(shares=shares, salt=salt)
    found: dict[str, list[str]] = {name: [] for name in shares}
    for one in ids:
        found[rule._part(("id", one))].append(one)  # noqa: SLF001  # its own module
    return {name: tuple(kept) for name, kept in found.items()}


def _share(name: str, share: object) -> Fraction:
    if _PART.fullmatch(name) is None:
        msg = f"a part is called by small letters, digits, _ and -, got {name!r}"
        raise ReproUsageError(msg)
    if isinstance(share, bool) or not isinstance(share, int | float | Fraction):
        msg = f"the share of {name!r} is a number, got {share!r}"
        raise ReproUsageError(msg)
    try:
        exact = share if isinstance(share, Fraction) else Fraction(repr(share))
    except ValueError:
        exact = Fraction(0)
    if not 0 < exact <= 1:
        msg = f"the share of {name!r} lies in (0, 1], got {share!r}"
        raise ReproUsageError(msg)
    return exact
