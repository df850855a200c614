"""Checks of augmentations, on batches that are drawn within the declared bounds."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from pytest_repro.contracts.generators import seed_generators
from pytest_repro.contracts.interfaces import interface_of
from pytest_repro.contracts.properties import Draw, Finding, Inapplicable, Subject
from pytest_repro.contracts.shapes import shape_of
from pytest_repro.contracts.torch_inputs import make_tensor
from pytest_repro.contracts.torch_results import compare
from pytest_repro.records.module_contracts import (
    BITWISE,
    AugmentationContract,
    Level,
    Range,
)

__all__ = [
    "check_bounds",
    "check_deterministic",
    "check_finite",
    "check_id_matters",
    "check_identity_at_zero",
    "check_no_input_mutation",
    "check_probability",
    "check_replay",
    "check_sample_independence",
    "check_seed_matters",
    "check_shape_dtype",
]

_ALPHA: Final = 1e-6
"""So rarely is a probability that is right called wrong: once in a million tests."""

_SAMPLES: Final = 20_000
_ELEMENTS: Final = 2**24
"""At most so many are compared; where samples are large, fewer have to do."""

_OTHERS: Final = 4
_OTHER_IDS: Final = 1000
_FEW: Final = 8


def check_shape_dtype(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Shape and dtype are kept."""
    batch = _batch(subject, draw)
    result = _apply(subject, draw, batch)
    if result.shape == batch.shape and result.dtype == batch.dtype:
        return None
    return Finding(
        suspicion="an upcast, or an axis that is lost?",
        where="batch",
        obtained=f"{result.dtype} {tuple(result.shape)}",
        reference=f"{batch.dtype} {tuple(batch.shape)}",
    )


def check_finite(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Finite samples stay finite."""
    result = _apply(subject, draw, _batch(subject, draw))
    return _outside(
        result,
        torch.isfinite(result),
        "a division by zero, or a logarithm or root of what is not positive?",
        "a finite number",
    )


def check_bounds(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Values stay in the declared bounds."""
    low, high = _declared(subject).bounds or (-torch.inf, torch.inf)
    result = _apply(subject, draw, _batch(subject, draw))
    return _outside(
        result,
        (result >= low) & (result <= high),
        "values leave the bounds: a clamp that is missing?",
        f"in [{low:g}, {high:g}]",
    )


def check_no_input_mutation(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """The batch is as it was."""
    batch = _batch(subject, draw)
    lent = batch.clone()
    _apply_to(subject, draw, lent, strength=_strength(draw))
    return compare(
        lent,
        batch,
        level=BITWISE,
        suspicion="an operation in place, on the batch that was lent?",
    )


def check_deterministic(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """The same again, whatever global generators did."""
    batch = _batch(subject, draw)
    before = _apply(subject, draw, batch)
    seed_generators(draw.seed + 1)
    return compare(
        _apply(subject, draw, batch),
        before,
        level=BITWISE,
        suspicion="draws from a global generator, or keeps a state between calls?",
    )


def check_seed_matters(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Some other seed gives another batch, where there is much to change."""
    plain = replace(draw, values="normal", sizes=_roomiest(subject, _FEW))
    batch = _batch(subject, plain)
    before = _apply(subject, plain, batch)
    others = (
        _apply(subject, replace(plain, seed=plain.seed + 1 + more), batch)
        for more in range(_OTHERS)
    )
    if torch.equal(before, batch) or any(not torch.equal(o, before) for o in others):
        return None
    probability = _declared(subject).probability
    if probability == 1.0 and _declared(subject).draw is None:
        msg = "it may have nothing to draw"
        raise Inapplicable(msg)
    return Finding(
        suspicion="the seed is not used?",
        where="batch",
        obtained=f"the same for {_OTHERS + 1} seeds",
        reference="another one at least once",
    )


def check_id_matters(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Where the seed matters, the ids of samples do, too."""
    plain = replace(draw, values="normal", sizes=_roomiest(subject, _FEW))
    batch, apply = _batch(subject, plain), _declared(subject).apply
    pairs = []
    for more in range(_OTHERS + 1):
        seed, strength = plain.seed + more, _strength(plain)
        ids = _ids(subject, plain)
        pairs.append(
            [
                apply(batch.clone(), seed=seed, ids=chosen, strength=strength)
                for chosen in (ids, [_OTHER_IDS + one for one in ids])
            ]
        )
    if all(torch.equal(pairs[0][0], one) for one, _ in pairs):
        msg = f"{subject.name} draws nothing by its seed"
        raise Inapplicable(msg)
    if any(not torch.equal(*pair) for pair in pairs):
        return None
    return Finding(
        suspicion="one draw for all samples: the ids are not used?",
        where="batch",
        obtained=f"the same for other ids, under {_OTHERS + 1} seeds",
        reference="another one at least once",
    )


def check_identity_at_zero(
    subject: Subject, draw: Draw, _level: Level
) -> Finding | None:
    """Strength 0 changes no bit."""
    batch = _batch(subject, draw)
    return compare(
        _apply(subject, draw, batch, strength=0.0),
        batch,
        level=BITWISE,
        suspicion="strength is ignored, or doing nothing is computed, with rounding?",
    )


def check_sample_independence(
    subject: Subject, draw: Draw, level: Level
) -> Finding | None:
    """A sample alone, and in a part of its batch, becomes the same."""
    batch, ids = _batch(subject, draw), _ids(subject, draw)
    if len(batch) < 2:  # noqa: PLR2004  # nothing to part
        msg = "one sample is no batch"
        raise Inapplicable(msg)
    whole = _apply(subject, draw, batch)
    for rows in (slice(0, 1), slice(1, None)):
        alone = _declared(subject).apply(
            batch[rows].clone(),
            seed=draw.seed,
            ids=ids[rows],
            strength=_strength(draw),
        )
        found = compare(
            whole[rows],
            alone,
            level=level,
            suspicion="a sample hangs on the others: a statistic of the batch, or"
            " draws by place and not by id?",
        )
        if found is not None:
            return found
    return None


def check_replay(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """Drawn parameters, applied again, give the same batch."""
    declared = _declared(subject)
    if declared.draw is None or declared.replay is None:
        msg = f"{subject.name} does not tell what it draws"
        raise Inapplicable(msg)
    batch, ids = _batch(subject, draw), _ids(subject, draw)
    reference = declared.apply(batch.clone(), seed=draw.seed, ids=ids, strength=1.0)
    parameters = declared.draw(draw.seed, ids)
    seed_generators(draw.seed + 1)
    return compare(
        declared.replay(batch.clone(), parameters),
        reference,
        level=BITWISE,
        suspicion="something is drawn that the parameters do not hold?",
    )


def check_probability(subject: Subject, draw: Draw, _level: Level) -> Finding | None:
    """As many samples are changed as the binomial distribution lets believe."""
    from scipy.stats import binomtest  # noqa: PLC0415  # heavy

    probability = _declared(subject).probability
    if probability is None:
        msg = f"{subject.name} promises no probability"
        raise Inapplicable(msg)
    changed = _changes(subject, draw)
    count = sum(map(bool, changed))
    test = binomtest(count, len(changed), probability)
    if test.pvalue >= _ALPHA:
        return None
    return Finding(
        suspicion="acts more or less often than it says?",
        where=f"share of {len(changed)} samples that are changed",
        obtained=f"{count / len(changed):.4f}",
        reference=f"{probability:.4f}  (chance of this: {test.pvalue:.1e})",
    )


def _changes(subject: Subject, draw: Draw) -> Sequence[bool]:
    declared = _declared(subject)
    if declared.draw is not None and declared.changed is not None:
        return declared.changed(declared.draw(draw.seed, range(_SAMPLES)))
    sizes = _roomiest(subject, _SAMPLES)
    plain = replace(draw, sizes=sizes, values="normal")
    batch = _batch(subject, plain)
    ids = range(len(batch))
    result = declared.apply(batch.clone(), seed=draw.seed, ids=ids, strength=1.0)
    changed: list[bool] = (result != batch).flatten(1).any(1).tolist()
    return changed


def _roomiest(subject: Subject, samples: int) -> dict[str, int]:
    """The largest sizes: an image of one pixel looks unchanged when it is flipped."""
    interface = interface_of(subject)
    sizes = {
        name: size
        for group in interface.groups
        for name, size in zip(group.symbols, max(group.rows, key=sum), strict=True)
    }
    (spec,) = interface.arguments
    one = math.prod(shape_of(spec, {**sizes, interface.batch: 1}))
    return {**sizes, interface.batch: min(samples, max(_ELEMENTS // max(one, 1), 1))}


def _declared(subject: Subject) -> AugmentationContract:
    declared = subject.contract
    if not isinstance(declared, AugmentationContract):
        msg = f"{subject.name} is no augmentation"
        raise Inapplicable(msg)
    return declared


def _batch(subject: Subject, draw: Draw) -> Tensor:
    (spec,) = interface_of(subject).arguments
    bounds: Range | None = _declared(subject).bounds
    generator = torch.Generator().manual_seed(draw.seed)
    return make_tensor(spec, draw, given=bounds, generator=generator)


def _ids(subject: Subject, draw: Draw) -> list[int]:
    """Ids that are no places: the highest first, with gaps."""
    count = draw.sizes[interface_of(subject).batch]
    return [7 + 3 * place for place in reversed(range(count))]


def _strength(draw: Draw) -> float:
    return float(draw.extra.get("strength", 1.0))


def _apply(
    subject: Subject, draw: Draw, batch: Tensor, *, strength: float | None = None
) -> Tensor:
    """Apply it to a copy: one property alone is about what becomes of the batch."""
    chosen = _strength(draw) if strength is None else strength
    return _apply_to(subject, draw, batch.clone(), strength=chosen)


def _apply_to(
    subject: Subject, draw: Draw, batch: Tensor, *, strength: float
) -> Tensor:
    ids = _ids(subject, draw)
    result = _declared(subject).apply(batch, seed=draw.seed, ids=ids, strength=strength)
    if not isinstance(result, Tensor):
        msg = f"{subject.name} gives {type(result).__name__}, not a tensor"
        raise TypeError(msg)
    return result


def _outside(
    result: Tensor, is_right: Tensor, suspicion: str, reference: str
) -> Finding | None:
    if bool(is_right.all()):
        return None
    place = int((~is_right).flatten().to(torch.uint8).argmax())
    index = tuple(
        int(n) for n in torch.unravel_index(torch.tensor(place), result.shape)
    )
    return Finding(
        suspicion=suspicion,
        where="batch",
        index=index,
        obtained=repr(result[index].item()),
        reference=reference,
    )
