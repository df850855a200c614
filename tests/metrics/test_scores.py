"""Proper scores: known answers, laws, and what has no answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import MetricError
from pytest_repro.metrics import BrierScore, NegativeLogLikelihood
from tests.metrics.forecasts import Forecast, forecasts, shuffled

Metric = BrierScore | NegativeLogLikelihood

ALL: list[Metric] = [
    BrierScore(),
    BrierScore(is_halved=True),
    NegativeLogLikelihood(floor=1e-9),
]
NAMES = ["brier", "halved", "nll"]


def test_brier_by_hand() -> None:
    """(0.2² + 0.2² + 0.7² + 0.7²) / 2, as Brier defined it."""
    found = BrierScore()([[0.8, 0.2], [0.7, 0.3]], [0, 1])

    assert found == pytest.approx((0.08 + 0.98) / 2, abs=1e-15)


def test_likelihood_by_hand() -> None:
    """−(log ½ + log ¼) / 2 nats."""
    found = NegativeLogLikelihood()([[0.5, 0.5], [0.75, 0.25]], [0, 1])

    assert found == math.log(8) / 2


@pytest.mark.parametrize("metric", ALL, ids=NAMES)
@given(pair=shuffled())
def test_order_of_rows_changes_no_bit(
    metric: Metric, pair: tuple[Forecast, Forecast]
) -> None:
    """m(π rows) = m(rows), bit for bit."""
    one, other = pair

    assert metric(one.table, one.labels) == metric(other.table, other.labels)


@pytest.mark.parametrize("metric", ALL, ids=NAMES)
@given(labels=st.lists(st.integers(0, 3), min_size=1))
def test_certainty_that_is_right_costs_nothing(
    metric: Metric, labels: list[int]
) -> None:
    """The score is 0, and not −0, where each true class has probability 1."""
    table = [[float(n == label) for n in range(4)] for label in labels]

    found = metric(table, labels)

    assert found == 0.0
    assert math.copysign(1.0, found) == 1.0


@given(forecast=forecasts())
def test_scores_keep_their_range(forecast: Forecast) -> None:
    """0 ≤ brier ≤ 2, its half in [0, 1], and 0 ≤ nll."""
    whole, half, surprise = (one(forecast.table, forecast.labels) for one in ALL)

    assert 0 <= whole <= 2
    assert half == whole / 2
    assert surprise >= 0


@given(forecast=forecasts(classes=2))
def test_one_column_is_the_probability_of_class_one(forecast: Forecast) -> None:
    """m(p) = m([1 − p, p]) for two classes."""
    column = [row[1] for row in forecast.table]
    table = [[1.0 - one, one] for one in column]

    found = [metric(column, forecast.labels) for metric in ALL]

    assert found == [metric(table, forecast.labels) for metric in ALL]


def test_impossible_truth_has_no_likelihood() -> None:
    """The row is named, and how many there are, and what helps."""
    metric = NegativeLogLikelihood()

    with pytest.raises(MetricError) as caught:
        metric([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]], [0, 1, 0])

    assert str(caught.value) == (
        "probabilities: row 1 gives its true class 1 the probability 0, which costs"
        " infinitely much (2 of 3 rows)\n"
        "  remedy  compute it from log-probabilities in float64, or name a floor:"
        " NegativeLogLikelihood(floor=1e-12)"
    )


def test_floor_is_part_of_the_definition() -> None:
    """A cut value is another metric."""
    metric = NegativeLogLikelihood(floor=1e-12)

    assert metric([[1.0, 0.0]], [1]) == -math.log(1e-12)
    assert metric.definition == "nll-nats-floor-1e-12-v1"
    assert NegativeLogLikelihood().definition == "nll-nats-v1"


def test_half_is_part_of_the_definition() -> None:
    """Two conventions have two names."""
    assert BrierScore().definition == "brier-sum-v1"
    assert BrierScore(is_halved=True).definition == "brier-halved-v1"


@pytest.mark.parametrize("floor", [-0.1, 1.0, math.nan])
def test_floor_is_a_small_probability(floor: float) -> None:
    """Nothing else can stand for impossible."""
    with pytest.raises(MetricError, match=r"floor: a probability in \[0, 1\), got"):
        NegativeLogLikelihood(floor=floor)
