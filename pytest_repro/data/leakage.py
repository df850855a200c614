"""Find what one part of a data set knows of another.

A test set measures what a model learnt only if none of it was trained on. Four ways are
looked for, each in time that grows with the number of samples and not of pairs: equal
content, nearly equal content, a common group, and labels that can be told from ids.
A finding names both samples and says what to type; nothing is moved by itself.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from pytest_repro.data.samples import Sample
from pytest_repro.data.telltale_ids import Telltale, telltale

if TYPE_CHECKING:
    from pytest_repro.data.near_arrays import ArrayIndex
    from pytest_repro.data.near_texts import TextIndex
    from pytest_repro.data.pairs import Near

__all__ = [
    "ARRAYS_FROM",
    "TEXTS_FROM",
    "Leak",
    "LeakKind",
    "find_leaks",
    "find_near",
]

TEXTS_FROM: Final = 0.5
"""The resemblance from which on two texts count as one."""

ARRAYS_FROM: Final = 0.99
"""The likeness from which on two arrays count as one."""

Key = Callable[[Sample], str]
"""What samples may have in common."""

Members = Mapping[str, Sequence[Sample]]
"""The samples of each part."""


class LeakKind(enum.StrEnum):
    """How one part knows another."""

    EXACT = "exact"
    """Two samples have the same content."""

    NEAR = "near"
    """Two samples have nearly the same content."""

    GROUP = "group"
    """Two samples belong to one group."""

    ID = "id"
    """The label of a sample can be told from its id."""


_TITLES: Final[Mapping[LeakKind, str]] = {
    LeakKind.EXACT: "the same content in two parts",
    LeakKind.NEAR: "nearly the same content in two parts",
    LeakKind.GROUP: "one group in two parts",
    LeakKind.ID: "labels can be told from ids",
}

_REMEDIES: Final[Mapping[LeakKind, str]] = {
    LeakKind.EXACT: 'split by content: by = "digest", or drop one of the two',
    LeakKind.NEAR: 'give both the same group and split by it: by = "group"',
    LeakKind.GROUP: 'split by group: by = "group"',
    LeakKind.ID: "rename the samples, and never show ids or their order to a model",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One finding.

    Attributes:
        kind: How.
        first: The id of a sample.
        first_part: The part in which it lies.
        second: The id of another.
        second_part: The part in which that lies; for ids it may be the same.
        detail: What the two have in common.
        similarity: How alike they are, at most 1.
    """

    kind: LeakKind
    first: str
    first_part: str
    second: str
    second_part: str
    detail: str
    similarity: float = 1.0

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _REMEDIES[self.kind]

    @property
    def message(self) -> str:
        """The finding on a few lines: what, where, both sides, what to do."""
        parts = (self.first_part, self.second_part)
        width = max(map(len, parts))
        return (
            f"{_TITLES[self.kind]}: {self.detail}\n"
            f"  {self.first_part:{width}}  {self.first}\n"
            f"  {self.second_part:{width}}  {self.second}\n"
            f"  remedy  {self.remedy}"
        )


def find_leaks(members: Members) -> tuple[Leak, ...]:
    """Find what can be found without content.

    Args:
        members: The samples of each part, such as `Parts`.

    Returns:
        One finding for each content, and each group, in each pair of parts; and one for
        the ids, if they tell. Sorted by kind and ids.
    """
    found = [
        *_common(members, LeakKind.EXACT, lambda one: one.digest),
        *_common(members, LeakKind.GROUP, lambda one: one.group),
        *_by_id(members),
    ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.first, one.second)))


def find_near(
    members: Members,
    contents: Mapping[str, object],
    *,
    texts_from: float = TEXTS_FROM,
    arrays_from: float = ARRAYS_FROM,
) -> tuple[Leak, ...]:
    """Find contents that are nearly the same.

    Each sample of a later part is held against each earlier part, of which the sample
    most like it is told. Equal contents are left to `find_leaks`.

    Args:
        members: The samples of each part.
        contents: Texts, and NumPy arrays, by id; samples without any are left out. A
            mapping that reads when it is asked, such as `Contents`, keeps memory small.
        texts_from: The resemblance from which on texts count as one.
        arrays_from: The likeness from which on arrays count as one.

    Returns:
        The findings, the nearest first.

    Raises:
        ReproUsageError: If an array is no vector and no image.
    """
    found: list[Leak] = []
    sketched = {name: _sketched(one, contents) for name, one in members.items()}
    for (first, ours), (second, theirs) in combinations(sketched.items(), 2):
        near = theirs.text_index.nearest_in(ours.text_index, threshold=texts_from)
        found += _near_leaks(near, (first, ours.texts), (second, theirs.texts))
        near = theirs.array_index.nearest_in(ours.array_index, threshold=arrays_from)
        found += _near_leaks(near, (first, ours.arrays), (second, theirs.arrays))
    return tuple(
        sorted(found, key=lambda one: (-one.similarity, one.first, one.second))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sketched:
    """The samples of a part that have a content, with the sketches of these."""

    texts: Sequence[Sample]
    text_index: "TextIndex"
    arrays: Sequence[Sample]
    array_index: "ArrayIndex"


def _sketched(samples: Sequence[Sample], contents: Mapping[str, object]) -> _Sketched:
    """Read each content once, and keep its sketch alone."""
    from pytest_repro.data import near_arrays, near_texts  # noqa: PLC0415  # import numpy

    texts: list[tuple[Sample, Any]] = []
    arrays: list[tuple[Sample, Any]] = []
    for one in samples:
        content: Any = contents.get(one.id)
        if isinstance(content, str):
            texts.append((one, near_texts.sketch_text(content)))
        elif content is not None:
            arrays.append((one, near_arrays.sketch_array(content)))

    def text_of(place: int) -> str:
        return str(contents[texts[place][0].id])

    return _Sketched(
        texts=[one for one, _ in texts],
        text_index=near_texts.TextIndex([sketch for _, sketch in texts], text_of),
        arrays=[one for one, _ in arrays],
        array_index=near_arrays.ArrayIndex([sketch for _, sketch in arrays]),
    )


def _near_leaks(
    near: "Iterable[Near]",
    firsts: tuple[str, Sequence[Sample]],
    seconds: tuple[str, Sequence[Sample]],
) -> Iterator[Leak]:
    for one in near:
        own, other = seconds[1][one.own], firsts[1][one.other]
        if own.digest != other.digest:
            yield Leak(
                kind=LeakKind.NEAR,
                first=other.id,
                first_part=firsts[0],
                second=own.id,
                second_part=seconds[0],
                detail=f"{one.similarity:.3f} alike{_labels(other, own)}",
                similarity=one.similarity,
            )


def _common(members: Members, kind: LeakKind, key: Key) -> Iterator[Leak]:
    """Find what occurs in two parts; one finding each, with the first of either."""
    firsts: dict[str, dict[str, Sample]] = {}
    for name, samples in members.items():
        for one in samples:
            if key(one):
                firsts.setdefault(key(one), {}).setdefault(name, one)
    for value, by_part in firsts.items():
        for (name, one), (other_name, other) in combinations(by_part.items(), 2):
            yield Leak(
                kind=kind,
                first=one.id,
                first_part=name,
                second=other.id,
                second_part=other_name,
                detail=f"{value}{_labels(one, other)}",
            )


def _by_id(members: Members) -> Iterator[Leak]:
    whole = {one.id: (name, one) for name in members for one in members[name]}
    found: Telltale | None = telltale([one for _, one in whole.values()])
    if found is not None:
        yield Leak(
            kind=LeakKind.ID,
            first=found.first.id,
            first_part=whole[found.first.id][0],
            second=found.second.id,
            second_part=whole[found.second.id][0],
            detail=found.detail,
        )


def _labels(one: Sample, other: Sample) -> str:
    """Say where one content has two labels: one of them is wrong."""
    return (
        ""
        if one.label == other.label
        else f", labels {one.label!r} and {other.label!r}"
    )
