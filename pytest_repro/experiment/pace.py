"""How often a ledger is written: as often as a small share of the time allows.

Whatever following a run costs is taken from training, so it is measured against it.
Over the budget, the dearest things are looked at half as often, and half as often
again. Strides are powers of two and what is kept are their multiples, so two runs that
were thinned differently still share steps. What was written before stays written.

Only when something is written depends on time here, never what.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Final

__all__ = ["ALLOWANCE_S", "BUDGET", "Cost", "Pace"]

BUDGET: Final = 0.03
"""The share of a step's own time that a ledger may take."""

AIM: Final = 0.8 * BUDGET
ALLOWANCE_S: Final = 0.005
"""What a run may take whatever its steps cost [s]: most runs part at the beginning."""

WINDOW: Final = 2
"""Steps that are measured before the first decision; the first one warms up."""

MAX_FACTOR: Final = 4
"""One pause of the machine must not thin a whole run."""


class Cost(enum.Enum):
    """How dear something is to follow."""

    STATE = "state"
    """Grows with the model: parameters, gradients, optimizer, buffers."""

    DATA = "data"
    """Grows with the batch: the batch itself, inputs and outputs."""

    SELDOM = "seldom"
    """As dear as data, and between steps: evaluations. Never left out."""

    CHEAP = "cheap"
    """Some microseconds: indices, generators, settings. Thinned last and least."""


MAX_STRIDES: Final[Mapping[Cost, int]] = {
    Cost.STATE: 2**16,
    Cost.DATA: 2**16,
    Cost.CHEAP: 8,
}
"""How rarely each may be looked at; in the order in which they are thinned."""


class Pace:
    """Strides that keep the time spent on a ledger within its budget.

    Attributes:
        clock: Gives seconds from any origin.
        turns: How many steps have begun.
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
        self._least = 1
        self._spent = dict.fromkeys(Cost, 0.0)
        self._spent_s = 0.0
        self.turns = 0
        self._began_s = 0.0

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
        return step >= 0 and step % self._least != 0

    def spend(self, cost: Cost, duration_s: float) -> None:
        """Note that time was spent.

        Args:
            cost: On what.
            duration_s: How long [s].
        """
        self._spent[cost] += duration_s
        self._spent_s += duration_s

    def turn(self) -> None:
        """Begin a step; every so often, decide about the strides."""
        window = max(WINDOW, *self._strides.values())
        if self.turns == 1 or (self.turns - 1) % window == 0:
            now = self.clock()
            if self.turns > 1:
                self._decide(now - self._began_s)
            self._began_s = now
            self._spent = dict.fromkeys(Cost, 0.0)
        self.turns += 1

    def _decide(self, elapsed_s: float) -> None:
        spent_s = sum(self._spent.values())
        rest_s = elapsed_s - spent_s
        is_free = self._is_whole or self._spent_s <= ALLOWANCE_S
        if is_free or spent_s <= BUDGET * rest_s:
            return
        over_s = spent_s - AIM * rest_s
        for cost, widest in MAX_STRIDES.items():
            factor = _factor(self._spent[cost], over_s)
            # What this may still save, now or by later decisions, spares the others.
            over_s -= self._spent[cost] * (1 - self._strides[cost] / widest)
            self._strides[cost] = min(widest, factor * self._strides[cost])
            if over_s <= 0:
                break
        self._least = min(self._strides[cost] for cost in MAX_STRIDES)


def _factor(spent_s: float, over_s: float) -> int:
    """Return the least power of two that saves so much, if any allowed one does."""
    factor = 1
    while factor < MAX_FACTOR and spent_s * (1 - 1 / factor) < over_s:
        factor *= 2
    return factor if spent_s > 0 else 1
