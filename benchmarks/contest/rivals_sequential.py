"""Rivals that look after every seed, as ours does, at the same two error rates.

Both trust that metrics are normal. The e-value rule also stays valid when somebody goes
on for ever; it pays for that with seeds. It is told the true standard deviation's ratio
to the margin, which helps it.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from benchmarks.contest.equality import TINY
from benchmarks.contest.levels import information, one_sided_levels, two_sided_levels
from benchmarks.contest.rules import Booleans, Rule
from benchmarks.contest.shapes import Floats
from benchmarks.contest.vectorised import CHANGED, OPEN, SAME, Decisions

__all__ = ["SEQUENTIAL_RIVALS", "log_ratio"]

ALPHA, BETA, LOOKS = 0.01, 0.05, tuple(range(1, 11))
HOPE = 2.3

Look = Callable[[Floats, Floats, Floats], tuple[Booleans, Booleans]]


def group_sequential_t(
    reference: Floats, seen: Floats, margins: Floats
) -> tuple[Booleans, Booleans]:
    """Pooled t and TOST, both with spent levels; Bonferroni over metrics."""
    m, n = reference.shape[1], seen.shape[1]
    level = two_sided_levels(m, LOOKS, ALPHA / reference.shape[2])[n - 1]
    roots = [math.sqrt(information(m, look)) for look in LOOKS]
    hopes = [
        look
        for look, root in zip(LOOKS, roots, strict=True)
        if margins.min() * root >= HOPE
    ]
    same_level = one_sided_levels(m, LOOKS, BETA, min(hopes, default=LOOKS[-1]))[n - 1]
    limit = stats.t.isf(same_level, m + n - 2) if same_level else math.inf
    same = (_t(reference, seen, margins) <= -limit) & (
        _t(reference, seen, -margins) >= limit
    )
    changed = np.abs(_t(reference, seen, 0 * margins)) >= stats.t.isf(
        level / 2, m + n - 2
    )
    return np.asarray(same.all(axis=1)), np.asarray(changed.any(axis=1))


def e_values(
    reference: Floats, seen: Floats, margins: Floats
) -> tuple[Booleans, Booleans]:
    """Likelihood ratios of t against shifts of one margin; Ville's inequality."""
    m, n = reference.shape[1], seen.shape[1]
    freedom, root = m + n - 2, math.sqrt(information(m, n))
    effect = margins * root
    t = _t(reference, seen, 0 * margins)
    both = np.logaddexp(log_ratio(t, freedom, effect), log_ratio(-t, freedom, effect))
    above = log_ratio(-_t(reference, seen, margins), freedom, effect)
    below = log_ratio(_t(reference, seen, -margins), freedom, effect)
    same = np.minimum(above, below) >= -math.log(BETA)
    needed = math.log(2 * reference.shape[2] / ALPHA)
    return np.asarray(same.all(axis=1)), np.asarray((both >= needed).any(axis=1))


def log_ratio(t: Floats, freedom: int, effect: Floats) -> Floats:
    """Compute the log likelihood ratio of noncentral against central Student's t.

    Args:
        t: Statistics.
        freedom: Degrees of freedom.
        effect: Noncentrality.

    Returns:
        The logarithm; a martingale's, as t is a maximal invariant.

    Source: Wang and Ramdas, arXiv 2310.03722; Lai, 1976.
    """
    # With x = t / √(t² + ν), the ratio is e^{-δ²/2} E[e^{δxW}] for W ~ χ(ν + 1),
    # which Kummer's function would give with cancellation; quadrature does not.
    x = (t / np.sqrt(t**2 + freedom))[..., None]
    nodes, weights = _chi(freedom + 1)
    exponents = effect[..., None] * x * nodes
    peak = exponents.max(axis=-1, keepdims=True)
    total = (weights * np.exp(exponents - peak)).sum(axis=-1)
    return np.asarray(peak[..., 0] + np.log(total) - effect**2 / 2)


def _chi(freedom: int) -> tuple[Floats, Floats]:
    """Return a quadrature of the chi distribution, wide enough for any tilt here."""
    # Smooth, and wide against the step: the rule of rectangles is exact to rounding.
    nodes = np.arange(0.3, math.sqrt(freedom) + 24, 0.3)
    logs = (freedom - 1) * np.log(nodes) - nodes**2 / 2
    logs -= special.gammaln(freedom / 2) + (freedom / 2 - 1) * math.log(2)
    return nodes, np.exp(logs) * (nodes[1] - nodes[0])


def _t(reference: Floats, seen: Floats, shift: Floats) -> Floats:
    m, n = reference.shape[1], seen.shape[1]
    squares = m * reference.var(axis=1) + n * seen.var(axis=1)
    error = np.sqrt(squares / (m + n - 2) * (1 / m + 1 / n))
    gaps = seen.mean(axis=1) - reference.mean(axis=1) - shift
    return np.asarray(gaps / np.maximum(error, TINY))


def _sequential(name: str, source: str, look: Look) -> Rule:
    def judge(reference: Floats, new: Floats, margins: Floats) -> Decisions:
        verdicts = np.full(len(reference), OPEN)
        used = np.full(len(reference), LOOKS[-1])
        undecided = np.arange(len(reference))
        for seeds in LOOKS:
            same, changed = look(reference[undecided], new[undecided, :seeds], margins)
            verdicts[undecided[changed]] = CHANGED
            verdicts[undecided[same]] = SAME
            used[undecided[same | changed]] = seeds
            undecided = undecided[~(same | changed)]
        return Decisions(verdicts=verdicts, seeds=used)

    return Rule(name=name, source=source, judge=judge)


SEQUENTIAL_RIVALS = (
    _sequential(
        "group-sequential t 1 % / 5 %", "Lan and DeMets, 1983", group_sequential_t
    ),
    _sequential(
        "t e-process and e-TOST 1 % / 5 %",
        "Wang and Ramdas, arXiv 2310.03722",
        e_values,
    ),
)
