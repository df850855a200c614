"""Transformers' Trainer as an experiment: its own checkpoints, held to the bit.

The Trainer writes a checkpoint folder when this file's callback asks for it, and starts
with that folder when it is resumed. The place in the data comes from the run: the
Trainer is told not to skip batches. Only this file imports Transformers.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import transformers

from pytest_repro.experiment.feeding import Feed, pack, unpack
from pytest_repro.experiment.halving import parts_for
from pytest_repro.experiment.watching import DEFAULT_EVERY

if TYPE_CHECKING:
    from pytest_repro.experiment.run import Run

__all__ = ["Recording", "train"]

NAME = "transformers"
"""What checkpoints call the part that the Trainer keeps itself."""


class Recording(transformers.TrainerCallback):
    """Tells a run what a Trainer logs, and asks it for checkpoints."""

    def __init__(self, run: "Run", *, every: int) -> None:
        """Remember the run.

        Args:
            run: The run.
            every: Fingerprint each so many optimizer steps.
        """
        self._run = run
        self._every = every

    def on_train_begin(
        self,
        args: object,
        state: object,
        control: object,
        **rest: Any,  # noqa: ANN401  # the hook's signature
    ) -> None:
        """Watch the model and its optimizer, which exist by now."""
        optimizer = rest["optimizer"]
        inner = getattr(optimizer, "optimizer", optimizer)  # accelerate wraps it
        self._run.watch(rest["model"], inner, every=self._every, is_led=True)

    def on_step_end(
        self,
        args: Any,  # noqa: ANN401  # the hook's signature
        state: Any,  # noqa: ANN401  # the hook's signature
        control: Any,  # noqa: ANN401  # as above
        **rest: object,
    ) -> None:
        """Ask for a checkpoint where the run will write one."""
        every = self._run.checkpoint_every
        batches = state.global_step * args.gradient_accumulation_steps
        if every and batches % every == 0:
            control.should_save = True

    def on_log(
        self,
        args: object,
        state: Any,  # noqa: ANN401  # the hook's signature
        control: object,
        logs: dict[str, Any] | None = None,
        **rest: object,
    ) -> None:
        """Record what was logged in this step, but for what the clock says."""
        for name in ("loss", "grad_norm", "learning_rate"):
            if logs is not None and name in logs:
                self._run.log(f"train/{name}", logs[name], step=state.global_step - 1)


def train(run: "Run", trainer: Any, *, every: int = DEFAULT_EVERY) -> None:  # noqa: ANN401  # untyped
    """Train as a run whose steps, metrics and checkpoints are recorded.

    Args:
        run: The fixture `repro`.
        trainer: A `transformers.Trainer`; its output folder gets the checkpoints.
        every: Fingerprint each so many optimizer steps.
    """
    per_update = trainer.args.gradient_accumulation_steps
    loader = trainer.get_train_dataloader()
    parts = parts_for("Transformers", loader)
    feed = Feed(run, loader, per_update=per_update, parts=parts)
    trainer.args.gradient_accumulation_steps = per_update * parts
    trainer.get_train_dataloader = lambda: feed
    trainer.args.ignore_data_skip = True
    trainer.add_callback(Recording(run, every=every))

    def take() -> dict[str, bytes]:
        folder = Path(trainer.args.output_dir)
        return pack(folder / f"checkpoint-{trainer.state.global_step}")

    kept = run.lead(NAME, take)
    with tempfile.TemporaryDirectory() as name:
        start = None if kept is None else str(unpack(kept, Path(name)))
        trainer.train(resume_from_checkpoint=start)
