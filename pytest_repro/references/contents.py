"""What the table of contents of an archive may say: read before a byte is unpacked.

The standard library takes the last of two entries of one name, drops that an entry is a
link, and has no limits. So everything that an honest tool would not write is refused
here, each with a message of its own. Contents of entries are the matter of `archives`.
"""

import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from pytest_repro.errors import RecordError, UnsafePath
from pytest_repro.references.admission import FORMAT
from pytest_repro.references.extras import EXTRA_FILES
from pytest_repro.references.format import FILES, RUN, SIGNATURE
from pytest_repro.references.replacement import STAGING

__all__ = ["MAX_MEMBER_BYTES", "check_contents", "check_sizes", "find_candidates"]

MAX_MEMBERS: Final = 20_000
MAX_MEMBER_BYTES: Final = 64 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 1024 * 1024 * 1024
MAX_NAME: Final = 512
MAX_RATIO: Final = 200
"""Files of our references shrink two- to fivefold; a bomb a thousandfold."""
SMALL_BYTES: Final = 1024 * 1024
"""What may shrink by any ratio: an empty report is nearly nothing."""

HEADER_BYTES: Final = 30
ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
"""Flags: encrypted, strongly encrypted, table of contents encrypted."""
REPARSE_POINT: Final = 0x400
"""The attribute by which Windows marks a link."""

PENDING: Final = "pending"
STORE_FILES: Final = frozenset({FORMAT, ".gitattributes"})

_REMEDY: Final = "take the artifact of your own workflow run; do not use this one"


def check_contents(members: Sequence[ZipInfo], *, path: str) -> None:
    """Refuse an archive that no honest tool would write.

    Args:
        members: Its entries.
        path: The archive, as errors should show it.

    Raises:
        RecordError: At the first entry that is refused.
    """
    if len(members) > MAX_MEMBERS:
        msg = f"{len(members)} entries are over the limit of {MAX_MEMBERS}"
        raise RecordError(msg, path=path, remedy=_REMEDY)
    for member in members:
        for check in _CHECKS:
            if reason := check(member):
                named = f"the entry {member.orig_filename[:MAX_NAME]!a} {reason}"
                raise UnsafePath(named, path=path, remedy=_REMEDY)
    for problem in (*_twins(members), *_overlaps(members)):
        raise UnsafePath(problem, path=path, remedy=_REMEDY)


def find_candidates(
    members: Sequence[ZipInfo], *, path: str
) -> dict[PurePosixPath, dict[str, ZipInfo]]:
    """Find the folders of candidates, wherever the archive begins.

    Whatever lies beside the folder of candidates, such as reports, is never unpacked.

    Args:
        members: The entries of an archive that passed `check_contents`.
        path: The archive, as errors should show it.

    Returns:
        The files of each candidate by name, by its folder within the store.

    Raises:
        RecordError: If something else lies among the candidates, or one of them is
            larger than is plausible.
    """
    files = {PurePosixPath(one.filename): one for one in members if not one.is_dir()}
    base = _base([name for name in files if name.name == RUN])
    inside = {
        name.relative_to(base): one
        for name, one in files.items()
        if name.is_relative_to(base)
    }
    folders = {name.parent for name in inside if name.name == RUN}
    found: dict[PurePosixPath, dict[str, ZipInfo]] = {
        folder: {} for folder in sorted(folders)
    }
    if not found:
        return found
    for name, one in sorted(inside.items()):
        if name.parent in found and name.name in _KNOWN:
            found[name.parent][name.name] = one
        elif not _is_of_the_store(name):
            msg = f"there is no place for {str(name)!a} among candidates"
            remedy = "upload the folder '.repro/pending', and nothing with it"
            raise UnsafePath(msg, path=path, remedy=remedy)
    check_sizes([one for own in found.values() for one in own.values()], path)
    return found


_KNOWN: Final = frozenset({*FILES, *EXTRA_FILES, SIGNATURE})


def _base(records: Sequence[PurePosixPath]) -> PurePosixPath:
    """Find where the candidates begin: behind ``pending``, or at the very beginning."""
    for depth in (0, 1):
        for name in sorted(records):
            if len(name.parts) > depth + 1 and name.parts[depth] == PENDING:
                return PurePosixPath(*name.parts[: depth + 1])
    return PurePosixPath()


def _is_of_the_store(name: PurePosixPath) -> bool:
    return str(name) in STORE_FILES or name.parts[0] == STAGING


def _name(member: ZipInfo) -> str:
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    found = (
        (not name.isprintable(), "has characters that are not printed"),
        (len(name) > MAX_NAME, f"has a name of more than {MAX_NAME} characters"),
        (name.startswith("/"), "has an absolute path"),
        ("\\" in name or ":" in name, "has a path of another system"),
        (".." in parts, "has a path that leads outside"),
        (bool({"", "."} & set(parts)), "has a path with empty parts"),
    )
    return next((reason for is_so, reason in found if is_so), "")


def _kind(member: ZipInfo) -> str:
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode == stat.S_IFLNK or member.external_attr & REPARSE_POINT:
        return "is a link"
    if mode not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a device or pipe"
    if mode and (mode == stat.S_IFDIR) != member.orig_filename.endswith("/"):
        return "is a folder by its mode or by its name, and not by both"
    return ""


def _packing(member: ZipInfo) -> str:
    if member.flag_bits & ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return f"is compressed by method {member.compress_type}, not by deflate"
    return ""


def check_sizes(members: Sequence[ZipInfo], path: str) -> None:
    """Refuse what would fill a memory, before a byte of it is unpacked.

    Args:
        members: The entries that are about to be unpacked.
        path: The archive, as errors should show it.

    Raises:
        UnsafePath: If one of them, or all together, are larger than is plausible.
    """
    for member in members:
        if reason := _size(member):
            named = f"the entry {member.orig_filename!a} {reason}"
            raise UnsafePath(named, path=path, remedy=_REMEDY)
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL_BYTES:
        msg = f"{total} bytes in all are over the limit of {MAX_TOTAL_BYTES}"
        raise UnsafePath(msg, path=path, remedy=_REMEDY)


def _size(member: ZipInfo) -> str:
    if member.file_size > MAX_MEMBER_BYTES:
        return f"has {member.file_size} bytes, over the limit of {MAX_MEMBER_BYTES}"
    swollen = member.file_size > MAX_RATIO * member.compress_size
    if swollen and member.file_size > SMALL_BYTES:
        return (
            f"swells from {member.compress_size} to {member.file_size} bytes, "
            f"more than {MAX_RATIO} times"
        )
    return ""


_CHECKS: Final[tuple[Callable[[ZipInfo], str], ...]] = (_name, _kind, _packing)


def _twins(members: Sequence[ZipInfo]) -> Iterator[str]:
    """Find names that are one file on some system, and files that are folders too."""
    seen: dict[str, str] = {}
    for name in (member.orig_filename for member in members):
        folded = _folded(name.removesuffix("/"))
        if folded in seen:
            same = seen[folded] == name
            what = "is there twice" if same else f"is the same file as {seen[folded]!a}"
            yield f"the entry {name!a} {what}"
        seen[folded] = name
    folders = {
        str(parent)
        for folded in seen
        for parent in PurePosixPath(folded).parents
        if parent.parts
    }
    for folded in sorted(folders & seen.keys()):
        if not seen[folded].endswith("/"):
            yield f"the entry {seen[folded]!a} is a file and a folder"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _overlaps(members: Sequence[ZipInfo]) -> Iterator[str]:
    """Find entries that share bytes, by which a small archive holds any amount."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    if ordered and ordered[0].header_offset:
        yield f"there are {ordered[0].header_offset} bytes before the first entry"
    for one, other in pairwise(ordered):
        end = one.header_offset + HEADER_BYTES + one.compress_size
        if end > other.header_offset:
            names = f"{one.orig_filename!a} and {other.orig_filename!a}"
            yield f"the entries {names} share bytes"
