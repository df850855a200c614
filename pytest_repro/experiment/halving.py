"""Split the batches of a trainer that owns its loop, if a variation asks for it.

Such a trainer takes the mean over all that it accumulates, so parts of equal size make
up the batch: it is handed parts, and told to accumulate so many times more of them.
Where batches have no equal parts, or something counts them, they stay whole, and the
scorecard has the reason.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pytest_repro.determinism import SPLITTING
from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.micro_batches import micro_batches

__all__ = ["Parts", "halved", "keep_whole", "parts_for"]


def parts_for(owner: str, loader: object, counted: str = "") -> int:
    """Choose in how many parts a trainer gets each batch.

    Args:
        owner: The trainer's name.
        loader: Gives its batches.
        counted: What would mean something else with parts; empty for nothing.

    Returns:
        1 for whole batches: without the variation, or where it cannot be honest.
    """
    if SPLITTING.parts == 1:
        return 1
    why = counted or _uneven(loader, SPLITTING.parts)
    if why:
        keep_whole(why)
        return 1
    SPLITTING.owner = owner
    return SPLITTING.parts


def keep_whole(why: str) -> None:
    """Say why batches are not split, if a variation asks for it.

    Args:
        why: The reason, on one line.
    """
    if SPLITTING.parts > 1:
        SPLITTING.kept_whole = why


def halved(batch: object) -> Iterable[object]:
    """Split a batch into parts that count alike.

    Args:
        batch: The batch.

    Returns:
        The parts.

    Raises:
        ReproUsageError: If it has no equal parts, though its loader promised so.
    """
    weights, parts = zip(*micro_batches(batch), strict=True)
    if len(parts) != SPLITTING.parts or len(set(weights)) != 1:
        msg = (
            f"a batch has no {SPLITTING.parts} equal parts, and its trainer weights "
            "every part alike\n"
            '  remedy  --repro-vary-axes="-batch accumulation"'
        )
        raise ReproUsageError(msg)
    return parts


class Parts:
    """Joins what a trainer tells of each part to what it would tell of a batch."""

    def __init__(self, count: int) -> None:
        """Begin with no part.

        Args:
            count: How many parts a batch has.
        """
        self._count = count
        self._told: list[Mapping[str, Any]] = []

    def step_of(self, number: int) -> int:
        """Return the number of a batch.

        Args:
            number: That of a part of it, over all parts.
        """
        return number // self._count

    def joined(
        self, told: Mapping[str, Any], *, sums: Collection[str]
    ) -> Mapping[str, Any]:
        """Join what was told of a part.

        Args:
            told: Numbers by name.
            sums: Which of them add up; of the others the mean is taken.

        Returns:
            Those of the batch with its last part, and nothing before.
        """
        if self._count == 1:
            return told
        self._told.append(told)
        if len(self._told) < self._count:
            return {}
        parts, self._told = self._told, []
        return {
            name: sum(one[name] for one in parts) / (1 if name in sums else len(parts))
            for name in parts[-1]
            if all(name in one for one in parts)
        }


def _uneven(loader: object, parts: int) -> str:
    """Say why not every batch has so many equal parts; nothing if it has."""
    sampler = getattr(loader, "batch_sampler", None)
    rows, data = getattr(sampler, "batch_size", None), getattr(loader, "dataset", None)
    if not isinstance(rows, int) or not hasattr(data, "__len__"):
        return "nobody can say how many rows its batches will have"
    if rows % parts:
        return f"batches of {rows} rows have no {parts} equal parts"
    last = len(data) % rows  # type: ignore[arg-type]  # it has a length, see above
    if last % parts and not getattr(sampler, "drop_last", False):
        return f"the last batch of an epoch has {last} rows, and no {parts} equal parts"
    return ""
