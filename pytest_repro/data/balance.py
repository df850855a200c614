"""Counts of a split beside what its shares let expect, in all and for each label.

Whether a part came out too small, or short of one label, is told by how far its count
lies from its expectation, measured in the spread that hashing has. Groups are drawn as
a whole, so large groups spread more; that is counted in.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pytest_repro.data.places import unit_of
from pytest_repro.data.samples import Sample
from pytest_repro.data.splits import Parts

__all__ = ["Count", "count_parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many samples of one value lie in one part.

    Attributes:
        part: The part.
        value: The value of the column; empty for all samples.
        samples: How many lie there.
        expected: How many would on average over all salts.
        deviation: By how much that spreads over salts: one standard deviation.
    """

    part: str
    value: str
    samples: int
    expected: float
    deviation: float

    @property
    def distance(self) -> float:
        """How far it lies from what is expected, in standard deviations."""
        away = self.samples - self.expected
        return away / self.deviation if self.deviation else 0.0


def count_parts(parts: Parts, column: str = "") -> tuple[Count, ...]:
    """Count the samples of each part.

    ::

        expected  = n · share
        deviation = sqrt(share · (1 − share) · Σ over units of size²)

    A unit is what the split keeps together: a sample, a group, equal contents.

    Args:
        parts: A data set that was cut.
        column: ``label`` to count each label for itself, ``origin`` or ``group``
            likewise; empty for all samples together.

    Returns:
        One count for each value and part: values sorted, parts in their order.
    """
    by_value: dict[str, list[tuple[str, Sample]]] = defaultdict(list)
    for part, samples in parts.items():
        for one in samples:
            value = str(getattr(one, column)) if column else ""
            by_value[value].append((part, one))
    found: list[Count] = []
    for value, placed in sorted(by_value.items()):
        squares = _squares((one for _, one in placed), parts.split.by)
        for part in parts:
            share = Fraction(parts.split.shares[part])
            found.append(
                Count(
                    part=part,
                    value=value,
                    samples=sum(name == part for name, _ in placed),
                    expected=float(share * len(placed)),
                    deviation=math.sqrt(float(share * (1 - share)) * squares),
                )
            )
    return tuple(found)


def _squares(samples: Iterable[Sample], by: str) -> int:
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for one in samples:
        sizes[unit_of(one, by)] += 1
    return sum(size * size for size in sizes.values())
