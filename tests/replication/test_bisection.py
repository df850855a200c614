"""Which changes make a difference, alone or together, found by asking few questions."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.replication.bisection import find_causes

NAMES = tuple("abcdefghijkl")
Names = tuple[str, ...]


def experiment_with(
    planted: Sequence[Names], asked: list[Names] | None = None
) -> Callable[[Sequence[Names]], list[bool]]:
    """Make an experiment that differs where every name of a planted set is changed."""

    def differs(sets: Sequence[Names]) -> list[bool]:
        if asked is not None:
            asked.extend(sets)
        return [any({*one} <= {*names} for one in planted) for names in sets]

    return differs


@st.composite
def disjoint_sets(draw: st.DrawFn) -> list[Names]:
    """Draw sets of changes of which no two share one."""
    order = draw(st.permutations(NAMES))
    sizes = draw(st.lists(st.integers(1, 3), max_size=4))
    edges = [sum(sizes[:index]) for index in range(len(sizes) + 1)]
    return [tuple(order[a:b]) for a, b in pairwise(edges)]


@given(disjoint_sets())
def test_every_planted_set_is_found_and_no_other(planted: list[Names]) -> None:
    """Whatever matters alone, or only together, is found exactly."""
    found = find_causes(NAMES, experiment_with(planted))

    assert {frozenset(one) for one in found} == {frozenset(one) for one in planted}


@given(st.lists(st.sets(st.sampled_from(NAMES), min_size=1), max_size=5))
def test_what_is_left_over_makes_no_difference(planted: list[set[str]]) -> None:
    """Also where planted sets overlap: found sets are minimal, and nothing is left."""
    differs = experiment_with([tuple(sorted(one)) for one in planted])

    found = find_causes(NAMES, differs)

    rest = tuple(one for one in NAMES if all(one not in cause for cause in found))
    assert differs([rest]) == [False] or not rest
    assert all(differs(found))
    for cause in found:
        assert not any(differs([tuple({*cause} - {one}) for one in cause]))


def test_no_difference_costs_one_question() -> None:
    """A clean experiment is cleared by a single run."""
    asked: list[Names] = []

    found = find_causes(NAMES, experiment_with([], asked))

    assert found == ()
    assert asked == [NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_one_change_is_found_by_halving(name: str) -> None:
    """In at most eleven questions for twelve changes, the last one included."""
    asked: list[Names] = []

    found = find_causes(NAMES, experiment_with([(name,)], asked))

    assert found == ((name,),)
    assert len(set(asked)) <= 11


def test_two_that_matter_only_together_are_found() -> None:
    """Halving is at a loss there: neither half makes a difference."""
    found = find_causes(NAMES, experiment_with([("b", "k")]))

    assert found == (("b", "k"),)
