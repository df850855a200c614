"""A ledger keeps to its budget: it looks less often, never at other steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.experiment.pace import BUDGET, Cost, Pace

STEP_S = 1.0


class Clock:
    """A clock that is set by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        """Read it."""
        return self.now_s


def spent(costs: dict[Cost, float], *, steps: int = 2000) -> tuple[Pace, float]:
    """Let steps of a second pass, in which looking at things takes its time.

    Args:
        costs: How long it takes to look at each once [s].
        steps: How many.

    Returns:
        The pace, and the share of a step that the last half of them spent on it.
    """
    clock = Clock()
    pace = Pace(clock)
    late_s = 0.0
    for step in range(steps):
        pace.turn()
        for cost, duration_s in costs.items():
            if pace.is_due(cost, step):
                clock.now_s += duration_s
                pace.spend(cost, duration_s)
                late_s += duration_s if step >= steps // 2 else 0.0
        clock.now_s += STEP_S
    return pace, late_s / (steps - steps // 2) / STEP_S


def test_what_is_cheap_enough_is_looked_at_every_step() -> None:
    """Under the budget nothing is thinned."""
    pace, share = spent({Cost.STATE: 0.01, Cost.DATA: 0.01, Cost.CHEAP: 0.009})

    assert [pace.stride(cost) for cost in Cost] == [1] * len(Cost)
    assert share == pytest.approx(0.029, rel=1e-9)


@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0), st.floats(1e-6, 0.02))
def test_cost_stays_within_the_budget(state: float, data: float, cheap: float) -> None:
    """Law: as long as the cheap things alone fit, everything together does."""
    pace, share = spent({Cost.STATE: state, Cost.DATA: data, Cost.CHEAP: cheap})

    assert share <= BUDGET
    assert all(pace.stride(cost).bit_count() == 1 for cost in Cost)


def test_the_dearest_goes_first() -> None:
    """State is thinned before data, and data before what is cheap."""
    pace, _ = spent({Cost.STATE: 0.1, Cost.DATA: 0.005, Cost.CHEAP: 0.005})

    assert pace.stride(Cost.STATE) > 1
    assert (pace.stride(Cost.DATA), pace.stride(Cost.CHEAP)) == (1, 1)


def test_cheap_things_are_looked_at_every_eighth_step_at_least() -> None:
    """Even where they cost more than a step: then the budget does not hold."""
    pace, share = spent({Cost.CHEAP: 2.0})

    assert pace.stride(Cost.CHEAP) == 8
    assert share > BUDGET


def test_evaluations_and_what_came_before_are_always_due() -> None:
    """There are few of them, and no other step to look at."""
    pace, _ = spent({Cost.STATE: 10.0})

    assert pace.is_due(Cost.STATE, -1)
    assert pace.is_due(Cost.SELDOM, 7)
    assert not pace.is_due(Cost.STATE, 7)
