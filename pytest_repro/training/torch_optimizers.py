"""Optimizers as components: torch's own, with every hyperparameter written down.

torch changes defaults between versions, and a default that nobody wrote down changes
with them. Here each has a field, so the recipe's dump shows it and its digest names it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from pytest_repro.recipes import Buildable, Component, Domain, Field
from pytest_repro.records.module_contracts import OptimizerContract
from pytest_repro.training.rates import Factor

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "scheduled"]


class Optimizer(Component, kind="optim"):
    """Makes optimizers of torch; derive from it.

    Attributes:
        config: Every hyperparameter.
    """

    def __init__(self, config: Any) -> None:  # noqa: ANN401  # that of the component
        """Take every hyperparameter.

        Args:
            config: Of the component.
        """
        self.config = config

    @classmethod
    def promises(cls, config: Any) -> OptimizerContract:  # noqa: ANN401  # as above
        """Say what the optimizer promises with these settings.

        Args:
            config: Its settings.

        Returns:
            The contract, to which `pytest --repro-contracts` holds it.
        """
        return OptimizerContract(build=config.build().of)

    def attach(self, model: nn.Module) -> torch.optim.Optimizer:
        """Make an optimizer of a model's parameters.

        Args:
            model: The model, on its device.

        Returns:
            The optimizer.
        """
        return self.of(model.parameters())

    @abstractmethod
    def of(self, parameters: "Iterator[nn.Parameter] | Any") -> torch.optim.Optimizer:  # noqa: ANN401  # as torch takes them
        """Make an optimizer of parameters.

        Args:
            parameters: As torch takes them.

        Returns:
            The optimizer.
        """


class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    Rationale: one state, one rate; nothing adapts behind one's back.
    Trade-offs: the rate has to suit all layers.
    Use when: layers are normalised.
    Fails when: gradients of layers differ by orders of magnitude.

    Source:
        Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["SGD"]):
        """Every hyperparameter."""

        lr: float = Field(0.1, search=Domain.float(1e-4, 1.0, log=True), why="usual")
        momentum: float = Field(0.9, search=Domain.float(0.0, 0.99), why="usual")
        nesterov: bool = Field(default=True, why="no worse, and often better")
        weight_decay: float = Field(
            5e-4, search=Domain.float(1e-6, 1e-2, log=True), why="usual for images"
        )

    config: Config

    def of(self, parameters: "Iterator[nn.Parameter] | Any") -> torch.optim.Optimizer:  # noqa: ANN401  # as torch takes them
        """Make an optimizer of parameters.

        Args:
            parameters: As torch takes them.

        Returns:
            The optimizer.
        """
        config = self.config
        return torch.optim.SGD(
            parameters,
            lr=config.lr,
            momentum=config.momentum,
            dampening=0,
            nesterov=config.nesterov,
            weight_decay=config.weight_decay,
        )


class Adam(Optimizer):
    """Adam as it was published: decay, if any, is a part of the gradient.

    Rationale: steps do not depend on the scale of gradients.
    Trade-offs: twice the state of the parameters.
    Use when: a published result did so; else take AdamW.
    Fails when: decay matters, for it is divided by the gradient's scale too.

    Source:
        Kingma & Ba 2015, https://arxiv.org/abs/1412.6980.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Adam"]):
        """Every hyperparameter."""

        lr: float = Field(1e-3, search=Domain.float(1e-5, 1e-1, log=True), why="usual")
        betas: tuple[float, float] = Field((0.9, 0.999), why="as published")
        eps: float = Field(1e-8, why="as published")
        weight_decay: float = Field(0.0, why="as published")

    config: Config

    def of(self, parameters: "Iterator[nn.Parameter] | Any") -> torch.optim.Optimizer:  # noqa: ANN401  # as torch takes them
        """Make an optimizer of parameters.

        Args:
            parameters: As torch takes them.

        Returns:
            The optimizer.
        """
        return torch.optim.Adam(parameters, **_moments(self.config))


class AdamW(Optimizer):
    """Adam with decoupled weight decay, which by default spares gains and biases.

    Rationale: steps do not depend on the scale of gradients.
    Trade-offs: twice the state of the parameters.
    Use when: layers differ, as in transformers.
    Fails when: gradients vanish and steps become their noise.

    Source:
        Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["AdamW"]):
        """Every hyperparameter."""

        lr: float = Field(1e-3, search=Domain.float(1e-5, 1e-1, log=True), why="usual")
        betas: tuple[float, float] = Field((0.9, 0.999), why="as published")
        eps: float = Field(1e-8, why="as published")
        weight_decay: float = Field(
            0.01, search=Domain.float(1e-4, 1.0, log=True), why="as published"
        )
        decays_vectors: bool = Field(
            default=False, why="gains and biases have no scale that decay could check"
        )

    config: Config

    def attach(self, model: nn.Module) -> torch.optim.Optimizer:
        """Make an optimizer of a model's parameters.

        Args:
            model: The model, on its device.

        Returns:
            The optimizer; with two groups where vectors do not decay.
        """
        if self.config.decays_vectors:
            return super().attach(model)
        matrices = [one for one in model.parameters() if one.dim() > 1]
        vectors = [one for one in model.parameters() if one.dim() <= 1]
        groups = [
            {"params": matrices, "weight_decay": self.config.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        return self.of([group for group in groups if group["params"]])

    def of(self, parameters: "Iterator[nn.Parameter] | Any") -> torch.optim.Optimizer:  # noqa: ANN401  # as torch takes them
        """Make an optimizer of parameters, all of which decay.

        Args:
            parameters: As torch takes them.

        Returns:
            The optimizer.
        """
        return torch.optim.AdamW(parameters, **_moments(self.config))


def _moments(config: Adam.Config | AdamW.Config) -> dict[str, Any]:
    """Write down what both kinds of Adam are told, as torch calls it."""
    return {
        "lr": config.lr,
        "betas": config.betas,
        "eps": config.eps,
        "weight_decay": config.weight_decay,
    }


def scheduled(
    optimizer: torch.optim.Optimizer, factor: Factor
) -> torch.optim.lr_scheduler.LRScheduler:
    """Let an optimizer's rates follow a schedule.

    Args:
        optimizer: Its rates are the peaks.
        factor: A component of `rates`, or any function of the step.

    Returns:
        A schedule of torch, to be stepped after each optimizer step.
    """
    # A plain function: of any other callable, torch would keep the attributes as state.
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step))  # noqa: PLW0108  # as said
