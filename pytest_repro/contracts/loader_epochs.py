"""Load an epoch of a loader under test, and compare two of them batch by batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.fingerprints import tree_digest
from pytest_repro.records.module_contracts import LoaderContract

__all__ = ["Batch", "Epoch", "batches_apart", "epoch_of", "loader_of", "plain_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch of a loader.

    Attributes:
        ids: Of its samples.
        content: What is trained on.
    """

    ids: tuple[Any, ...]
    content: Any

    @property
    def text(self) -> str:
        """Ids and the beginning of a digest, short enough for a line."""
        shown = ", ".join(map(str, self.ids[:8])) + (", …" if self.ids[8:] else "")
        digest = tree_digest(self.content).rpartition(":")[2][:8]
        return f"{shown}  (content {digest})"


Epoch = Sequence[Batch]


def loader_of(subject: Subject) -> LoaderContract:
    """Take the contract of a loader.

    Args:
        subject: The part.

    Returns:
        Its contract.

    Raises:
        Inapplicable: If it is no loader.
    """
    declared = subject.contract
    if not isinstance(declared, LoaderContract):
        msg = f"{subject.name} is no loader"
        raise Inapplicable(msg)
    return declared


def epoch_of(subject: Subject, draw: Draw, **changes: Any) -> Epoch:  # noqa: ANN401  # as `build` takes
    """Load what is left of an epoch.

    Args:
        subject: The loader.
        draw: Seed and epoch.
        **changes: Such as ``workers=4``, ``shard=(0, 2)``, ``start=3``, ``epoch=1``.

    Returns:
        Its batches.
    """
    asked: Mapping[str, Any] = {
        "seed": draw.seed,
        "epoch": int(draw.extra.get("epoch", 0)),
        "workers": 0,
        "shard": (0, 1),
        "start": 0,
        **changes,
    }
    rest = {name: asked[name] for name in ("workers", "shard", "start")}
    found = loader_of(subject).build(asked["seed"], asked["epoch"], **rest)
    return [Batch(ids=tuple(map(plain_id, ids)), content=one) for ids, one in found]


def batches_apart(
    obtained: Epoch, reference: Epoch, *, suspicion: str, first: int = 0
) -> Finding | None:
    """Compare two epochs.

    Args:
        obtained: One of them.
        reference: The other.
        suspicion: What is likely wrong if they differ.
        first: The number of their first batch.

    Returns:
        The first batch that differs; None if all are the same, bit for bit.
    """
    for place in range(max(len(obtained), len(reference))):
        mine = obtained[place] if place < len(obtained) else None
        its = reference[place] if place < len(reference) else None
        if _key(mine) != _key(its):
            return Finding(
                suspicion=suspicion,
                where=f"batch {first + place}",
                obtained=mine.text if mine else "no batch",
                reference=its.text if its else "no batch",
            )
    return None


def _key(batch: Batch | None) -> tuple[object, ...]:
    return () if batch is None else (batch.ids, tree_digest(batch.content))


def plain_id(sample: Any) -> Any:  # noqa: ANN401  # whatever an id is
    """Take an id out of a tensor: two tensors of one number are not found equal."""
    return sample.item() if hasattr(sample, "item") else sample
