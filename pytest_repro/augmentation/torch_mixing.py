"""Operations that mix samples of one batch; labels change with them, and are told.

Whom a sample is mixed with depends on who else is in the batch: by nature these are not
independent of it. They do not depend on the order in the batch, on workers, or on what
came before. A sample alone in its batch stays as it is.
"""

from dataclasses import dataclass

import torch

from pytest_repro.augmentation.drawing import RANK
from pytest_repro.augmentation.operations import Drawn, Operation, Settings, Values
from pytest_repro.augmentation.schedules import Bounds
from pytest_repro.augmentation.torch_resampling import (
    check_images,
    column,
    rectangle,
)
from pytest_repro.recipes import Buildable, Field
from pytest_repro.records.module_contracts import NONE

__all__ = ["CutMix", "MixUp"]

_SOMEWHERE = Bounds(low=0.0, high=1.0)
_RANK = Drawn(name=RANK, bounds=_SOMEWHERE)


class MixUp(Operation):
    """Blend a sample with another one of its batch, and their labels alike.

    ::

        y = x + share · (x_partner − x);   targets alike

    Rationale:
        A model that is linear between samples is sure of less that it cannot know.
    Trade-offs:
        Shares are uniform between bounds, the paper's Beta(1, 1) at [0, 1]; there is no
        other Beta.
    Use when:
        Labels are classes, given as shares.
    Fails when:
        The result has to be looked at; the batch is small and sorted by class.

    Source:
        Zhang, Cisse, Dauphin and Lopez-Paz 2018, "mixup: beyond empirical risk
        minimization".
    """

    family = "mixing"
    domains = ("Float batch *shape",)
    stage = "batch"
    independence = NONE
    preserves_label = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["MixUp"]):
        """What can be set, beside `Settings`.

        Attributes:
            share: Of the partner.
        """

        share: Bounds = Field(
            Bounds(low=0.0, high=0.5), why="beyond a half the partner is the sample"
        )

    config: "MixUp.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How much, and of whom."""
        return (Drawn(name="share", bounds=self.config.share, identity=0.0), _RANK)

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Blend."""
        partner = batch[values["partner"]]
        return batch + column(values["share"], batch) * (partner - batch)

    def transform_labels(
        self, targets: torch.Tensor, values: Values, shape: tuple[int, ...]
    ) -> torch.Tensor:
        """Blend labels."""
        del shape
        partner = targets[values["partner"]]
        return targets + column(values["share"], targets) * (partner - targets)


class CutMix(Operation):
    """Paste a rectangle of another sample of the batch; labels by its area.

    ::

        y = x_partner inside the rectangle, x outside
        targets = targets + a · (targets_partner − targets),   a its share of pixels

    The rectangle has height ⌊size · h⌋ and width ⌊size · w⌋ and lies inside the image.

    Rationale:
        Every part of an image has to speak for its label.
    Trade-offs:
        Unlike in the paper the rectangle is never cut at the border, and its side is
        drawn, not its area.
    Use when:
        Labels are classes, given as shares.
    Fails when:
        The thing is small, and the rectangle shows only background.

    Source:
        Yun et al. 2019, "CutMix: regularization strategy to train strong classifiers
        with localizable features".
    """

    family = "mixing"
    stage = "batch"
    independence = NONE
    preserves_label = False

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["CutMix"]):
        """What can be set, beside `Settings`.

        Attributes:
            size: Which share of height and width.
        """

        size: Bounds = Field(Bounds(low=0.1, high=0.7), why="half of the area at most")

    config: "CutMix.Config"

    def draws(self) -> tuple[Drawn, ...]:
        """How large, where, and of whom."""
        return (
            Drawn(name="size", bounds=self.config.size, identity=0.0),
            Drawn(name="down", bounds=_SOMEWHERE),
            Drawn(name="right", bounds=_SOMEWHERE),
            _RANK,
        )

    def transform(self, batch: torch.Tensor, values: Values) -> torch.Tensor:
        """Paste."""
        box = self._box(check_images(batch, self.name), values)
        return torch.where(box[:, None], batch[values["partner"]], batch)

    def transform_labels(
        self, targets: torch.Tensor, values: Values, shape: tuple[int, ...]
    ) -> torch.Tensor:
        """Blend labels by area."""
        height, width = shape[-2:]
        pixels = self._box((height, width), values).flatten(1).sum(1)
        share = column(pixels.double() / (height * width), targets)
        return targets + share * (targets[values["partner"]] - targets)

    def _box(self, extent: tuple[int, int], values: Values) -> torch.Tensor:
        size = values["size"]
        return rectangle(extent, (size, size), values)
