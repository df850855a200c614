"""Candidates from a zip archive, such as a CI artifact: from strangers, so distrusted.

Nothing is unpacked. The table of contents is looked at as a whole first, and one entry
that an honest tool would not write refuses the archive: a link, a path that leads
elsewhere, two names for one file, an encrypted entry, more bytes than are plausible.
Then each candidate is read in memory through the strict reader of references, its
`SHA256SUMS` included, and must lie where its own content says.

An archive that passes is well-formed. That proves nothing about who made it, nor that
any of it was ever computed: accepting is a person's decision.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import CorruptRecord, RecordError
from pytest_repro.records import RunRecord
from pytest_repro.references.contents import check_contents, find_candidates
from pytest_repro.references.format import decode
from pytest_repro.references.layout import reference_folder
from pytest_repro.references.review import Candidate
from pytest_repro.references.system_errors import reading

__all__ = ["MAX_ARCHIVE_BYTES", "open_archive", "read_archive", "unpack"]

MAX_ARCHIVE_BYTES: Final = 256 * 1024 * 1024
CHUNK_BYTES: Final = 1 << 20
REMEDY: Final = "download the artifact again, or run the experiment again"

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on archives that are damaged or made by hand; what
it has not learnt to read is a `RuntimeError`, too."""


def read_archive(path: Path) -> tuple[Candidate, ...]:
    """Read the candidates of an archive.

    Args:
        path: A zip archive whose entries are those of `.repro`, of `.repro/pending`, or
            begin with either.

    Returns:
        The candidates by experiment and environment key; none if it holds none.

    Raises:
        RecordError: If it is no archive, or one that no honest tool would write, or a
            candidate in it cannot be read.
    """
    shown = str(path)
    with open_archive(path) as (archive, digest):
        found = tuple(_read(archive, shown, f"archive {digest}"))
    return tuple(sorted(found, key=lambda one: (one.experiment, one.key)))


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Digest]]:
    """Open an archive that an honest tool could have written.

    Args:
        path: A zip archive.

    Yields:
        The archive, of which nothing is unpacked yet, and the digest of its bytes.

    Raises:
        RecordError: If it is no archive, or one that no honest tool would write, or
            breaks while it is read.
    """
    shown = str(path)
    with reading(shown), path.open("rb") as file:
        size = path.stat().st_size
        if size > MAX_ARCHIVE_BYTES:
            msg = f"{size} bytes are over the limit of {MAX_ARCHIVE_BYTES}"
            raise RecordError(msg, path=shown)
        digest = Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                check_contents(archive.infolist(), path=shown)
                yield archive, digest
        except RecordError:
            raise
        except _BROKEN as error:
            msg = f"it is no whole zip archive: {error}"
            raise CorruptRecord(msg, path=shown, remedy=REMEDY) from error


def _read(archive: zipfile.ZipFile, shown: str, source: str) -> Iterator[Candidate]:
    for folder, files in find_candidates(archive.infolist(), path=shown).items():
        inside = f"{shown}: {folder}"
        data = {name: unpack(archive, one, inside) for name, one in files.items()}
        record = _decode(data, inside)
        _check_place(record, folder, inside)
        yield Candidate(record=record, shown=inside, source=source)


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> bytes:
    """Read an entry piece by piece; it may not be longer than the table says.

    Args:
        archive: The archive.
        member: The entry.
        shown: Where it lies, as errors should show it.

    Returns:
        Its bytes.

    Raises:
        CorruptRecord: If it is shorter than the table says.
    """
    chunks: list[bytes] = []
    left = member.file_size
    with archive.open(member) as file:
        while chunk := file.read(CHUNK_BYTES):
            left -= len(chunk)
            chunks.append(chunk)
    if left:
        msg = f"{member.filename!a} has not the size that the archive promises"
        raise CorruptRecord(msg, path=shown, remedy=REMEDY)
    return b"".join(chunks)


def _decode(files: Mapping[str, bytes], shown: str) -> RunRecord:
    try:
        return decode(files, path=shown)
    except RecordError as error:
        # What helps a folder in git does not help an archive.
        text = str(error).removeprefix(f"{shown}: ").partition("\n  remedy")[0]
        raise type(error)(text, path=shown, remedy=REMEDY) from error


def _check_place(record: RunRecord, folder: PurePosixPath, shown: str) -> None:
    identity = record.identity
    own = reference_folder(identity.experiment, identity.environment.key)
    if folder != own:
        msg = (
            "the candidate belongs to another folder\n"
            f"  obtained   {folder}\n"
            f"  reference  {own}"
        )
        raise CorruptRecord(msg, path=shown, remedy=REMEDY)
