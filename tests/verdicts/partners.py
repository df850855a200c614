"""Runs and references whose seeds ran twice, and what each seed decides."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Contract,
    Equivalent,
    Match,
    Replica,
    Rounding,
    RunRecord,
    SeedResult,
    Verdict,
)
from tests.verdicts.making import OTHER_KEY, Made, approve, folded, promise

__all__ = [
    "CONTRACT",
    "NOISE",
    "REFERENCE",
    "SEEDS",
    "elsewhere",
    "obtained",
    "reference_of",
    "without_origins",
]

SEEDS = np.random.default_rng(5).normal(10.0, 1.0, size=10)
"""What ten seeds gave, one standard deviation apart."""

NOISE = np.random.default_rng(6).normal(0.0, 0.05, size=(2, 10))
"""What rounding adds, to the replicates and to the obtained runs."""

CONTRACT = replace(promise(loss=Equivalent(0.5)), seeds=10)
"""Half a standard deviation of the seeds: too little for ten of them, unpaired."""


def _with_origin(run: RunRecord, origin: str) -> RunRecord:
    """Say what the seed of a run decided; nothing if that is empty."""
    digest = digest_of_bytes(origin.encode()) if origin else None
    return replace(run, seeds=(replace(run.anchor, origin=digest),))


def obtained(
    values: Iterable[float], *, origin: str = "seed {}", key: str = OTHER_KEY
) -> list[RunRecord]:
    """Build one run a seed, each with weights of its own and the origin it should."""
    return [
        _with_origin(
            Made(
                seed=seed,
                metrics={"loss": float(value)},
                traces={},
                state=[("weights", 1, f"{key} {value}")],
                key=key,
            ).run(),
            origin.format(seed),
        )
        for seed, value in enumerate(values)
    ]


def reference_of(
    values: Iterable[float],
    again: Iterable[float],
    *,
    origin: str = "seed {}",
    origin_again: str = "seed {}",
) -> RunRecord:
    """Build a reference of some seeds, the first of which ran again."""
    rows: list[SeedResult] = [
        run.anchor for run in obtained(again, origin=origin_again)
    ]
    replicas = tuple(Replica(number=1, result=row) for row in rows)
    reference = approve(*obtained(values, origin=origin, key="here"))
    return replace(reference, rounding=Rounding(noise="noise-v1", replicas=replicas))


REFERENCE = reference_of(SEEDS, SEEDS + NOISE[0])


def elsewhere(
    runs: Sequence[RunRecord],
    reference: RunRecord = REFERENCE,
    contract: Contract = CONTRACT,
    *,
    match: Match = Match.NEAREST,
) -> Verdict:
    """Judge runs of another environment."""
    return folded(runs, reference, contract, match)


def without_origins(reference: RunRecord) -> RunRecord:
    """Forget what the seeds of a reference decided, so that nothing can be paired."""
    rows = tuple(replace(row, origin=None) for row in reference.seeds)
    return replace(reference, seeds=rows)
