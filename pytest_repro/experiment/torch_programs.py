"""Follow optimizers that somebody else's program makes, without a word from it.

torch tells of the steps of every optimizer (`register_optimizer_step_pre_hook`), so a
program needs no edit: at its first step an optimizer is watched, together with the
module that holds its parameters. A loss is whatever `backward` is called on. Plain
loops, Lightning, Transformers and Accelerate all come by here.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import torch
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run

__all__ = ["Follower", "following_torch"]

MOST_OPTIMIZERS: Final = 8
"""A program that trains a hundred models is told by its first ones and its results."""

MOST_LOSSES: Final = 100_000
"""What is remembered of a program that updates its weights without an optimizer."""


class Follower:
    """Watches each optimizer from its first step on, and logs the losses.

    Attributes:
        step: How many steps the first optimizer has made.
    """

    def __init__(self, run: "Run") -> None:
        """Begin with no optimizer.

        Args:
            run: The run.
        """
        self._run = run
        self.step = 0
        self._steps: dict[int, int] = {}
        self._optimizers: list[torch.optim.Optimizer] = []
        self._loss: torch.Tensor | None = None
        self._losses: list[torch.Tensor] = []

    def before_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Watch an optimizer that was not seen before.

        Args:
            optimizer: About to make a step.
        """
        if id(optimizer) in self._steps or len(self._optimizers) == MOST_OPTIMIZERS:
            return
        name = self._named("model", len(self._optimizers))
        self._steps[id(optimizer)] = 0
        self._optimizers.append(optimizer)  # kept, so that no other gets its id
        self._run.watch(_module_of(optimizer), optimizer, name=name, is_led=True)

    def after_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Log the loss that the step was made for.

        Args:
            optimizer: Has made a step.
        """
        step = self._steps.get(id(optimizer))
        if step is None:
            return
        self._steps[id(optimizer)] = step + 1
        number = next(n for n, one in enumerate(self._optimizers) if one is optimizer)
        if number == 0:
            self.step = step + 1
        if self._loss is not None:
            self._run.log(self._named("train/loss", number), self._loss, step=step)

    def hear_loss(self, loss: torch.Tensor) -> None:
        """Remember what `backward` was called on.

        Args:
            loss: A tensor; only a single number is a loss.
        """
        if loss.numel() != 1:
            return
        self._loss = loss.detach().reshape(()).clone()
        if not self._optimizers and len(self._losses) < MOST_LOSSES:
            self._losses.append(self._loss)

    def close(self) -> None:
        """Log the losses of a program that has no optimizer."""
        if not self._optimizers:
            for step, loss in enumerate(self._losses):
                self._run.log("train/loss", loss, step=step)

    def _named(self, name: str, number: int) -> str:
        return name if number == 0 else f"{name} {number}"


@contextmanager
def following_torch(run: "Run") -> Iterator[Follower]:
    """Follow every optimizer and every loss until the end of the block.

    Args:
        run: The run that records them.

    Yields:
        Who follows.
    """
    follower = Follower(run)
    backward: Callable[..., None] = torch.Tensor.backward

    def heard(tensor: torch.Tensor, *given: Any, **named: Any) -> None:  # noqa: ANN401  # as torch's
        backward(tensor, *given, **named)
        follower.hear_loss(tensor)

    hooks = (
        register_optimizer_step_pre_hook(lambda one, *_: follower.before_step(one)),
        register_optimizer_step_post_hook(lambda one, *_: follower.after_step(one)),
    )
    torch.Tensor.backward = heard  # type: ignore[method-assign,assignment]  # put back below
    try:
        yield follower
        follower.close()
    finally:
        torch.Tensor.backward = backward  # type: ignore[method-assign]  # as it was
        for hook in hooks:
            hook.remove()


class _Loose(torch.nn.Module):
    """Holds tensors that are trained and belong to no module."""

    def __init__(self, tensors: list[torch.Tensor]) -> None:
        super().__init__()
        for number, tensor in enumerate(tensors):
            self._parameters[str(number)] = tensor  # type: ignore[assignment]  # a leaf


def _module_of(optimizer: torch.optim.Optimizer) -> torch.nn.Module:
    """Find the least module with all parameters; of equal ones the outermost."""
    tensors = [one for group in optimizer.param_groups for one in group["params"]]
    wanted = {id(one) for one in tensors}
    holders = [
        (len(held), -sum(1 for _ in module.modules()), module)
        for module in gc.get_objects()
        if issubclass(type(module), torch.nn.Module)
        and wanted <= (held := {id(one) for one in module.parameters()})
    ]
    if not holders:
        return _Loose(tensors)
    least: torch.nn.Module = min(holders, key=lambda one: one[:2])[2]
    return least
