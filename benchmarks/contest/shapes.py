"""What metrics across seeds look like: seeded draws of known shape.

Every rule of the contest judges the same draws: a cell's name decides its random
numbers, chunk by chunk, so a short study sees the beginning of a long one.

All shapes have mean 0 and variance 1, except `crash5`, whose unit is the standard
deviation of the seeds that do not crash: the margin of a person who looks at healthy
runs. Metrics are joined by a Gaussian copula: their latent normals correlate by one
half, and each is carried to its shape by the shape's quantiles. A crash takes all
metrics of its seed with it.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["SHAPES", "Cell", "Floats", "draw", "draws"]

Floats = NDArray[np.float64]

SHAPES = ("normal", "skew+", "skew-", "t3", "crash5", "bimodal", "quantised")

CORRELATION = 0.5
SKEWNESS = 1.4
CRASH_SHARE = 0.05
CRASH_DISTANCE = 10.0
QUANTUM = 0.5
NEW_SEEDS = 10
# Values in one chunk: some ten megabytes, whatever the number of metrics.
CHUNK_VALUES = 1_200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One situation of the contest.

    Attributes:
        shape: One of `SHAPES`.
        reference: Reference seeds.
        metrics: Number of metrics.
        margin: Equivalence margin of every metric [standard deviations].
        shift: By how much the change moves a metric [standard deviations].
        shifted: How many metrics it moves.
        new: New seeds that are drawn.
    """

    shape: str = "normal"
    reference: int = 10
    metrics: int = 1
    margin: float = 3.0
    shift: float = 0.0
    shifted: int = 1
    new: int = NEW_SEEDS

    def name(self) -> str:
        """Name the draws; the margin has no part in them."""
        return (
            f"{self.shape} {self.reference} {self.new} {self.metrics} "
            f"{self.shift:g} {self.shifted}"
        )

    def quantum(self) -> float:
        """Return the smallest step of a metric, which its owner knows."""
        return _step() if self.shape == "quantised" else 0.0

    def margins(self) -> Floats:
        """Return the margin of each metric."""
        return np.full(self.metrics, self.margin)


def draws(cell: Cell, repetitions: int) -> Iterator[tuple[Floats, Floats]]:
    """Draw repetitions of a cell, in chunks that fit a cache.

    Args:
        cell: The situation.
        repetitions: How many.

    Yields:
        float64[simulation, seed, metric]: the reference, and the new seeds.
    """
    rows = cell.reference + cell.new
    size = max(50, CHUNK_VALUES // (rows * cell.metrics) // 50 * 50)
    for index, start in enumerate(range(0, repetitions, size)):
        words = hashlib.sha256(f"{cell.name()} {index}".encode()).digest()
        generator = np.random.default_rng(int.from_bytes(words[:16], "little"))
        values = draw(cell.shape, (size, rows, cell.metrics), generator)
        values = values[: min(size, repetitions - start)]
        values[:, cell.reference :, : cell.shifted] += cell.shift
        yield values[:, : cell.reference], values[:, cell.reference :]


def draw(
    shape: str, size: tuple[int, int, int], generator: np.random.Generator
) -> Floats:
    """Draw correlated metrics of a shape.

    Args:
        shape: One of `SHAPES`.
        size: Simulations, seeds, metrics.
        generator: Where randomness comes from.

    Returns:
        float64[simulation, seed, metric].
    """
    latent = math.sqrt(1 - CORRELATION) * generator.standard_normal(size)
    shared = generator.standard_normal((*size[:2], 1))
    latent += math.sqrt(CORRELATION) * shared
    if shape == "crash5":
        crashes = generator.random((*size[:2], 1)) < CRASH_SHARE
        return np.asarray(latent + CRASH_DISTANCE * crashes)
    if shape == "quantised":
        return _step() * np.round(latent / QUANTUM)
    if shape == "normal":
        return latent
    return np.interp(latent, *_quantiles(shape))


def _step() -> float:
    """Return the quantum in units of the deviation that rounding leaves."""
    return QUANTUM / math.sqrt(1 + QUANTUM**2 / 12)


@cache
def _quantiles(shape: str) -> tuple[Floats, Floats]:
    """Tabulate what standard normal values are carried to."""
    normals = np.linspace(-7, 7, 5601)
    if shape == "bimodal":
        return normals, _bimodal(normals)
    if shape == "skew-":
        return normals, -_quantiles("skew+")[1][::-1]
    law = _standardised(shape)
    below, above = stats.norm.cdf(normals), stats.norm.sf(normals)
    return normals, np.where(normals < 0, law.ppf(below), law.isf(above))


def _standardised(shape: str) -> Any:  # noqa: ANN401 - scipy's frozen distributions
    if shape == "t3":
        return stats.t(3, scale=1 / math.sqrt(3))
    if shape == "skew+":
        size = (2 / SKEWNESS) ** 2
        return stats.gamma(size, loc=-math.sqrt(size), scale=1 / math.sqrt(size))
    msg = f"no shape '{shape}'"
    raise ValueError(msg)


def _bimodal(normals: Floats) -> Floats:
    """Carry normals to a mixture, 70 to 30, of normals four deviations apart."""
    share, distance = 0.3, 4.0
    values = np.linspace(-8, 8 + distance, 20_001)
    below = (1 - share) * stats.norm.cdf(values)
    below += share * stats.norm.cdf(values - distance)
    carried = np.interp(normals, stats.norm.ppf(below), values)
    deviation = math.sqrt(1 + share * (1 - share) * distance**2)
    return (carried - share * distance) / deviation
