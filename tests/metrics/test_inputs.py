"""What cannot be measured is an error that says which value of which row."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from pytest_repro.errors import MetricError
from pytest_repro.metrics import (
    AugmentationEffect,
    BrierScore,
    CalibrationError,
    DemographicParityDifference,
    WorstGroupAccuracy,
    group_sizes,
)

TABLE = [[0.5, 0.5], [0.2, 0.8]]

FAULTS = [
    pytest.param(
        lambda: BrierScore()([[0.5, 0.5], [0.1, math.nan]], [0, 1]),
        "probabilities: row 1, class 1 is nan (1 of 4 values are not finite)",
        id="NaN",
    ),
    pytest.param(
        lambda: BrierScore()([math.inf, 0.5], [0, 1]),
        "probabilities: row 0 is inf (1 of 2 values are not finite)",
        id="infinity",
    ),
    pytest.param(
        lambda: BrierScore()([[2.5, -1.5]], [0]),
        "probabilities: row 0, class 0 is 2.5, outside of [0, 1]\n"
        "  remedy  scores and logits are no probabilities: apply a softmax first",
        id="logits",
    ),
    pytest.param(
        lambda: BrierScore()([[0.5, 0.5], [0.5, 0.6], [0.5, 0.9]], [0, 1, 1]),
        "probabilities: row 1 sums to 1.1, not to 1 (2 of 3 rows)\n"
        "  remedy  normalise them, such as by a softmax in float32",
        id="unnormalised",
    ),
    pytest.param(
        lambda: BrierScore()([], []),
        "probabilities: no rows, so there is nothing to measure",
        id="empty",
    ),
    pytest.param(
        lambda: BrierScore()(np.zeros((0, 2)), []),
        "probabilities: no rows, so there is nothing to measure",
        id="no rows of two",
    ),
    pytest.param(
        lambda: BrierScore()([[1.0], [1.0]], [0, 0]),
        "probabilities: rows × classes, or the probability of class 1 for each row;"
        " got the shape (2, 1)",
        id="one class",
    ),
    pytest.param(
        lambda: BrierScore()([[[0.5, 0.5]]], [0]),
        "probabilities: rows × classes, or the probability of class 1 for each row;"
        " got the shape (1, 1, 2)",
        id="three dimensions",
    ),
    pytest.param(
        lambda: BrierScore()(["a"], [0]),
        "probabilities: numbers are needed, got list: could not convert string to"
        " float: 'a'",
        id="text",
    ),
    pytest.param(
        lambda: CalibrationError()(TABLE, [0, 2]),
        "labels: row 1 is 2, and classes are the whole numbers from 0 to 1",
        id="unknown class",
    ),
    pytest.param(
        lambda: CalibrationError()(TABLE, [0.5, 1]),
        "labels: row 0 is 0.5, and classes are the whole numbers from 0 to 1",
        id="half a class",
    ),
    pytest.param(
        lambda: CalibrationError()(TABLE, [0]),
        "labels: 1 rows, and 2 in what it belongs to",
        id="missing label",
    ),
    pytest.param(
        lambda: CalibrationError()(TABLE, [[0, 1]]),
        "labels: one number for each row, got the shape (1, 2)",
        id="labels in a table",
    ),
    pytest.param(
        lambda: DemographicParityDifference()([0, 1, 2], ["a"] * 3),
        "predictions: row 2 is 2, and classes are the whole numbers from 0 to 1",
        id="no yes or no",
    ),
    pytest.param(
        lambda: DemographicParityDifference()([0, 1], ["a"]),
        "groups: 1 rows, and 2 in what it belongs to",
        id="missing group",
    ),
    pytest.param(
        lambda: DemographicParityDifference()([0, 1], ["a", None]),
        "groups: row 1 is None, and every row belongs to a group",
        id="no group",
    ),
    pytest.param(
        lambda: DemographicParityDifference()([0, 1], [1.0, math.nan]),
        "groups: row 1 is nan, and every row belongs to a group",
        id="NaN for a group",
    ),
    pytest.param(
        lambda: WorstGroupAccuracy()([0, 1], [0, 1, 1], ["a", "b"]),
        "labels: 3 rows, and 2 in what it belongs to",
        id="one label more",
    ),
    pytest.param(
        lambda: group_sizes([]),
        "groups: no rows, so there is nothing to count",
        id="no rows to count",
    ),
    pytest.param(
        lambda: group_sizes(3),
        "groups: a group for each row, got int",
        id="number of groups",
    ),
    pytest.param(
        lambda: AugmentationEffect()([1.0], [1.0], seed=0),
        "with_it: 1 rows, and at least 2 are needed",
        id="one row",
    ),
    pytest.param(
        lambda: AugmentationEffect()([1.0, 2.0], [1.0, math.nan], seed=0),
        "without: row 1 is nan (1 of 2 values are not finite)",
        id="NaN among pairs",
    ),
    pytest.param(
        lambda: AugmentationEffect()([1.0, 2.0], [1.0, 2.0], seed=-1),
        "seed: a whole number from 0 on, such as repro.seed, got -1",
        id="no seed",
    ),
]


@pytest.mark.parametrize(("call", "message"), FAULTS)
def test_fault_is_named(call: Callable[[], object], message: str) -> None:
    """What, where, and what helps, where something is known to help."""
    with pytest.raises(MetricError) as caught:
        call()

    assert str(caught.value) == message


def test_rounding_of_a_softmax_is_accepted() -> None:
    """Rows in float32 sum to 1 but for their rounding."""
    logits = np.linspace(-9, 9, 1000, dtype=np.float32).reshape(10, 100)
    powers = np.exp(logits)

    found = BrierScore()(powers / powers.sum(axis=1, keepdims=True), [0] * 10)

    assert 0 < found < 2


def test_labels_of_any_dtype_are_the_same_classes() -> None:
    """Booleans, bytes, and floats without a fraction."""
    metric = BrierScore()
    labels = np.array([0, 1])

    found = {
        metric(TABLE, labels.astype(dtype))
        for dtype in (np.bool_, np.uint8, np.int64, np.float32)
    }

    assert len(found) == 1


def test_metrics_leave_what_they_read_alone() -> None:
    """No array of the caller is changed."""
    table, labels = np.array(TABLE), np.array([0, 1])

    BrierScore()(table, labels)

    assert table.tolist() == TABLE
    assert labels.tolist() == [0, 1]
