"""Operations that add noise or take detail away; noise is computed where the batch is.

A sample draws one number of 52 bits. Every element of it gets its own numbers from that
and from its place in the sample, in whole arithmetic; so noise has the same bits on any
device, in any batch, and a replay needs to keep that one number.
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch.nn import functional

from pytest_repro.augmentation.draws import (
    KEY_BITS,
    NORMAL_BITS,
    normal_table,
    philox,
)
from pytest_repro.augmentation.operations import Drawn, Operation, Settings, Values
from pytest_repro.augmentation.schedules import Bounds
from pytest_repro.augmentation.torch_resampling import check_images, column
from pytest_repro.recipes import Buildable, Field

__all__ = ["KEY", "Blur", "GaussianNoise", "SaltAndPepper", "element_words"]

KEY: Final = Drawn(name="key", bounds=Bounds(low=0, high=2**KEY_BITS - 1, law="whole"))
"""The number from which a whole field of noise is drawn."""

_WORD: Final = 32
_MASK: Final = 2**_WORD - 1
_LANES: Final = 4


def element_words(key: torch.Tensor, count: int) -> torch.Tensor:
    """Give each element of each sample a word of its own.

    ::

        word(e) = philox((⌊e / 4⌋, 0, 0, 0), key)[e mod 4]

    Law: the first words are the same, however many are asked for.

    Args:
        key: float64[samples], whole numbers below 2⁵².
        count: How many elements a sample has.

    Returns:
        int64[samples, count] in [0, 2³²).
    """
    whole = key.long()[:, None]
    blocks = torch.arange(-(-count // _LANES), device=key.device)[None, :]
    nothing = torch.zeros_like(blocks)
    words = philox((blocks, nothing, nothing, nothing), (whole & _MASK, whole >> _WORD))
    return torch.stack(words, dim=-1).flatten(1)[:, :count]


class GaussianNoise(Operation):
    """Add normal noise.

    ::

        y = x + sigma · z,   z from `draws.normal_table`, so |z| < 4.34

    Rationale:
        Sensors are noisy.
    Trade-offs:
        Values may leave [0, 1]: clipping would make the noise biased.
    Use when:
        A model should not rely on single pixels.
    Fails when:
        Fine texture makes the label.
    """

    family = "noise"
    keeps_range = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["GaussianNoise"]):
        """What can be set, beside `Settings`.

        Attributes:
            sigma: The standard deviation.
        """

        sigma: Bounds = Field(Bounds(low=0.0, high=0.1), why="visible, not disturbing")

    config: "GaussianNoise.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How much, and which noise."""
        return (Drawn(name="sigma", bounds=self.config.sigma, identity=0.0), KEY)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Add."""
        check_images(batch, self.name)
        count = batch[0].numel() if len(batch) else 0
        words = element_words(values["key"], count)
        table = _normal_table(batch.device, batch.dtype)
        noise = table[words >> (_WORD - NORMAL_BITS)].reshape(batch.shape)
        return batch + column(values["sigma"], batch) * noise


class SaltAndPepper(Operation):
    """Replace some pixels by black or white, in all channels together.

    ::

        y = 1 where u < fraction / 2;  0 where fraction / 2 ≤ u < fraction;  x elsewhere

    Rationale:
        Pixels die, dust lies on lenses.
    Trade-offs:
        A hit pixel tells nothing any more.
    Use when:
        A model should not rely on single pixels.
    Fails when:
        Details are as small as pixels.
    """

    family = "noise"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["SaltAndPepper"]):
        """What can be set, beside `Settings`.

        Attributes:
            fraction: Which share of pixels.
        """

        fraction: Bounds = Field(Bounds(low=0.0, high=0.05), why="one pixel in twenty")

    config: "SaltAndPepper.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How many, and which pixels."""
        return (Drawn(name="fraction", bounds=self.config.fraction, identity=0.0), KEY)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Replace."""
        height, width = check_images(batch, self.name)
        words = element_words(values["key"], height * width)
        place = words.reshape(len(batch), 1, height, width).double()
        hit = values["fraction"].reshape(-1, 1, 1, 1) * 2.0**_WORD
        salted = torch.where(place < hit / 2, torch.ones_like(batch), batch)
        is_pepper = (place >= hit / 2) & (place < hit)
        return torch.where(is_pepper, torch.zeros_like(batch), salted)


class Blur(Operation):
    """Blur with a Gaussian of few pixels.

    ::

        y = Σ over |k| ≤ radius of w(k) · x(· + k),  first down, then to the right
        w(k) = exp(−k² / 2 sigma²) / Σ

    At the border the image is mirrored.

    Rationale:
        Lenses blur.
    Trade-offs:
        Beyond `radius` the Gaussian is cut: keep sigma under half of it.
    Use when:
        Sharpness varies.
    Fails when:
        Fine detail makes the label, or the image is no larger than the radius.
    """

    family = "noise"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Blur"]):
        """What can be set, beside `Settings`.

        Attributes:
            sigma: How wide [pixels].
            radius: How far it reaches [pixels].
        """

        sigma: Bounds = Field(Bounds(low=0.0, high=1.0), why="edges stay")
        radius: int = Field(2, why="twice the widest sigma")

    config: "Blur.Config"

    @property
    def least_side(self) -> int:
        """Mirrored at its border, an image must be larger than the radius."""
        return self.config.radius + 1

    def draws(self) -> tuple[Drawn, ...]:
        """One width."""
        return (Drawn(name="sigma", bounds=self.config.sigma, identity=0.0),)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Add up, from one side to the other."""
        check_images(batch, self.name)
        radius = self.config.radius
        weights = _gaussian(values["sigma"], radius)
        found = batch
        for axis, pad in ((2, (0, 0, radius, radius)), (3, (radius, radius, 0, 0))):
            padded = functional.pad(found, pad, mode="reflect")
            size = found.shape[axis]
            found = torch.zeros_like(found)
            for at, weight in enumerate(weights):
                found = found + column(weight, batch) * padded.narrow(axis, at, size)
        return found.clamp(0, 1)


def _gaussian(sigma: torch.Tensor, radius: int) -> list[torch.Tensor]:
    """Compute weights that add up to 1, rounded so that no platform's bits get in."""
    width = torch.where(sigma > 0, sigma, torch.ones_like(sigma))
    raw = [
        torch.round(torch.exp(-(k**2) / (2 * width * width)) * 2.0**30) / 2.0**30
        for k in range(-radius, radius + 1)
    ]
    total = sum(raw[1:], raw[0])
    return [one / total for one in raw]


def _normal_table(device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    return torch.tensor(normal_table()).to(device=device, dtype=dtype)
