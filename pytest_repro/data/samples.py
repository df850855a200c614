"""What a data set consists of: one entry a sample, with where it came from.

A data set that is only a folder cannot be split, compared or audited: nobody can say
which samples a run saw, or how one of them was made. A manifest says it, and two
manifests of the same samples are the same bytes, in whatever order they were listed.

This holds no content, only its digests; see `materialise` for content.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import ReproUsageError

__all__ = ["COLUMNS", "Manifest", "Sample", "check_columns", "fault_of"]

COLUMNS: Final = (
    "id",
    "origin",
    "preparation",
    "synthetic",
    "group",
    "label",
    "digest",
)
"""The columns of every manifest, in their order; others may follow."""

NEEDED: Final = frozenset({"id", "origin", "preparation", "digest"})
"""What every sample has; the other columns may be empty."""

MAX_CHARACTERS: Final = 1024
"""So long may one value be: an id ends up in tables and messages."""

_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sample, without its content.

    Attributes:
        id: Its name, unique in a data set and never reused for something else.
        origin: Where it came from: a source, a site, a device, a collection.
        preparation: What was done to it since, such as ``crop 28x28``; ``none``.
        digest: Of its content.
        is_synthetic: Whether it was generated rather than observed.
        group: What must not be torn apart by a split: a patient, a document, a scene.
            Empty if it belongs to nobody but itself.
        label: What it is said to be; empty if nobody said.
        extra: The values of the further columns of its manifest.
    """

    id: str
    origin: str
    preparation: str
    digest: Digest
    is_synthetic: bool = False
    group: str = ""
    label: str = ""
    extra: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The values in the order of `COLUMNS`, and then those of further columns."""
        return (
            self.id,
            self.origin,
            self.preparation,
            "true" if self.is_synthetic else "false",
            self.group,
            self.label,
            self.digest,
            *self.extra,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The samples of a data set, sorted by id.

    Attributes:
        samples: Each sample once, sorted by id.
        extra: The names of further columns, such as ``scanner``.
    """

    samples: tuple[Sample, ...]
    extra: tuple[str, ...] = ()

    @classmethod
    def of(cls, samples: Iterable[Sample], *, extra: Sequence[str] = ()) -> "Manifest":
        """Make a manifest of samples in any order.

        Args:
            samples: The samples.
            extra: The names of their further columns.

        Returns:
            The manifest.

        Raises:
            ReproUsageError: If an id occurs twice, a value is no printable line or is
                missing, or a column has no name of its own.
        """
        names = tuple(extra)
        check_columns(names)
        ordered = tuple(sorted(samples, key=lambda one: one.id))
        columns = (*COLUMNS, *names)
        for one in ordered:
            fault = fault_of(one, columns)
            if fault is not None:
                msg = f"sample {one.id[:80]!r}, column {fault[0]}: {fault[1]}"
                raise ReproUsageError(msg)
        for one, following in pairwise(ordered):
            if one.id == following.id:
                msg = f"sample {one.id!r} stands in the manifest twice"
                raise ReproUsageError(msg)
        return cls(samples=ordered, extra=names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*COLUMNS, *self.extra)

    def values(self, column: str) -> tuple[str, ...]:
        """Read one column.

        Args:
            column: Its name.

        Returns:
            One value for each sample, in the order of the samples.

        Raises:
            ReproUsageError: If there is no such column.
        """
        if column not in self.columns:
            known = ", ".join(self.columns)
            msg = f"the manifest has no column {column!r} (it has: {known})"
            raise ReproUsageError(msg)
        place = self.columns.index(column)
        return tuple(one.cells[place] for one in self.samples)


def check_columns(names: Sequence[str]) -> None:
    """Check the names of further columns.

    Args:
        names: The names.

    Raises:
        ReproUsageError: If one is no name, or is taken.
    """
    for name in names:
        if _COLUMN.fullmatch(name) is None:
            msg = f"a column is called by small letters, digits and _, got {name!r}"
            raise ReproUsageError(msg)
    if len({*COLUMNS, *names}) != len(COLUMNS) + len(names):
        msg = f"each column has a name of its own, got {', '.join(names)}"
        raise ReproUsageError(msg)


def fault_of(sample: Sample, columns: Sequence[str]) -> tuple[str, str] | None:
    """Find what is wrong with an entry.

    Args:
        sample: The entry.
        columns: The names of all columns of its manifest.

    Returns:
        The column at fault and what is wrong there; None if all is well.
    """
    if len(sample.cells) != len(columns):
        return "", f"{len(sample.cells)} values for {len(columns)} columns"
    for name, value in zip(columns, sample.cells, strict=True):
        if not value and name in NEEDED:
            return name, "missing"
        if not value.isprintable() or value != value.strip():
            return name, f"no printable line without blanks around: {value[:80]!a}"
        if len(value) > MAX_CHARACTERS:
            return name, f"{len(value)} characters, more than {MAX_CHARACTERS}"
    return None
