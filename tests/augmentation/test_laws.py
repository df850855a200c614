"""What every operation promises, and that each promise can be broken.

The laws are functions that answer whether they hold, so that a planted fault is held to
exactly what the shipped operations are held to.
"""

from typing import Any

import pytest
import torch
from scipy import stats

from pytest_repro.augmentation import Flip, Policy
from pytest_repro.augmentation.promises import promise
from tests.augmentation.subjects import (
    ALONE,
    IDS,
    IMAGES,
    MIXING,
    SUBJECTS,
    ChangesInput,
    DrawsGlobally,
    IgnoresStrength,
    KnowsBatch,
    LeavesRange,
    applied,
    augmented,
    named,
    policy_of,
)

REPEATED = tuple(range(2000))


def is_identity_at_strength_zero(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # any operation
    """apply(strength 0) = batch, in every bit."""
    policy = policy_of(config).at_strength(0.0)
    return torch.equal(augmented(policy, batch), batch)


def is_independent(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """apply(batch)[i] = apply(batch[i:i+1])[0], in every bit."""
    policy = policy_of(config)
    alone = [
        augmented(policy, batch[i : i + 1], IDS[i : i + 1]) for i in range(len(batch))
    ]
    return torch.equal(augmented(policy, batch), torch.cat(alone))


def is_equivariant(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """Samples in another order become the same samples in that order."""
    policy, order = policy_of(config), [4, 0, 8, 2, 1, 7, 3, 5, 6]
    moved = augmented(policy, batch[order], [IDS[row] for row in order])
    return torch.equal(moved, augmented(policy, batch)[order])


def is_replayed(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """Parameters that were written, read and applied later give the same bits."""
    policy = policy_of(config)
    parameters = policy.draw(7, 3, IDS)
    first = applied(policy, batch, parameters)
    torch.rand(3)
    read = type(parameters).from_bytes(parameters.to_bytes())
    return read == parameters and torch.equal(applied(policy, batch, read), first)


def leaves_input_alone(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """The batch that was given is as it was."""
    given = batch.clone()
    augmented(policy_of(config), given)
    return torch.equal(given, batch)


def keeps_range(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """Values in [0, 1] stay there if the operation says so."""
    found = augmented(policy_of(config), batch)
    return not config.build().keeps_range or bool(((found >= 0) & (found <= 1)).all())


def does_something(config: Any, batch: torch.Tensor) -> bool:  # noqa: ANN401  # as above
    """Most samples are changed, so that the laws say something."""
    found = augmented(policy_of(config), batch) != batch
    return int(found.flatten(1).any(1).sum()) > len(batch) // 2


def share_is_p(policy: Policy, p: float) -> bool:
    """The exact binomial test does not reject p at the level of 10⁻⁶."""
    acted = policy.draw(11, 0, REPEATED).parts[0].acted
    return bool(stats.binomtest(sum(acted), len(acted), p).pvalue > 1e-6)


@pytest.mark.parametrize(
    "law",
    [
        is_identity_at_strength_zero,
        is_equivariant,
        is_replayed,
        leaves_input_alone,
        does_something,
    ],
)
@pytest.mark.parametrize(("config", "batch"), SUBJECTS, ids=map(str, range(21)))
def test_every_operation_keeps_the_law(law: Any, config: Any, batch: Any) -> None:  # noqa: ANN401  # any law, any operation
    """On images or tokens, every operation that ships."""
    assert law(config, batch), named(config)


@pytest.mark.parametrize(("config", "batch"), ALONE, ids=map(str, range(19)))
def test_a_sample_does_not_depend_on_its_batch(config: Any, batch: Any) -> None:  # noqa: ANN401  # any operation
    """Bit for bit, for every operation of the stage `sample`."""
    assert is_independent(config, batch), named(config)


@pytest.mark.parametrize("config", MIXING, ids=named)
def test_what_mixes_depends_on_its_batch_and_says_so(config: Any) -> None:  # noqa: ANN401  # any operation
    """Its level of independence is none, and its stage is the batch."""
    operation = config.build()

    assert not is_independent(config, IMAGES)
    assert (operation.stage, str(operation.independence)) == ("batch", "none")


@pytest.mark.parametrize(
    "config", [one for one, batch in SUBJECTS if batch is IMAGES], ids=named
)
def test_an_operation_keeps_the_range_that_it_promises(config: Any) -> None:  # noqa: ANN401  # any operation
    """Those that may leave it say so."""
    assert keeps_range(config, IMAGES)


@pytest.mark.parametrize(
    ("law", "fault"),
    [
        (is_identity_at_strength_zero, IgnoresStrength.Config(p=1.0)),
        (is_independent, KnowsBatch.Config(p=1.0)),
        (is_replayed, DrawsGlobally.Config(p=1.0)),
        (leaves_input_alone, ChangesInput.Config(p=1.0)),
        (keeps_range, LeavesRange.Config(p=1.0)),
        (is_equivariant, DrawsGlobally.Config(p=1.0)),
        (does_something, Flip.Config(p=0.0)),
    ],
    ids=lambda one: getattr(one, "__name__", None) or named(one),
)
def test_a_planted_fault_breaks_the_law(law: Any, fault: Any) -> None:  # noqa: ANN401  # any law, any fault
    """Each law fails for an operation that breaks it."""
    assert not law(fault, IMAGES)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_an_operation_acts_with_its_probability(p: float) -> None:
    """On as many of 2000 samples as a binomial allows; always at 1, never at 0."""
    assert share_is_p(policy_of(Flip.Config(p=p)), p)


def test_another_probability_would_be_noticed() -> None:
    """The test rejects 0.5 where it is 0.4."""
    assert not share_is_p(policy_of(Flip.Config(p=0.4)), 0.5)


@pytest.mark.parametrize(("config", "batch"), SUBJECTS, ids=map(str, range(21)))
def test_a_contract_can_be_tried(config: Any, batch: Any) -> None:  # noqa: ANN401  # any operation
    """What it draws and replays is what it applies; at strength 0 that is nothing."""
    contract = promise(config)
    assert contract.draw is not None
    assert contract.replay is not None
    assert contract.changed is not None

    drawn = contract.draw(4, IDS)
    obtained = contract.apply(batch, seed=4, ids=IDS, strength=1.0)

    assert torch.equal(contract.replay(batch, drawn), obtained)
    assert contract.changed(drawn) == [True] * len(IDS)
    assert contract.probability == 1.0
    assert torch.equal(contract.apply(batch, seed=4, ids=IDS, strength=0.0), batch)
    assert contract.preserves_label is config.build().preserves_label


def test_strided_samples_give_the_same_bits() -> None:
    """The layout in memory is nobody's business."""
    strided = IMAGES.to(memory_format=torch.channels_last)
    policy = policy_of(*(one for one, batch in ALONE if batch is IMAGES))

    assert torch.equal(augmented(policy, strided), augmented(policy, IMAGES))


def test_the_global_generator_is_not_touched() -> None:
    """Nothing is drawn from it."""
    state = torch.get_rng_state()

    augmented(policy_of(*(one for one, batch in SUBJECTS if batch is IMAGES)), IMAGES)

    assert torch.equal(torch.get_rng_state(), state)
