"""The checkpoints of a run on a shelf: which there are, and which one to begin with.

Old ones are thinned out so that at most a dozen lie there, spread over the run: who
looks for a divergence wants one near every step, and nobody wants a full disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.checkpoints.files import read_header

__all__ = ["FOLDER", "Place", "nearest_checkpoint", "places_in", "thin"]

FOLDER: Final = "checkpoints"
"""In a job's folder: the folder with its checkpoints."""

KEPT: Final = 12
"""At most so many checkpoints of a run stay."""

SUFFIX: Final = ".checkpoint"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a run a checkpoint stands; earlier places are smaller.

    Attributes:
        loop: Which loop over `repro.steps`, from 0 on.
        step: The step of that loop that begins there.
    """

    loop: int
    step: int

    def file_in(self, folder: Path) -> Path:
        """Return the file of the checkpoint.

        Args:
            folder: The folder of the checkpoints.

        Returns:
            The path.
        """
        return folder / f"loop{self.loop}-step{self.step:08d}{SUFFIX}"


def places_in(folder: Path) -> tuple[Place, ...]:
    """List the checkpoints in a folder.

    Args:
        folder: The folder; need not exist.

    Returns:
        Their places, earliest first. What was never finished is none.
    """
    found = []
    for path in folder.glob(f"loop*-step*{SUFFIX}"):
        loop, _, step = path.name.removesuffix(SUFFIX).partition("-step")
        if loop[4:].isdecimal() and step.isdecimal():
            found.append(Place(int(loop[4:]), int(step)))
    return tuple(sorted(found))


def nearest_checkpoint(
    folder: Path, *, step: int | None = None, order: int | None = None
) -> Path | None:
    """Choose the last checkpoint before something happened.

    Args:
        folder: The folder of the checkpoints, or that of the job.
        step: The step in which it happened; None for any. Steps count anew in each
            loop, so with several loops give the order, too.
        order: The position in the run at which it happened, as records count it.

    Returns:
        The file of the checkpoint; None if there is none so early.
    """
    inner = folder / FOLDER
    folder = inner if inner.is_dir() else folder
    for place in reversed(places_in(folder)):
        path = place.file_in(folder)
        is_late = step is not None and place.step > step
        if is_late or (order is not None and read_header(path)["order"] > order):
            continue
        return path
    return None


def thin(places: Sequence[Place], kept: int = KEPT) -> tuple[Place, ...]:
    """Choose which checkpoints to throw away.

    Args:
        places: Those there are, earliest first.
        kept: How many may stay, at least 2.

    Returns:
        As many as are too many: each time one of those closest to each other goes,
        never the first or the latest.
    """
    stay, gone = list(places), []
    while len(stay) > kept:
        gaps = [
            (_distance(stay[i - 1], stay[i + 1]), i) for i in range(1, len(stay) - 1)
        ]
        gone.append(stay.pop(min(gaps)[1]))
    return tuple(gone)


def _distance(first: Place, last: Place) -> tuple[int, int]:
    return last.loop - first.loop, last.step - first.step
