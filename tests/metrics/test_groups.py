"""Gaps between groups: known answers, laws, and groups too small to speak of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import MetricError
from pytest_repro.metrics import (
    DemographicParityDifference,
    EqualisedOddsDifference,
    WorstGroupAccuracy,
    group_sizes,
)

PARITY = DemographicParityDifference(least=1)
ODDS = EqualisedOddsDifference(least=1)
WORST = WorstGroupAccuracy(least=1)

Row = tuple[int, int, str]

# Each group has a row of either label, so that every rate exists.
ANCHORS: list[Row] = [(0, 0, "a"), (1, 1, "a"), (1, 0, "b"), (0, 1, "b")]
ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from("abc"[:2]))
).map(lambda rows: [*rows, *ANCHORS])


def columns(rows: list[Row]) -> tuple[list[int], list[int], list[str]]:
    """Cut rows into predictions, labels and groups."""
    return (
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
    )


def test_parity_by_hand() -> None:
    """Three of four against one of two."""
    found = PARITY([1, 1, 1, 0, 1, 0], list("aaaabb"))

    assert found == 0.25


def test_odds_by_hand() -> None:
    """True alarms 1 and ½, false alarms ½ and ½: the larger gap counts."""
    chosen, labels = [1, 1, 1, 0, 1, 0, 1, 0], [1, 1, 0, 0] * 2

    assert ODDS(chosen, labels, list("aaaabbbb")) == 0.5


def test_worst_group_by_hand() -> None:
    """One of three is right in group b; classes may be many."""
    found = WORST([4, 5, 4, 5, 6], [4, 5, 4, 0, 0], list("aabbb"))

    assert found == 1 / 3


@given(rows=ROWS, data=st.data())
def test_order_of_rows_changes_no_bit(rows: list[Row], data: st.DataObject) -> None:
    """m(π rows) = m(rows), bit for bit."""
    chosen, labels, groups = columns(rows)
    chosen2, labels2, groups2 = columns(data.draw(st.permutations(rows)))

    assert PARITY(chosen, groups) == PARITY(chosen2, groups2)
    assert ODDS(chosen, labels, groups) == ODDS(chosen2, labels2, groups2)
    assert WORST(chosen, labels, groups) == WORST(chosen2, labels2, groups2)


@given(rows=ROWS)
def test_gaps_and_accuracies_are_shares(rows: list[Row]) -> None:
    """0 ≤ m ≤ 1, plain floats."""
    chosen, labels, groups = columns(rows)

    found = [
        PARITY(chosen, groups),
        ODDS(chosen, labels, groups),
        WORST(chosen, labels, groups),
    ]

    assert all(type(one) is float for one in found)
    assert all(0 <= one <= 1 for one in found)


@given(rows=ROWS)
def test_perfect_predictions_have_no_gap_in_odds(rows: list[Row]) -> None:
    """ŷ = y gives odds 0 and accuracy 1, however unequal the groups are."""
    _, labels, groups = columns(rows)

    assert ODDS(labels, labels, groups) == 0.0
    assert WORST(labels, labels, groups) == 1.0


@given(rows=ROWS)
def test_names_of_groups_do_not_matter(rows: list[Row]) -> None:
    """m(a, b) = m(b, a)."""
    chosen, labels, groups = columns(rows)
    swapped = [{"a": "b", "b": "a"}[name] for name in groups]

    assert PARITY(chosen, groups) == PARITY(chosen, swapped)
    assert ODDS(chosen, labels, groups) == ODDS(chosen, labels, swapped)


def test_group_of_a_few_is_refused() -> None:
    """A rate of 29 rows is no rate, unless the definition says so."""
    with pytest.raises(MetricError) as caught:
        DemographicParityDifference()([0] * 59, ["a"] * 30 + ["b"] * 29)

    assert str(caught.value) == (
        "groups: 'b' has 29 rows, fewer than 30: its rate says little\n"
        "  remedy  join small groups, or name another least size: least=…"
    )


def test_label_that_a_group_lacks_is_named() -> None:
    """A group of one class has no rate of the other."""
    with pytest.raises(
        MetricError, match="'b' has 0 rows of label 1, fewer than 1: its rate"
    ):
        ODDS([0, 1, 0, 0], [0, 1, 0, 0], list("aabb"))


@pytest.mark.parametrize(
    ("groups", "told"), [(["a", "a"], "only 'a'"), ([1, 1], "only '1'")]
)
def test_one_group_has_no_gap(groups: list[object], told: str) -> None:
    """A gap lies between two."""
    with pytest.raises(MetricError, match=f"at least two are compared.*{told}"):
        PARITY([0, 1], groups)


def test_sizes_are_counted_by_name() -> None:
    """To be logged beside the gap."""
    assert group_sizes(["b", "a", "b"]) == {"a": 1, "b": 2}


def test_name_holds_every_parameter() -> None:
    """Another least size is another metric."""
    assert PARITY.definition == "demographic-parity-difference-least-1-v1"
    assert (
        EqualisedOddsDifference().definition
        == "equalised-odds-difference-worst-least-30-v1"
    )
    assert WorstGroupAccuracy().definition == "worst-group-accuracy-least-30-v1"


@pytest.mark.parametrize("least", [0, -3, True, 2.5])
def test_least_size_is_a_whole_number(least: int) -> None:
    """A group of none cannot be asked for."""
    for kind in (
        DemographicParityDifference,
        EqualisedOddsDifference,
        WorstGroupAccuracy,
    ):
        with pytest.raises(MetricError, match="least: a whole number from 1 on"):
            kind(least=least)
