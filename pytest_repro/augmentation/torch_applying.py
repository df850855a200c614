"""Apply what was drawn to a batch on its device; every sample at once, nothing drawn.

A sample on which an operation does not act, or at whose values it does nothing, keeps
its very bits: no operation has to be exact at its identity, and none is run if it acts
on no sample at all.
"""

from collections.abc import Callable, Sequence

import torch

from pytest_repro.augmentation.operations import Operation
from pytest_repro.augmentation.parameters import Parameters, Part
from pytest_repro.augmentation.troubles import Trouble, TroubleKind
from pytest_repro.errors import ReproUsageError

__all__ = ["apply"]

Pair = tuple[torch.Tensor, torch.Tensor | None]
Note = Callable[[Trouble], None]


def apply(
    operations: Sequence[Operation],
    pair: Pair,
    parameters: Parameters,
    *,
    note: Note | None,
) -> Pair:
    """Apply operations in order.

    Args:
        operations: The operations.
        pair: Samples and targets, or None.
        parameters: What was drawn for them.
        note: Is told of samples that were spoilt.

    Returns:
        New samples and targets.

    Raises:
        ReproUsageError: If parameters do not belong to operations and samples.
    """
    _check(operations, pair[0], parameters)
    for operation, part in zip(operations, parameters.parts, strict=True):
        marks = _active(operation, part)
        if not any(marks):
            continue
        before = pair[0]
        try:
            pair = _apply_one(operation, part, pair, marks)
        except Exception as error:
            if note is not None:
                note(_trouble(TroubleKind.RAISED, part, parameters, 0, str(error)))
            raise
        if note is not None:
            for kind, row in _spoilt(before, pair[0], marks):
                note(_trouble(kind, part, parameters, row))
    return pair


def _apply_one(
    operation: Operation, part: Part, pair: Pair, marks: Sequence[bool]
) -> Pair:
    batch, targets = pair
    values = {
        name: torch.tensor(row, dtype=torch.float64).to(batch.device)
        for name, row in part.values
    }
    if part.partners:
        values["partner"] = torch.tensor(part.partners).to(batch.device)
    acts = torch.tensor(marks).to(batch.device)
    made = operation.transform(batch, values)
    found = torch.where(_as_column(acts, batch), made, batch)
    if targets is None or operation.preserves_label:
        return found, targets
    true = operation.transform_labels(targets, values, tuple(batch.shape[1:]))
    return found, torch.where(_as_column(acts, targets), true, targets)


def _active(operation: Operation, part: Part) -> list[bool]:
    """On which samples the operation acts at values that are not its identity."""
    values = dict(part.values)
    partners = part.partners or [-1] * len(part.acted)
    measured = [one for one in operation.draws() if one.identity is not None]
    return [
        acts
        and partners[row] != row
        and (
            not measured
            or any(values[one.name][row] != one.identity for one in measured)
        )
        for row, acts in enumerate(part.acted)
    ]


def _as_column(marks: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return marks.reshape(-1, *[1] * (like.ndim - 1))


def _check(
    operations: Sequence[Operation], batch: torch.Tensor, parameters: Parameters
) -> None:
    ours = [one.name for one in operations]
    theirs = [one.name for one in parameters.parts]
    if ours != theirs:
        msg = (
            "the parameters were drawn for other operations\n"
            f"  policy      {', '.join(ours)}\n"
            f"  parameters  {', '.join(theirs)}"
        )
        raise ReproUsageError(msg)
    if len(batch) != len(parameters.ids):
        msg = (
            f"the batch has {len(batch)} samples, and was drawn for"
            f" {len(parameters.ids)}: policy.draw(seed, epoch, ids of this batch)"
        )
        raise ReproUsageError(msg)


def _spoilt(
    before: torch.Tensor, after: torch.Tensor, marks: Sequence[bool]
) -> list[tuple[TroubleKind, int]]:
    """Which samples became constant or not finite, and were neither before."""
    if before[0].numel() == 0:
        return []
    is_new = torch.tensor(marks).to(before.device)
    is_bad = _is_bad(after)
    rows = {
        TroubleKind.NOT_FINITE: is_new & is_bad & ~_is_bad(before),
        TroubleKind.CONSTANT: is_new & _is_flat(after) & ~_is_flat(before) & ~is_bad,
    }
    return [
        (kind, row)
        for kind, found in rows.items()
        for row in found.nonzero().flatten().tolist()
    ]


def _is_bad(batch: torch.Tensor) -> torch.Tensor:
    return ~torch.isfinite(batch).flatten(1).all(1)


def _is_flat(batch: torch.Tensor) -> torch.Tensor:
    flat = batch.flatten(1)
    return (flat == flat[:, :1]).all(1) & (flat.shape[1] > 1)


def _trouble(
    kind: TroubleKind, part: Part, parameters: Parameters, row: int, message: str = ""
) -> Trouble:
    return Trouble(
        kind=kind,
        operation=part.name,
        id=parameters.ids[row],
        epoch=parameters.epoch,
        values=tuple((name, values[row]) for name, values in part.values),
        policy=parameters.policy,
        message=message,
    )
