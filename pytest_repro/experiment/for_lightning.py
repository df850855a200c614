"""Lightning's Trainer as an experiment: its own checkpoints, held to the bit.

Lightning restores module, optimizers, schedules and loop counters, and nothing of this
file does it in its place; random generators and the place in the data, which Lightning
does not restore, come from the run. Metrics that a module logs in its steps become
traces. Only this file imports Lightning.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import lightning.pytorch as pl
except ModuleNotFoundError:  # the same under its older name
    import pytorch_lightning as pl  # type: ignore[no-redef]  # one of the two

from pytest_repro.experiment.feeding import Feed
from pytest_repro.experiment.halving import Parts, parts_for
from pytest_repro.experiment.watching import DEFAULT_EVERY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from pytest_repro.experiment.run import Run

__all__ = ["Recording", "fit"]

NAME = "lightning"
"""What checkpoints call the part that Lightning keeps itself."""

LOSS = "train/loss"


class Recording(pl.Callback):
    """Tells a run what a module logs, and what it is after each optimizer step."""

    def __init__(self, run: "Run", *, every: int, parts: int = 1) -> None:
        """Remember the run.

        Args:
            run: The run.
            every: Fingerprint each so many optimizer steps.
            parts: In how many parts each batch comes.
        """
        super().__init__()
        self._run = run
        self._every = every
        self._parts = Parts(parts)

    def on_train_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule
    ) -> None:
        """Watch the module and its optimizers, which exist by now."""
        for number, optimizer in enumerate(trainer.optimizers):
            name = "model" if number == 0 else f"model {number}"
            self._run.watch(
                pl_module, optimizer, every=self._every, name=name, is_led=True
            )

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401  # whatever the step returned
        batch: Any,  # noqa: ANN401  # as above
        batch_idx: int,
    ) -> None:
        """Record the loss and whatever was logged in this step."""
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        told: dict[str, Tensor] = {} if loss is None else {LOSS: loss.detach()}
        told |= {
            name: value
            for name, value in sorted(trainer.logged_metrics.items())
            if name != LOSS and not name.endswith("_epoch")
        }
        step = self._parts.step_of(trainer.fit_loop.total_batch_idx)
        # Lightning divides a loss by how many are accumulated, and nothing else.
        for name, value in self._parts.joined(told, sums={LOSS}).items():
            self._run.log(name, value, step=step)


def fit(
    run: "Run",
    trainer: pl.Trainer,
    module: pl.LightningModule,
    loader: "Iterable[Any]",
    *,
    every: int = DEFAULT_EVERY,
) -> None:
    """Fit a module as a run whose steps, metrics and checkpoints are recorded.

    Args:
        run: The fixture `repro`.
        trainer: A Trainer that has not fitted yet.
        module: The module.
        loader: Training batches; it has a length.
        every: Fingerprint each so many optimizer steps.
    """
    per_update = trainer.accumulate_grad_batches
    parts = parts_for("Lightning", loader, _counts_batches(trainer, module))
    feed = Feed(run, loader, per_update=per_update, parts=parts)
    trainer.accumulate_grad_batches = per_update * parts
    # In front: who comes later may log or draw.
    callbacks: list[Any] = trainer.callbacks  # type: ignore[attr-defined]  # it adds them later
    callbacks.insert(0, Recording(run, every=every, parts=parts))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "lightning.ckpt"

        def take() -> bytes:
            trainer.save_checkpoint(path)
            return path.read_bytes()

        kept = run.lead(NAME, take)
        start = Path(name) / "start.ckpt"
        if kept is not None:
            start.write_bytes(kept)
        trainer.fit(
            module,
            train_dataloaders=feed,
            ckpt_path=None if kept is None else str(start),
            weights_only=True,  # nothing that the file says is executed
        )


def _counts_batches(trainer: pl.Trainer, module: pl.LightningModule) -> str:
    """Say what would mean something else if parts of batches came; maybe nothing."""
    if not module.automatic_optimization:
        return "the module optimizes by itself, and only it knows when"
    callbacks: list[object] = trainer.callbacks  # type: ignore[attr-defined]  # as above
    if any(
        isinstance(one, pl.callbacks.GradientAccumulationScheduler) for one in callbacks
    ):
        return "a GradientAccumulationScheduler says how many batches make an update"
    for name in ("limit_train_batches", "overfit_batches", "val_check_interval"):
        value = getattr(trainer, name, None)
        if isinstance(value, int) and value > 0:
            return f"{name}={value} counts batches"
    return ""
