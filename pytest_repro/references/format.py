"""The format: a run record as a handful of small files, and back.

`encode` and `decode` are pure and inverse. The same format holds a worker's record (one
seed, no history) and a reference (several seeds and a history)::

    run.json    what was run, and who approved it      run_file.py
    seeds.tsv   one row a seed, and a replica           seeds_table.py
    trace.tsv   the anchor's traces                     trace_table.py
    state.tsv   the anchor's fingerprints               state_table.py
    SHA256SUMS  which bytes belong together             sums.py

and, where there is something to put into them, see `extras`::

    ledger.tsv      the anchor's step ledger            ledger_table.py
    operations.tsv  what the anchor's traced steps did  operations_table.py
    packages.tsv    what was installed                  packages_table.py
    sources.tsv     which modules of the project ran    sources_table.py
    invocation.json how the anchor's run came about     invocation_file.py
    config.golden.toml  the recipe of the anchor's run  recipe_file.py

Reading is strict: whatever `encode` could not have written is refused, with a typed
error. Files on a disk are the matter of `folders` and `store`.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from pytest_repro.errors import FutureFormat, RecordError, ReproUsageError
from pytest_repro.records import Rounding, RunRecord
from pytest_repro.references.diagnosis import explain
from pytest_repro.references.extras import EXTRA_FILES, EXTRAS, write_extras
from pytest_repro.references.run_file import read_run, write_run
from pytest_repro.references.seeds_table import check_seeds, read_seeds, write_seeds
from pytest_repro.references.state_table import check_state, read_state, write_state
from pytest_repro.references.sums import SIGNATURE, SUMS, check_sums, write_sums
from pytest_repro.references.trace_table import (
    check_series,
    fit_series,
    read_trace,
    write_trace,
)

__all__ = [
    "EXTRA_FILES",
    "FILES",
    "MAX_TRACE_BYTES",
    "RUN",
    "SIGNATURE",
    "SUMS",
    "decode",
    "decode_rows",
    "encode",
]

RUN: Final = "run.json"
SEEDS: Final = "seeds.tsv"
TRACE: Final = "trace.tsv"
STATE: Final = "state.tsv"

FILES: Final = (RUN, SEEDS, TRACE, STATE, SUMS)
"""The files of every record, in the order in which they are written; `EXTRA_FILES`
stand before the last."""

MAX_TRACE_BYTES: Final = 256 * 1024

T = TypeVar("T")


def encode(
    record: RunRecord, *, max_trace_bytes: int | None = MAX_TRACE_BYTES
) -> dict[str, bytes]:
    """Write a record as files.

    Args:
        record: The record.
        max_trace_bytes: If `trace.tsv` would be larger [bytes], only every k-th point
            is kept, with the smallest k that fits; None keeps all, up to a million.
            Each of `EXTRA_FILES` is held to the same size.

    Returns:
        The bytes of each file by name, `SHA256SUMS` last; equal records give equal
        bytes.

    Raises:
        ReproUsageError: If the record cannot be stored: names or points out of order,
            malformed digests, or over the limits of the format.
    """
    replicas = record.rounding.replicas if record.rounding else ()
    try:
        _check_rounding(record)
        check_seeds(record.seeds, replicas)
        check_series(record.series)
        check_state(record.state)
        files = {
            RUN: write_run(record),
            SEEDS: write_seeds(record.seeds, replicas),
            TRACE: write_trace(fit_series(record.series, max_trace_bytes)),
            STATE: write_state(record.state),
            **write_extras(record, max_trace_bytes),
        }
    except (TypeError, ValueError) as error:
        msg = f"the record of {record.identity.experiment} cannot be stored: {error}"
        raise ReproUsageError(msg) from error
    return {**files, SUMS: write_sums(files)}


def decode(
    files: Mapping[str, bytes], *, path: str, has_extras: bool = True
) -> RunRecord:
    """Read a record from its files, strictly.

    Args:
        files: Everything in the folder, by name.
        path: The folder, as errors should show it.
        has_extras: Whether `EXTRA_FILES` are read too; they are long, and few ask for
            what is in them. Their sums are checked in any case.

    Returns:
        The record.

    Raises:
        RecordError: If the files are not exactly what `encode` wrote; the subclass
            says what happened to them, the message what to do.
    """
    try:
        return _decode(files, has_extras=has_extras)
    except (RecordError, ValueError) as error:
        raise explain(error, files, path=path) from error


def decode_rows(files: Mapping[str, bytes], *, path: str) -> RunRecord:
    """Read of a record what it is and what its seeds gave, but no traces.

    Traces and fingerprints are nearly all of a record. The sums of their files are
    checked, what is inside is not.

    Args:
        files: Everything in the folder, by name.
        path: The folder, as errors should show it.

    Returns:
        The record without series, states, rounding and whatever is extra.

    Raises:
        RecordError: If the files do not belong together, or those read are not
            exactly what `encode` wrote.
    """
    try:
        check_sums(files)
        _check_presence(files, {RUN, SEEDS})
        head = _read(RUN, read_run, files)
        seeds, _ = _read(SEEDS, read_seeds, files)
    except (RecordError, ValueError) as error:
        raise explain(error, files, path=path) from error
    return RunRecord(
        identity=head.identity,
        seeds=seeds,
        history=head.history,
        failure=head.failure,
        horizon=head.horizon,
    )


def _decode(files: Mapping[str, bytes], *, has_extras: bool) -> RunRecord:
    check_sums(files)
    if RUN not in files:
        msg = f"{RUN} is missing"
        raise ValueError(msg)
    head = _read(RUN, read_run, files)
    if unknown := sorted(files.keys() - {*FILES, *EXTRA_FILES, SIGNATURE}):
        msg = f"this version knows no file {unknown[0]!a}"
        raise FutureFormat(msg)
    _check_presence(files, set(FILES))
    seeds, replicas = _read(SEEDS, read_seeds, files)
    has_rounding = bool(head.noise or replicas)
    record = RunRecord(
        identity=head.identity,
        seeds=seeds,
        series=_read(TRACE, read_trace, files),
        state=_read(STATE, read_state, files),
        history=head.history,
        failure=head.failure,
        horizon=head.horizon,
        rounding=Rounding(noise=head.noise, replicas=replicas)
        if has_rounding
        else None,
        **{
            extra.attribute: _read(extra.file, extra.read, files)
            for extra in EXTRAS
            if has_extras and extra.file in files
        },
    )
    _check_rounding(record)
    return record


def _check_presence(files: Mapping[str, bytes], wanted: set[str]) -> None:
    if missing := sorted(wanted - files.keys()):
        msg = f"{', '.join(missing)} is missing"
        raise ValueError(msg)


def _check_rounding(record: RunRecord) -> None:
    """Check that noise, replicas and envelopes come together or not at all."""
    rounding = record.rounding
    if rounding is None:
        has_envelope = any(one.envelope for one in record.series) or any(
            one.envelope is not None for one in record.state
        )
        if has_envelope:
            msg = "there are envelopes, and no replicas that they were measured with"
            raise ValueError(msg)
    elif not (rounding.noise and rounding.replicas):
        msg = "replicas and the name of their noise come together"
        raise ValueError(msg)


def _read(name: str, reader: Callable[[bytes], T], files: Mapping[str, bytes]) -> T:
    """Read one file, naming it in whatever goes wrong."""
    try:
        return reader(files[name])
    except FutureFormat as error:
        msg = f"{name}: {error}"
        raise FutureFormat(msg) from error
    except ValueError as error:
        msg = f"{name}: {error}"
        raise ValueError(msg) from error
