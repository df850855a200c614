"""One loop over steps: where checkpoints are written, and where a worker may die.

What a checkpoint holds is decided in `keeping`; this knows when.
"""

import os
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from pytest_repro.experiment.drawing import Drawing, digest_of_item
from pytest_repro.experiment.forgotten import Carried, frames_below
from pytest_repro.records import Death, Moment

__all__ = ["NEVER", "Loop", "Orders", "Write", "die"]

NEVER: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a run is told about checkpoints.

    Attributes:
        folder: Where they are written.
        every: After how many steps each; 0 for never.
        resume_from: The checkpoint with which the run begins; None for none.
        death: Where the process kills itself; None for nowhere.
        experiment: Whose run it is; a checkpoint of another is refused.
        seed: Its root seed; likewise.
    """

    folder: Path = Path()
    every: int = 0
    resume_from: Path | None = None
    death: Death | None = None
    experiment: str = ""
    seed: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to be done."""
        return not (self.every or self.resume_from or self.death)


class Loop:
    """One walk over steps.

    Attributes:
        number: Which one in the run, from 0 on; loops inside loops are not counted.
        drawing: Its items.
        first: The step with which it begins.
        is_past: Whether all of it was over before the checkpoint.
        last: The digest of the last item, where a checkpoint follows it.
    """

    def __init__(
        self, orders: Orders, drawing: Drawing, write: "Write", *, number: int
    ) -> None:
        """Begin.

        Args:
            orders: Of the run.
            drawing: Its items.
            write: Writes a checkpoint.
            number: Which one in the run.
        """
        self.number = number
        self.drawing = drawing
        self.first = 0
        self.is_past = False
        self.last: str | None = None
        self._every = orders.every
        self._write = write
        self._carried: Carried | None = None
        self._past: Mapping[str, Any] | None = None
        death = orders.death
        self._dies_at = NEVER if death is None else death.step
        self._moment = Moment.BEGINNING if death is None else death.moment

    def look_at(self, frame: FrameType | None) -> None:
        """Look at the variables around the loop before its first step.

        Args:
            frame: The function that walks over it.
        """
        with suppress(Exception):  # a hint may fail, a run may not
            self._carried = Carried(frames_below(frame))

    def forgotten(self, parts: Collection[object]) -> tuple[str, ...]:
        """List what the loop carries along and no checkpoint holds.

        Args:
            parts: What they hold.

        Returns:
            Names of variables with their types.
        """
        with suppress(Exception):  # as above
            return () if self._carried is None else self._carried.forgotten(parts)
        return ()

    def pass_over(self, state: Mapping[str, Any]) -> None:
        """Leave out a loop that was over; an iterator is brought to where it was.

        Args:
            state: Of its items, at its end.
        """
        self.is_past = True
        self._past = state
        if self.drawing.is_iterator:
            self.drawing.go_to(state)

    def state(self) -> Mapping[str, Any]:
        """Return where its items are."""
        return self.drawing.state() if self._past is None else self._past

    def reach(self, step: int) -> None:
        """Hear that a step is about to begin; maybe write, maybe die.

        Args:
            step: The step.
        """
        if self.first <= self._dies_at < step:
            die()  # that step recorded nothing in which to die
        dies = step == self._dies_at
        if self._every and step > self.first and step % self._every == 0:
            self._write(self, step, dies and self._moment is Moment.WRITING)
        if dies and self._moment is not Moment.INSIDE:
            die()

    def draw(self, step: int) -> Any:  # noqa: ANN401  # whatever the items are
        """Draw the item of a step.

        Args:
            step: The step.

        Raises:
            StopIteration: If there is none.
        """
        item = self.drawing.draw()
        is_last = self._every and (step + 1) % self._every == 0
        self.last = digest_of_item(item) if is_last else None
        return item

    def die_inside(self, step: int) -> None:
        """Hear that a step records something; maybe die.

        Args:
            step: The step under way.
        """
        if step == self._dies_at and self._moment is Moment.INSIDE:
            die()


Write = Callable[[Loop, int, bool], None]
"""Takes a loop, the step that would begin, and whether the process dies half-way."""


def die() -> None:
    """End this process as `SIGKILL` from outside would: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)
