"""Proper scores: what a forecast costs, least in expectation where it is honest.

Each is a mean over rows whose sum is rounded once, so that the order of the rows
changes no bit.

Source:
    Brier 1950, https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2;
    Gneiting & Raftery 2007, https://doi.org/10.1198/016214506000001437.
"""

import math
from dataclasses import dataclass

from pytest_repro.errors import MetricError
from pytest_repro.metrics.inputs import read_classes, read_probabilities

__all__ = ["BrierScore", "NegativeLogLikelihood"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierScore:
    """The mean squared distance of the probabilities from the truth.

    For y_ik = 1 where row i is of class k, and else 0::

        brier = Σ_i Σ_k (p_ik − y_ik)² / n

    Unitless, in [0, 2], as Brier defined it. Halved it is in [0, 1], and for two
    classes the squared error of the probability of one of them.

    Attributes:
        is_halved: Whether it is halved.

    Example:
        >>> BrierScore()([[0.5, 0.5], [0.0, 1.0]], [0, 1])
        0.25
    """

    is_halved: bool = False

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        return f"brier-{'halved' if self.is_halved else 'sum'}-v1"

    def __call__(self, probabilities: object, labels: object) -> float:
        """Compute the score.

        Args:
            probabilities: float[rows, classes]; or float[rows], that of class 1.
            labels: The true class of each row.

        Returns:
            The score; 0 is perfect.

        Raises:
            MetricError: If a row is no distribution or a label no class.
        """
        import numpy as np  # noqa: PLC0415  # loading a test stays cheap

        table = read_probabilities(probabilities)
        rows, classes = len(table), len(table[0])
        truth = read_classes("labels", labels, rows=rows, classes=classes)
        distance = table.copy()
        distance[np.arange(rows), truth] -= 1.0
        score = math.fsum(np.square(distance).ravel().tolist()) / rows
        return score / 2 if self.is_halved else score


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeLogLikelihood:
    """The mean surprise at the true class, also called log loss or cross-entropy.

    For the true class y_i of row i::

        nll = −Σ_i log p_i,y_i / n

    In nats, in [0, ∞). A true class that was called impossible costs infinitely much,
    which no number says: that is an error, unless a floor is part of the definition.

    Attributes:
        floor: The least probability that counts; 0 for none.

    Example:
        >>> NegativeLogLikelihood()([[1.0, 0.0], [0.0, 1.0]], [0, 1])
        0.0
    """

    floor: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a floor that is no small probability."""
        if not 0 <= self.floor < 1:
            msg = f"floor: a probability in [0, 1), got {self.floor!r}"
            raise MetricError(msg)

    @property
    def definition(self) -> str:
        """The name of exactly this metric."""
        floor = f"-floor-{self.floor!r}" if self.floor else ""
        return f"nll-nats{floor}-v1"

    def __call__(self, probabilities: object, labels: object) -> float:
        """Compute the score.

        Args:
            probabilities: float[rows, classes]; or float[rows], that of class 1.
            labels: The true class of each row.

        Returns:
            The score [nats]; 0 is perfect.

        Raises:
            MetricError: If a row is no distribution, a label no class, or a true
                class impossible.
        """
        import numpy as np  # noqa: PLC0415  # as above

        table = read_probabilities(probabilities)
        rows, classes = len(table), len(table[0])
        truth = read_classes("labels", labels, rows=rows, classes=classes)
        chosen = np.maximum(table[np.arange(rows), truth], self.floor).tolist()
        if 0.0 in chosen:
            row = chosen.index(0.0)
            msg = (
                f"probabilities: row {row} gives its true class {truth[row]} the"
                f" probability 0, which costs infinitely much ({chosen.count(0.0)} of"
                f" {rows} rows)\n  remedy  compute it from log-probabilities in"
                " float64, or name a floor: NegativeLogLikelihood(floor=1e-12)"
            )
            raise MetricError(msg)
        return -math.fsum(map(math.log, chosen)) / rows + 0.0
