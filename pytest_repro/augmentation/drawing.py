"""How one operation is drawn for the samples of a batch: on the host, in float64.

There is one number for each sample and field, so this is little beside the pixels; and
what one machine draws, every other one draws, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pytest_repro.augmentation.draws import Floats, Whole, units
from pytest_repro.augmentation.operations import Drawn, Operation
from pytest_repro.augmentation.parameters import Part
from pytest_repro.augmentation.schedules import Moment, value_at
from pytest_repro.errors import ReproUsageError

__all__ = ["Batch", "Marks", "draw_part"]

Marks = npt.NDArray[np.bool_]

RANK = "rank"
"""The field by which operations of the stage ``batch`` find partners."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """For whom is drawn, and when.

    Attributes:
        seed: The root seed.
        now: Epoch and step.
        words: Of the samples, from `sample_words`.
        labels: Of the samples, if known.
        strength: Of the policy.
    """

    seed: int
    now: Moment
    words: tuple[Whole, Whole]
    labels: Sequence[int | str] | None
    strength: float

    def units(self, operation: str, field: str) -> Floats:
        """Draw one number in [0, 1) for each sample.

        Args:
            operation: The name of the operation.
            field: What is drawn.

        Returns:
            The numbers.
        """
        address = f"{self.now.epoch}/{len(operation)}/{operation}/{field}"
        return units(self.seed, address, self.words)


def draw_part(operation: Operation, batch: Batch, before: Mapping[str, Marks]) -> Part:
    """Draw one operation for each sample.

    ::

        acts   = when ∧ u < p                          p · strength without a magnitude
        value  = identity + strength · (drawn − identity)

    Args:
        operation: The operation.
        batch: For whom, and when.
        before: On which samples earlier operations act, by name.

    Returns:
        What was drawn.

    Raises:
        ReproUsageError: If a number is out of its range, or labels are missing.
    """
    strength = batch.strength * value_at(operation.config.strength, batch.now)
    p = value_at(operation.config.p, batch.now)
    if not (0 <= p <= 1 and 0 <= strength <= 1):
        msg = (
            f"{operation.name}: probability and strength lie in [0, 1],"
            f" got {p} and {strength} in epoch {batch.now.epoch}"
        )
        raise ReproUsageError(msg)
    p = p if operation.has_magnitude else p * strength
    acted = _allowed(operation, batch, before) & (
        batch.units(operation.name, "acts") < p
    )
    values = {
        field.name: _scaled(
            field,
            field.bounds.place(batch.units(operation.name, field.name), batch.now),
            strength,
        )
        for field in operation.draws()
    }
    return Part(
        name=operation.name,
        acted=tuple(acted.tolist()),
        values=tuple(
            (name, tuple(row.tolist())) for name, row in sorted(values.items())
        ),
        partners=_partners(values[RANK], batch.words)
        if operation.stage == "batch"
        else (),
    )


def _scaled(field: Drawn, drawn: Floats, strength: float) -> Floats:
    """Draw values towards the identity; whole ones stay whole, and never overshoot."""
    if field.identity is None or strength == 1:
        return drawn
    moved = strength * (drawn - field.identity)
    if field.bounds.law == "whole":
        moved = np.trunc(moved)
    found: Floats = field.identity + moved
    return np.clip(
        found, np.minimum(drawn, field.identity), np.maximum(drawn, field.identity)
    )


def _allowed(operation: Operation, batch: Batch, before: Mapping[str, Marks]) -> Marks:
    """Tell for which samples the conditions of an operation hold."""
    when, count = operation.config.when, len(batch.words[0])
    found = np.full(count, when.holds_in(batch.now.epoch))
    if when.labels:
        if batch.labels is None or len(batch.labels) != count:
            msg = (
                f"{operation.name} acts by label: draw(…, labels=…), one for each of"
                f" {count} samples"
            )
            raise ReproUsageError(msg)
        found &= np.array([one in when.labels for one in batch.labels], dtype=bool)
    if when.applied:
        found &= before[when.applied]
    if when.not_applied:
        found &= ~before[when.not_applied]
    return found


def _partners(ranks: Floats, words: tuple[Whole, Whole]) -> tuple[int, ...]:
    """Give each sample the next by rank, and the last the first.

    So whom a sample is mixed with depends on who is in the batch, not on their order.
    """
    order = np.lexsort((words[0], words[1], ranks))
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.roll(order, -1)
    return tuple(found.tolist())
