"""One small training loop: batches in, a trained model out, resumed to the bit.

It is an example to copy, not a framework: read `Loop.train`, and where your training
differs, write your own. Everything that makes it exact is in three lines: what the loop
changes is registered before it begins, batches come from `run.steps`, and nothing that
the next step needs lives in a local variable.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from pytest_repro.errors import ReproUsageError
from pytest_repro.recipes import Buildable, Component, Domain, Field
from pytest_repro.training.stopping import Patience
from pytest_repro.training.torch_best import Best

__all__ = ["Ended", "Learner", "Loop", "TrainingRun"]

Evaluate = Callable[[nn.Module], Mapping[str, float]]
"""Takes a model to metrics by name; draws nothing and changes nothing."""

KEEPS: Final = ("last", "best")


class TrainingRun(Protocol):
    """What the loop needs of the fixture `repro`."""

    def steps(
        self, iterable: Iterable[Any], *, total: int | None = None
    ) -> Iterator[tuple[int, Any]]:
        """Count steps."""

    def watch(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer | None = None,
        *,
        every: int = 50,
    ) -> None:
        """Fingerprint a model and its optimizer."""

    def checkpoint(self, *parts: object, **named: object) -> None:
        """Register what checkpoints hold."""

    def log(self, name: str, value: object, step: int | None = None) -> None:
        """Record one number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """What is trained, and by what.

    Attributes:
        model: In whatever mode; it is trained in training mode.
        optimizer: Of its parameters.
        loss: Takes the model and a batch to one number to descend.
        schedule: Steps once after each optimizer step; None for a fixed rate.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable[[nn.Module, Any], Tensor]
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How training ended.

    Attributes:
        steps: Steps that were made.
        is_early: Whether patience was over before all were.
        best_step: The step with the best evaluation; -1 if nobody looked.
    """

    steps: int
    is_early: bool
    best_step: int


class Loop(Component, kind="loop"):
    """Make so many optimizer steps, evaluating and stopping as declared.

    Rationale:
        what decides when training stops and which weights it keeps is part of
        the configuration, not of somebody's script.
    Trade-offs:
        one model, one optimizer, one loss; no gradient scaler, no processes.
    Use when:
        an experiment fits on one device.
    Fails when:
        the loss needs state that no checkpoint holds.
    """

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config(Buildable["Loop"]):
        """Save conditions, evaluation cadence and early stopping."""

        steps: int = Field(search=Domain.int(1, 100_000, log=True), why="set it")
        evaluate_every: int = Field(0, why="evaluate after the last step alone")
        clip_norm: float = Field(0.0, why="gradients are taken as they are")
        keeps: str = Field("last", why="the best step is chosen by looking at data")
        patience: Patience.Config | None = Field(None, why="all steps are made")
        fingerprint_every: int = Field(50, why="a look at the state costs time")

    def __init__(self, config: Config) -> None:
        """Take what was declared.

        Args:
            config: What was declared.

        Raises:
            ReproUsageError: If a number has no meaning, or something is to be chosen
                by evaluations that are never made.
        """
        if config.steps < 1 or config.evaluate_every < 0 or not config.clip_norm >= 0:
            msg = (
                "a loop makes at least one step, and neither cadence nor norm is "
                f"negative: got {config.steps}, {config.evaluate_every} and "
                f"{config.clip_norm:g}"
            )
            raise ReproUsageError(msg)
        if config.keeps not in KEEPS:
            msg = f"a loop keeps {' or '.join(KEEPS)} weights, got {config.keeps!r}"
            raise ReproUsageError(msg)
        if config.patience is not None and not config.evaluate_every:
            msg = "patience needs evaluations: set evaluate_every"
            raise ReproUsageError(msg)
        if config.keeps == "best" and config.patience is None:
            msg = "the best weights are best by a metric: set patience, which names it"
            raise ReproUsageError(msg)
        self.config = config

    def train(
        self,
        run: TrainingRun,
        learner: Learner,
        batches: Iterable[Any],
        *,
        evaluate: Evaluate | None = None,
    ) -> Ended:
        """Train.

        Args:
            run: The fixture `repro`.
            learner: What is trained.
            batches: At least `steps` of them.
            evaluate: Gives metrics; asked after every `evaluate_every` steps.

        Returns:
            How it ended.

        Raises:
            ReproUsageError: If evaluations were declared and none is given.
        """
        config = self.config
        if config.evaluate_every and evaluate is None:
            msg = "the loop is to evaluate, and was given nothing that does"
            raise ReproUsageError(msg)
        watcher = _Watcher(config, learner.model)
        made = {"steps": 0}
        run.watch(learner.model, learner.optimizer, every=config.fingerprint_every)
        run.checkpoint(schedule=learner.schedule, made=made, **watcher.parts)

        learner.model.train()
        for step, batch in run.steps(batches, total=config.steps):
            loss = self._descend(learner, batch)
            run.log("train/loss", loss, step=step)
            made["steps"] = step + 1
            if evaluate is None or not _is_due(step, config.evaluate_every):
                continue
            metrics = evaluate(learner.model)
            for name in sorted(metrics):
                run.log(name, metrics[name], step=step)
            watcher.see(step, metrics)
            if watcher.is_over:
                break
        watcher.choose()
        return Ended(
            steps=made["steps"],
            is_early=watcher.is_over,
            best_step=watcher.best_step,
        )

    def _descend(self, learner: Learner, batch: object) -> Tensor:
        """Make one optimizer step, and return the loss before it."""
        loss = learner.loss(learner.model, batch)
        learner.optimizer.zero_grad()
        loss.backward()
        if self.config.clip_norm:
            nn.utils.clip_grad_norm_(learner.model.parameters(), self.config.clip_norm)
        learner.optimizer.step()
        if learner.schedule is not None:
            learner.schedule.step()
        return loss.detach()


class _Watcher:
    """Patience, and the weights that are kept: what evaluations decide."""

    def __init__(self, config: Loop.Config, model: nn.Module) -> None:
        self._model = model
        self._patience = None if config.patience is None else config.patience.build()
        self._best = Best(model) if config.keeps == "best" else None

    @property
    def parts(self) -> dict[str, object]:
        """What checkpoints hold of it."""
        return {"patience": self._patience, "best": self._best}

    @property
    def is_over(self) -> bool:
        """Whether to stop."""
        return self._patience is not None and self._patience.is_over

    @property
    def best_step(self) -> int:
        """The step with the best evaluation; -1 if nobody looked."""
        return -1 if self._patience is None else self._patience.best_step

    def see(self, step: int, metrics: Mapping[str, float]) -> None:
        """Hear of an evaluation."""
        if self._patience is None:
            return
        if self._patience.see(step, metrics) and self._best is not None:
            self._best.keep(self._model)

    def choose(self) -> None:
        """Give the model the weights that are kept."""
        if self._best is not None:
            self._best.give_back(self._model)


def _is_due(step: int, every: int) -> bool:
    return every > 0 and (step + 1) % every == 0
