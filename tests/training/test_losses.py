"""Losses are torch's, without its silence."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # as the field calls it

from pytest_repro.errors import ReproUsageError
from pytest_repro.training.torch_losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    SquaredError,
)

GENERATOR = torch.Generator().manual_seed(1)
LOGITS = torch.randn(4, 6, 5, generator=GENERATOR)
LABELS = torch.randint(0, 5, (4, 6), generator=GENERATOR)


def test_cross_entropy_has_the_bits_of_torch() -> None:
    """With smoothing, and over a sequence."""
    loss = CrossEntropy.Config(smoothing=0.1).build()

    found = loss(LOGITS, LABELS)

    assert torch.equal(
        found,
        F.cross_entropy(LOGITS.flatten(0, 1), LABELS.flatten(), label_smoothing=0.1),
    )


def test_padding_changes_nothing() -> None:
    """Longer rows, filled with anything, have the loss of the short ones."""
    loss = CrossEntropy.Config().build()
    logits = torch.cat([LOGITS, torch.full((4, 3, 5), float("nan"))], dim=1)
    labels = torch.cat([LABELS, torch.zeros(4, 3, dtype=torch.long)], dim=1)
    is_padding = torch.arange(9).expand(4, 9) >= 6

    found = loss(logits, labels, is_padding=is_padding)

    assert torch.equal(found, loss(LOGITS, LABELS))


def test_probabilities_are_labels_too() -> None:
    """Mixed samples have mixed labels; certain ones are plain labels."""
    loss = CrossEntropy.Config().build()
    certain = F.one_hot(LABELS, 5).float()

    assert loss(LOGITS, certain) == pytest.approx(loss(LOGITS, LABELS).item())


def test_a_positive_weight_weighs_positives() -> None:
    """Known answer: ln 2 for a negative, three times that for a positive."""
    loss = BinaryCrossEntropy.Config(positive_weight=3.0).build()

    found = loss(torch.zeros(2), torch.tensor([0, 1]))

    assert found.item() == pytest.approx(2 * 0.6931472)


@pytest.mark.parametrize("loss", [SquaredError.Config(), BinaryCrossEntropy.Config()])
def test_shapes_that_would_be_broadcast_are_refused(
    loss: "SquaredError.Config | BinaryCrossEntropy.Config",
) -> None:
    """PyTorch only warns, and computes a mean over all pairs."""
    with pytest.raises(ReproUsageError, match=r"outputs  \[3, 1\]\n  targets  \[3\]"):
        loss.build()(torch.zeros(3, 1), torch.zeros(3))


@pytest.mark.parametrize("shape", [(4,), (6, 4), (4, 6, 1)])
def test_labels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """Flattened, some of them would even fit."""
    with pytest.raises(ReproUsageError, match=r"logits without classes  \[4, 6\]"):
        CrossEntropy.Config().build()(LOGITS, torch.zeros(shape, dtype=torch.long))


@pytest.mark.parametrize(
    "config",
    [
        CrossEntropy.Config(smoothing=1.0),
        CrossEntropy.Config(smoothing=float("nan")),
        BinaryCrossEntropy.Config(positive_weight=0.0),
    ],
)
def test_values_without_meaning_are_refused(
    config: "CrossEntropy.Config | BinaryCrossEntropy.Config",
) -> None:
    """When the loss is built."""
    with pytest.raises(ReproUsageError, match="got"):
        config.build()
