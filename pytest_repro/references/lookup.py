"""Choose the reference for an environment: typed, deterministic, and purely.

A reference of the very key always wins, so adding one for another environment never
changes what this one finds. Nothing here reads files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.digests import Digest
from pytest_repro.records import Environment, Match, RunRecord

__all__ = ["Entry", "Found", "nearest_key"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """A stored reference, as its own `run.json` says.

    Attributes:
        experiment: The node id.
        key: The environment key.
        folder: Where it lies.
    """

    experiment: str
    key: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look-up found.

    Attributes:
        match: How the reference was found.
        key: The environment key of the reference; of the look-up if there is none.
        record: The reference, or None.
        folder: Where it lies, or None.
        sums: The digest of its `SHA256SUMS`, which a rewrite supersedes; or None.
        others: Every environment key for which the experiment has a reference.
    """

    match: Match
    key: str
    record: RunRecord | None = None
    folder: Path | None = None
    sums: Digest | None = None
    others: tuple[str, ...] = ()


def nearest_key(wanted: Environment, known: Mapping[str, Environment]) -> str | None:
    """Choose the nearest compatible environment.

    Axes are in the order of their weight. Environments that differ in the first, the
    operating system, are not compatible. Among the others the one with the most equal
    leading axes is nearest; then the one with the most equal axes in all; then the
    first by key.

    Args:
        wanted: The environment of a run.
        known: Environments that have a reference, by key.

    Returns:
        The key of the nearest, or None if none is compatible.
    """
    ranked = sorted(
        (-_leading(wanted, other), -_equal(wanted, other), key)
        for key, other in known.items()
        if _leading(wanted, other)
    )
    return ranked[0][-1] if ranked else None


def _leading(wanted: Environment, other: Environment) -> int:
    pairs = zip(wanted.axes, other.axes, strict=False)
    unequal = (number for number, (one, two) in enumerate(pairs) if one != two)
    return next(unequal, min(len(wanted.axes), len(other.axes)))


def _equal(wanted: Environment, other: Environment) -> int:
    return len(set(wanted.axes) & set(other.axes))
