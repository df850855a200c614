"""Which seeds may be paired with those of a reference, told from records alone.

`pairing` has the formulae; here are its conditions. The environment must differ, since
replicates say how far a seed determines a metric when nothing but rounding changes. And
every obtained seed must have the *origin* of the reference's: the digest of weights, of
the order of the data and of the generators' states. One that lacks it, or has another,
and no seed is paired: half a pairing would be another test, chosen after the fact.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from typing import Final

from pytest_repro.records import Contract, Match, RunRecord, SeedResult
from pytest_repro.verdicts.derived import derived_value
from pytest_repro.verdicts.designs import Sample
from pytest_repro.verdicts.families import Family
from pytest_repro.verdicts.moments import spread_of
from pytest_repro.verdicts.pairing import CORRELATED, CommonSeeds, Pairing, pair
from pytest_repro.verdicts.pairs import final_value
from pytest_repro.verdicts.transforms import outside, to_scale

__all__ = ["pairing_of", "second_runs_of", "undetermined"]

ACROSS: Final = frozenset({Match.KEY, Match.NEAREST})
"""Other software or hardware; where both are the same, the code must have changed."""


def pairing_of(
    samples: Sequence[Sample],
    *,
    runs: Sequence[RunRecord],
    reference: RunRecord,
    match: Match,
) -> Pairing:
    """Pair the seeds of a comparison, if its records allow that.

    Args:
        samples: What is to be equivalent: of the seeds of the reference, and of the
            runs, in their orders.
        runs: The obtained runs, one a seed.
        reference: The approved run.
        match: How the reference was found.

    Returns:
        The residuals, or why there are none.
    """
    if match not in ACROSS:
        reason = "in one and the same environment more than rounding has changed"
        return Pairing(samples=None, reason=reason)
    rows = [run.anchor for run in runs]
    replicates = second_runs_of(reference)
    return pair(
        [
            CommonSeeds(
                name=sample.name,
                reference=_by_seed(reference.seeds, sample.reference),
                replicates={s: _value(r, sample.name) for s, r in replicates.items()},
                obtained=_by_seed(rows, sample.obtained),
                margin=sample.margin,
                scale=sample.scale,
            )
            for sample in samples
        ],
        has_equal_digests=_have_equal_origins(rows, reference),
    )


def second_runs_of(reference: RunRecord) -> Mapping[int, SeedResult]:
    """Collect the second run of each seed of a reference that has one.

    Args:
        reference: The approved run.

    Returns:
        By seed the replica of the lowest number; only of seeds whose origin is known,
        and only if the replica has the same.
    """
    origins = _origins(reference)
    found: dict[int, SeedResult] = {}
    for replica in reference.rounding.replicas if reference.rounding else ():
        row = replica.result
        if row.origin is not None and row.origin == origins.get(row.seed):
            found.setdefault(row.seed, row)
    return found


def undetermined(record: RunRecord, contract: Contract) -> tuple[str, ...]:
    """Name what is to be equivalent and owes too little to its seed to be paired.

    A first answer, from the anchor and its replicas, before other seeds run twice.

    Args:
        record: What is to become a reference, with its envelope.
        contract: What was promised.

    Returns:
        Names, in order.
    """
    family = Family(runs=[record], reference=record, contract=contract)
    return tuple(
        sample.name
        for sample in family.samples
        if not _share(sample, record.anchor_replicas) > CORRELATED
    )


def _share(sample: Sample, replicas: Sequence[SeedResult]) -> float:
    """Compute ``1 − var(one seed) / var(all seeds)``; zero where that is nothing."""
    again = [_value(row, sample.name) for row in replicas]
    values = [*sample.obtained, *again, *sample.reference]
    if not all(map(isfinite, values)) or outside(values, sample.scale) is not None:
        return 0.0
    scaled = [to_scale(value, sample.scale) for value in values]
    count = len(sample.obtained) + len(again)
    spread = spread_of(scaled[count:])
    return 1 - (spread_of(scaled[:count]) / spread) ** 2 if spread else 0.0


def _have_equal_origins(rows: Iterable[SeedResult], reference: RunRecord) -> bool:
    origins = _origins(reference)
    return all(
        row.origin is not None and row.origin == origins.get(row.seed) for row in rows
    )


def _origins(reference: RunRecord) -> Mapping[int, str | None]:
    return {row.seed: row.origin for row in reference.seeds}


def _by_seed(
    rows: Iterable[SeedResult], values: Iterable[float]
) -> Mapping[int, float]:
    return {row.seed: value for row, value in zip(rows, values, strict=True)}


def _value(row: SeedResult, name: str) -> float:
    """Return a final metric or a derived number; NaN if the run gave neither."""
    value = final_value(row, name)
    value = derived_value(row, name) if value is None else value
    return nan if value is None else float(value)
