"""Two measurements side by side, in small turns: what drifts more slowly cancels.

A machine that others share changes its speed from second to second. Two whole trainings
in turn see different machines; two that take turns of a twentieth of a second see the
same one. Each runs in a process of its own, so that neither touches the other's random
generators; both are bound to one processor, and one waits while the other works.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from benchmarks.pairs import Clocks

__all__ = ["Turns", "side_by_side"]

T = TypeVar("T")

LENGTH_S: Final = 0.05
"""How long a turn is at least [s]: long beside a wake-up, short beside a drift."""


class Turns:
    """One side's turns: work, and offer them to the other side now and then.

    Attributes:
        connection: To whoever deals the turns.
        length_s: A turn that is shorter is not given away when it is offered [s].
        before: What the turns before this one took.
        since: When this one began.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin the first turn.

        Args:
            connection: To whoever deals the turns.
        """
        self.connection = connection
        self.length_s = LENGTH_S
        self.before = Clocks(0.0, 0.0)
        self.since = now()

    def offer(self) -> None:
        """Give a turn away that was long enough, and wait for the next."""
        if now().wall_s - self.since.wall_s >= self.length_s:
            self.before = self.worked()
            self.connection.send(None)
            self.connection.recv()
            self.since = now()

    def worked(self) -> Clocks:
        """Add up the turns until now.

        Returns:
            How long this side has worked; its waits do not count.
        """
        parts = zip(self.before, now(), self.since, strict=True)
        return Clocks(*(before + end - begin for before, end, begin in parts))


def now() -> Clocks:
    """Look at both clocks."""
    return Clocks(time.perf_counter(), time.process_time())


def side_by_side(
    plain: Callable[[Turns], T], ours: Callable[[Turns], T], pairs: int
) -> tuple[list[tuple[T, T]], list[tuple[T, T]]]:
    """Measure both at once, in turns, after one time each that only warms up.

    Two processes that do the same differ by a few hundredths for as long as they live:
    where their memory lies is luck. So a pair is measured twice, and the processes
    change sides in between.

    Args:
        plain: Measures the alternative; it and what it returns must be picklable.
        ours: Measures ours.
        pairs: How often.

    Returns:
        What they returned, pair by pair, by each process.

    Raises:
        EOFError: If one side failed; it has said why.
    """
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        sides = []
        for _ in range(2):
            here, there = context.Pipe()
            stack.enter_context(here)
            arguments = there, (plain, ours)
            context.Process(target=_measure, args=arguments, daemon=True).start()
            there.close()
            sides.append(here)
        found = [(_deal(sides, (0, 1)), _deal(sides, (1, 0))) for _ in range(pairs + 1)]
    first, second = ([(a[role], b[role]) for a, b in found[1:]] for role in range(2))
    return first, second


def _deal(sides: list[Connection], roles: tuple[int, int]) -> tuple[Any, Any]:
    """Deal turns until both sides have said what they found."""
    found: dict[int, object] = {}
    while len(found) < len(sides):
        for side, role in zip(sides, roles, strict=True):
            if role not in found:
                side.send(role)
                said = side.recv()
                if said is not None:
                    found[role] = said
    return found[0], found[1]


def _measure(
    connection: Connection, measures: tuple[Callable[[Turns], object], ...]
) -> None:
    """Measure in a process of its own whatever is asked for, while somebody asks."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    while True:
        try:
            role = connection.recv()
        except EOFError:
            return
        connection.send(measures[role](Turns(connection)))
