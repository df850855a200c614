"""Failures and near misses of an augmentation, as records and not as lost exceptions.

A sample that came out constant teaches nothing, and no error says so; one that came out
not finite ends a run hours later, somewhere else. Both are told at the operation that
made them, with what was drawn for it, so that the sample can be made again alone.
"""

import warnings
from dataclasses import dataclass
from enum import Enum

from pytest_repro.augmentation.draws import SampleId
from pytest_repro.digests import Digest
from pytest_repro.errors import ReproWarning

__all__ = ["Trouble", "TroubleKind", "warn_of"]


class TroubleKind(Enum):
    """What went wrong with a sample, or nearly."""

    NOT_FINITE = "not finite"
    CONSTANT = "constant"
    RAISED = "raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One sample that an operation spoilt; the tag of these records is ``aug``.

    Attributes:
        kind: What happened.
        operation: Its name in the policy.
        id: The sample; with `RAISED` the first of the batch.
        epoch: In which epoch.
        values: What was drawn for it, by field.
        policy: The digest of the policy.
        message: Of the exception, with `RAISED`.
    """

    kind: TroubleKind
    operation: str
    id: SampleId
    epoch: int
    values: tuple[tuple[str, float], ...]
    policy: Digest
    message: str = ""

    def to_mapping(self) -> dict[str, object]:
        """Turn it into what canonical JSON can say.

        Returns:
            Plain values by name.
        """
        return {
            "tag": "aug",
            "kind": self.kind.value,
            "operation": self.operation,
            "id": self.id,
            "epoch": self.epoch,
            "values": dict(self.values),
            "policy": self.policy,
            "message": self.message,
        }


def warn_of(trouble: Trouble) -> None:
    """Tell a person; what `Policy.apply` does with troubles unless told otherwise.

    Args:
        trouble: What happened.
    """
    drawn = ", ".join(f"{name} {value!r}" for name, value in trouble.values)
    text = (
        f"{trouble.operation} made sample {trouble.id!r} {trouble.kind.value} in epoch"
        f" {trouble.epoch}\n  drawn   {drawn or 'nothing'}\n"
        "  keep    policy.apply(batch, parameters, note=troubles.append)"
    )
    warnings.warn(text, ReproWarning, stacklevel=3)
