"""Augmentations: all of ours, which keep every promise, and some with a fault."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import torch
from torch import Tensor

from pytest_repro.augmentation import Blur, Policy
from pytest_repro.augmentation.promises import promise
from pytest_repro.contracts import AugmentationContract
from tests.augmentation.subjects import MIXING, ON_IMAGES, ON_TOKENS

_P: Final = 0.3
_IMAGE: Final = {"batch": range(1, 6), "h": range(1, 9), "w": range(1, 9)}
_ROOMY: Final = {**_IMAGE, "h": range(5, 9), "w": range(5, 9)}
"""A blur mirrors images at their edges, so they must be larger than its kernel."""

_TOKENS: Final = (0.0, 99.0)
_MIXED: Final = {"sample_independence": "none"}


def _image(config: Any, **more: Any) -> AugmentationContract:
    promised = promise(replace(config, p=_P))
    has_sides = " h w" in promised.arguments
    sizes = _ROOMY if isinstance(config, Blur.Config) else _IMAGE
    return replace(promised, sizes=sizes if has_sides else {}, **more)


def _tokens(config: Any) -> AugmentationContract:
    return replace(promise(replace(config, p=_P)), bounds=_TOKENS)


CORRECT: Final = (
    *(_image(one) for one in ON_IMAGES),
    *(_image(one, levels=_MIXED) for one in MIXING),
    *(_tokens(one) for one in ON_TOKENS),
    replace(
        promise(Policy.Config(operations=tuple(ON_IMAGES[:6])), name="Policy"),
        sizes=_ROOMY,
    ),
)
"""Contracts of augmentations that keep every promise."""

Ids = Sequence[int]


def _draws(seed: int, ids: Ids, *, name: int = 0) -> Tensor:
    """One number in [0, 1) for each sample, by seed and id."""
    rows = []
    for one in ids:
        generator = torch.Generator().manual_seed(1_000_003 * seed + 7919 * one + name)
        rows.append(torch.rand((), generator=generator))
    return torch.stack(rows) if rows else torch.zeros(0)


def _column(values: Tensor) -> Tensor:
    return values.reshape(-1, 1)


def _shrunk(batch: Tensor, seed: int, ids: Ids, strength: float) -> Tensor:
    """What a sound one does: samples that are drawn are made smaller."""
    factor = torch.where(_draws(seed, ids) < _P, 1 - strength / 2, 1.0)
    return batch * _column(factor)


def knows_batch(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Goes towards the mean of the batch."""
    acts = _column(_draws(seed, ids) < _P)
    return torch.where(acts, batch + strength * (batch.mean(0) - batch), batch)


def by_place(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Draws by the place in the batch."""
    return _shrunk(batch, seed, range(len(ids)), strength)


def ignores_strength(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Does at strength 0 what it always does."""
    del strength
    return _shrunk(batch, seed, ids, 1.0)


def too_often(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Acts on 33 of 100 samples, and says 30."""
    factor = torch.where(_draws(seed, ids) < 1.1 * _P, 1 - strength / 2, 1.0)
    return batch * _column(factor)


def in_place(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Writes into what was lent."""
    batch.copy_(_shrunk(batch, seed, ids, strength))
    return batch.clone()


def out_of_bounds(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Brightens, and does not clamp."""
    return batch + strength * _column(_draws(seed, ids))


def global_noise(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Draws from the global generator."""
    del seed, ids
    return batch * (1 - strength * torch.rand(()))


def not_finite(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Divides by the largest value, which may be 0."""
    del seed, ids
    return batch + strength * (batch / batch.amax(1, keepdim=True) - batch)


def upcast(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Comes back in double precision."""
    return _shrunk(batch, seed, ids, strength).double()


def one_seed(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Draws the same for all seeds."""
    del seed
    return _shrunk(batch, 0, ids, strength)


def one_draw(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Draws once for all samples."""
    return batch * (1 - strength * _draws(seed, [0] * len(ids)).reshape(-1, 1) / 2)


def sound(batch: Tensor, *, seed: int, ids: Ids, strength: float) -> Tensor:
    """Has no fault."""
    return _shrunk(batch, seed, ids, strength)


def half_drawn(seed: int, ids: Ids) -> Tensor:
    """Tells other numbers than it uses."""
    return torch.where(_draws(seed, ids, name=1) < _P, 0.5, 1.0)


def _contract(apply: Any, **more: Any) -> AugmentationContract:
    promised = {"arguments": "Float batch 4", "bounds": (0.0, 1.0), **more}
    return AugmentationContract(name=apply.__name__, apply=apply, **promised)


SEEDED: Final = (
    (_contract(knows_batch), "sample_independence"),
    (_contract(by_place), "sample_independence"),
    (_contract(ignores_strength), "identity_at_zero"),
    (_contract(too_often, probability=_P), "probability"),
    (_contract(in_place), "no_input_mutation"),
    (_contract(out_of_bounds), "bounds"),
    (_contract(global_noise), "deterministic"),
    (_contract(not_finite), "finite"),
    (_contract(upcast), "shape_dtype"),
    (_contract(one_seed), "seed_matters"),
    (_contract(one_draw), "id_matters"),
    (
        _contract(
            sound, draw=half_drawn, replay=lambda batch, factor: batch * _column(factor)
        ),
        "replay",
    ),
)
"""A contract with a planted fault, and the property that must find it."""

SOUND: Final = _contract(sound, probability=_P)
"""The same without a fault: a property that finds something here is itself at fault."""
