"""Records from another party's folder or archive: distrusted, read whole, or refused.

Both are searched for folders that hold a `run.json`, wherever it lies: a reference
store, a folder of runs, one record. What else lies there is never opened. Links, paths
that lead outside and archives that no honest tool would write are refused, as
`archives` says.

The sums of a record show that its files belong together, and anybody can compute sums.
So the roots are computed anew from the traces where every point is kept: who changes a
number and its sums, and not every digest above, is found. Who changes all of them is
not: nothing in a file can show that it was computed.
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.errors import CorruptRecord, RecordError
from pytest_repro.fingerprints.traces import (
    RollingDigest,
    root_of_heads,
    root_of_state,
)
from pytest_repro.records import RunRecord, Series
from pytest_repro.references.archives import open_archive, unpack
from pytest_repro.references.contents import check_sizes
from pytest_repro.references.extras import EXTRA_FILES
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import FILES, RUN, SIGNATURE, decode
from pytest_repro.references.replications import Replication
from pytest_repro.references.retrieval import read_files, stored_folders
from pytest_repro.references.system_errors import reading

__all__ = ["read_replications"]


REMEDY: Final = "ask its makers for the folder as pytest-repro wrote it"


def read_replications(path: Path) -> tuple[Replication, ...]:
    """Read every record of a folder or of a zip archive.

    Args:
        path: The folder or the archive.

    Returns:
        The records, by experiment, environment key and digest; each once.

    Raises:
        RecordError: If anything in it cannot be read as it was written; then nothing
            of it counts.
    """
    found = _from_folder(path) if path.is_dir() else _from_archive(path)
    unique = {one.digest: one for one in found}
    return tuple(sorted(unique.values(), key=_order))


def _order(one: Replication) -> tuple[str, str, str]:
    identity = one.record.identity
    return identity.experiment, identity.environment.key, one.digest


def _from_folder(path: Path) -> Iterator[Replication]:
    with reading(str(path)), Folder.open(path, shown=str(path)) as root:
        if root.has(RUN):
            yield _checked(root.read_all(), str(path))
            return
        for folder in stored_folders(root):
            yield _checked(read_files(root, folder) or {}, f"{path}/{folder}")


def _from_archive(path: Path) -> Iterator[Replication]:
    with open_archive(path) as (archive, _):
        folders = _folders(archive.infolist())
        check_sizes(
            [one for own in folders.values() for one in own.values()], str(path)
        )
        for folder, members in folders.items():
            shown = f"{path}: {folder}"
            data = {name: unpack(archive, one, shown) for name, one in members.items()}
            yield _checked(data, shown)


def _folders(
    members: list[zipfile.ZipInfo],
) -> dict[PurePosixPath, dict[str, zipfile.ZipInfo]]:
    """Find the files of each record; whatever else there is stays packed."""
    files = {PurePosixPath(one.filename): one for one in members if not one.is_dir()}
    known = {*FILES, *EXTRA_FILES, SIGNATURE}
    return {
        folder: {
            name.name: files[name]
            for name in sorted(files)
            if name.parent == folder and name.name in known
        }
        for folder in sorted(name.parent for name in files if name.name == RUN)
    }


def _checked(files: Mapping[str, bytes], shown: str) -> Replication:
    try:
        record = decode(files, path=shown)
    except RecordError as error:
        # What helps a reference in git does not help a stranger's file.
        text = str(error).removeprefix(f"{shown}: ").partition("\n  remedy")[0]
        raise type(error)(text, path=shown, remedy=REMEDY) from error
    if record.seeds:
        _check_roots(record, shown)
    return Replication(record=record, files=files)


def _check_roots(record: RunRecord, shown: str) -> None:
    """Compute digests anew from what lies beside them."""
    for series in record.series:
        if series.stride == 1 and len(series.steps) == series.count:
            _check_equal(f"{series.name} as traced", _head(series), series.head, shown)
    root = root_of_heads({one.name: one.head for one in record.series})
    _check_equal("the root of all traces", root, record.anchor.trace_root, shown)
    root = root_of_state(record.state)
    _check_equal("the root of all states", root, record.anchor.state_root, shown)


def _head(series: Series) -> str:
    rolling = RollingDigest(series.name)
    points = [bytes.fromhex(one) for one in series.bits]
    rolling.advance_many(series.steps, series.dtype, points)
    return rolling.head


def _check_equal(what: str, obtained: str, reference: str, shown: str) -> None:
    if obtained != reference:
        msg = (
            f"{what} is not what its digest says\n"
            f"  obtained   {obtained}\n"
            f"  reference  {reference}"
        )
        raise CorruptRecord(msg, path=shown, remedy=REMEDY)
