"""A policy: operations in order, each with its probability, bounds and conditions.

Drawing and applying are two calls. What is drawn is a value that can be looked at, kept
and applied again; applying is a function of it and of the batch, and draws nothing.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_repro.augmentation.drawing import Batch, Marks, draw_part
from pytest_repro.augmentation.draws import ALGORITHM, SampleId, sample_words
from pytest_repro.augmentation.operations import Operation
from pytest_repro.augmentation.parameters import Parameters, Part
from pytest_repro.augmentation.schedules import Moment, Number, value_at
from pytest_repro.augmentation.troubles import Trouble, warn_of
from pytest_repro.digests import Digest
from pytest_repro.errors import CheckpointError, ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field, digest

__all__ = ["Policy"]

SIDECAR = "augmentation"

Tensor = Any
"""A tensor of torch; this module does not import it."""


class Policy(Component, kind="aug"):
    """Apply operations in order, each to the samples that it is drawn for.

    Rationale:
        What a sample becomes is a function of seed, epoch, its id and the policy; so it
        does not matter who prepares it, in which batch, after what.
    Trade-offs:
        Each number is computed from its address, which costs more than a generator.
    Use when:
        Batches are tensors, and a sample has an id.
    Fails when:
        Samples of a batch differ in shape; values are no floats where pixels are meant.

    Law: for operations of the stage ``sample``::

        apply(batch, draw(seed, epoch, ids))[i]
            = apply(batch[i : i + 1], draw(seed, epoch, ids[i : i + 1]))[0]

    Example:
        >>> from pytest_repro.augmentation import Flip
        >>> policy = Policy.Config(operations=(Flip.Config(),)).build()
        >>> policy.draw(0, 0, ["a", "b", "c", "d", "e"]).parts[0].acted
        (True, True, True, False, True)
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Policy"]):
        """What can be set.

        Attributes:
            operations: Their configs, in order.
            strength: By which the strength of each is multiplied.
        """

        operations: tuple[Any, ...] = Field((), why="nothing is done unasked")
        strength: Number = Field(
            1.0, search=Domain.float(0.0, 1.0), why="as the operations say"
        )

    def __init__(self, config: "Policy.Config") -> None:
        """Build the operations.

        Args:
            config: The settings.

        Raises:
            ReproUsageError: If two have one name, or a condition names none before it.
        """
        self.config = config
        self.operations: tuple[Operation, ...] = tuple(
            one.build() for one in config.operations
        )
        self.digest: Digest = digest(config)
        _check_names(self.operations)

    @property
    def preserves_label(self) -> bool:
        """Whether the labels stay true."""
        return all(one.preserves_label for one in self.operations)

    def at_strength(self, strength: Number) -> "Policy":
        """Make the same policy with another strength.

        Args:
            strength: In [0, 1]; at 0 nothing is done, bit for bit.

        Returns:
            The other policy.
        """
        return Policy(dataclasses.replace(self.config, strength=strength))

    def draw(
        self,
        seed: int,
        epoch: int,
        ids: Collection[SampleId],
        *,
        step: int = 0,
        labels: Sequence[int | str] | None = None,
    ) -> Parameters:
        """Draw everything that is to be done to a batch.

        Args:
            seed: The root seed.
            epoch: Which epoch.
            ids: The samples of the batch.
            step: Which step; counts only for schedules by step.
            labels: Of the samples; needed if an operation has a condition on them.

        Returns:
            What was drawn.

        Raises:
            ReproUsageError: If labels are missing, or bounds have no meaning.
        """
        named = tuple(ids)
        now = Moment(epoch=epoch, step=step)
        batch = Batch(
            seed=seed,
            now=now,
            words=sample_words(named),
            labels=labels,
            strength=value_at(self.config.strength, now),
        )
        acted: dict[str, Marks] = {}
        parts: list[Part] = []
        for one in self.operations:
            parts.append(draw_part(one, batch, acted))
            acted[one.name] = np.array(parts[-1].acted, dtype=bool)
        return Parameters(
            policy=self.digest,
            seed=seed,
            epoch=epoch,
            step=step,
            ids=named,
            parts=tuple(parts),
        )

    def apply(
        self,
        batch: Tensor,
        parameters: Parameters,
        *,
        note: Callable[[Trouble], None] | None = warn_of,
    ) -> Tensor:
        """Apply what was drawn.

        Args:
            batch: Samples along the first axis, on any device; it is not changed.
            parameters: What was drawn for them, by this policy or an older one with
                operations of the same names.
            note: Is told of samples that became constant or not finite; None not to
                look, which saves a pass over the batch for each operation.

        Returns:
            A new batch.

        Raises:
            ReproUsageError: If labels change, or the parameters are of another batch or
                of other operations.
        """
        if not self.preserves_label:
            names = [one.name for one in self.operations if not one.preserves_label]
            msg = (
                f"{', '.join(names)} changes labels: write"
                " batch, targets = policy.apply_labelled(batch, targets, parameters)"
            )
            raise ReproUsageError(msg)
        return self.apply_labelled(batch, None, parameters, note=note)[0]

    def apply_labelled(
        self,
        batch: Tensor,
        targets: Tensor | None,
        parameters: Parameters,
        *,
        note: Callable[[Trouble], None] | None = warn_of,
    ) -> tuple[Tensor, Tensor]:
        """Apply what was drawn to samples and labels.

        Args:
            batch: As for `apply`.
            targets: float[batch, classes], the share of each class; None if there are
                none, and the labels are not asked for.
            parameters: As for `apply`.
            note: As for `apply`.

        Returns:
            The new batch, and the labels that are true of it.

        Raises:
            ReproUsageError: As for `apply`.
        """
        from pytest_repro.augmentation import torch_applying  # noqa: PLC0415  # drawing needs no torch

        return torch_applying.apply(
            self.operations, (batch, targets), parameters, note=note
        )

    def sidecar(self) -> dict[str, str]:
        """Say what belongs beside a checkpoint.

        Returns:
            The digest of the policy, and the algorithm that draws, by name.
        """
        return {SIDECAR: self.digest, f"{SIDECAR}-draws": ALGORITHM}

    def check_sidecar(self, found: Mapping[str, str]) -> None:
        """Refuse a checkpoint that was trained under another policy.

        Args:
            found: What lies beside the checkpoint.

        Raises:
            CheckpointError: If it is of another policy, or says nothing of one.
        """
        for name, obtained in self.sidecar().items():
            if found.get(name) != obtained:
                msg = (
                    "the checkpoint was trained under another augmentation\n"
                    f"  {name}\n"
                    f"    now         {obtained}\n"
                    f"    checkpoint  {found.get(name, 'says nothing')}\n"
                    "  compare: pytest_repro.recipes.dump(policy.config)"
                )
                raise CheckpointError(msg)


def _check_names(operations: Sequence[Operation]) -> None:
    known: list[str] = []
    for one in operations:
        if one.name in known:
            msg = (
                f"two operations are called {one.name!r}, and would draw the same: give"
                f" one a name, {type(one).__name__}.Config(name=…)"
            )
            raise ReproUsageError(msg)
        for other in (one.config.when.applied, one.config.when.not_applied):
            if other and other not in known:
                msg = (
                    f"{one.name} acts where {other!r} did or did not, and no such"
                    f" operation comes before it: {', '.join(known) or 'none'}"
                )
                raise ReproUsageError(msg)
        known.append(one.name)
