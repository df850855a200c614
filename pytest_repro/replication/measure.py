"""Measure how far rounding carries a reference: rerun its anchor seed under noise.

The first replica tells whether the noise reaches the experiment at all; if not, the
others are spared, and the reference has no envelope. A replica that fails says nothing
about rounding, so it is left out; with fewer than `LEAST` there is no envelope either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.determinism import NOISE
from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import RunRecord
from pytest_repro.references import read_record
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.replication.pool import SeedRun
from pytest_repro.verdicts import with_envelopes

__all__ = ["LEAST", "Launch", "Measured", "completed", "measure_envelope"]

UNREACHED: Final = "no rounding envelope: nothing here that noise can reach"
LEAST: Final = 6
"""Fewer replicas let a harmless change look like a fault too often."""

Launch = Callable[[Sequence[PlannedRun]], Sequence[SeedRun]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A record with what was measured, or without and why.

    Attributes:
        record: The record.
        note: What was measured with how many runs, or why it was not.
    """

    record: RunRecord
    note: str


def measure_envelope(record: RunRecord, launch: Launch, *, replicas: int) -> Measured:
    """Add an envelope to a record.

    Args:
        record: What is to become a reference; the anchor's traces are whole.
        launch: Executes runs.
        replicas: How many are wanted; 0 for no envelope.

    Returns:
        The record, with or without an envelope.
    """
    if replicas == 0:
        return Measured(record=record, note="no rounding envelope: no replicas wanted")
    if not _has_torch(record):
        return Measured(record=record, note=UNREACHED)
    seed = record.anchor.seed
    planned = [
        PlannedRun(seed=seed, replica=number) for number in range(1, replicas + 1)
    ]
    first = completed(launch(planned[:1]))
    if first and not _is_touched(first[0], record):
        return Measured(record=record, note=UNREACHED)
    found = [*first, *completed(launch(planned[1:]))]
    if len(found) < min(LEAST, replicas):
        note = f"no rounding envelope: {len(found)} of {replicas} replicas completed"
        return Measured(record=record, note=note)
    note = f"rounding envelope of {len(found)} replicas"
    return Measured(record=with_envelopes(record, found, noise=NOISE), note=note)


def _has_torch(record: RunRecord) -> bool:
    """Tell whether torch, through which noise comes, was imported at all."""
    return any(name.startswith("torch.") for name in record.identity.determinism)


def _is_touched(replica: RunRecord, record: RunRecord) -> bool:
    ours, theirs = replica.anchor, record.anchor
    return (ours.trace_root, ours.state_root, ours.metrics) != (
        theirs.trace_root,
        theirs.state_root,
        theirs.metrics,
    )


def completed(runs: Sequence[SeedRun]) -> list[RunRecord]:
    """Read what runs left that went to their end.

    Args:
        runs: Some of which may have failed.

    Returns:
        The records of those that did not, in order.
    """
    found = []
    for run in runs:
        if run.ending.failure is not None or run.ending.skipped:
            continue
        try:
            record = read_record(Path(run.folder) / RECORD)
        except RecordError:
            continue
        if record.failure is None:
            found.append(record)
    return found
