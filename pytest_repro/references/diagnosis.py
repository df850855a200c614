"""Why a record cannot be read: the few accidents that git and checkouts cause.

Only asked once a record is known to be unreadable. A digest mismatch is true but helps
nobody; "a checkout turned LF into CRLF" comes with what to type. Each has its own type.
"""

import re
from collections.abc import Mapping
from typing import Final

from pytest_repro.errors import (
    ConflictedRecord,
    CorruptRecord,
    FutureFormat,
    IncompleteRecord,
    LineEndingError,
    PointerRecord,
    RecordError,
)

__all__ = ["explain"]

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_CONFLICT: Final = re.compile(rb"^(?:<{7}|>{7})(?: |\r?$)", re.MULTILINE)

_REMEDIES: Final[Mapping[type[RecordError], str]] = {
    CorruptRecord: (
        "restore the folder with 'git restore --staged --worktree -- FOLDER', "
        "or record it anew: pytest --repro --repro-update --repro-reason '…'"
    ),
    IncompleteRecord: (
        "restore the folder with 'git restore --staged --worktree -- FOLDER', "
        "or record it anew: pytest --repro --repro-update --repro-reason '…'"
    ),
    FutureFormat: "upgrade it: python -m pip install --upgrade pytest-repro",
    ConflictedRecord: (
        "take one side whole, 'git checkout HEAD -- FOLDER' or 'git checkout "
        "MERGE_HEAD -- FOLDER', then run the experiment again"
    ),
    LineEndingError: (
        "keep 'reference_runs/.gitattributes' in git, then "
        "'git rm --cached -r FOLDER && git restore --staged --worktree -- FOLDER'"
    ),
    PointerRecord: "fetch the content: git lfs pull",
}


def explain(error: Exception, files: Mapping[str, bytes], *, path: str) -> RecordError:
    """Turn what stopped a reader into the error that helps a person most.

    Args:
        error: What stopped the reader: a `RecordError`, or a `ValueError` for
            malformed content.
        files: Everything that the reader had.
        path: The folder, as it should be shown.

    Returns:
        The typed error, with path and remedy.
    """
    kind, message, name = _classify(error, files)
    where = f"{path}/{name}" if name else path
    remedy = _REMEDIES[kind].replace("FOLDER", path)
    return kind(message, path=where, remedy=remedy)


def _classify(
    error: Exception, files: Mapping[str, bytes]
) -> tuple[type[RecordError], str, str]:
    for name, data in sorted(files.items()):
        if data.startswith(_POINTER):
            return PointerRecord, "this is a git-LFS pointer, not the file itself", name
    for name, data in sorted(files.items()):
        if _CONFLICT.search(data):
            return ConflictedRecord, "it holds git conflict markers", name
    for name, data in sorted(files.items()):
        if 0 < data.count(b"\n") == data.count(b"\r\n"):
            return LineEndingError, "its lines end in CRLF instead of LF", name
    kind = type(error) if type(error) in _REMEDIES else CorruptRecord
    return kind, str(error), ""  # type: ignore[return-value]  # a key of _REMEDIES
