"""The step ledger of a run under way: lanes of quick digests, written as steps go by.

It says which part of a run differed first, and never whether a run holds. So nothing
here may disturb a training: digests that are still on a device are collected later,
many at once; what fails loses its lane and nothing else, and `lost` says so; and what
costs too much is looked at less often, see `pace`.

What is followed, and when, is known to `following` (data and generators) and
`torch_ledger` (a model and its optimizer).
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from pytest_repro.experiment.contents import Parts, joined
from pytest_repro.experiment.failures import one_line
from pytest_repro.experiment.pace import Cost, Pace
from pytest_repro.records import Lane, LostLane

__all__ = ["StepLedger"]

BATCH: Final = 256
MAX_LANES: Final = 128
PLACES: Final = 256
"""How many places a step has in the order of a ledger."""

_ADDRESS: Final = re.compile("0x[0-9a-fA-F]{6,}")


class StepLedger:
    """The lanes of one run.

    Attributes:
        pace: How often each kind of thing is followed.
        is_walking: Whether `repro.steps` says when steps begin.
    """

    def __init__(self, clock: Callable[[], float], *, is_whole: bool = False) -> None:
        """Start with no lane.

        Args:
            clock: Gives seconds from any origin; the cost is measured with it.
            is_whole: Whether everything is followed, whatever that costs.
        """
        self.pace = Pace(clock, is_whole=is_whole)
        self.is_walking = False
        self._tracks: dict[str, _Track] = {}
        self._lost: dict[str, LostLane] = {}
        self._turn = 0
        self._position = 0

    def take(
        self, name: str, cost: Cost, make: Callable[[], Parts], step: int
    ) -> Parts:
        """Compute parts of a digest now, if they are due.

        Args:
            name: The lane that they are for.
            cost: How dear they are.
            make: Computes them.
            step: The step that they belong to.

        Returns:
            The parts; none if they are not due, or cannot be computed.
        """
        if self.has_lost(name) or not self.pace.is_due(cost, step):
            return ()
        self.pace.begin()
        try:
            return make()
        except Exception as error:  # noqa: BLE001  # whatever fails here must not end a training
            self._lose(name, step, error)
            return ()
        finally:
            self.pace.end(cost)

    def put(self, name: str, step: int, parts: Parts) -> None:
        """Write a digest of one step.

        The position within a step advances with every call, whether there is anything
        to write or not, so that thinning does not move what comes later.

        Args:
            name: The lane.
            step: The step, past every earlier one of the lane; else it is left out.
            parts: What `take` gave; nothing is written if there are none.
        """
        if self._turn != self.pace.turns:
            self._turn, self._position = self.pace.turns, 0
        order = self._turn * PLACES + min(self._position, PLACES - 1)
        self._position += 1
        if not parts or self.has_lost(name):
            return
        track = self._track(name, step)
        if track is not None:
            track.add(step, order, parts)

    def put_all(self, name: str, digests: Iterable[str]) -> None:
        """Write a lane that follows no steps, after everything so far.

        Args:
            name: The lane.
            digests: Its digests; they are numbered from 0 on.
        """
        track = self._track(name, 0)
        if track is None:
            return
        first = (self.pace.turns + 1) * PLACES
        for number, digest in enumerate(digests):
            track.add(number, first + number, (digest,))

    def note(
        self, name: str, step: int, make: Callable[[], Parts], cost: Cost = Cost.CHEAP
    ) -> None:
        """Compute and write a digest, if it is due.

        Args:
            name: The lane.
            step: The step.
            make: Computes its parts.
            cost: How dear that is.
        """
        self.put(name, step, self.take(name, cost, make, step))

    def lanes(self) -> tuple[Lane, ...]:
        """Collect what is still under way and return all lanes, sorted by name."""
        found = (track.finish() for _, track in sorted(self._tracks.items()))
        return tuple(lane for lane in found if lane.steps)

    def has_lost(self, name: str) -> bool:
        """Tell whether a lane could not be followed to the end.

        Args:
            name: The lane.
        """
        return name in self._lost

    def lost(self) -> tuple[LostLane, ...]:
        """Say which lanes could not be followed to the end, and why, by name."""
        return tuple(one for _, one in sorted(self._lost.items()))

    def _track(self, name: str, step: int) -> "_Track | None":
        """Find a lane, or begin it; None where there are too many."""
        if name not in self._tracks and len(self._tracks) >= MAX_LANES:
            self._give_up(name, step, f"a ledger has at most {MAX_LANES} lanes")
            return None
        return self._tracks.setdefault(name, _Track(name, self._lose))

    def _lose(self, name: str, step: int, error: Exception) -> None:
        try:
            why = one_line(error)
        except Exception:  # noqa: BLE001  # an error that cannot even be told
            why = type(error).__name__
        self._give_up(name, step, why)

    def _give_up(self, name: str, step: int, why: str) -> None:
        """Note why a lane ends; where objects lie in memory is no part of that."""
        line = _ADDRESS.sub("0x…", " ".join(why.split()))
        told = "".join(one if one.isprintable() else "?" for one in line)
        if len(self._lost) < MAX_LANES:
            lane = LostLane(name=name, step=step, why=told)
            self._lost.setdefault(name, lane)


class _Track:
    """One lane, growing."""

    def __init__(self, name: str, lose: Callable[[str, int, Exception], None]) -> None:
        self._name = name
        self._lose = lose
        self._steps: list[int] = []
        self._orders: list[int] = []
        self._digests: list[str] = []
        self._waiting: list[Parts] = []

    def add(self, step: int, order: int, parts: Parts) -> None:
        if self._steps and step <= self._steps[-1]:
            return
        self._steps.append(step)
        self._orders.append(order)
        self._waiting.append(parts)
        if len(self._waiting) >= BATCH:
            self._settle(BATCH // 2)

    def finish(self) -> Lane:
        self._settle(len(self._waiting))
        return Lane(
            name=self._name,
            steps=tuple(self._steps),
            orders=tuple(self._orders),
            digests=tuple(self._digests),
        )

    def _settle(self, count: int) -> None:
        """Read the oldest ones: a device has been done with them for long."""
        ready, self._waiting = self._waiting[:count], self._waiting[count:]
        try:
            for parts in ready:
                self._digests.append(joined(parts))
        except Exception as error:  # noqa: BLE001  # as in `take`
            end = len(self._digests)
            self._lose(self._name, self._steps[end], error)
            self._waiting.clear()
            del self._steps[end:], self._orders[end:]
