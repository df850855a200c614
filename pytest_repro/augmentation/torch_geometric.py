"""Geometric operations: where things are in an image.

They keep the label where it does not depend on place or orientation: a mirrored 2 is no
2, and a turned 6 is a 9. Whoever uses them says so for their data.
"""

from dataclasses import dataclass
from typing import Literal

import torch

from pytest_repro.augmentation.operations import Drawn, Operation, Settings, Values
from pytest_repro.augmentation.schedules import Bounds
from pytest_repro.augmentation.torch_resampling import (
    Matrix,
    check_images,
    cosine_and_sine,
    rectangle,
    shift,
    warp,
)
from pytest_repro.recipes import Buildable, Field

__all__ = ["Affine", "Crop", "Cutout", "Flip", "Rotate", "Translate"]

_SOMEWHERE = Bounds(low=0.0, high=1.0)


class Flip(Operation):
    """Mirror an image.

    ::

        y[c, i, j] = x[c, i, w − 1 − j]    horizontally;  x[c, h − 1 − i, j]  vertically

    Rationale:
        Most things seen from the other side are the same things.
    Trade-offs:
        Doubles the data at no cost; nothing is computed, so it is exact.
    Use when:
        Left and right mean nothing.
    Fails when:
        They do: digits, text, hands, organs.
    """

    family = "geometric"
    has_magnitude = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Flip"]):
        """What can be set, beside `Settings`.

        Attributes:
            direction: What changes places.
        """

        direction: Literal["horizontal", "vertical"] = Field(
            "horizontal", why="the world has an up and a down"
        )

    config: "Flip.Config"

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Mirror."""
        del values
        check_images(batch, self.name)
        return batch.flip(3 if self.config.direction == "horizontal" else 2)


class Translate(Operation):
    """Move an image by whole pixels; zeros come in.

    ::

        y[c, i, j] = x[c, i − down, j − right],  0 outside

    With bounds ±k this is the usual crop of an image padded by k.

    Rationale:
        Where a thing is should not say what it is.
    Trade-offs:
        Whole pixels are exact; at small strengths few are left.
    Use when:
        Nearly always, for images.
    Fails when:
        Things touch the border and are cut.
    """

    family = "geometric"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Translate"]):
        """What can be set, beside `Settings`.

        Attributes:
            down: By how many pixels.
            right: Likewise.
        """

        down: Bounds = Field(
            Bounds(low=-4, high=4, law="whole"), why="usual for 32 pixels"
        )
        right: Bounds = Field(
            Bounds(low=-4, high=4, law="whole"), why="usual for 32 pixels"
        )

    config: "Translate.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """Two distances."""
        return (
            Drawn(name="down", bounds=self.config.down, identity=0),
            Drawn(name="right", bounds=self.config.right, identity=0),
        )

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Move."""
        check_images(batch, self.name)
        return shift(batch, values["down"], values["right"])


class Rotate(Operation):
    """Turn an image about its middle, anticlockwise.

    ::

        y(p) = x(R(θ) · p),   R = ((cos θ, −sin θ), (sin θ, cos θ))

    with p to the right and down from the middle, bilinear between pixels, 0 outside.

    Rationale:
        Cameras and writing are slanted.
    Trade-offs:
        Bilinear resampling blurs a little.
    Use when:
        Small angles mean nothing.
    Fails when:
        Angles are large enough to turn a 6 into a 9.
    """

    family = "geometric"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Rotate"]):
        """What can be set, beside `Settings`.

        Attributes:
            degrees: By which angle [°].
        """

        degrees: Bounds = Field(Bounds(low=-15.0, high=15.0), why="6 stays 6")

    config: "Rotate.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """One angle."""
        return (Drawn(name="degrees", bounds=self.config.degrees, identity=0.0),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Turn."""
        check_images(batch, self.name)
        cosine, sine = cosine_and_sine(values["degrees"])
        nothing = torch.zeros_like(cosine)
        matrix = Matrix(xx=cosine, xy=-sine, yx=sine, yy=cosine, x=nothing, y=nothing)
        return warp(batch, matrix)


class Affine(Operation):
    """Turn, scale, shear and move at once, with one resampling.

    ::

        y(p) = x(R(θ) · ((1, k), (0, 1)) · p / s − t)

    with p as for `Rotate`, shear k, scale s, and t in shares of width and height.

    Rationale:
        One resampling blurs less than four.
    Trade-offs:
        The parts are drawn together: all or none of them.
    Use when:
        Views vary.
    Fails when:
        Shape is the label.

    Source:
        Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural
        networks applied to visual document analysis".
    """

    family = "geometric"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Affine"]):
        """What can be set, beside `Settings`.

        Attributes:
            degrees: By which angle [°].
            scale: How large things become.
            shear: By how much a row is moved, for each row below it.
            down: By which share of the height.
            right: By which share of the width.
        """

        degrees: Bounds = Field(Bounds(low=-10.0, high=10.0), why="6 stays 6")
        scale: Bounds = Field(Bounds(low=0.9, high=1.1), why="little is cut")
        shear: Bounds = Field(Bounds(low=-0.1, high=0.1), why="as handwriting slants")
        down: Bounds = Field(Bounds(low=-0.1, high=0.1), why="little is cut")
        right: Bounds = Field(Bounds(low=-0.1, high=0.1), why="little is cut")

    config: "Affine.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """An angle, a scale, a shear and two distances."""
        settings = self.config
        return (
            Drawn(name="degrees", bounds=settings.degrees, identity=0.0),
            Drawn(name="scale", bounds=settings.scale, identity=1.0),
            Drawn(name="shear", bounds=settings.shear, identity=0.0),
            Drawn(name="down", bounds=settings.down, identity=0.0),
            Drawn(name="right", bounds=settings.right, identity=0.0),
        )

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Turn, scale, shear and move."""
        height, width = check_images(batch, self.name)
        cosine, sine = cosine_and_sine(values["degrees"])
        scale, shear = values["scale"], values["shear"]
        matrix = Matrix(
            xx=cosine / scale,
            xy=(cosine * shear - sine) / scale,
            yx=sine / scale,
            yy=(sine * shear + cosine) / scale,
            x=-values["right"] * width,
            y=-values["down"] * height,
        )
        return warp(batch, matrix)


class Crop(Operation):
    """Take a part of an image and enlarge it to the whole.

    ::

        y(p) = x(s · p + t),   s = 1 − cut,   |t| ≤ cut / 2 of width and height

    Rationale:
        Things come nearer, and a part has to do for the whole.
    Trade-offs:
        Height and width are cut alike, so that shapes stay what they are.
    Use when:
        Things may fill any part of the image.
    Fails when:
        What makes the label can be cut off.

    Source:
        Szegedy et al. 2015, "Going deeper with convolutions", without its change of
        aspect.
    """

    family = "geometric"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Crop"]):
        """What can be set, beside `Settings`.

        Attributes:
            cut: Which share of height and width is cut off.
        """

        cut: Bounds = Field(Bounds(low=0.0, high=0.3), why="half of the area stays")

    config: "Crop.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How much is cut, and where."""
        return (
            Drawn(name="cut", bounds=self.config.cut, identity=0.0),
            Drawn(name="down", bounds=_SOMEWHERE),
            Drawn(name="right", bounds=_SOMEWHERE),
        )

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Take a part."""
        height, width = check_images(batch, self.name)
        cut = values["cut"]
        size, nothing = 1 - cut, torch.zeros_like(cut)
        matrix = Matrix(
            xx=size,
            xy=nothing,
            yx=nothing,
            yy=size,
            x=cut * (values["right"] - 0.5) * width,
            y=cut * (values["down"] - 0.5) * height,
        )
        return warp(batch, matrix)


class Cutout(Operation):
    """Replace a rectangle by one value.

    ::

        y[c, i, j] = fill  where  top ≤ i < top + ⌊size · h⌋  and likewise for j,
                     x[c, i, j]  elsewhere

    Rationale:
        A part of a thing has to do for the whole.
    Trade-offs:
        Unlike in the paper the rectangle lies inside the image: it has all of its
        area.
    Use when:
        Things are larger than the rectangle.
    Fails when:
        A small detail makes the label.

    Source:
        DeVries and Taylor 2017, "Improved regularization of convolutional neural
        networks with cutout".
    """

    family = "geometric"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Cutout"]):
        """What can be set, beside `Settings`.

        Attributes:
            size: Which share of height and width.
            fill: What is put there.
        """

        size: Bounds = Field(Bounds(low=0.1, high=0.4), why="most of the image stays")
        fill: float = Field(0.0, why="as what comes in from outside")

    config: "Cutout.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How large, and where."""
        return (
            Drawn(name="size", bounds=self.config.size, identity=0.0),
            Drawn(name="down", bounds=_SOMEWHERE),
            Drawn(name="right", bounds=_SOMEWHERE),
        )

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Replace."""
        height, width = check_images(batch, self.name)
        size = values["size"]
        box = rectangle((height, width), (size, size), values)
        return batch.masked_fill(box[:, None], self.config.fill)
