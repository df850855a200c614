"""A record in a folder of its own, outside any store: what a worker hands over.

The folder appears whole or not at all. The format is that of a reference, with every
point of every trace.
"""

from pathlib import Path

from pytest_repro.records import RunRecord
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import SUMS, decode, decode_rows, encode
from pytest_repro.references.system_errors import reading, writing

__all__ = ["is_record", "read_record", "read_rows", "write_record"]


def is_record(folder: Path) -> bool:
    """Tell whether a folder looks like a record.

    Args:
        folder: Any path.

    Returns:
        Whether `read_record` has something to read there.
    """
    return (folder / SUMS).is_file()


def read_record(folder: Path, *, has_extras: bool = True) -> RunRecord:
    """Read a record.

    Args:
        folder: Where it lies.
        has_extras: Whether its ledger and its operations are read too.

    Returns:
        The record.

    Raises:
        RecordError: If there is none, or it cannot be read.
    """
    return decode(_files(folder), path=str(folder), has_extras=has_extras)


def read_rows(folder: Path) -> RunRecord:
    """Read of a record what it is and what its seeds gave, a hundred times as fast.

    Args:
        folder: Where it lies.

    Returns:
        The record without traces and fingerprints.

    Raises:
        RecordError: If there is none, or it cannot be read.
    """
    return decode_rows(_files(folder), path=str(folder))


def _files(folder: Path) -> dict[str, bytes]:
    shown = str(folder)
    with reading(shown), Folder.open(folder, shown=shown) as held:
        return held.read_all()


def write_record(folder: Path, record: RunRecord) -> None:
    """Write a record.

    Args:
        folder: Where; nothing may be there, its parent exists.
        record: The record.

    Raises:
        ReproUsageError: If the record cannot be stored.
        StoreError: If it cannot be written.
    """
    files = encode(record, max_trace_bytes=None)
    unfinished = f".{folder.name}.unfinished"
    shown = str(folder)
    with writing(shown), Folder.open(folder.parent, shown=str(folder.parent)) as parent:
        parent.remove(unfinished)
        with parent.make(unfinished) as held:
            for name, data in files.items():
                held.write(name, data)
            held.sync()
        parent.move(unfinished, parent, folder.name)
        parent.sync()
