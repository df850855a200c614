"""Operations on values in [0, 1]: light, contrast, colour. They compute pixel by pixel.

They keep the label where colour does not make it.
"""

from dataclasses import dataclass
from typing import Final

import torch

from pytest_repro.augmentation.operations import Drawn, Operation, Settings, Values
from pytest_repro.augmentation.schedules import Bounds
from pytest_repro.augmentation.torch_resampling import check_images, column
from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Field

__all__ = ["Brightness", "Contrast", "Invert", "Posterize", "Saturation"]

_RGB: Final = 3
_GREY: Final = (0.299, 0.587, 0.114)
_LEVELS: Final = 255
_BITS: Final = 8


class Brightness(Operation):
    """Make an image lighter or darker.

    ::

        y = clip(factor · x, 0, 1)

    Rationale:
        Light varies.
    Trade-offs:
        What is clipped is lost.
    Use when:
        Images come from cameras.
    Fails when:
        Brightness is measured, as in radiology.
    """

    family = "colour"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Brightness"]):
        """What can be set, beside `Settings`.

        Attributes:
            factor: By what values are multiplied.
        """

        factor: Bounds = Field(Bounds(low=0.7, high=1.3), why="little is clipped")

    config: "Brightness.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """One factor."""
        return (Drawn(name="factor", bounds=self.config.factor, identity=1.0),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Multiply."""
        check_images(batch, self.name)
        return (batch * column(values["factor"], batch)).clamp(0, 1)


class Contrast(Operation):
    """Move values away from a middle, or towards it.

    ::

        y = clip(pivot + factor · (x − pivot), 0, 1)

    Rationale:
        Light and lenses vary.
    Trade-offs:
        The pivot is fixed: a mean over pixels would depend on the order of adding up.
    Use when:
        Images come from cameras.
    Fails when:
        Images are nearly all on one side of the pivot: then this is brightness.
    """

    family = "colour"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Contrast"]):
        """What can be set, beside `Settings`.

        Attributes:
            factor: By what distances from the pivot are multiplied.
            pivot: The value that stays.
        """

        factor: Bounds = Field(Bounds(low=0.7, high=1.3), why="little is clipped")
        pivot: float = Field(0.5, why="the middle of [0, 1]")

    config: "Contrast.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """One factor."""
        return (Drawn(name="factor", bounds=self.config.factor, identity=1.0),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Spread."""
        check_images(batch, self.name)
        pivot = self.config.pivot
        return (pivot + (batch - pivot) * column(values["factor"], batch)).clamp(0, 1)


class Saturation(Operation):
    """Move colours away from their grey, or towards it.

    ::

        g = 0.299 · red + 0.587 · green + 0.114 · blue
        y = clip(g + factor · (x − g), 0, 1)

    Rationale:
        Cameras differ in colour.
    Trade-offs:
        Only for three channels.
    Use when:
        Colour helps, but not alone.
    Fails when:
        Channels are no colours.

    Source:
        ITU-R BT.601, section 2.5.1, for the weights.
    """

    family = "colour"
    domains = ("Float batch 3 h w",)

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Saturation"]):
        """What can be set, beside `Settings`.

        Attributes:
            factor: By what distances from grey are multiplied.
        """

        factor: Bounds = Field(Bounds(low=0.5, high=1.5), why="colours stay plausible")

    config: "Saturation.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """One factor."""
        return (Drawn(name="factor", bounds=self.config.factor, identity=1.0),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Spread."""
        check_images(batch, self.name)
        if batch.shape[1] != _RGB:
            msg = (
                f"{self.name} takes red, green and blue, got {batch.shape[1]} channels"
            )
            raise ReproUsageError(msg)
        red, green, blue = (
            weight * batch[:, channel : channel + 1]
            for channel, weight in enumerate(_GREY)
        )
        grey = red + green + blue  # [batch, 1, h, w], added in this order
        return (grey + (batch - grey) * column(values["factor"], batch)).clamp(0, 1)


class Posterize(Operation):
    """Keep only the upper bits of each value.

    ::

        q = 2^(8 − bits);   y = ⌊255 · x / q⌋ · q / 255

    Rationale:
        Shades are not shapes.
    Trade-offs:
        Values lose up to q/255 and are darker for it.
    Use when:
        Values come from bytes.
    Fails when:
        Fine shades make the label.

    Source:
        Cubuk et al. 2019, "AutoAugment: learning augmentation strategies from data".
    """

    family = "colour"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Posterize"]):
        """What can be set, beside `Settings`.

        Attributes:
            bits: How many bits stay, of 8.
        """

        bits: Bounds = Field(Bounds(low=4, high=8, law="whole"), why="as in the paper")

    config: "Posterize.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """One number of bits."""
        return (Drawn(name="bits", bounds=self.config.bits, identity=_BITS),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Round down."""
        check_images(batch, self.name)
        quantum = column(torch.exp2(_BITS - values["bits"]).round(), batch)
        return torch.floor(batch * _LEVELS / quantum) * quantum / _LEVELS


class Invert(Operation):
    """Make light dark and dark light.

    ::

        y = 1 − x

    Rationale:
        Dark on light is read as light on dark.
    Trade-offs:
        It is all or nothing: strength scales its probability.
    Use when:
        Shapes make the label.
    Fails when:
        The sign of a value has a meaning.

    Source:
        Cubuk et al. 2019, as for `Posterize`.
    """

    family = "colour"
    has_magnitude = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Invert"]):
        """What can be set: `Settings`."""

    config: "Invert.Config"

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Subtract from 1."""
        del values
        check_images(batch, self.name)
        return 1 - batch
