"""Accelerate's state as a part of a run: `save_state` and `load_state`, in one value.

A loop with Accelerate is a plain loop over `Run.steps`, so nothing else is needed. What
an accelerator restores (models, optimizers, schedules, scaler, its own generators) it
restores itself. Only this file speaks to Accelerate.
"""

import tempfile
from pathlib import Path
from typing import Protocol

from pytest_repro.experiment.feeding import pack, unpack

__all__ = ["Accelerated"]


class SavesState(Protocol):
    """What is used of an `accelerate.Accelerator`."""

    def save_state(self, output_dir: str) -> object:
        """Write everything that was prepared into a folder."""

    def load_state(self, input_dir: str) -> object:
        """Read it again."""


class Accelerated:
    """The state of an accelerator, for `Run.checkpoint`.

    Example:
        ``repro.checkpoint(accelerator=Accelerated(accelerator))``
    """

    def __init__(self, accelerator: SavesState) -> None:
        """Remember the accelerator; what it prepares later counts, too.

        Args:
            accelerator: An `accelerate.Accelerator`.
        """
        self._accelerator = accelerator

    def state_dict(self) -> dict[str, bytes]:
        """Return the files that the accelerator writes."""
        with tempfile.TemporaryDirectory() as name:
            self._accelerator.save_state(name)
            return pack(Path(name))

    def load_state_dict(self, state: dict[str, bytes]) -> None:
        """Let the accelerator read its files again.

        Args:
            state: What `state_dict` gave.
        """
        with tempfile.TemporaryDirectory() as name:
            self._accelerator.load_state(str(unpack(state, Path(name))))
