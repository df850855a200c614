"""How far stated confidence lies from observed frequency.

Rows are sorted into bins by confidence; in each, the mean confidence is held against
the share of hits. The sums of a bin are rounded once (`math.fsum`), so the order of the
rows, the number of threads and the device change no bit of the result. The calibration
errors of torchmetrics measure the same, by sums that depend on all three.

Source:
    Naeini, Cooper & Hauskrecht 2015, https://doi.org/10.1609/aaai.v29i1.9602;
    Guo et al. 2017, https://arxiv.org/abs/1706.04599, section 2 (confidence of the
    predicted class; bins open below, closed above);
    Nixon et al. 2019, https://arxiv.org/abs/1904.01685, section 3 (adaptive).
"""

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.errors import MetricError
from pytest_repro.metrics.inputs import read_classes, read_probabilities

if TYPE_CHECKING:
    from pytest_repro.metrics.inputs import Floats, Integers

__all__ = ["AdaptiveCalibrationError", "CalibrationError", "Event", "Norm"]


class Norm(enum.StrEnum):
    """What the errors of the bins come to."""

    MEAN = "l1"
    """Their mean, weighted by rows: the expected calibration error."""

    MAXIMUM = "max"
    """The largest: the maximum calibration error."""


class Event(enum.StrEnum):
    """Of what the confidence is stated."""

    PREDICTED = "predicted"
    """That the class of the largest probability is the true one; ties: the first."""

    POSITIVE = "positive"
    """That the class is 1, of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationError:
    """The expected or maximum calibration error, over bins of equal width.

    For bins b with n_b rows, h_b hits and the sum s_b of their confidences::

        l1   = Σ_b |h_b − s_b| / n
        max  = max_b |h_b − s_b| / n_b

    A bin is ((i − 1) / bins, i / bins]; the first holds 0, too. Unitless, in [0, 1].

    Attributes:
        bins: How many.
        norm: The mean or the maximum.
        event: Of what the confidence is stated.

    Example:
        >>> CalibrationError(bins=10)([[0.75, 0.25], [0.25, 0.75]], [0, 1])
        0.25
    """

    bins: int = 15
    norm: Norm = Norm.MEAN
    event: Event = Event.PREDICTED

    def __post_init__(self) -> None:
        """Refuse what no bins can be made of."""
        _check_bins(self.bins)

    @property
    def definition(self) -> str:
        """The name of exactly this metric, such as ``ece-l1-15-equal-width-v1``."""
        name = "ece" if self.norm is Norm.MEAN else "mce"
        event = "" if self.event is Event.PREDICTED else f"-{self.event}"
        return f"{name}{event}-{self.norm}-{self.bins}-equal-width-v1"

    def __call__(self, probabilities: object, labels: object) -> float:
        """Compute the error.

        Args:
            probabilities: float[rows, classes]; or float[rows], that of class 1.
            labels: The true class of each row.

        Returns:
            The error, in [0, 1].

        Raises:
            MetricError: If a row is no distribution or a label no class.
        """
        import numpy as np  # noqa: PLC0415  # loading a test stays cheap

        table = read_probabilities(probabilities)
        rows, classes = len(table), len(table[0])
        truth = read_classes("labels", labels, rows=rows, classes=classes)
        confidence, hits = _events(table, truth, self.event)
        edges = np.arange(1, self.bins) / self.bins
        places = np.searchsorted(edges, confidence, side="left")
        order = np.argsort(places, kind="stable")
        sizes = np.bincount(places, minlength=self.bins)
        parts = [
            (abs(miss), size)
            for miss, size in _misses(confidence[order], hits[order], sizes)
        ]
        if self.norm is Norm.MAXIMUM:
            return max(miss / size for miss, size in parts)
        return math.fsum(miss for miss, _ in parts) / rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveCalibrationError:
    """The calibration error of all classes, over ranges of equally many rows.

    For K classes, each sorted by its probability and cut into R ranges::

        ace = Σ_k Σ_r |h_kr − s_kr| / n_kr / (K R)

    where h counts the rows of class k in a range and s sums its probability. Range r
    holds the rows from ⌊r n / R⌋ on; rows of equal probability are sorted by whether
    they are of that class. Unitless, in [0, 1].

    Attributes:
        bins: R, how many ranges; there must be as many rows.
    """

    bins: int = 15

    def __post_init__(self) -> None:
        """Refuse what no ranges can be made of."""
        _check_bins(self.bins)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"ace-l1-{self.bins}-equal-count-classwise-v1"

    def __call__(self, probabilities: object, labels: object) -> float:
        """Compute the error.

        Args:
            probabilities: float[rows, classes]; or float[rows], that of class 1.
            labels: The true class of each row.

        Returns:
            The error, in [0, 1].

        Raises:
            MetricError: If a row is no distribution, a label no class, or if there
                are fewer rows than ranges.
        """
        import numpy as np  # noqa: PLC0415  # as above

        table = read_probabilities(probabilities)
        rows, classes = len(table), len(table[0])
        truth = read_classes("labels", labels, rows=rows, classes=classes)
        if rows < self.bins:
            msg = f"probabilities: {rows} rows do not fill {self.bins} ranges"
            raise MetricError(msg)
        cuts = np.arange(self.bins + 1) * rows // self.bins
        errors: list[float] = []
        for number in range(classes):
            hits = (truth == number).astype(np.int64)
            order = np.lexsort((hits, table[:, number]))
            parts = _misses(table[order, number], hits[order], np.diff(cuts))
            errors += [abs(miss) / size for miss, size in parts]
        return math.fsum(errors) / (classes * self.bins)


def _events(
    table: "Floats", truth: "Integers", event: Event
) -> tuple["Floats", "Integers"]:
    """Return the confidence of each row, and whether it was right."""
    import numpy as np  # noqa: PLC0415  # as above

    rows, classes = table.shape
    if event is Event.PREDICTED:
        chosen = table.argmax(axis=1)
        return table[np.arange(rows), chosen], (chosen == truth).astype(np.int64)
    if classes != 2:  # noqa: PLR2004  # yes and no
        msg = f"probabilities: {classes} classes, and the positive one is of two"
        raise MetricError(msg)
    return table[:, 1], truth


def _misses(
    confidence: "Floats", hits: "Integers", sizes: "Integers"
) -> Iterator[tuple[float, int]]:
    """Yield hits less confidence of each bin that is not empty, and its rows."""
    end = 0
    for size in sizes.tolist():
        start, end = end, end + size
        if size:
            stated = confidence[start:end].tolist()
            yield (
                math.fsum([int(hits[start:end].sum()), *(-one for one in stated)]),
                size,
            )


def _check_bins(bins: object) -> None:
    if not isinstance(bins, int) or isinstance(bins, bool) or bins < 1:
        msg = f"bins: a whole number from 1 on, got {bins!r}"
        raise MetricError(msg)
