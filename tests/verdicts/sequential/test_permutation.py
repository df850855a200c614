"""The permutation test: as by brute force, exact in level, the same everywhere."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pytest_repro.verdicts.permutation import (
    count_extremes,
    labellings,
    scores,
    split_mix,
)
from tests.verdicts.sequential.drawing import VALUES, rows

Floats = NDArray[np.float64]


def by_brute_force(pools: Sequence[Sequence[float]], reference_seeds: int) -> list[int]:
    """Count the labellings with a maximum as large, in plain floating point."""
    tables = [robust(np.array(pool)) for pool in pools]
    total = len(pools[0])
    seeds = total - reference_seeds
    largest = [
        max(abs(table[list(chosen)].sum()) for table in tables)
        for chosen in combinations(range(total), seeds)
    ]
    observed = [abs(table[reference_seeds:].sum()) for table in tables]
    return [sum(value >= own - 1e-7 for value in largest) for own in observed]


def robust(pool: Floats) -> Floats:
    """Standardise as section 3.1 (3) of the notes on statistics says."""
    middle = np.median(pool)
    scale = 1.4826 * np.median(np.abs(pool - middle)) or np.std(pool) or 1.0
    clipped: Floats = np.clip((pool - middle) / scale, -3.5, 3.5)
    scored: Floats = (clipped - clipped.mean()) / (clipped.std() or 1.0)
    return scored


@given(
    pools=st.integers(1, 3).flatmap(
        lambda metrics: st.lists(rows(VALUES, 8), min_size=metrics, max_size=metrics)
    ),
    reference_seeds=st.integers(5, 7),
)
def test_counts_equal_brute_force(
    pools: list[list[float]], reference_seeds: int
) -> None:
    """Listing every labelling by hand gives the same counts, ties included."""
    found = count_extremes(pools, reference_seeds, relabellings=1999)

    assert list(found.counts) == by_brute_force(pools, reference_seeds)
    assert found.labellings == comb(8, 8 - reference_seeds)


@given(pool=rows(VALUES, 9), allowed=st.integers(1, 20))
def test_level_is_exact(pool: list[float], allowed: int) -> None:
    """Of all labellings of a pool, no more are rejected than the level allows."""
    everyone = range(9)
    counts = [
        count_extremes(
            [[pool[i] for i in everyone if i not in new] + [pool[i] for i in new]],
            6,
            relabellings=1999,
        ).counts[0]
        for new in combinations(everyone, 3)
    ]

    assert sum(count <= allowed for count in counts) <= allowed


def test_a_clear_shift_is_extreme_and_no_shift_is_not() -> None:
    """The smallest count is the observed labelling alone; the planted shift gets it."""
    reference = [float(value) for value in range(10)]

    shifted = count_extremes([[*reference, 50.0, 51, 52]], 10, relabellings=1999)
    same = count_extremes([[*reference, 4.0, 5, 4.5]], 10, relabellings=1999)

    assert shifted.counts == (1,)
    assert same.counts[0] > 200


def test_the_maximum_pays_for_the_number_of_metrics() -> None:
    """A further metric makes no count smaller."""
    random = np.random.default_rng(4)
    pools = random.normal(size=(6, 13)).tolist()

    alone = count_extremes(pools[:1], 10, relabellings=1999)
    together = count_extremes(pools, 10, relabellings=1999)

    assert together.counts[0] > alone.counts[0]
    assert together.alone[0] == alone.counts[0]
    assert alone.alone == alone.counts


def test_a_metric_without_spread_is_never_extreme() -> None:
    """All values equal: every labelling ties with the observed one."""
    found = count_extremes([[1.0] * 13], 10, relabellings=1999)

    assert found.counts == (found.labellings,)


def test_sums_that_tie_are_counted_whatever_their_rounding() -> None:
    """0.1 + 0.2 ties with 0.3 + 0.0: three of the labellings below share one shift."""
    found = count_extremes([[0.3, 0.0, 0.15, 0.15, 0.1, 0.2]], 4, relabellings=1999)

    assert found.counts == (found.labellings,)


def test_sampled_labellings_are_distinct_and_not_the_observed_one() -> None:
    """1,999 different rows of increasing positions; the obtained seeds are not one."""
    chosen, is_whole = labellings(20, 10, relabellings=1999)
    seen = set(map(tuple, chosen.tolist()))

    assert not is_whole
    assert len(seen) == 1999
    assert tuple(range(20, 30)) not in seen
    assert (np.diff(chosen, axis=1) > 0).all()


def test_almost_all_labellings_can_be_sampled() -> None:
    """2,001 rows there are without the observed one, and 1,999 are drawn."""
    chosen, _ = labellings(9, 5, relabellings=1999)

    assert len(set(map(tuple, chosen.tolist()))) == 1999


def test_each_position_is_sampled_equally_often() -> None:
    """Each of 30 positions is in a third of the rows, within four standard errors."""
    chosen, _ = labellings(20, 10, relabellings=1999)

    shares = np.bincount(chosen.ravel(), minlength=30) / 1999

    assert np.abs(shares - 1 / 3).max() < 4 * np.sqrt(2 / 9 / 1999)


def test_sampled_labellings_are_the_same_on_every_platform() -> None:
    """The digest of the rows as 64-bit little-endian integers was recorded once."""
    chosen, _ = labellings(20, 10, relabellings=1999)

    digest = sha256(chosen.astype("<i8").tobytes()).hexdigest()

    assert digest == (
        "2cc064658e6abd7b48057bedd93d6cf3be661770075c9bc3d575650d66efec05"
    )


def test_generator_is_split_mix() -> None:
    """The first outputs for the seed 1234567 are the published ones."""
    outputs = split_mix(0, 3, seed=1234567)

    assert outputs.tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.parametrize("factor", [1.0, 2.0**-30, 1024.0])
def test_scores_do_not_depend_on_the_unit(factor: float) -> None:
    """Scores are integers, the same in every unit that is a power of two apart."""
    pool = [0.1, 0.2, 0.25, 0.4, 9.0]

    assert scores([value * factor for value in pool]) == scores(pool)


def test_one_far_value_is_clipped() -> None:
    """A crash counts for as much at ten as at a billion standard deviations."""
    pool = [0.1, 0.2, 0.25, 0.4, 0.3]

    assert scores([*pool, 50.0]) == scores([*pool, 1e12])
