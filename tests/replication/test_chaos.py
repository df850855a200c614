"""Where a run is killed: at random, again the same, and at every kind of moment."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Moment
from pytest_repro.replication import choose_deaths

STEPS = st.integers(1, 1000)
COUNTS = st.integers(1, 30)


@given(count=COUNTS, steps=STEPS, every=st.integers(1, 100), seed=st.integers(0, 9))
def test_deaths_lie_in_the_run_in_its_order(
    count: int, steps: int, every: int, seed: int
) -> None:
    """As many as asked for; those of writing where a checkpoint is due, if any is."""
    deaths = choose_deaths("x", seed=seed, count=count, steps=steps, every=every)

    writing = [one.step for one in deaths if one.moment is Moment.WRITING]
    assert len(deaths) == count
    assert [one.step for one in deaths] == sorted(one.step for one in deaths)
    assert all(0 <= one.step < steps for one in deaths)
    assert all(step % every == 0 for step in writing)


@given(count=st.integers(3, 30), steps=st.integers(20, 1000))
def test_some_die_before_and_in_a_checkpoint(count: int, steps: int) -> None:
    """Three deaths are enough for both."""
    deaths = choose_deaths("x", seed=0, count=count, steps=steps, every=10)

    assert deaths[0].step < 10
    assert any(one.moment is Moment.WRITING and one.step for one in deaths)


def test_the_same_name_gives_the_same_places() -> None:
    """And another name others, so that what failed can be tried again."""
    first, again, other = (
        choose_deaths(name, seed=0, count=5, steps=500, every=50)
        for name in ("chaos/5", "chaos/5", "chaos/6")
    )

    assert first == again
    assert first != other
