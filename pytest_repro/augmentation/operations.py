"""What every operation says about itself: its kind, its bounds, when it acts.

An operation is a component of recipes, so that its settings are typed, searchable and
part of a digest. It draws nothing itself: it names the fields to be drawn, with bounds,
and computes from what was drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from pytest_repro.augmentation.schedules import Bounds, Number
from pytest_repro.recipes import Component, Domain, Field
from pytest_repro.records.module_contracts import (
    BITWISE,
    AugmentationContract,
    Level,
)

__all__ = ["Drawn", "Operation", "Settings", "Values", "When"]

Tensor: TypeAlias = Any
"""A tensor of torch; this module does not import it."""

Values: TypeAlias = Mapping[str, Tensor]
"""Of each field, float64[samples]."""

Kind: TypeAlias = Literal["geometric", "colour", "noise", "sequence", "mixing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Under which conditions an operation acts; all of them have to hold.

    Attributes:
        from_epoch: The first epoch.
        until_epoch: The first epoch in which it no longer acts; None for never.
        labels: Only on samples with one of these labels; empty for all.
        applied: Only on samples on which this earlier operation acted.
        not_applied: Only on samples on which this earlier one did not.
    """

    from_epoch: int = 0
    until_epoch: int | None = None
    labels: tuple[int | str, ...] = ()
    applied: str = ""
    not_applied: str = ""

    def holds_in(self, epoch: int) -> bool:
        """Tell whether the epoch is one of those.

        Args:
            epoch: Which.

        Returns:
            Whether it is.
        """
        is_over = self.until_epoch is not None and epoch >= self.until_epoch
        return epoch >= self.from_epoch and not is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set for each operation.

    Attributes:
        p: With which probability it acts on a sample, where `when` holds.
        strength: How far from doing nothing it goes, in [0, 1].
        when: Its conditions.
        name: What its draws are addressed by; empty for the name of its class.
    """

    p: Number = Field(
        0.5, search=Domain.float(0.0, 1.0), why="the original is seen as often"
    )
    strength: Number = Field(
        1.0, search=Domain.float(0.0, 1.0), why="as the bounds say"
    )
    when: When = Field(When(), why="always")
    name: str = Field("", why="a policy rarely has one operation twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A field that is drawn for each sample.

    Attributes:
        name: Of the field.
        bounds: Between which values, and by which law.
        identity: At which value the operation does nothing, and to which strength
            draws it; None for fields that say where or which, not how much.
    """

    name: str
    bounds: Bounds
    identity: float | None = None


class Operation(Component, kind="aug"):
    """The base of operations.

    Attributes:
        family: Geometric, colour, noise, sequence or mixing.
        domains: Shapes of what it can be applied to.
        stage: ``sample`` if each sample is changed alone, ``batch`` if it is mixed with
            others of its batch, on which the result then depends.
        preserves_label: Whether the label of a sample stays true.
        has_magnitude: Whether strength moves values; else it scales the probability.
        keeps_range: Whether values in [0, 1] stay there.
        independence: How nearly a sample in a batch equals the sample alone.
        config: Its settings.
    """

    family: ClassVar[Kind]
    domains: ClassVar[tuple[str, ...]] = ("Float batch channels h w",)
    stage: ClassVar[Literal["sample", "batch"]] = "sample"
    preserves_label: ClassVar[bool] = True
    has_magnitude: ClassVar[bool] = True
    keeps_range: ClassVar[bool] = True
    independence: ClassVar[Level] = BITWISE

    def __init__(self, config: Any) -> None:  # noqa: ANN401  # the Config of each
        """Keep the settings.

        Args:
            config: The `Config` of the class.
        """
        self.config = config

    @classmethod
    def promises(cls, config: Any) -> AugmentationContract:  # noqa: ANN401  # as above
        """Say what the operation promises with these settings.

        Args:
            config: Its settings.

        Returns:
            The contract, to which `pytest --repro-contracts` holds it.
        """
        from pytest_repro.augmentation.promises import promise  # noqa: PLC0415  # it knows this file

        return promise(config, name=f"aug/{cls.__name__}")

    @property
    def least_side(self) -> int:
        """How many pixels an image must have along each axis."""
        return 1

    @property
    def name(self) -> str:
        """What its draws are addressed by."""
        return self.config.name or type(self).__name__

    def draws(self) -> tuple[Drawn, ...]:
        """List the fields that are drawn for each sample.

        Returns:
            The fields; none if all it does is to act or not.
        """
        return ()

    def transform(self, batch: Tensor, values: Values) -> Tensor:
        """Compute what the operation makes of every sample.

        Who calls it puts those samples back that are to stay as they are.

        Args:
            batch: Samples along the first axis.
            values: What was drawn, and ``partner`` for the stage ``batch``.

        Returns:
            A new tensor of the same shape.
        """
        msg = (
            f"{self.name} does not say what it makes of {batch.shape}, {sorted(values)}"
        )
        raise TypeError(msg)

    def transform_labels(
        self, targets: Tensor, values: Values, shape: tuple[int, ...]
    ) -> Tensor:
        """Compute the labels that are true after the operation.

        Args:
            targets: float[batch, classes], shares of each class.
            values: As for `transform`.
            shape: Of one sample.

        Returns:
            A new tensor, or the same if labels stay true.
        """
        del values, shape
        return targets
