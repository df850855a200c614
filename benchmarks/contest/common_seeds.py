"""What pairing by seed gains, and that it costs no error rate.

Twenty reference seeds, ten of which ran twice; the new runs use these ten. The product
measures the correlation of a seed with itself and subtracts what the seed explains, or
declines to; the contest's rule then judges what the product hands over.
"""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.contest.shapes import Floats
from benchmarks.contest.vectorised import CHANGED, SAME, Design, decide
from pytest_repro.verdicts import pairing

__all__ = ["CORRELATIONS", "MARGINS", "judge", "paired"]

CORRELATIONS = (0.45, 0.8, 0.9, 0.99)
MARGINS = (0.5, 1.0, 2.0)
REFERENCE = 20
TWICE = 10
CHUNK = 2000


def judge(
    correlation: float, margin: float, shift: float, repetitions: int
) -> dict[str, float | int]:
    """Count verdicts on runs with common seeds.

    Args:
        correlation: Of a seed with itself.
        margin: In standard deviations over seeds.
        shift: In standard deviations over seeds.
        repetitions: Simulations.

    Returns:
        Counts, and what they are about.
    """
    words = [20261126, round(100 * correlation), round(10 * margin), round(10 * shift)]
    generator = np.random.default_rng(words)
    same = changed = seeds = squares = pairs = 0
    for start in range(0, repetitions, CHUNK):
        count = min(CHUNK, repetitions - start)
        for reference, new, is_paired in _chunk(generator, correlation, (count, shift)):
            if not len(reference):
                continue
            decisions = decide(reference, new, np.array([margin]), Design())
            same += int((decisions.verdicts == SAME).sum())
            changed += int((decisions.verdicts == CHANGED).sum())
            seeds += int(decisions.seeds.sum())
            squares += int((decisions.seeds**2).sum())
            pairs += len(reference) if is_paired else 0
    return {
        "correlation": correlation,
        "margin": margin,
        "shift": shift,
        "repetitions": repetitions,
        "same": same,
        "changed": changed,
        "seeds": seeds,
        "squares": squares,
        "paired": pairs,
    }


def paired(
    reference: Sequence[float],
    replicates: Sequence[float],
    new: Sequence[float],
    *,
    has_equal_digests: bool = True,
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Ask the product for residuals.

    Args:
        reference: One value a seed.
        replicates: Second runs of the first seeds.
        new: Runs of the first seeds with the change.
        has_equal_digests: Whether both sides drew the same random numbers.

    Returns:
        Reference and new seeds to judge instead, or None if it declines.
    """
    common = pairing.CommonSeeds(
        name="metric",
        reference=dict(enumerate(reference)),
        replicates=dict(enumerate(replicates)),
        obtained=dict(enumerate(new)),
        margin=1.0,
    )
    found = pairing.pair([common], has_equal_digests=has_equal_digests)
    if found.samples is None:
        return None
    (sample,) = found.samples
    return sample.reference, sample.obtained


def _chunk(
    generator: np.random.Generator, correlation: float, ask: tuple[int, float]
) -> list[tuple[Floats, Floats, bool]]:
    """Draw runs, and sort them into those that are paired and those that are not."""
    count, shift = ask
    seed, own = math.sqrt(correlation), math.sqrt(1 - correlation)
    effects = generator.standard_normal((count, REFERENCE))
    noise = generator.standard_normal((3, count, REFERENCE))
    reference = seed * effects + own * noise[0]
    replicates = (seed * effects + own * noise[1])[:, :TWICE]
    new = (seed * effects + own * noise[2])[:, :TWICE] + shift
    rows = zip(reference.tolist(), replicates.tolist(), new.tolist(), strict=True)
    found = [paired(*row) for row in rows]
    residuals = [one for one in found if one is not None]
    declined = np.array([one is None for one in found], dtype=bool)
    before = np.array([one[0] for one in residuals]).reshape(-1, TWICE, 1)
    after = np.array([one[1] for one in residuals]).reshape(-1, TWICE, 1)
    return [
        (before, after, True),
        (reference[declined][:, :, None], new[declined][:, :, None], False),
    ]
