"""How often a ledger is written: as often as a small share of the time allows.

Whatever following a run costs is taken from training, so an account is kept: training
earns a small share of its own time, looking at things spends it. The beginning is
followed whole on credit, since most runs part there. While a run is in debt, everything
is looked at less often than it could afford, until the debt is paid: before the run
ends, if it says how long it is, as ``repro.steps(total=…)`` does.

Strides are powers of two and what is kept are their multiples, so two runs that were
thinned differently still share steps. What was written before stays written. Only when
something is written depends on time here, never what.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Final, Self

__all__ = ["ALLOWANCE_S", "BUDGET", "DISTURBANCE", "Cost", "Pace"]

BUDGET: Final = 0.03
"""The share of a step's own time that a ledger may take."""

AIM: Final = 0.7 * BUDGET
"""What is earned, and planned for where there is no debt; the rest is for what was not
foreseen."""

REPAYING: Final = 0.4 * BUDGET
"""What is planned for while there is one."""

ALLOWANCE_S: Final = 0.002
"""What a run may take whatever its steps cost [s]: most runs part at the beginning."""

DISTURBANCE: Final = 2.0
"""By how much looking costs more than the time that it takes: the caches of a processor
are full of other things afterwards, so training is slower for a while. No clock of a
ledger sees that; `benchmarks.ledger` compares whole runs, and does."""


class Cost(enum.Enum):
    """How dear something is to follow."""

    STATE = "state"
    """Grows with the model: parameters, gradients, optimizer, buffers."""

    DATA = "data"
    """Grows with the batch: the batch itself, inputs and outputs."""

    ROWS = "rows"
    """Grows with the batch, not with what a model makes of it: a number for each row.
    The more steps are known, the more rows of two runs are the same ones."""

    SELDOM = "seldom"
    """As dear as data, and between steps: evaluations. Never left out."""

    CHEAP = "cheap"
    """Some microseconds: indices, generators, settings. Thinned last and least."""


MAX_STRIDES: Final[Mapping[Cost, int]] = {
    Cost.CHEAP: 64,
    Cost.ROWS: 2**16,
    Cost.DATA: 2**16,
    Cost.STATE: 2**16,
}
"""How rarely each may be looked at. Each takes at most half of what is left by those
before it, and the last one all of it: what is cheap is thinned last and least."""


class Pace:
    """Strides that keep the time spent on a ledger within its budget.

    As a context it measures one look of a ledger: what nothing was told of by `spend`
    is cheap, and counts too.

    Attributes:
        clock: Gives seconds from any origin.
        turns: How many steps have begun.
        least: Nothing but evaluations is followed between multiples of it.
        passes: How often somebody was ready to look, and had nothing to look at.
    """

    def __init__(self, clock: Callable[[], float], *, is_whole: bool = False) -> None:
        """Follow everything at every step, to begin with.

        Args:
            clock: Gives seconds from any origin.
            is_whole: Whether it stays so, whatever that costs.
        """
        self._is_whole = is_whole
        self.clock = clock
        self._strides = dict.fromkeys(Cost, 1)
        self.least = 1
        self.passes = 0
        self._spent = dict.fromkeys(Cost, 0.0)
        self._spent_s = 0.0
        self._means = {cost: _Mean() for cost in MAX_STRIDES}
        self._is_thinned = False
        self._has_looked = False
        self.turns = 0
        self._began_s = 0.0
        self._end: int | None = None
        self._is_looking = False
        self._entered_s = 0.0
        self._mark_s = 0.0
        self._before_s = 0.0
        self._standby_s = 0.0

    def __enter__(self) -> Self:
        """Begin to look; never within another look."""
        self._entered_s = self._mark_s = self.clock()
        self._before_s = self._spent_s
        self._is_looking = True
        return self

    def __exit__(self, *_: object) -> None:
        """Charge what is not charged yet."""
        self._is_looking = False
        told_s = self._spent_s - self._before_s
        self.spend(Cost.CHEAP, self.clock() - self._entered_s - told_s)

    def stride(self, cost: Cost) -> int:
        """Return every which step is followed.

        Args:
            cost: What would be followed.

        Returns:
            A power of two.
        """
        return self._strides[cost]

    def is_due(self, cost: Cost, step: int) -> bool:
        """Tell whether something is to be followed at a step.

        Args:
            cost: How dear that is.
            step: The step; whatever comes before the first one is due.

        Returns:
            Whether the step is a multiple of the stride.
        """
        return step < 0 or step % self._strides[cost] == 0

    def is_quiet(self, step: int) -> bool:
        """Tell at little cost whether nothing but evaluations is followed at a step.

        Args:
            step: The step.

        Returns:
            Whether nothing else is due.
        """
        return step >= 0 and step % self.least != 0

    def spend(self, cost: Cost, duration_s: float) -> None:
        """Note that time was spent.

        Args:
            cost: On what.
            duration_s: How long [s].
        """
        self._spent[cost] += duration_s
        self._spent_s += duration_s
        self._has_looked = True

    def begin(self) -> None:
        """Begin something to be charged; in a look it begins where the last one ended.

        A clock of processor time takes microseconds to read, so it is read once.
        """
        if not self._is_looking:
            self._mark_s = self.clock()

    def end(self, cost: Cost) -> None:
        """Charge what took until now.

        Args:
            cost: What it was spent on.
        """
        now_s = self.clock()
        self.spend(cost, now_s - self._mark_s)
        self._mark_s = now_s

    def expect(self, steps: int) -> None:
        """Hear how many steps are still to come.

        Args:
            steps: As the run says; it may end before that, or after.
        """
        self._end = self.turns + steps

    def stand_by(self, duration_s: float) -> None:
        """Charge every pass for being ready to look.

        Args:
            duration_s: What that takes [s]; of several, the longest counts.
        """
        self._standby_s = max(self._standby_s, duration_s)

    def turn(self) -> None:
        """Begin a step; after one in which something was looked at, decide."""
        if self.turns == 0:
            self._began_s = self.clock()
            self._spent_s = 0.0  # what came before the first step delays none
        elif self._has_looked:
            self._decide(self.clock() - self._began_s)
        else:
            self.turns += 1
            return
        self._spent = dict.fromkeys(Cost, 0.0)
        self._has_looked = False
        self.turns += 1

    def _decide(self, elapsed_s: float) -> None:
        for cost, mean in self._means.items():
            mean.add(self._spent[cost])
        trained_s = elapsed_s - self._spent_s
        passed_s = self.passes * self._standby_s
        spent_s = DISTURBANCE * (self._spent_s + passed_s)
        debt_s = spent_s - AIM * trained_s
        next_s = DISTURBANCE * sum(mean.value_s for mean in self._means.values())
        next_s -= AIM * trained_s / self.turns
        self._is_thinned |= debt_s + next_s > ALLOWANCE_S
        if self._is_whole or not self._is_thinned:
            return
        left_s = self._affordable_s(trained_s / self.turns, debt_s)
        self._thin(max(0.0, left_s - DISTURBANCE * passed_s / self.turns))

    def _affordable_s(self, step_s: float, debt_s: float) -> float:
        """Tell what may be planned for a step, for a debt to be paid in time."""
        if debt_s <= 0:
            return AIM * step_s
        planned_s = REPAYING * step_s
        if self._end is None:
            return planned_s
        ahead = max(1, self._end - self.turns)
        return min(planned_s, AIM * step_s - debt_s / ahead)

    def _thin(self, left_s: float) -> None:
        """Choose strides with which a step costs so much on average."""
        for cost, widest in MAX_STRIDES.items():
            once_s = DISTURBANCE * self._means[cost].value_s
            part_s = left_s if cost is Cost.STATE else left_s / 2
            stride = 1
            while stride < widest and once_s > part_s * stride:
                stride *= 2
            self._strides[cost] = stride
            left_s = max(0.0, left_s - once_s / stride)
        followed = [cost for cost, mean in self._means.items() if mean.value_s > 0]
        self.least = min((self._strides[cost] for cost in followed), default=1)


WARMING: Final = 4
"""So much dearer than later ones is the first look at something, until there is a
second: what it needs is loaded, and memory is asked for. Measured: 2.3 to 28."""


class _Mean:
    """What it costs to look at something once; the first time warms up."""

    def __init__(self) -> None:
        self._first_s = 0.0
        self._total_s = 0.0
        self._count = 0

    def add(self, duration_s: float) -> None:
        if duration_s <= 0:
            return
        if self._count == 0:
            self._first_s = duration_s
        else:
            self._total_s += duration_s
        self._count += 1

    @property
    def value_s(self) -> float:
        if self._count > 1:
            return self._total_s / (self._count - 1)
        return self._first_s / WARMING
