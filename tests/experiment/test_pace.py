"""A ledger keeps to its budget: it looks less often, never at other steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.experiment.pace import ALLOWANCE_S, BUDGET, Cost, Pace

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
    pace, share = spent({Cost.STATE: 0.004, Cost.DATA: 0.003, Cost.CHEAP: 0.002})

    assert [pace.stride(cost) for cost in Cost] == [1] * len(Cost)
    assert share == pytest.approx(0.009, rel=1e-9)


@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0), st.floats(1e-6, 0.3))
def test_cost_stays_within_the_budget(state: float, data: float, cheap: float) -> None:
    """Law: as long as the cheap things alone fit, everything together does."""
    pace, share = spent({Cost.STATE: state, Cost.DATA: data, Cost.CHEAP: cheap})

    assert share <= BUDGET
    assert all(pace.stride(cost).bit_count() == 1 for cost in Cost)


def test_the_dearest_goes_first() -> None:
    """State is thinned before data, and data before what is cheap."""
    pace, _ = spent({Cost.STATE: 0.1, Cost.DATA: 0.003, Cost.CHEAP: 0.002})

    assert pace.stride(Cost.STATE) > 1
    assert (pace.stride(Cost.DATA), pace.stride(Cost.CHEAP)) == (1, 1)


def test_cheap_things_are_never_looked_at_less_than_a_bound() -> None:
    """Even where they cost more than a step: then the budget does not hold."""
    pace, share = spent({Cost.CHEAP: 20.0})

    assert pace.stride(Cost.CHEAP) == 64
    assert share > BUDGET


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_what_the_beginning_took_is_paid_back(first: float, later: float) -> None:
    """Law: a first look that costs whole steps leaves no debt to a run long enough."""
    clock = Clock()
    pace = Pace(clock)
    spent_s = 0.0
    for step in range(2000):
        pace.turn()
        duration_s = (first if step == 0 else later) * pace.is_due(Cost.STATE, step)
        clock.now_s += duration_s
        pace.spend(Cost.STATE, duration_s)
        spent_s += duration_s
        clock.now_s += STEP_S

    assert spent_s <= BUDGET * 2000 * STEP_S + ALLOWANCE_S


def looked(
    pace: Pace, clock: Clock, *, steps: int, first_s: float, later_s: float = 0.01
) -> list[int]:
    """Let steps of a second pass, and return those at which state was looked at.

    The first look takes what is said, and so do later ones.
    """
    looks = []
    for step in range(steps):
        pace.turn()
        if pace.is_due(Cost.STATE, step):
            looks.append(step)
            duration_s = later_s if step else first_s
            clock.now_s += duration_s
            pace.spend(Cost.STATE, duration_s)
        clock.now_s += STEP_S
    return looks


def test_short_run_that_says_so_pays_back_before_it_ends() -> None:
    """Of 15 steps the first takes all that there is; of many it is paid back later."""
    clocks = Clock(), Clock()
    short, unknown = Pace(clocks[0]), Pace(clocks[1])
    short.expect(15)

    assert looked(short, clocks[0], steps=15, first_s=0.15) == [0]
    assert looked(unknown, clocks[1], steps=15, first_s=0.15) == [0, 8, 10, 12, 14]


def test_long_run_that_says_so_is_followed_as_one_that_does_not() -> None:
    """There is time enough to pay back: length costs nothing."""
    clocks = Clock(), Clock()
    long, unknown = Pace(clocks[0]), Pace(clocks[1])
    long.expect(2000)

    assert looked(long, clocks[0], steps=500, first_s=0.2) == looked(
        unknown, clocks[1], steps=500, first_s=0.2
    )


@given(st.integers(10, 300), st.floats(0.0, 1.0), st.floats(1e-4, 1.0))
def test_what_the_beginning_took_is_paid_back_by_the_end(
    steps: int, share: float, later: float
) -> None:
    """Law: if the first look leaves something to a run of known length, it holds."""
    clock = Clock()
    pace = Pace(clock)
    pace.expect(steps)
    first = share * 0.3 * BUDGET * steps
    spent_s = 0.0
    for step in range(steps):
        pace.turn()
        duration_s = (later if step else first) * pace.is_due(Cost.STATE, step)
        clock.now_s += duration_s
        pace.spend(Cost.STATE, duration_s)
        spent_s += duration_s
        clock.now_s += STEP_S

    assert spent_s <= BUDGET * steps * STEP_S + max(first, later)


def test_what_follows_in_a_look_is_charged_from_where_the_last_ended() -> None:
    """A clock is read once for each: nothing between two of them is lost."""
    clock = Clock()
    pace = Pace(clock)
    charged = []
    pace.spend = lambda cost, duration_s: charged.append((cost, duration_s))  # type: ignore[method-assign]
    with pace:
        for cost in (Cost.DATA, Cost.STATE):
            clock.now_s += 0.25
            pace.begin()
            clock.now_s += 1.0
            pace.end(cost)

    assert charged[:2] == [(Cost.DATA, 1.25), (Cost.STATE, 1.25)]


def test_once_the_debt_is_paid_more_is_looked_at() -> None:
    """A dear beginning, as of a cold cache, does not thin the whole run."""
    clock = Clock()
    pace = Pace(clock)
    strides = []
    for step in range(500):
        pace.turn()
        if pace.is_due(Cost.STATE, step):
            clock.now_s += 0.006 if step else 0.3
            pace.spend(Cost.STATE, 0.006 if step else 0.3)
        clock.now_s += STEP_S
        strides.append(pace.stride(Cost.STATE))

    assert max(strides) > strides[-1] == 1


def test_what_a_run_does_not_have_keeps_no_step_from_being_quiet() -> None:
    """Rows are nobody's here; only what was looked at decides which steps are quiet."""
    pace, _ = spent({Cost.STATE: 1.0, Cost.DATA: 0.5, Cost.CHEAP: 0.02})
    least = min(pace.stride(one) for one in (Cost.STATE, Cost.DATA, Cost.CHEAP))

    assert least > 1
    assert [pace.is_quiet(step) for step in (1, least - 1, least)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("first", "is_followed"), [(0.35, True), (0.45, False)])
def test_a_look_that_would_overdraw_the_credit_is_not_taken(
    first: float, *, is_followed: bool
) -> None:
    """Credit is for what the next look will have cost, not only for the last one."""
    clock = Clock()
    pace = Pace(clock)
    pace.turn()
    clock.now_s += first * ALLOWANCE_S
    pace.spend(Cost.STATE, first * ALLOWANCE_S)
    clock.now_s += ALLOWANCE_S / 2
    pace.turn()

    assert pace.is_due(Cost.STATE, 1) == is_followed


def test_a_first_look_is_taken_for_dearer_than_later_ones() -> None:
    """A second one comes in time to tell: code was loaded by the first."""
    clock = Clock()
    pace = Pace(clock)
    looks = []
    for step in range(200):
        pace.turn()
        if pace.is_due(Cost.ROWS, step):
            looks.append(step)
            clock.now_s += 0.001 if step else 0.3
            pace.spend(Cost.ROWS, 0.001 if step else 0.3)
        clock.now_s += STEP_S

    assert looks[1] <= 32
    assert len(looks) > 100


def test_what_nobody_tells_of_is_charged_too() -> None:
    """A look takes longer than what was computed in it."""
    clock = Clock()
    pace = Pace(clock)
    pace.turn()
    with pace:
        clock.now_s += 1.0
        pace.spend(Cost.STATE, 1.0)
        clock.now_s += 0.5
    clock.now_s += STEP_S

    pace.turn()

    assert pace.stride(Cost.CHEAP) > 1


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_every_pass_is_charged(passes: int) -> None:
    """What is cheap enough alone is not, where hooks have used up the budget."""
    clock = Clock()
    pace = Pace(clock)
    pace.stand_by(0.004)
    for step in range(200):
        pace.turn()
        if pace.is_due(Cost.DATA, step):
            clock.now_s += 0.005
            pace.spend(Cost.DATA, 0.005)
        pace.passes += passes
        clock.now_s += STEP_S

    assert (pace.stride(Cost.DATA) > 1) == (passes == 2)


def test_a_whole_ledger_is_never_thinned() -> None:
    """Replays follow every step, whatever that costs."""
    clock = Clock()
    pace = Pace(clock, is_whole=True)
    for _ in range(5):
        pace.turn()
        pace.spend(Cost.STATE, 5.0)
        clock.now_s += 6.0

    assert pace.stride(Cost.STATE) == 1


def test_evaluations_and_what_came_before_are_always_due() -> None:
    """There are few of them, and no other step to look at."""
    pace, _ = spent({Cost.STATE: 10.0})

    assert pace.is_due(Cost.STATE, -1)
    assert pace.is_due(Cost.SELDOM, 7)
    assert not pace.is_due(Cost.STATE, 7)
