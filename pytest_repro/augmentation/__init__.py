"""Augmentation that replays: what a sample becomes depends on nothing but its address.

Start here: `policy` (draw, then apply), `operations` (what each says about itself),
`draws` (numbers by address), `schedules` (bounds and numbers that change). The
operations are in `torch_geometric`, `torch_colour`, `torch_noise`, `torch_sequence` and
`torch_mixing`, each with its equation.
"""

from pytest_repro.augmentation.draws import ALGORITHM, SampleId
from pytest_repro.augmentation.operations import Drawn, Operation, Settings, When
from pytest_repro.augmentation.parameters import Parameters, Part
from pytest_repro.augmentation.policy import Policy
from pytest_repro.augmentation.schedules import Bounds, Moment, Schedule
from pytest_repro.augmentation.torch_colour import (
    Brightness,
    Contrast,
    Invert,
    Posterize,
    Saturation,
)
from pytest_repro.augmentation.torch_geometric import (
    Affine,
    Crop,
    Cutout,
    Flip,
    Rotate,
    Translate,
)
from pytest_repro.augmentation.torch_mixing import CutMix, MixUp
from pytest_repro.augmentation.torch_noise import Blur, GaussianNoise, SaltAndPepper
from pytest_repro.augmentation.torch_sequence import (
    SequenceCrop,
    TimeMask,
    TokenDrop,
    TokenMask,
    TokenReplace,
)
from pytest_repro.augmentation.troubles import Trouble, TroubleKind

__all__ = [
    "ALGORITHM",
    "Affine",
    "Blur",
    "Bounds",
    "Brightness",
    "Contrast",
    "Crop",
    "CutMix",
    "Cutout",
    "Drawn",
    "Flip",
    "GaussianNoise",
    "Invert",
    "MixUp",
    "Moment",
    "Operation",
    "Parameters",
    "Part",
    "Policy",
    "Posterize",
    "Rotate",
    "SaltAndPepper",
    "SampleId",
    "Saturation",
    "Schedule",
    "SequenceCrop",
    "Settings",
    "TimeMask",
    "TokenDrop",
    "TokenMask",
    "TokenReplace",
    "Translate",
    "Trouble",
    "TroubleKind",
    "When",
]
