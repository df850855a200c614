"""Real training, many seeds at once: a small network on scikit-learn's digits.

Hundreds of networks with one hidden layer are trained side by side by batched matrix
products, each with its own initial weights and order of data. A seed means the same in
every variant: only what a variant is about differs. The numbers are of float32
training, discrete accuracies and skewed losses included; nothing is simulated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHECKPOINTS", "FINALS", "VARIANTS", "Recipe", "train"]

Singles = NDArray[np.float32]
Labels = NDArray[np.int64]

HIDDEN, CLASSES, PIXELS = 32, 10, 64
TRAINING, BATCH, EPOCHS = 1184, 32, 12
WARM_UP = 37
TARGET = 0.93
SPLIT_SEED = 20261126

FINALS = ("test accuracy", "test loss", "train loss", "steps to 93 %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained.

    Attributes:
        rate: Learning rate, after warming up.
        momentum: Of stochastic gradient descent.
        decay: Weight decay.
        centres: Whether the mean image is subtracted.
        scale: Of the initial weights.
        wrong: Share of wrong labels.
        warms_up: Whether the rate rises at first.
        anneals: Whether the rate falls to zero.
    """

    rate: float = 0.05
    momentum: float = 0.9
    decay: float = 1e-3
    centres: bool = True
    scale: float = 1.0
    wrong: float = 0.0
    warms_up: bool = True
    anneals: bool = True


VARIANTS = {
    "unchanged, other seeds": Recipe(),
    "learning rate × 1.3": Recipe(rate=0.065),
    "learning rate × 2": Recipe(rate=0.1),
    "momentum 0.85": Recipe(momentum=0.85),
    "no weight decay": Recipe(decay=0.0),
    "weight decay × 10": Recipe(decay=1e-2),
    "1 % wrong labels": Recipe(wrong=0.01),
    "5 % wrong labels": Recipe(wrong=0.05),
    "rate does not fall": Recipe(anneals=False),
    "inputs not centred": Recipe(centres=False),
    "initial weights × 1.5": Recipe(scale=1.5),
    "no warm-up": Recipe(warms_up=False),
}

STEPS = TRAINING // BATCH * EPOCHS
CHECKPOINTS = tuple(range(12, STEPS + 1, 12))


def train(recipe: Recipe, seeds: range) -> tuple[NDArray[np.float64], ...]:
    """Train one network for each seed.

    Args:
        recipe: How.
        seeds: The seeds.

    Returns:
        float64[seed, 4]: `FINALS`; and float64[seed, checkpoint]: the test loss.
    """
    images, labels, test_images, test_labels = _digits(recipe)
    networks = _Networks(recipe, seeds)
    losses, accuracies = [], []
    for step, batch in enumerate(_batches(seeds), start=1):
        networks.step(images[batch], labels[batch], _rate(recipe, step))
        if step in CHECKPOINTS:
            loss, accuracy = networks.judge(test_images, test_labels)
            losses.append(loss)
            accuracies.append(accuracy)
    train_loss, _ = networks.judge(images, labels)
    reached = np.stack([*accuracies, np.ones(len(seeds))], axis=1) >= TARGET
    steps = np.array([*CHECKPOINTS, STEPS + 12.0])[reached.argmax(axis=1)]
    finals = np.stack([accuracies[-1], losses[-1], train_loss, steps], axis=1)
    return finals, np.stack(losses, axis=1)


class _Networks:
    """Networks side by side, one for each seed."""

    def __init__(self, recipe: Recipe, seeds: range) -> None:
        sizes = ((PIXELS, HIDDEN), (HIDDEN, CLASSES))
        draws = [
            [generator.standard_normal(size) * math.sqrt(2 / size[0]) for size in sizes]
            for generator in (np.random.default_rng([seed, 0]) for seed in seeds)
        ]
        weights = [np.stack([one[i] for one in draws]) * recipe.scale for i in (0, 1)]
        biases = [np.zeros((len(seeds), 1, size[1])) for size in sizes]
        self._recipe = recipe
        self._values = [
            np.asarray(value, dtype=np.float32)
            for value in (weights[0], biases[0], weights[1], biases[1])
        ]
        self._moving = [np.zeros_like(value) for value in self._values]

    def step(self, images: Singles, labels: Labels, rate: float) -> None:
        """Take one step: images float32[seed, batch, pixel], labels [seed, batch]."""
        hidden, excess = self._forward(images)
        places = labels[:, :, None]
        truth = np.take_along_axis(excess, places, axis=2) - 1
        np.put_along_axis(excess, places, truth, axis=2)
        excess /= BATCH
        back = (excess @ self._values[2].swapaxes(1, 2)) * (hidden > 0)
        slopes = (
            images.swapaxes(1, 2) @ back,
            back.sum(axis=1, keepdims=True),
            hidden.swapaxes(1, 2) @ excess,
            excess.sum(axis=1, keepdims=True),
        )
        # In place: a new array for every weight would cost more than the products.
        for index, slope in enumerate(slopes):
            decayed = slope + np.float32(self._recipe.decay) * self._values[index]
            self._moving[index] *= np.float32(self._recipe.momentum)
            self._moving[index] += decayed
            self._values[index] -= np.float32(rate) * self._moving[index]

    def judge(
        self, images: Singles, labels: Labels
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute loss and accuracy of each network on the same images."""
        losses, hits = [], []
        for index in range(len(self._values[0])):
            _, shares = self._forward(images[None], slice(index, index + 1))
            own = shares[0, np.arange(len(labels)), labels].astype(np.float64)
            losses.append(-np.log(np.maximum(own, 1e-12)).mean())
            hits.append((shares[0].argmax(axis=1) == labels).mean())
        return np.array(losses), np.array(hits)

    def _forward(
        self, images: Singles, which: slice = slice(None)
    ) -> tuple[Singles, Singles]:
        first, first_bias, second, second_bias = (it[which] for it in self._values)
        hidden = np.maximum(images @ first + first_bias, np.float32(0))
        logits = hidden @ second + second_bias
        shares = np.exp(logits - logits.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        return hidden, shares


def _batches(seeds: range) -> Iterator[Labels]:
    """Yield int64[seed, image]: each seed shuffles in its own way, epoch by epoch."""
    generators = [np.random.default_rng([seed, 1]) for seed in seeds]
    for _ in range(EPOCHS):
        orders = np.stack([one.permutation(TRAINING) for one in generators])
        for start in range(0, TRAINING, BATCH):
            yield orders[:, start : start + BATCH]


def _rate(recipe: Recipe, step: int) -> float:
    risen = min(1.0, step / WARM_UP) if recipe.warms_up else 1.0
    fallen = (1 + math.cos(math.pi * step / STEPS)) / 2 if recipe.anneals else 1.0
    return recipe.rate * risen * fallen


def _digits(recipe: Recipe) -> tuple[Singles, Labels, Singles, Labels]:
    """Return training and test images and labels; the split never varies."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - slow, rarely needed

    found = load_digits()
    generator = np.random.default_rng(SPLIT_SEED)
    order = generator.permutation(len(found.target))
    images = (found.data[order] / 16).astype(np.float32)
    labels = found.target[order].astype(np.int64)
    if recipe.centres:
        images -= images[:TRAINING].mean(axis=0)
    wrong = generator.permutation(TRAINING)[: round(recipe.wrong * TRAINING)]
    labels[wrong] = (labels[wrong] + 1) % CLASSES
    return images[:TRAINING], labels[:TRAINING], images[TRAINING:], labels[TRAINING:]
