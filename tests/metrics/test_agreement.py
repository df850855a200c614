"""Where well-kept libraries define the same, they agree.

Tolerances: scikit-learn and torchmetrics in float64 sum in another order, which over
2,000 terms of at most 40 moves a mean by less than 1e-12. Of several classes
torchmetrics sums in float32: n terms of at most 1, each sum rounded by 2⁻²⁴.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from pytest_repro.metrics import (
    BrierScore,
    CalibrationError,
    DemographicParityDifference,
    EqualisedOddsDifference,
    Event,
    NegativeLogLikelihood,
    Norm,
    WorstGroupAccuracy,
)

TOLERANCE = 1e-12

ROWS = 2000

SINGLE = ROWS * 2.0**-24


def table_of(classes: int) -> NDArray[np.float64]:
    """Draw distributions over classes; no confidence lies on the edge of a bin."""
    return np.random.default_rng(classes).dirichlet([0.6] * classes, ROWS)


def labels_of(classes: int) -> NDArray[np.int64]:
    """Draw labels."""
    return np.random.default_rng(100 + classes).integers(0, classes, ROWS)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("bins", [1, 10, 15])
@pytest.mark.parametrize("norm", list(Norm))
def test_calibration_error_is_that_of_torchmetrics(
    norm: Norm, bins: int, classes: int
) -> None:
    """For any number of classes, by the predicted one."""
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchmetrics.functional.classification")
    table, labels = table_of(classes), labels_of(classes)

    expected = theirs.multiclass_calibration_error(
        torch.tensor(table),
        torch.tensor(labels),
        num_classes=classes,
        n_bins=bins,
        norm=norm.value,
    )

    found = CalibrationError(bins=bins, norm=norm)(table, labels)
    assert found == pytest.approx(expected.item(), abs=SINGLE)


@pytest.mark.parametrize("norm", list(Norm))
def test_of_many_classes_the_predicted_one_counts(norm: Norm) -> None:
    """In float64: its probability, and whether it came true, as two columns."""
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchmetrics.functional.classification")
    table, labels = table_of(7), labels_of(7)

    expected = theirs.binary_calibration_error(
        torch.tensor(table.max(axis=1)),
        torch.tensor((table.argmax(axis=1) == labels).astype(int)),
        n_bins=15,
        norm=norm.value,
    )

    found = CalibrationError(norm=norm)(table, labels)
    assert found == pytest.approx(expected.item(), abs=TOLERANCE)


@pytest.mark.parametrize("norm", list(Norm))
def test_binary_calibration_error_is_that_of_torchmetrics(norm: Norm) -> None:
    """By the positive class, where its probability alone is given."""
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchmetrics.functional.classification")
    column, labels = table_of(2)[:, 1], labels_of(2)

    expected = theirs.binary_calibration_error(
        torch.tensor(column), torch.tensor(labels), n_bins=15, norm=norm.value
    )

    found = CalibrationError(norm=norm, event=Event.POSITIVE)(column, labels)
    assert found == pytest.approx(expected.item(), abs=TOLERANCE)


def test_difference_of_a_bin_edge_is_known() -> None:
    """By torchmetrics bins are closed below, by Guo et al. above: edges tell."""
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchmetrics.functional.classification")
    column, labels = [0.5, 0.75], [0, 1]

    expected = theirs.binary_calibration_error(
        torch.tensor(column, dtype=torch.float64), torch.tensor(labels), n_bins=2
    )

    assert expected.item() == pytest.approx(abs(1 - 1.25) / 2)
    found = CalibrationError(bins=2, event=Event.POSITIVE)(column, labels)
    assert found == pytest.approx((0.5 + 0.25) / 2)


@pytest.mark.parametrize("classes", [2, 5])
def test_likelihood_is_the_log_loss_of_scikit_learn(classes: int) -> None:
    """In nats, over all rows."""
    theirs = pytest.importorskip("sklearn.metrics")
    table, labels = table_of(classes), labels_of(classes)

    expected = theirs.log_loss(labels, table, labels=list(range(classes)))

    found = NegativeLogLikelihood()(table, labels)
    assert found == pytest.approx(expected, abs=TOLERANCE)


def test_half_brier_score_is_that_of_scikit_learn() -> None:
    """Of two classes, by the probability of the positive one."""
    theirs = pytest.importorskip("sklearn.metrics")
    column, labels = table_of(2)[:, 1], labels_of(2)

    expected = theirs.brier_score_loss(labels, column)

    found = BrierScore(is_halved=True)(column, labels)
    assert found == pytest.approx(expected, abs=TOLERANCE)


def test_group_gaps_are_those_of_the_rates_of_scikit_learn() -> None:
    """True alarms are the recall of class 1, false ones what the recall of 0 misses."""
    theirs = pytest.importorskip("sklearn.metrics")
    labels, chosen = labels_of(2), (table_of(2)[:, 1] > 0.4).astype(int)
    groups = np.random.default_rng(7).integers(0, 3, ROWS)
    parts = [(labels[groups == one], chosen[groups == one]) for one in range(3)]

    alarms = [theirs.recall_score(y, p) for y, p in parts]
    rests = [theirs.recall_score(y, p, pos_label=0) for y, p in parts]
    shares = [p.mean() for _, p in parts]
    accuracies = [theirs.accuracy_score(y, p) for y, p in parts]

    parity = DemographicParityDifference()(chosen, groups)
    odds = EqualisedOddsDifference()(chosen, labels, groups)
    worst = WorstGroupAccuracy()(chosen, labels, groups)
    assert parity == pytest.approx(np.ptp(shares), abs=TOLERANCE)
    assert odds == pytest.approx(max(np.ptp(alarms), np.ptp(rests)), abs=TOLERANCE)
    assert worst == pytest.approx(min(accuracies), abs=TOLERANCE)
