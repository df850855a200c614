"""Feed a trainer that owns its loop, so that the run still knows its steps.

Lightning and Transformers ask a loader for batches; whoever asks next has finished the
step before. So the loader that they get is a walk over `Run.steps`, and checkpoints,
horizons and deaths come at the moments at which they come in a plain loop. Epochs
follow each other in one walk, whatever the trainer makes of them.
"""

from collections.abc import Iterable, Iterator, Sized
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from pytest_repro.errors import ReproUsageError
from pytest_repro.experiment.halving import halved
from pytest_repro.experiment.run import Run

__all__ = ["Feed", "pack", "unpack"]


class Feed:
    """The batches of a trainer, epoch after epoch."""

    def __init__(
        self, run: Run, loader: Iterable[Any], *, per_update: int = 1, parts: int = 1
    ) -> None:
        """Draw nothing yet.

        Args:
            run: The run.
            loader: Gives the batches of one epoch each time it is walked over.
            per_update: How many batches make one update of the weights.
            parts: In how many parts the trainer gets each of them; see `halving`.

        Raises:
            ReproUsageError: If nobody can say how many batches there are, or a
                checkpoint would come between two batches of one update.
        """
        if run.checkpoint_every % per_update:
            msg = (
                f"a checkpoint every {run.checkpoint_every} batches would divide an "
                f"update of {per_update} batches\n"
                f"  remedy  --repro-checkpoint-every={per_update}, or a multiple"
            )
            raise ReproUsageError(msg)
        if not isinstance(loader, Sized):
            msg = f"a trainer is fed from a loader with a length, got {loader!r}"
            raise ReproUsageError(msg)
        self.loader = loader
        self._length = len(loader)
        self._parts = parts
        self._walk = run.steps(chain.from_iterable(repeat(loader)))

    def __len__(self) -> int:
        """Return the number of batches of an epoch; parts count like batches."""
        return self._length * self._parts

    def __iter__(self) -> Iterator[Any]:
        """Give the batches of an epoch, or those that are left of it."""
        for step, batch in self._walk:
            yield from halved(batch) if self._parts > 1 else (batch,)
            if (step + 1) % self._length == 0:
                return

    def state_dict(self) -> dict[str, int]:
        """Return nothing: the run knows its place. Trainers ask before they warn."""
        return {"batches": self._length}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Do nothing: the run goes to its place by itself.

        Args:
            state: What `state_dict` gave.
        """


def pack(folder: Path) -> dict[str, bytes]:
    """Read a folder that a trainer wrote as one value.

    Args:
        folder: The folder.

    Returns:
        The bytes of each file by its path, sorted.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    """Write a folder again.

    Args:
        files: What `pack` gave.
        folder: Where; made if it is not there.

    Returns:
        The folder.

    Raises:
        ReproUsageError: If a file would lie outside.
    """
    for name, data in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            msg = f"a checkpoint holds a file outside its folder: {name!r}"
            raise ReproUsageError(msg)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
