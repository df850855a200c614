"""Each operation does what its docstring's equation says, in cases done by hand."""

from typing import Any

import pytest
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
    Flip,
    GaussianNoise,
    Invert,
    MixUp,
    Posterize,
    Rotate,
    SaltAndPepper,
    Saturation,
    SequenceCrop,
    TimeMask,
    TokenDrop,
    TokenMask,
    TokenReplace,
    Translate,
)
from pytest_repro.errors import ReproUsageError
from tests.augmentation.subjects import IDS, IMAGES, augmented, policy_of

PLUS = torch.arange(9.0).reshape(1, 1, 3, 3) / 10
TOKENS = torch.arange(1, 11).reshape(1, 10)
ONE = ("one",)


def exactly(value: float) -> Bounds:
    """Leave no choice."""
    return Bounds(low=value, high=value)


def made(config: Any, batch: torch.Tensor) -> Any:  # noqa: ANN401  # any operation, a list
    """Apply one operation to one sample."""
    return augmented(policy_of(config), batch, ONE)[0].squeeze(0).tolist()


@pytest.mark.parametrize(
    ("config", "rows"),
    [
        (Flip.Config(p=1.0), [[2, 1, 0], [5, 4, 3], [8, 7, 6]]),
        (Flip.Config(p=1.0, direction="vertical"), [[6, 7, 8], [3, 4, 5], [0, 1, 2]]),
        (
            Translate.Config(p=1.0, down=exactly(1), right=exactly(-1)),
            [[0, 0, 0], [1, 2, 0], [4, 5, 0]],
        ),
        (
            Rotate.Config(p=1.0, degrees=exactly(90.0)),
            [[2, 5, 8], [1, 4, 7], [0, 3, 6]],
        ),
        (
            Affine.Config(
                p=1.0,
                degrees=exactly(0.0),
                scale=exactly(1.0),
                shear=exactly(0.0),
                down=exactly(0.0),
                right=exactly(1 / 3),
            ),
            [[0, 0, 1], [0, 3, 4], [0, 6, 7]],
        ),
        (
            Brightness.Config(p=1.0, factor=exactly(2.0)),
            [[0, 2, 4], [6, 8, 10], [10, 10, 10]],
        ),
        (
            Contrast.Config(p=1.0, factor=exactly(2.0), pivot=0.4),
            [[0, 0, 0], [2, 4, 6], [8, 10, 10]],
        ),
        (Invert.Config(p=1.0), [[10, 9, 8], [7, 6, 5], [4, 3, 2]]),
        (Cutout.Config(p=1.0, size=exactly(1.0)), [[0, 0, 0]] * 3),
    ],
    ids=[
        "mirrored",
        "upside down",
        "moved",
        "turned",
        "moved by a share",
        "lighter",
        "more contrast",
        "inverted",
        "cut out",
    ],
)
def test_an_image_becomes_what_was_computed_by_hand(
    config: Any,  # noqa: ANN401  # any operation
    rows: list[list[int]],
) -> None:
    """In tenths, within rounding."""
    found = torch.tensor(made(config, PLUS)) * 10

    assert torch.allclose(found, torch.tensor(rows).float(), atol=2e-6)


def test_a_crop_of_the_middle_enlarges_it() -> None:
    """The middle stays, and the border comes from inside."""
    ramp = torch.arange(8.0).repeat(8, 1)[None, None] / 8
    found = made(Crop.Config(p=1.0, cut=exactly(0.5)), ramp)

    steps = [
        later - earlier for earlier, later in zip(found[4], found[4][1:], strict=False)
    ]

    assert steps[2:5] == pytest.approx([1 / 16] * 3, abs=1e-6)


def test_cutout_cuts_a_square_of_its_share() -> None:
    """Half of height and width is a quarter of the area."""
    found = augmented(policy_of(Cutout.Config(p=1.0, size=exactly(0.5))), IMAGES + 1)

    assert (found == 0).flatten(2).sum(2).unique().tolist() == [6 * 5]


def test_grey_has_no_saturation() -> None:
    """At factor 0 all channels are the grey of BT.601."""
    red, green, blue = augmented(
        policy_of(Saturation.Config(p=1.0, factor=exactly(0.0))), IMAGES
    ).unbind(1)
    x = IMAGES.unbind(1)

    assert torch.equal(red, green)
    assert torch.equal(green, blue)
    assert torch.allclose(red, 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2])


def test_posterize_keeps_upper_bits() -> None:
    """Of one bit, bytes are 0 or 128."""
    whole = torch.arange(256.0).reshape(1, 1, 16, 16) / 255
    config = Posterize.Config(p=1.0, bits=Bounds(low=1, high=1, law="whole"))

    found = (torch.tensor(made(config, whole)) * 255).round()

    assert torch.equal(found.flatten(), (torch.arange(256) // 128 * 128).float())


def test_noise_is_normal_with_its_sigma() -> None:
    """Mean 0 and deviation 0.1, as far as 30 000 numbers tell."""
    zeros = torch.zeros(1, 3, 100, 100)
    config = GaussianNoise.Config(p=1.0, sigma=exactly(0.1))

    noise = torch.tensor(made(config, zeros))

    assert abs(noise.mean()) < 5 * 0.1 / 30_000**0.5
    assert noise.std() == pytest.approx(0.1, rel=0.02)


def test_salt_and_pepper_come_equally_often() -> None:
    """Each is one half of the share, and a pixel is hit in all channels."""
    grey = torch.full((1, 2, 100, 100), 0.5)
    found = torch.tensor(made(SaltAndPepper.Config(p=1.0, fraction=exactly(0.2)), grey))

    assert torch.equal(found[0], found[1])
    assert (found[0] == 1).double().mean() == pytest.approx(0.1, abs=0.015)
    assert (found[0] == 0).double().mean() == pytest.approx(0.1, abs=0.015)


def test_a_blurred_point_is_a_gaussian() -> None:
    """Weights add up to 1, and fall as exp(−k²/2)."""
    point = torch.zeros(1, 1, 9, 9)
    point[0, 0, 4, 4] = 1
    found = torch.tensor(made(Blur.Config(p=1.0, sigma=exactly(1.0)), point))

    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert found[4, 5] / found[4, 4] == pytest.approx(0.60653066, abs=1e-6)
    assert found[5, 6] / found[4, 4] == pytest.approx(0.60653066**5, abs=1e-6)


def test_dropped_tokens_leave_no_gap() -> None:
    """The rest keeps its order, and the end is filled."""
    config = TokenDrop.Config(p=1.0, fraction=exactly(0.5), fill=-1)
    found = [one for one in made(config, TOKENS) if one != -1]

    assert made(config, TOKENS) == found + [-1] * (10 - len(found))
    assert found == sorted(set(found))
    assert 0 < len(found) < 10


def test_masked_tokens_are_the_only_ones_that_change() -> None:
    """And become the mask."""
    found = torch.tensor(
        made(TokenMask.Config(p=1.0, mask=99, fraction=exactly(0.5)), TOKENS)
    )

    assert set(found[found != TOKENS[0]].tolist()) == {99}


def test_replaced_tokens_come_from_the_range() -> None:
    """At share 1 every token is from it, and more than one occurs."""
    config = TokenReplace.Config(p=1.0, low=100, high=104, fraction=exactly(1.0))
    found = set(made(config, TOKENS.repeat(1, 10)))

    assert found == {100, 101, 102, 103}


def test_a_stretch_of_time_is_filled() -> None:
    """Three of ten, one after the other."""
    found = made(TimeMask.Config(p=1.0, length=exactly(0.3), fill=0), TOKENS)
    gone = [at for at, one in enumerate(found) if one == 0]

    assert gone == list(range(gone[0], gone[0] + 3))


def test_a_cropped_sequence_starts_at_the_front() -> None:
    """Seven tokens in a row, then the fill."""
    found = made(SequenceCrop.Config(p=1.0, cut=exactly(0.3), fill=0), TOKENS)

    assert found[7:] == [0, 0, 0]
    assert found[:7] == list(range(found[0], found[0] + 7))


def test_mixed_samples_have_mixed_labels() -> None:
    """Both go a quarter of the way to the partner."""
    policy = policy_of(MixUp.Config(p=1.0, share=exactly(0.25)))
    drawn, targets = policy.draw(0, 0, IDS), torch.eye(9)
    partners = list(drawn.parts[0].partners)

    found, labels = policy.apply_labelled(IMAGES, targets, drawn)

    assert torch.equal(found, IMAGES + 0.25 * (IMAGES[partners] - IMAGES))
    assert torch.equal(labels, targets + 0.25 * (targets[partners] - targets))
    assert sorted(partners) == list(range(9))


def test_pasted_samples_have_labels_by_area() -> None:
    """As many pixels as come from the partner, so much of its label."""
    policy = policy_of(CutMix.Config(p=1.0, size=exactly(0.5)))
    drawn, targets = policy.draw(0, 0, IDS), torch.eye(9)
    partners = list(drawn.parts[0].partners)

    found, labels = policy.apply_labelled(IMAGES, targets, drawn)

    share = (found != IMAGES).any(1).flatten(1).double().mean(1)
    assert labels[range(9), partners].tolist() == pytest.approx(share.tolist())
    assert labels.sum(1).tolist() == pytest.approx([1.0] * 9)


@pytest.mark.parametrize(
    ("config", "batch", "message"),
    [
        (Flip.Config(p=1.0), torch.zeros(1, 3, 4, dtype=torch.uint8), "uint8"),
        (Saturation.Config(p=1.0), torch.zeros(1, 1, 4, 4), "got 1 channels"),
        (TokenDrop.Config(p=1.0), torch.zeros(1, 4), r"int\[batch, time\]"),
        (TimeMask.Config(p=1.0), torch.zeros(1), r"\[batch, time, …\]"),
    ],
)
def test_a_batch_of_another_kind_is_refused(
    config: Any,  # noqa: ANN401  # any operation
    batch: torch.Tensor,
    message: str,
) -> None:
    """With what is taken and what came."""
    with pytest.raises(ReproUsageError, match=message):
        made(config, batch)
