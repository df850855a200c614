"""What a store may read as a reference, and what a write may replace.

The name of a folder finds a reference; its content says whose it is. So a folder that
was copied, moved or written by a later version is refused instead of being believed or
overwritten.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import CorruptRecord, FutureFormat, RecordError, StoreBusy
from pytest_repro.records import Identity
from pytest_repro.references.diagnosis import explain
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import EXTRA_FILES, FILES, RUN, SIGNATURE, SUMS
from pytest_repro.references.layout import reference_folder
from pytest_repro.references.retrieval import read_files
from pytest_repro.references.run_file import read_run

__all__ = [
    "FORMAT",
    "FORMAT_LINE",
    "check_format",
    "check_owner",
    "check_replaceable",
    "check_unchanged",
]

FORMAT: Final = "FORMAT"
FORMAT_LINE: Final = b"pytest-repro/references 1\n"
MAX_FORMAT_BYTES: Final = 4096

_LATER: Final = re.compile(r"[2-9]|[1-9][0-9]{1,8}")


def check_format(root: Folder) -> None:
    """Refuse a store of another version; one without `FORMAT` is new.

    Args:
        root: The root of the store.

    Raises:
        FutureFormat: If a later version made the store.
        RecordError: If `FORMAT` says anything else.
        OSError: If it cannot be read.
    """
    try:
        data = root.read(FORMAT, max_bytes=MAX_FORMAT_BYTES)
    except FileNotFoundError:
        return
    if data != FORMAT_LINE:
        raise explain(_why_not(data), {FORMAT: data}, path=root.shown)


def check_owner(
    root: Folder, path: PurePosixPath, identity: Identity, experiment: str
) -> None:
    """Refuse a reference that lies where another belongs.

    Args:
        root: The root of the store.
        path: The folder, relative to it.
        identity: What the reference says of itself.
        experiment: The node id for which the folder was found.

    Raises:
        CorruptRecord: If it belongs elsewhere.
    """
    key = identity.environment.key
    if identity.experiment == experiment and path == reference_folder(experiment, key):
        return
    msg = (
        "the reference belongs to another folder\n"
        f"  obtained   {identity.experiment} under {key}\n"
        f"  reference  {experiment} under {path.name}"
    )
    remedy = "move the folder back, or remove it and record the reference anew"
    raise CorruptRecord(msg, path=f"{root.shown}/{path}", remedy=remedy)


def check_replaceable(root: Folder, path: PurePosixPath, identity: Identity) -> None:
    """Refuse to replace what is no reference of this experiment and format.

    A damaged reference may be replaced: that is how one is mended.

    Args:
        root: The root of the store.
        path: The folder, relative to it.
        identity: Of the record that would replace what is there.

    Raises:
        FutureFormat: If a later version wrote it.
        RecordError: If it is another experiment's, or holds other files.
        OSError: If it cannot be read.
    """
    files = read_files(root, path) or {}
    shown = f"{root.shown}/{path}"
    try:
        old = read_run(files[RUN]).identity if RUN in files else identity
    except FutureFormat as error:
        raise explain(error, files, path=shown) from error
    except ValueError:
        old = identity
    check_owner(root, path, old, identity.experiment)
    if foreign := sorted(files.keys() - {*FILES, *EXTRA_FILES, SIGNATURE}):
        msg = f"{', '.join(map(ascii, foreign))} would be lost: not part of a reference"
        remedy = "move it out of the folder, then run again"
        raise RecordError(msg, path=shown, remedy=remedy)


def check_unchanged(root: Folder, path: PurePosixPath, sums: Digest) -> None:
    """Refuse to replace what is not what the writer has seen.

    A revision names the digest of what it supersedes; under two writers, the later one
    would name a state that is not there any more.

    Args:
        root: The root of the store.
        path: The folder, relative to it.
        sums: The digest of the `SHA256SUMS` that was seen.

    Raises:
        StoreBusy: If another state is there.
        RecordError: If it holds what no reference holds.
        OSError: If it cannot be read.
    """
    files = read_files(root, path) or {}
    if digest_of_bytes(files.get(SUMS, b"")) != sums:
        msg = f"{root.shown}/{path} was rewritten meanwhile: look at it, and run again"
        raise StoreBusy(msg)


def _why_not(data: bytes) -> RecordError:
    line = data.decode("utf-8", "replace").removesuffix("\n")
    head, _, version = line.rpartition(" ")
    is_ours = FORMAT_LINE.decode() == f"{head} 1\n"
    if is_ours and _LATER.fullmatch(version):
        return FutureFormat(f"the store has version {version}, this is a reader of 1")
    return CorruptRecord(f"it says {line[:80]!a} instead of {FORMAT_LINE.decode()!a}")
