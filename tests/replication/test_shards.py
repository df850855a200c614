"""Each experiment is in exactly one part, on every machine; parts take equally long."""

import random

from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.replication.shards import assign

TIMES = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.none() | st.floats(0.0, 1e4, allow_nan=False),
    max_size=40,
)


@given(TIMES, st.integers(1, 12))
def test_every_experiment_is_in_exactly_one_part(
    times: dict[str, float | None], count: int
) -> None:
    """The parts cover everything, and none is outside of their number."""
    parts = assign(times, count)

    assert parts.keys() == times.keys()
    assert set(parts.values()) <= set(range(1, count + 1))


@given(TIMES, st.integers(1, 12), st.randoms(use_true_random=False))
def test_every_machine_assigns_alike(
    times: dict[str, float | None], count: int, shuffler: random.Random
) -> None:
    """In whatever order experiments are collected and references listed."""
    names = list(times)
    shuffler.shuffle(names)

    assert assign({name: times[name] for name in names}, count) == assign(times, count)


@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=30), st.integers(1, 6))
def test_parts_take_about_equally_long(times: list[float], count: int) -> None:
    """The longest exceeds what is best possible by a third at most.

    A lower bound of the best is the larger of the mean load and the longest time, so
    the load is at most the mean and one further time: Graham's argument.
    """
    named = {f"test_{number}": time for number, time in enumerate(times)}

    parts = assign(named, count)

    loads = [
        sum(named[name] for name, part in parts.items() if part == one)
        for one in range(1, count + 1)
    ]
    mean, longest = sum(times) / count, max(times)
    assert max(loads) <= (mean + longest) * (1 + 1e-9)


def test_unknown_times_count_as_the_median() -> None:
    """A new experiment is neither nothing nor everything."""
    times = {"a": 10.0, "b": 2.0, "c": 1.0, "new": None}

    assert assign(times, 2) == {"a": 1, "b": 2, "new": 2, "c": 2}
