"""Follow the data of a training loop: its order, its content, and the generators.

`repro.steps` tells of each item that it draws. Exactly what was asked for is drawn, at
the moment at which it is asked for; the ledger only looks at it in passing.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar, cast, runtime_checkable

from pytest_repro.experiment.contents import Parts, parts_of, text_of
from pytest_repro.experiment.generators import Generators
from pytest_repro.experiment.ledger import StepLedger
from pytest_repro.experiment.pace import Cost
from pytest_repro.experiment.rows import RowSum
from pytest_repro.records import SAMPLE

__all__ = ["Following", "KnowsIndices"]

T = TypeVar("T")

Take = Callable[[], object]
"""Takes the indices of the next batch; None if there are none."""


@runtime_checkable
class KnowsIndices(Protocol):
    """An iterator over batches that knows which samples each of them is."""

    def take_indices(self) -> object:
        """Take the indices of the last batch; None if they were taken."""


class Following:
    """Writes lanes ``data/…`` and ``rng/…`` of a step ledger.

    Attributes:
        ledger: Where digests go.
    """

    def __init__(self, ledger: StepLedger) -> None:
        """Start before the first step.

        Args:
            ledger: Where digests go.
        """
        self.ledger = ledger
        self._generators = Generators()
        self._rows = RowSum()
        self._names: list[str] = []
        self._has_batches = False
        self._has_sum = True
        self._summed = -1
        self._take: Take | None = None
        self._step = 0

    def open(self, iterable: Iterable[T]) -> Iterator[T]:
        """Begin a pass over the items of a training loop.

        Args:
            iterable: The items.

        Returns:
            What `iter` gives.
        """
        self.ledger.is_walking = True
        items, self._take = _begin(iterable)
        return items

    def expect(self, steps: int) -> None:
        """Hear how many steps a pass says that it has, where it says so.

        Args:
            steps: Those that are still to come.
        """
        self.ledger.pace.expect(steps)

    def skip(self, count: int) -> None:
        """Hear that a resumed run begins after some steps, whose items were drawn.

        Args:
            count: How many.
        """
        self._step += count
        if self._take is not None:
            for _ in range(count):
                self._take()

    def note_inputs(self, step: int, inputs: object) -> None:
        """Note rows of what a model is called with, where no batch was seen.

        Args:
            step: The step.
            inputs: Its arguments.
        """
        if not self._has_batches:
            self._note_rows(step, inputs)

    def finish(self) -> None:
        """Write the sample of all rows; one of those before an error is no sample."""
        if not self.ledger.has_lost("data/rows"):
            self.ledger.put_all(SAMPLE, self._rows.sample)

    def begin_step(self) -> None:
        """Hear that an item is about to be drawn."""
        pace = self.ledger.pace
        pace.turn()
        if not pace.is_quiet(self._step):
            with pace:
                self.note_generators(self._step)

    def note_item(self, item: object) -> None:
        """Note what was drawn; steps are counted over all walks of a run.

        Args:
            item: The item.
        """
        step, self._step = self._step, self._step + 1
        indices = None if self._take is None else self._take()
        is_counter = isinstance(item, int)  # no data
        self._has_batches |= not is_counter
        pace = self.ledger.pace
        if pace.is_quiet(step) or (is_counter and indices is None):
            return
        with pace:
            if indices is not None:
                self.ledger.note(
                    "data/indices", step, lambda: (text_of((repr(indices),)),)
                )
            if not is_counter:
                self._note_batch(step, item)

    def note_generators(self, step: int) -> None:
        """Write the states of all global generators.

        Args:
            step: The step that begins.
        """
        found: dict[str, str] = {}

        def read() -> tuple[str, ...]:
            found.update(self._generators.digests())
            return ()

        self.ledger.take("rng", Cost.CHEAP, read, step)
        self._names = list(found) or self._names
        for name in self._names:
            parts = (found[name],) if name in found else ()
            self.ledger.put(f"rng/{name}", step, parts)

    def _note_batch(self, step: int, item: object) -> None:
        self.ledger.note("data/batch", step, lambda: parts_of(item), Cost.DATA)
        if self._take is None:
            self._note_rows(step, item)

    def _note_rows(self, step: int, rows: object) -> None:
        def add() -> Parts:
            # A sum over all rows that leaves some out says nothing; a sample does.
            self._has_sum &= step <= self._summed + 1
            self._summed = step
            found = self._rows.add(rows)
            return found if self._has_sum else ()

        self.ledger.note("data/rows", step, add, Cost.ROWS)


def _begin(iterable: Iterable[T]) -> tuple[Iterator[T], Take | None]:
    data = sys.modules.get("torch.utils.data")
    if data is None or not isinstance(iterable, data.DataLoader):
        given = iter(iterable)
        return given, given.take_indices if isinstance(given, KnowsIndices) else None
    from pytest_repro.experiment import torch_indices  # noqa: PLC0415  # torch is loaded

    items, drawn = torch_indices.follow(iterable)
    return cast("Iterator[T]", items), None if drawn is None else drawn.take
