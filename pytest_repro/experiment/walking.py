"""Walk over the steps of a training loop, and tell everybody who follows them.

Each step has one order: a checkpoint may be written, then an item is drawn, the caller
trains, the watches look, the recorder is told. What is told is decided elsewhere.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from types import FrameType
from typing import Any, Protocol, TypeVar

from pytest_repro.experiment.following import Following
from pytest_repro.experiment.keeping import Keeper
from pytest_repro.experiment.looping import Loop
from pytest_repro.experiment.recorder import Recorder

__all__ = ["Walker", "Watcher"]

T = TypeVar("T")


class Watcher(Protocol):
    """Looks at state after each step."""

    def end_step(self) -> None:
        """Hear that a step is over."""


class Walker:
    """Walks over the loops of one run.

    Attributes:
        watchers: Who hears that a step is over.
    """

    def __init__(
        self, recorder: Recorder, keeper: Keeper, following: Following | None
    ) -> None:
        """Stand before the first loop.

        Args:
            recorder: Hears of steps.
            keeper: Writes checkpoints, and begins with one.
            following: Writes the step ledger; None for none.
        """
        self.watchers: list[Watcher] = []
        self._recorder = recorder
        self._keeper = keeper
        self._following = following
        self._loop: Loop | None = None
        self._step = 0

    def die_inside(self) -> None:
        """Hear that the step under way records something; maybe die."""
        if self._loop is not None:
            self._loop.die_inside(self._step)

    def walk(
        self, iterable: Iterable[T], total: int | None, frame: FrameType | None
    ) -> Iterator[tuple[int, T]]:
        """Walk over one loop.

        Args:
            iterable: Its items.
            total: Stop after so many steps; None for all items.
            frame: The function that walks over it; None for unknown.

        Yields:
            Steps and items.
        """
        loop = self._begin(iterable, total, frame)
        try:
            for step in () if loop.is_past else count(loop.first):
                if step == total:
                    self._recorder.enter_step(step, is_over=True)
                    break
                loop.reach(step)
                self._recorder.begin_step(step)
                self._recorder.enter_step(step)
                try:
                    item = self._draw(loop, step)
                except StopIteration:
                    self._run_out(step, total)
                    break
                self._recorder.origin.add_item(step, item)
                self._loop, self._step = loop, step
                yield step, item
                for watcher in self.watchers:
                    watcher.end_step()
                self._recorder.end_step(step, total)
        finally:
            self._keeper.end(loop)

    def _begin(
        self, iterable: Iterable[Any], total: int | None, frame: FrameType | None
    ) -> Loop:
        opened = iter if self._following is None else self._following.open
        loop = self._keeper.begin(iterable, frame, opened)
        self._recorder.origin.skip(loop.first)
        if self._following is not None:
            self._following.skip(loop.first)
            if total is not None:
                self._following.expect(total - loop.first)
        return loop

    def _draw(self, loop: Loop, step: int) -> Any:  # noqa: ANN401  # whatever the items are
        """Draw an item, and note it in the step ledger."""
        if self._following is None:
            return loop.draw(step)
        self._following.begin_step()
        item = loop.draw(step)
        self._following.note_item(item)
        return item

    def _run_out(self, step: int, total: int | None) -> None:
        if total is not None:
            self._recorder.warn(f"steps(total={total}) ran out of items after {step}")
        self._recorder.enter_step(step, is_over=True)
