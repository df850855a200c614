"""Two plain optimizers for checks of modules.

torch's own import its compiler before their first step, which would cost the first
module of a session a second. What is checked is the module, so any descent will do.
They are no parts to train with.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

__all__ = ["Adam", "Momentum"]

_BETAS = (0.9, 0.999)
_EPS = 1e-8


class Momentum:
    """Gradient descent with a velocity."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], *, rate: float, decay: float = 0.9
    ) -> None:
        """Start at rest.

        Args:
            parameters: What to move.
            rate: The size of a step.
            decay: What remains of the velocity after each step.
        """
        self.parameters = list(parameters)
        self.rate, self.decay = rate, decay
        self.velocities = [torch.zeros_like(one) for one in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Move everything that has a gradient."""
        for one, velocity in zip(self.parameters, self.velocities, strict=True):
            if one.grad is not None:
                velocity.mul_(self.decay).add_(one.grad)
                one.sub_(velocity, alpha=self.rate)

    def load(self, velocities: Sequence[Tensor]) -> None:
        """Go on with velocities that were kept."""
        self.velocities = [one.clone() for one in velocities]


class Adam:
    """Steps whose size does not hang on that of gradients.

    Source:
        Kingma & Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], *, rate: float) -> None:
        """Start without a memory of gradients.

        Args:
            parameters: What to move.
            rate: The size of a step.
        """
        self.parameters = list(parameters)
        self.rate, self.steps = rate, 0
        self.means = [torch.zeros_like(one) for one in self.parameters]
        self.squares = [torch.zeros_like(one) for one in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Move everything that has a gradient."""
        self.steps += 1
        first, second = (1 - beta**self.steps for beta in _BETAS)
        for one, mean, square in zip(
            self.parameters, self.means, self.squares, strict=True
        ):
            if one.grad is None:
                continue
            mean.lerp_(one.grad, 1 - _BETAS[0])
            square.lerp_(one.grad * one.grad.conj(), 1 - _BETAS[1])
            size = (square / second).sqrt().add_(_EPS)
            one.sub_(mean / size, alpha=self.rate / first)
