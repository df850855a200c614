"""Mixtures have the counts that were declared, and their arms differ in one thing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproUsageError
from pytest_repro.training import (
    Balanced,
    DataBudget,
    Joined,
    Mixture,
    Selection,
    Stratified,
    apportion,
)

SIZES = {"web": 40, "books": 10, "code": 6}
WEIGHTS = {"web": 0.5, "books": 0.3, "code": 0.2}
MIXTURE = Mixture.of(SIZES, WEIGHTS, DataBudget(total=40))
WHOLE = np.arange(40)


def sources(indices: list[int]) -> Counter[str]:
    """Count the sources from which samples come."""
    joined = Joined({name: range(size) for name, size in SIZES.items()})
    return Counter(str(joined.id_of(one)).partition("/")[0] for one in indices)


@given(
    st.integers(0, 10**6),
    st.dictionaries(st.text(max_size=3), st.integers(1, 1000), min_size=1),
)
def test_counts_add_up_and_are_as_near_as_whole_numbers_can(
    total: int, weights: dict[str, int]
) -> None:
    """Largest remainder: nothing is lost, and nobody is a whole sample away."""
    counts = apportion(total, weights)
    exact = {name: total * one / sum(weights.values()) for name, one in weights.items()}

    assert sum(counts.values()) == total
    assert all(abs(counts[name] - exact[name]) < 1 + 1e-6 for name in weights)


def test_a_mixture_has_its_counts() -> None:
    """20 of 40, 12 of 10 with two again, 8 of 6 with two again."""
    picks = MIXTURE.picks(0, 0, WHOLE)

    assert MIXTURE.realised == {"web": 20, "books": 12, "code": 8}
    assert sources(picks.indices.tolist()) == MIXTURE.realised
    assert int(picks.copies.sum()) == 4


@given(st.integers(1, 40))
def test_every_beginning_of_a_mixture_is_mixed(length: int) -> None:
    """Interleaved, no source is two samples away from its share of any beginning."""
    seen = sources(MIXTURE.picks(0, 0, WHOLE[:length]).indices.tolist())

    assert all(abs(seen[n] - c * length / 40) < 2 for n, c in MIXTURE.realised.items())


def test_concatenated_sources_follow_each_other() -> None:
    """All of the first source, then all of the second."""
    rule = Mixture.of(SIZES, WEIGHTS, DataBudget(total=40), merge="concatenate")

    first = rule.picks(0, 0, WHOLE[:20]).indices.tolist()

    assert sources(first) == {"web": 20}


def test_control_arms_are_as_large_and_differ_in_one_thing() -> None:
    """By size instead of by strategy; and the same counts without their meaning."""
    matched, blind = MIXTURE.size_matched(), MIXTURE.source_blind()

    assert len(matched) == len(blind) == len(MIXTURE)
    assert matched.realised == {"web": 29, "books": 7, "code": 4}
    assert blind.realised == MIXTURE.realised
    assert sources(blind.picks(0, 0, WHOLE).indices.tolist()) != MIXTURE.realised
    assert len({one.text for one in (MIXTURE, matched, blind)}) == 3


def test_a_budget_is_enforced() -> None:
    """Every limit that is exceeded is named with what was asked for."""
    with pytest.raises(ReproUsageError, match="books  12 of 10"):
        Mixture.of(SIZES, WEIGHTS, DataBudget(total=40, per_source={"books": 10}))
    with pytest.raises(ReproUsageError, match="each source has a weight"):
        Mixture.of(SIZES, {"web": 1}, DataBudget(total=4))
    with pytest.raises(ReproUsageError, match="sources that have some: web"):
        Mixture.of({"web": 0}, {"web": 1}, DataBudget(total=4))


def test_balanced_labels_are_equally_frequent() -> None:
    """Up to the most frequent with copies, down to the least without."""
    labels = ["a"] * 9 + ["b"] * 3
    up, down = Balanced(labels), Balanced(labels, to="least")

    raised = up.picks(0, 0, np.arange(len(up)))
    lowered = [down.picks(0, epoch, np.arange(len(down))).indices for epoch in (0, 1)]

    assert up.counts == {"a": 9, "b": 9}
    assert Counter(labels[one] for one in raised.indices) == up.counts
    assert Counter(raised.copies.tolist()) == {0: 12, 1: 3, 2: 3}
    assert down.counts == {"a": 3, "b": 3}
    assert sorted(lowered[0].tolist()) != sorted(lowered[1].tolist())


def test_every_stretch_of_a_stratified_epoch_has_all_labels() -> None:
    """Each sample once, and of four samples in a row one is of the rare label."""
    labels = ["a"] * 9 + ["b"] * 3
    order = Stratified(labels).picks(0, 0, np.arange(12)).indices.tolist()
    stretches = [[labels[one] for one in order[at : at + 4]] for at in (0, 4, 8)]

    assert sorted(order) == list(range(12))
    assert [one.count("b") for one in stretches] == [1, 1, 1]


def test_a_selection_says_why() -> None:
    """The highest scores, ties by id, and a line for everybody that was left."""
    scores = {"a": 0.5, "b": 0.9, "c": 0.5, "d": 0.1}
    rule = Selection(name="entropy", score=scores.__getitem__, count=2, at_least=0.2)

    found = rule.select(("d", "c", "b", "a"))

    assert found.ids == ("a", "b")
    assert found.digest == rule.select(("a", "b", "c", "d")).digest
    assert [one.partition("\t0.")[2] for one in found.log.splitlines()[2:]] == [
        "9\tchosen: number 1 of 2",
        "5\tchosen: number 2 of 2",
        "5\tleft: 2 are better, or equal with an earlier id",
        "1\tleft: below 0.2",
    ]
