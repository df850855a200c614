"""Several runs of one experiment, one a seed, as one record.

The lowest seed is the anchor: its traces, fingerprints and environment are kept.
Nothing is approved here; see `history`.
"""

from collections.abc import Sequence
from dataclasses import replace

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Identity, RunRecord

__all__ = ["merge_seeds"]


def merge_seeds(records: Sequence[RunRecord]) -> RunRecord:
    """Merge the records of several seeds.

    Args:
        records: Of the same experiment, config and environment key, each with seeds
            of its own.

    Returns:
        One record with all seeds, sorted, and no history. The lowest seed is the
        anchor. If runs failed, the failure is that of the lowest such seed.

    Raises:
        ReproUsageError: If there is no record, a seed is there twice, or they differ
            in experiment, config or environment key.
    """
    if not records:
        msg = "there is no record to merge"
        raise ReproUsageError(msg)
    ordered = sorted(records, key=lambda record: record.anchor.seed)
    anchor = ordered[0]
    for record in ordered[1:]:
        _check_alike(record, anchor)
    rows = sorted(
        (row for record in ordered for row in record.seeds), key=lambda row: row.seed
    )
    numbers = [row.seed for row in rows]
    if len(set(numbers)) != len(numbers):
        msg = f"a seed is there twice: {numbers[:20]}"
        raise ReproUsageError(msg)
    failures = [record.failure for record in ordered if record.failure is not None]
    return replace(
        anchor,
        seeds=tuple(rows),
        history=(),
        failure=failures[0] if failures else None,
    )


def _check_alike(record: RunRecord, anchor: RunRecord) -> None:
    obtained, reference = _facts(record.identity), _facts(anchor.identity)
    for what, value in reference.items():
        if obtained[what] != value:
            msg = (
                f"runs of different {what} are not seeds of one record\n"
                f"  seed {record.anchor.seed}  {obtained[what]}\n"
                f"  seed {anchor.anchor.seed}  {value}"
            )
            raise ReproUsageError(msg)


def _facts(identity: Identity) -> dict[str, object]:
    return {
        "experiment": identity.experiment,
        "environment key": identity.environment.key,
        "config": dict(identity.config),
    }
