"""The first rung: are the bits the same, and where do they part first?

Roots, series, fingerprints and final metrics are all compared, always: a root that
agrees while its series differ is no proof. The order of events is not compared; it
only says which of several differences came first. Nothing here weighs a difference:
see `tolerances`.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records import (
    Divergence,
    Fingerprint,
    Metric,
    RunRecord,
    Scalar,
    SeedResult,
)
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.series import part_series

__all__ = [
    "FINGERPRINTS",
    "TRACES",
    "Difference",
    "Kind",
    "differences",
    "parted_at",
    "shorten",
    "step_text",
]

ABSENT: Final = "absent"
DIGEST_CHARACTERS: Final = 16
TRACES: Final = "traces"
FINGERPRINTS: Final = "fingerprints"


class Kind(enum.StrEnum):
    """What differs."""

    TRACE = "trace"
    FINGERPRINT = "fingerprint"
    METRIC = "final metric"
    ROOT = "root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something whose bits are not the same on both sides.

    Attributes:
        kind: What differs.
        divergence: Where it differs first.
        order: The position in the run; None for what belongs to no position.
    """

    kind: Kind
    divergence: Divergence
    order: int | None = None

    @property
    def name(self) -> str:
        """The metric, trace or fingerprint."""
        return self.divergence.path

    @property
    def place(self) -> tuple[bool, int, int, str]:
        """The key that sorts differences, first in the run first."""
        rank = list(Kind).index(self.kind)
        return (self.order is None, self.order or 0, rank, self.name)


def differences(pair: Pair, row: SeedResult) -> tuple[Difference, ...]:
    """Find everything whose bits differ.

    Args:
        pair: The two sides.
        row: The reference's row of the same seed.

    Returns:
        At most one difference for each trace, fingerprint and final metric: its
        first. The first in the run comes first; none if the bits are the same.
    """
    found = [*_final_metrics(pair.obtained.anchor.metrics, row.metrics)]
    if pair.shows_traces:
        found += _series(pair.obtained, pair.reference)
        found += _fingerprints(pair.obtained, pair.reference)
    seen = {difference.kind for difference in found}
    obtained = pair.obtained.anchor
    if Kind.TRACE not in seen:
        found += _root(TRACES, obtained.trace_root, row.trace_root)
    if Kind.FINGERPRINT not in seen:
        found += _root(FINGERPRINTS, obtained.state_root, row.state_root)
    return tuple(sorted(found, key=lambda difference: difference.place))


def parted_at(divergence: Divergence) -> str:
    """Say where two runs part.

    Args:
        divergence: The place.

    Returns:
        Such as ``at or before step 20 (train/loss)`` or ``in test/accuracy``.
    """
    if divergence.step is None:
        return f"in {divergence.path}"
    return f"{step_text(divergence)} ({divergence.path})".lstrip()


def step_text(divergence: Divergence) -> str:
    """Say at which step two runs part, to be put behind a name.

    Args:
        divergence: The place.

    Returns:
        Such as `` at or before step 20``; empty for what belongs to no step.
    """
    if divergence.step is None:
        return ""
    bound = "at or before step" if divergence.is_bounded else "at step"
    return f" {bound} {divergence.step}"


def shorten(digest: str) -> str:
    """Shorten a digest so that two of them can stand on one line.

    Args:
        digest: ``algorithm:hex``.

    Returns:
        The algorithm and the first hexadecimal characters.
    """
    algorithm, _, digits = digest.partition(":")
    if len(digits) <= DIGEST_CHARACTERS:
        return digest
    return f"{algorithm}:{digits[:DIGEST_CHARACTERS]}…"


def _final_metrics(
    obtained: Iterable[Metric], reference: Iterable[Metric]
) -> Iterable[Difference]:
    ours = {metric.name: metric.scalar for metric in obtained}
    theirs = {metric.name: metric.scalar for metric in reference}
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one != other:
            divergence = Divergence(
                path=name,
                step=None,
                obtained=one.decimal if one else ABSENT,
                reference=other.decimal if other else ABSENT,
                obtained_bits=_bits(one),
                reference_bits=_bits(other),
            )
            yield Difference(kind=Kind.METRIC, divergence=divergence)


def _bits(scalar: Scalar | None) -> str:
    return f"0x{scalar.bits}" if scalar else ""


def _series(obtained: RunRecord, reference: RunRecord) -> Iterable[Difference]:
    ours = {series.name: series for series in obtained.series}
    theirs = {series.name: series for series in reference.series}
    for name in sorted(ours.keys() | theirs.keys()):
        place = part_series(ours.get(name), theirs.get(name))
        if place is not None:
            divergence, order = place
            yield Difference(kind=Kind.TRACE, divergence=divergence, order=order)


def _fingerprints(obtained: RunRecord, reference: RunRecord) -> Iterable[Difference]:
    ours = [item for item in obtained.state if not item.is_evidence]
    theirs = [item for item in reference.state if not item.is_evidence]
    names = sorted({item.name for item in (*ours, *theirs)})
    found = [
        difference
        for name in names
        for difference in _part_state(
            [item for item in ours if item.name == name],
            [item for item in theirs if item.name == name],
        )
    ]
    # Each sequence may agree while they are interleaved in another way.
    return found or _part_state(ours, theirs)


def _part_state(
    obtained: list[Fingerprint], reference: list[Fingerprint]
) -> list[Difference]:
    for one, other in zip_longest(obtained, reference):
        if _moment(one) != _moment(other):
            places = [item for item in (one, other) if item is not None]
            place = min(places, key=lambda item: (item.order, item.name))
            return [_state_difference(place, one, other)]
    return []


def _moment(item: Fingerprint | None) -> tuple[str, int | None, Digest] | None:
    return None if item is None else (item.name, item.step, item.digest)


def _state_difference(
    place: Fingerprint, one: Fingerprint | None, other: Fingerprint | None
) -> Difference:
    is_same_moment = (
        one is not None
        and other is not None
        and (one.name, one.step) == (other.name, other.step)
    )
    divergence = Divergence(
        path=place.name,
        step=place.step,
        obtained=_state_text(one, is_same_moment=is_same_moment),
        reference=_state_text(other, is_same_moment=is_same_moment),
        obtained_bits=one.digest if one else "",
        reference_bits=other.digest if other else "",
    )
    return Difference(kind=Kind.FINGERPRINT, divergence=divergence, order=place.order)


def _state_text(item: Fingerprint | None, *, is_same_moment: bool) -> str:
    if item is None:
        return ABSENT
    if is_same_moment:
        return shorten(item.digest)
    where = "" if item.step is None else f" at step {item.step}"
    return f"{item.name}{where} {shorten(item.digest)}"


def _root(name: str, obtained: Digest, reference: Digest) -> list[Difference]:
    if obtained == reference:
        return []
    divergence = Divergence(
        path=name,
        step=None,
        obtained=shorten(obtained),
        reference=shorten(reference),
        obtained_bits=obtained,
        reference_bits=reference,
    )
    return [Difference(kind=Kind.ROOT, divergence=divergence)]
