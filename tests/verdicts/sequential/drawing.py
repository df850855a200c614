"""Samples to draw: for laws by Hypothesis, and for rates by a fixed generator."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from pytest_repro.verdicts.designs import Design, Sample, samples_of

VALUES = st.integers(-40, 40).map(lambda count: count / 8)
"""Coarse, so that ties and values without spread are drawn often."""

BAD = st.sampled_from([float("nan"), float("inf"), float("-inf")])
MARGINS = st.floats(0.05, 20.0)

DESIGNS = st.builds(
    Design,
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
    min_seeds=st.sampled_from([1, 1, 3]),
    looks=st.sampled_from([None, None, (2, 3, 5, 8)]),
)


def cut(samples: Sequence[Sample], seeds: int) -> list[Sample]:
    """Keep the first obtained seeds of each metric."""
    return [replace(one, obtained=one.obtained[:seeds]) for one in samples]


def normal_family(
    seed: int, *, metrics: int = 1, shift: float = 0.0, margin: float = 3.0
) -> tuple[Sample, ...]:
    """Draw ten reference and ten obtained seeds of correlated normal metrics."""
    random = np.random.default_rng(seed)
    level = random.normal(size=(20, 1)) + random.normal(size=(20, metrics))
    level /= np.sqrt(2)
    level[10:] += shift
    return samples_of(level[:10].tolist(), level[10:].tolist(), [margin] * metrics)


def related_family(seed: int) -> tuple[Sample, ...]:
    """Draw up to four metrics, some of them shifted, in families that often pass."""
    random = np.random.default_rng(seed)
    reference, obtained = random.integers(5, 13), random.integers(1, 11)
    metrics = random.integers(1, 5)
    rows = random.standard_t(
        random.choice([2, 30]), size=(reference + obtained, metrics)
    )
    rows += random.choice([0.0, 1.0]) * random.normal(size=(reference + obtained, 1))
    rows[reference:] += random.choice([0.0, 0.0, 0.5, 1.5], size=metrics)
    crash = random.choice([0.0, 0.0, float("nan")])
    rows[reference + random.integers(obtained), random.integers(metrics)] += crash
    margins = random.choice([1.0, 2.0, 3.0, 4.0, 6.0], size=metrics)
    return samples_of(rows[:reference], rows[reference:], margins)


@st.composite
def families(
    draw: st.DrawFn,
    *,
    metrics: int = 3,
    seeds: tuple[int, int] = (1, 6),
    values: st.SearchStrategy[float] = VALUES,
) -> list[Sample]:
    """Draw metrics with five to nine reference seeds and a few obtained ones."""
    count = draw(st.integers(1, metrics))
    reference = draw(st.integers(5, 9))
    obtained = draw(st.integers(*seeds))
    return [
        Sample(
            name=f"metric {index}",
            reference=tuple(draw(rows(values, reference))),
            obtained=tuple(draw(rows(values, obtained))),
            margin=draw(MARGINS),
        )
        for index in range(count)
    ]


def rows(
    values: st.SearchStrategy[float], count: int
) -> st.SearchStrategy[Sequence[float]]:
    """Draw so many values."""
    return st.lists(values, min_size=count, max_size=count)
