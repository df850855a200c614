r"""Evaluations that do not depend on how the data is cut into batches.

A mean of means weighs the samples of a short last batch more, and a running float32 sum
depends on the order of batches. Here each sample has a number of its own, and these are
added once, exactly: $\bar m = \mathrm{fl}(\sum_i m_i) / n$. What is left is the model:
whether its output for a sample depends on the others is its own contract
(``batch_size_invariance``).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import torch
import torch.nn.functional as F  # noqa: N812  # as the field calls it
from torch import Tensor, nn

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Field

__all__ = ["Classification", "Regression", "evaluating", "mean_over_samples"]

Measure: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Takes outputs and targets of a batch to one number for each sample."""


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode, and each of its parts back into its own.

    Args:
        model: Frozen parts that were in evaluation mode stay so afterwards.
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def mean_over_samples(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    measures: Mapping[str, Measure],
) -> dict[str, float]:
    """Evaluate a model, and take the mean of each measure over all samples.

    Args:
        model: Evaluated in evaluation mode, and left as it was.
        batches: Inputs and targets, cut in any way.
        measures: By name.

    Returns:
        Means, in float64, sums rounded once.

    Raises:
        ReproUsageError: If there is no sample, or a measure gives anything else than
            one number a sample.
    """
    found: dict[str, list[float]] = {name: [] for name in measures}
    with evaluating(model):
        for inputs, targets in batches:
            outputs = model(inputs)
            for name, measure in measures.items():
                values = measure(outputs, targets)
                _check(name, values, len(inputs))
                found[name] += values.double().tolist()
    if not all(found.values()):
        msg = "there is no sample to evaluate"
        raise ReproUsageError(msg)
    return {name: math.fsum(values) / len(values) for name, values in found.items()}


def _check(name: str, values: Tensor, samples: int) -> None:
    if values.shape != (samples,):
        msg = (
            f"measure {name!r} gives one number for each sample\n"
            f"  obtained  shape {tuple(values.shape)}\n"
            f"  expected  shape ({samples},)"
        )
        raise ReproUsageError(msg)


def _cut(inputs: Tensor, targets: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    for start in range(0, len(inputs), size):
        yield inputs[start : start + size], targets[start : start + size]


def _check_size(size: int) -> None:
    if size < 1:
        msg = f"a batch has at least one sample, got {size}"
        raise ReproUsageError(msg)


class Classification(Component, kind="eval"):
    """Cross entropy [nat] and accuracy of logits.

    Rationale: the two numbers by which classifiers are compared.
    Trade-offs: all samples have the same weight.
    Use when: each sample has one label.
    Fails when: classes are rare and accuracy hides them.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Classification"]):
        """Names and batches."""

        prefix: str = Field("test", why="the part of the data, before the slash")
        batch_size: int = Field(1024, why="fits into memory everywhere")

    def __init__(self, config: Config) -> None:
        """Take names and batches.

        Args:
            config: Of them.

        Raises:
            ReproUsageError: If a batch would be empty.
        """
        _check_size(config.batch_size)
        self.config = config

    def __call__(
        self, model: nn.Module, inputs: Tensor, labels: Tensor
    ) -> dict[str, float]:
        """Evaluate.

        Args:
            model: Maps inputs to logits [batch, classes].
            inputs: [rows, ...].
            labels: int64[rows].

        Returns:
            ``<prefix>/loss`` and ``<prefix>/accuracy``.
        """
        measures: dict[str, Measure] = {
            f"{self.config.prefix}/accuracy": _hits,
            f"{self.config.prefix}/loss": _cross_entropies,
        }
        batches = _cut(inputs, labels, self.config.batch_size)
        return mean_over_samples(model, batches, measures)


class Regression(Component, kind="eval"):
    """Mean squared and mean absolute error.

    Rationale: the first punishes rare large errors, the second says what to expect.
    Trade-offs: both are in the unit of the target, the first squared.
    Use when: targets have one scale.
    Fails when: targets span orders of magnitude.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Regression"]):
        """Names and batches."""

        prefix: str = Field("test", why="the part of the data, before the slash")
        batch_size: int = Field(1024, why="fits into memory everywhere")

    def __init__(self, config: Config) -> None:
        """Take names and batches.

        Args:
            config: Of them.

        Raises:
            ReproUsageError: If a batch would be empty.
        """
        _check_size(config.batch_size)
        self.config = config

    def __call__(
        self, model: nn.Module, inputs: Tensor, targets: Tensor
    ) -> dict[str, float]:
        """Evaluate.

        Args:
            model: Maps inputs to forecasts of the shape of targets.
            inputs: [rows, ...].
            targets: [rows, ...]; the error of a row is the mean over the rest.

        Returns:
            ``<prefix>/mse`` and ``<prefix>/mae``.
        """
        measures: dict[str, Measure] = {
            f"{self.config.prefix}/mae": _absolute_errors,
            f"{self.config.prefix}/mse": _squared_errors,
        }
        batches = _cut(inputs, targets, self.config.batch_size)
        return mean_over_samples(model, batches, measures)


def _hits(logits: Tensor, labels: Tensor) -> Tensor:
    return (logits.argmax(dim=1) == labels).double()


def _cross_entropies(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits.double(), labels, reduction="none")


def _squared_errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return _errors(outputs, targets).square().mean(dim=1)


def _absolute_errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return _errors(outputs, targets).abs().mean(dim=1)


def _errors(outputs: Tensor, targets: Tensor) -> Tensor:
    if outputs.shape != targets.shape:
        msg = (
            "outputs and targets have different shapes, and would be broadcast\n"
            f"  outputs  {tuple(outputs.shape)}\n"
            f"  targets  {tuple(targets.shape)}"
        )
        raise ReproUsageError(msg)
    return (outputs.double() - targets.double()).reshape(len(outputs), -1)
