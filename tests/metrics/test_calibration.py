"""Calibration errors: known answers, laws, and names that hold every parameter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import MetricError
from pytest_repro.metrics import (
    AdaptiveCalibrationError,
    CalibrationError,
    Event,
    Norm,
)
from tests.metrics.forecasts import Forecast, forecasts, shuffled

FEW = 3

Metric = CalibrationError | AdaptiveCalibrationError

ALL: list[Metric] = [
    CalibrationError(bins=FEW),
    CalibrationError(bins=FEW, norm=Norm.MAXIMUM),
    AdaptiveCalibrationError(bins=FEW),
]
NAMES = ["expected", "maximum", "adaptive"]


def test_two_bins_by_hand() -> None:
    """|1 − 0.9| and |1 − (0.7 + 0.65)| over three rows, and the larger of means."""
    table = [[0.9, 0.1], [0.7, 0.3], [0.35, 0.65]]
    labels = [0, 0, 0]

    mean = CalibrationError(bins=5)(table, labels)
    largest = CalibrationError(bins=5, norm=Norm.MAXIMUM)(table, labels)

    assert mean == pytest.approx((0.1 + 0.35) / 3, abs=1e-15)
    assert largest == pytest.approx(0.35 / 2, abs=1e-15)


def test_positive_class_by_hand() -> None:
    """One column is the probability of class 1; a hit is that it came true."""
    metric = CalibrationError(bins=2, event=Event.POSITIVE)

    found = metric([0.25, 0.25, 0.75, 0.75], [0, 1, 1, 1])

    assert found == (0.5 + 0.5) / 4


@pytest.mark.parametrize(
    ("confidence", "bin_number"),
    [(0.0, 0), (0.2, 0), (0.2000001, 1), (0.6, 2), (1.0, 4)],
)
def test_bins_are_open_below_and_closed_above(
    confidence: float, bin_number: int
) -> None:
    """A confidence on an edge belongs to the bin below; 0 to the first."""
    metric = CalibrationError(bins=5, norm=Norm.MAXIMUM, event=Event.POSITIVE)
    middle = (bin_number + 0.5) / 5

    found = metric([confidence, middle], [0, 1])

    assert found == pytest.approx(abs(1 - confidence - middle) / 2, abs=1e-12)


def test_adaptive_ranges_by_hand() -> None:
    """Two ranges of two rows for each of two classes."""
    found = AdaptiveCalibrationError(bins=2)([0.1, 0.2, 0.8, 0.9], [0, 1, 1, 1])

    assert found == pytest.approx((0.35 + 0.15) / 2, abs=1e-15)


def test_adaptive_needs_a_row_for_each_range() -> None:
    """An empty range has no rate."""
    with pytest.raises(MetricError, match="2 rows do not fill 3 ranges"):
        AdaptiveCalibrationError(bins=3)([0.1, 0.2], [0, 1])


@pytest.mark.parametrize("metric", ALL, ids=NAMES)
@given(pair=shuffled(rows=FEW))
def test_order_of_rows_changes_no_bit(
    metric: Metric, pair: tuple[Forecast, Forecast]
) -> None:
    """m(π rows) = m(rows), bit for bit."""
    one, other = pair

    assert metric(one.table, one.labels) == metric(other.table, other.labels)


@pytest.mark.parametrize("metric", ALL, ids=NAMES)
@given(forecast=forecasts(rows=FEW))
def test_error_is_a_share(metric: Metric, forecast: Forecast) -> None:
    """0 ≤ m ≤ 1, a plain float."""
    found = metric(forecast.table, forecast.labels)

    assert type(found) is float
    assert 0 <= found <= 1


@pytest.mark.parametrize("metric", ALL, ids=NAMES)
@given(labels=st.lists(st.integers(0, 3), min_size=FEW))
def test_certainty_that_is_right_costs_nothing(
    metric: Metric, labels: list[int]
) -> None:
    """The error is 0 where each true class has probability 1."""
    table = [[float(n == label) for n in range(4)] for label in labels]

    assert metric(table, labels) == 0.0


@given(forecast=forecasts(rows=FEW))
def test_mean_is_at_most_the_maximum(forecast: Forecast) -> None:
    """It holds that ece ≤ mce, for every forecast."""
    mean, largest, _ = (one(forecast.table, forecast.labels) for one in ALL)

    assert mean <= largest + 1e-15


def test_certainty_that_is_wrong_costs_everything() -> None:
    """The error is 1 where each row is sure of a class that is not true."""
    table, labels = [[1.0, 0.0]] * 3, [1, 1, 1]

    assert [metric(table, labels) for metric in ALL] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (CalibrationError(), "ece-l1-15-equal-width-v1"),
        (CalibrationError(bins=10, norm=Norm.MAXIMUM), "mce-max-10-equal-width-v1"),
        (CalibrationError(event=Event.POSITIVE), "ece-positive-l1-15-equal-width-v1"),
        (AdaptiveCalibrationError(), "ace-l1-15-equal-count-classwise-v1"),
    ],
)
def test_name_holds_every_parameter(metric: Metric, name: str) -> None:
    """Two metrics that can differ have two names."""
    assert metric.definition == name


@pytest.mark.parametrize("bins", [0, -1, True, 1.5])
def test_bins_are_a_whole_number(bins: int) -> None:
    """Nothing else can be cut into."""
    with pytest.raises(MetricError, match="bins: a whole number from 1 on, got"):
        CalibrationError(bins=bins)
    with pytest.raises(MetricError, match="bins: a whole number from 1 on, got"):
        AdaptiveCalibrationError(bins=bins)


def test_positive_class_is_one_of_two() -> None:
    """Of three classes none is the positive one."""
    with pytest.raises(MetricError, match="3 classes, and the positive one is of two"):
        CalibrationError(event=Event.POSITIVE)([[0.2, 0.3, 0.5]], [0])
