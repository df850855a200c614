"""Everybody else's rules that look once, each in a few lines.

None of them is a straw man: each does what its source does, with the constants of its
source. Rules that compare with one stored value take the first reference seed as that
value; those with relative tolerances see metrics with the coefficient of variation that
their name states.
"""

import math

import numpy as np
from scipy import stats

from benchmarks.contest.permuting import has_changed, relabellings
from benchmarks.contest.rules import Booleans, fixed
from benchmarks.contest.shapes import Floats

__all__ = ["FIXED_RIVALS"]

Verdicts = tuple[Booleans, Booleans]

LEVEL = 0.05
STRICT = 0.01
DRAWS = 1999


def _either(changed: Booleans) -> Verdicts:
    """Take whatever is not found to have changed for the same."""
    return ~changed, changed


def _golden(
    reference: Floats, new: Floats, *, rtol: float, variation: float
) -> Verdicts:
    """`numpy.isclose(obtained, golden, rtol, atol=0)` for each run."""
    golden = reference[:, :1] + 1 / variation
    gaps = np.abs(new - reference[:, :1])
    return _either(np.asarray((gaps > rtol * np.abs(golden)).any(axis=1)))


def approx(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """`obtained == pytest.approx(golden)`; its absolute part never matters here."""
    return _golden(reference, new, rtol=1e-6, variation=0.01)


def golden_1(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Five percent, where seeds vary by one."""
    return _golden(reference, new, rtol=0.05, variation=0.01)


def golden_3(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Five percent, where seeds vary by three."""
    return _golden(reference, new, rtol=0.05, variation=0.03)


def exact(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """`assertEqual` on floats."""
    return _either((new != reference[:, :1]).any(axis=1))


def each_in_3sd(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Every run within three standard deviations."""
    gaps = np.abs(new - reference.mean(axis=1, keepdims=True))
    spread = reference.std(axis=1, ddof=1, keepdims=True)
    return _either((gaps > 3 * spread).any(axis=1))


def mean_in_3sd(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Their mean within three standard deviations."""
    gaps = np.abs(new.mean(axis=1) - reference.mean(axis=1))
    return _either(gaps > 3 * reference.std(axis=1, ddof=1))


def min_max(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Every run within what was seen before."""
    low, high = reference.min(axis=1), reference.max(axis=1)
    return _either((new.min(axis=1) < low) | (new.max(axis=1) > high))


def prediction_interval(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """The mean within the 99 % prediction interval of such means."""
    m, n = reference.shape[1], new.shape[1]
    limit = stats.t.isf(STRICT / 2, m - 1) * math.sqrt(1 / m + 1 / n)
    gaps = np.abs(new.mean(axis=1) - reference.mean(axis=1))
    return _either(gaps > limit * reference.std(axis=1, ddof=1))


def tolerance_interval(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Every run within the interval that holds 99 % of runs with confidence 95 %."""
    m = reference.shape[1]
    factor = stats.norm.isf(STRICT / 2) * math.sqrt(
        (m - 1) * (1 + 1 / m) / stats.chi2.ppf(LEVEL, m - 1)
    )
    gaps = np.abs(new - reference.mean(axis=1, keepdims=True))
    spread = reference.std(axis=1, ddof=1, keepdims=True)
    return _either((gaps > factor * spread).any(axis=1))


def welch(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Not significant at 5 %, so the same."""
    return _either(_welch_p(reference, new) < LEVEL)


def welch_holm(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """The same at 1 % for the whole family of metrics; the smallest p decides."""
    p = _welch_p(reference, new)
    return _either(p * p.shape[1] <= STRICT)


def rcp_published(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Fails only what is better than the reference allows: lower is better here."""
    gaps, limit = _rcp(reference, new, LEVEL)
    return _either(gaps < -limit * reference.std(axis=1))


def rcp_harmful(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """The same rule, turned to the side that hurts."""
    gaps, limit = _rcp(reference, new, LEVEL)
    return _either(gaps > limit * reference.std(axis=1))


def rcp_3_0_harmful(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """The rule of rounds up to 3.0, on the side that hurts: trimmed spread too."""
    gaps, limit = _rcp(reference, new, LEVEL)
    return _either(gaps > limit * _trimmed(reference).std(axis=1))


def rcp_two_sided(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """The same rule on both sides, 2.5 % each."""
    gaps, limit = _rcp(reference, new, LEVEL / 2)
    return _either(np.abs(gaps) > limit * reference.std(axis=1))


def tost(reference: Floats, new: Floats, margins: Floats) -> Verdicts:
    """Equivalent at 5 %, or nothing is said."""
    m, n = reference.shape[1], new.shape[1]
    squares = (m - 1) * reference.var(axis=1, ddof=1) + n * new.var(axis=1)
    error = np.sqrt(squares / (m + n - 2) * (1 / m + 1 / n))
    gaps = np.abs(new.mean(axis=1) - reference.mean(axis=1))
    same = margins - gaps >= stats.t.isf(LEVEL, m + n - 2) * error
    return same, np.zeros_like(same)


def tost_then_welch(reference: Floats, new: Floats, margins: Floats) -> Verdicts:
    """Equivalent at 5 %, else different at 5 %, else nothing is said."""
    same, _ = tost(reference, new, margins)
    return same, (_welch_p(reference, new) < LEVEL) & ~same


def permutation(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Exact permutation test of each mean at 5 %."""
    return _either(_permute(np.concatenate([reference, new], axis=1), new.shape[1]))


def mann_whitney(reference: Floats, new: Floats, _: Floats) -> Verdicts:
    """Exact test of each rank sum at 5 %, ties counted at their middle."""
    pooled = np.concatenate([reference, new], axis=1)
    return _either(_permute(stats.rankdata(pooled, axis=1), new.shape[1]))


def _welch_p(reference: Floats, new: Floats) -> Floats:
    m, n = reference.shape[1], new.shape[1]
    a, b = reference.var(axis=1, ddof=1) / m, new.var(axis=1, ddof=1) / n
    gaps = np.abs(new.mean(axis=1) - reference.mean(axis=1))
    tiny = np.finfo(float).tiny
    freedom = (a + b) ** 2 / np.maximum(a**2 / (m - 1) + b**2 / (n - 1), tiny)
    t = gaps / np.maximum(np.sqrt(a + b), tiny)
    return np.asarray(2 * stats.t.sf(t, np.maximum(freedom, 1)))


def _rcp(reference: Floats, new: Floats, level: float) -> tuple[Floats, float]:
    """Compare trimmed means; the limit is in population deviations of the reference."""
    m, n = reference.shape[1], new.shape[1]
    gaps = _trimmed(new).mean(axis=1) - _trimmed(reference).mean(axis=1)
    limit = stats.t.isf(level, m + n - 6) * math.sqrt(1 / (m - 2) + 1 / (n - 2))
    return np.asarray(gaps), float(limit)


def _trimmed(values: Floats) -> Floats:
    """Drop the smallest and the largest run."""
    return np.sort(values, axis=1)[:, 1:-1]


def _permute(pooled: Floats, new: int) -> Booleans:
    table = relabellings(pooled.shape[1] - new, new, DRAWS)
    scores = pooled - pooled.mean(axis=1, keepdims=True)
    every = np.ones((len(pooled), 1), dtype=bool)
    columns = [
        has_changed(scores[:, :, k : k + 1], every, LEVEL, table)
        for k in range(pooled.shape[2])
    ]
    return np.stack(columns, axis=1)


MLPERF_3_0 = "mlcommons/logging@0257c34:mlperf_logging/rcp_checker/rcp_checker.py"
MLPERF = "mlcommons/logging@7bbf7926:mlperf_logging/rcp_checker/rcp_checker.py"
MEGATRON = (
    "NVIDIA/Megatron-LM@d98e8a64:tests/functional_tests/python_test_utils/common.py"
)
TITAN = "pytorch/torchtitan@b5bcd76c:scripts/loss_compare.py"

FIXED_RIVALS = (
    fixed("pytest.approx (1e-6)", "pytest's reference, approx", approx),
    fixed("torchtitan: equal", TITAN, exact),
    fixed("Megatron-LM: golden ± 5 %, seeds vary 1 %", MEGATRON, golden_1),
    fixed("Megatron-LM: golden ± 5 %, seeds vary 3 %", MEGATRON, golden_3),
    fixed("every run in mean ± 3 sd", "folklore", each_in_3sd),
    fixed("mean in mean ± 3 sd", "folklore", mean_in_3sd),
    fixed("every run in min–max", "folklore", min_max),
    fixed("prediction interval 99 %", "Hahn and Meeker, 1991", prediction_interval),
    fixed("tolerance interval 99/95", "Howe, 1969", tolerance_interval),
    fixed("Welch p > .05", "Welch, 1947", welch),
    fixed("Welch and Holm 1 %", "Holm, 1979", welch_holm),
    fixed("MLPerf RCP as published", MLPERF, rcp_published),
    fixed("MLPerf RCP, harmful side", MLPERF, rcp_harmful),
    fixed("MLPerf RCP of 3.0, harmful side", MLPERF_3_0, rcp_3_0_harmful),
    fixed("MLPerf RCP, two-sided", MLPERF, rcp_two_sided),
    fixed("TOST 5 %", "Schuirmann, 1987", tost),
    fixed("TOST 5 %, then Welch 5 %", "Schuirmann, 1987", tost_then_welch),
    fixed("permutation 5 %", "Fisher, 1935", permutation),
    fixed("Mann-Whitney 5 %", "Mann and Whitney, 1947", mann_whitney),
)
