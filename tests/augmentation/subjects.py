"""Every operation that ships, batches to try it on, and operations with planted faults.

They act on every sample, at values that change most of them.
"""

from dataclasses import dataclass
from typing import Any

import torch

from pytest_repro.augmentation import (
    Affine,
    Blur,
    Bounds,
    Brightness,
    Contrast,
    Crop,
    CutMix,
    Cutout,
    Drawn,
    Flip,
    GaussianNoise,
    Invert,
    MixUp,
    Operation,
    Parameters,
    Policy,
    Posterize,
    Rotate,
    SaltAndPepper,
    Saturation,
    SequenceCrop,
    Settings,
    TimeMask,
    TokenDrop,
    TokenMask,
    TokenReplace,
    Translate,
)
from pytest_repro.recipes import Buildable

IMAGES = torch.rand(9, 3, 13, 10, generator=torch.Generator().manual_seed(1))
TOKENS = torch.randint(1, 50, (9, 17), generator=torch.Generator().manual_seed(2))
IDS: tuple[int | str, ...] = (0, 5, 17, "a", "b", 2**40, "c/d", 3, "é")

ON_IMAGES = (
    Affine.Config(p=1.0),
    Blur.Config(p=1.0),
    Brightness.Config(p=1.0),
    Contrast.Config(p=1.0),
    Crop.Config(p=1.0),
    Cutout.Config(p=1.0),
    Flip.Config(p=1.0),
    GaussianNoise.Config(p=1.0),
    Invert.Config(p=1.0),
    Posterize.Config(p=1.0),
    Rotate.Config(p=1.0),
    SaltAndPepper.Config(p=1.0),
    Saturation.Config(p=1.0),
    Translate.Config(p=1.0),
)
ON_TOKENS = (
    SequenceCrop.Config(p=1.0),
    TimeMask.Config(p=1.0),
    TokenDrop.Config(p=1.0),
    TokenMask.Config(p=1.0, mask=99),
    TokenReplace.Config(p=1.0, high=50, fraction=Bounds(low=0.3, high=0.5)),
)
MIXING = (CutMix.Config(p=1.0), MixUp.Config(p=1.0))

SUBJECTS = tuple((one, IMAGES) for one in (*ON_IMAGES, *MIXING)) + tuple(
    (one, TOKENS) for one in ON_TOKENS
)
ALONE = tuple((one, IMAGES) for one in ON_IMAGES) + tuple(
    (one, TOKENS) for one in ON_TOKENS
)


def named(subject: object) -> str:
    """Call a case after its operation."""
    return type(subject).__qualname__.split(".")[0]


def policy_of(*operations: Any) -> Policy:  # noqa: ANN401  # configs of any operation
    """Build a policy."""
    return Policy.Config(operations=operations).build()


def applied(policy: Policy, batch: torch.Tensor, parameters: Parameters) -> Any:  # noqa: ANN401  # a tensor
    """Apply without asking for labels or troubles."""
    return policy.apply_labelled(batch, None, parameters, note=None)[0]


def augmented(policy: Policy, batch: torch.Tensor, ids: Any = IDS) -> Any:  # noqa: ANN401  # ids, a tensor
    """Draw and apply."""
    return applied(policy, batch, policy.draw(7, 3, ids))


class Planted(Operation):
    """Add a number; the base of faults."""

    family = "noise"

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Planted"]):
        """What can be set: `Settings`."""

    def draws(self) -> tuple[Drawn, ...]:
        """How much."""
        bounds = Bounds(low=0.5, high=1.0)
        return (Drawn(name="amount", bounds=bounds, identity=0.0),)


class KnowsBatch(Planted):
    """Subtract a mean over the batch."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["KnowsBatch"]):
        """What can be set: `Settings`."""

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Let the other samples in."""
        del values
        return batch - batch.mean(0)


class DrawsGlobally(Planted):
    """Add global random numbers."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["DrawsGlobally"]):
        """What can be set: `Settings`."""

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Draw what nobody can replay."""
        del values
        return batch + torch.rand(batch.shape)


class IgnoresStrength(Planted):
    """Do at strength 0 what it always does."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["IgnoresStrength"]):
        """What can be set: `Settings`."""

    def draws(self) -> tuple[Drawn, ...]:
        """Declare no identity, and a magnitude all the same."""
        return (Drawn(name="amount", bounds=Bounds(low=0.5, high=1.0)),)

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Add."""
        return batch + values["amount"].to(batch.dtype).reshape(-1, 1, 1, 1)


class ChangesInput(Planted):
    """Add in place."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["ChangesInput"]):
        """What can be set: `Settings`."""

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Write into what was lent."""
        return batch.add_(values["amount"].to(batch.dtype).reshape(-1, 1, 1, 1))


class LeavesRange(Planted):
    """Add, and do not clip."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["LeavesRange"]):
        """What can be set: `Settings`."""

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Leave [0, 1], which `keeps_range` denies."""
        return batch + values["amount"].to(batch.dtype).reshape(-1, 1, 1, 1)


class Spoils(Planted):
    """Divide by nothing, and make everything equal."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Spoils"]):
        """What can be set, beside `Settings`.

        Attributes:
            into: What each value becomes.
        """

        into: float = 0.0

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Spoil."""
        del values
        return torch.full_like(batch, self.config.into)


class Raises(Planted):
    """Fail."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Settings, Buildable["Raises"]):
        """What can be set: `Settings`."""

    def transform(self, batch: Any, values: Any) -> Any:  # noqa: ANN401  # tensors
        """Fail."""
        del values
        msg = f"no room for {len(batch)}"
        raise RuntimeError(msg)
