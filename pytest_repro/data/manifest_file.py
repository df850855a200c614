"""A manifest as a file: a tab-separated table that people review and git compares.

One sample is one line, so a diff shows which samples came, went or changed. Reading is
strict: a mistake is told with its line and column, and nothing is guessed or mended.
Written, a manifest is always the same bytes, and its digest is that of these bytes:
``sha256sum`` of a file that this module wrote gives the same number.
"""

from collections.abc import Sequence
from typing import Final, Never

from pytest_repro.data.samples import (
    COLUMNS,
    Manifest,
    Sample,
    check_columns,
    fault_of,
)
from pytest_repro.digests import Digest, digest_of_bytes, parse_digest
from pytest_repro.errors import (
    ConflictedRecord,
    FutureFormat,
    LineEndingError,
    ManifestError,
    PointerRecord,
    ReproUsageError,
)

__all__ = ["TITLE", "content_digest", "digest_of", "read_manifest", "write_manifest"]

TITLE: Final = "#pytest-repro/manifest/1"
KIND: Final = "#pytest-repro/manifest/"

LFS: Final = b"version https://git-lfs.github.com/spec/"
CONFLICT: Final = (b"<<<<<<< ", b"=======\n", b">>>>>>> ")

TRUTHS: Final = {"true": True, "false": False}
FIRST_ROW: Final = 3
"""The line of the first sample: after title and columns."""


def content_digest(content: bytes | str) -> Digest:
    """Compute the digest of a sample's content.

    Args:
        content: Its bytes; a text counts as UTF-8.

    Returns:
        The digest for its entry, as ``sha256sum`` of a file with these bytes.
    """
    data = content.encode() if isinstance(content, str) else content
    return digest_of_bytes(data)


def write_manifest(manifest: Manifest) -> bytes:
    """Write a manifest in its one form.

    Args:
        manifest: The samples.

    Returns:
        UTF-8 bytes; equal manifests give equal bytes.
    """
    rows = [TITLE, "\t".join(manifest.columns)]
    rows += ["\t".join(one.cells) for one in manifest.samples]
    return ("\n".join(rows) + "\n").encode()


def digest_of(manifest: Manifest) -> Digest:
    """Compute the digest of a manifest.

    Args:
        manifest: The samples.

    Returns:
        The SHA-256 of what `write_manifest` gives.
    """
    return digest_of_bytes(write_manifest(manifest))


def read_manifest(data: bytes, *, path: str = "manifest") -> Manifest:
    """Read a manifest, in whatever order its samples stand.

    Args:
        data: The bytes of the whole file.
        path: The file, as it should be shown.

    Returns:
        The samples, sorted by id.

    Raises:
        RecordError: If the bytes are no manifest: `ManifestError` with line and column,
            or what happened to the file as a whole.
    """
    _check_whole(data, path)
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(path, line, "", "not UTF-8")
    columns = _read_head(lines, path)
    samples = [
        _read_row(line, number, columns, path)
        for number, line in enumerate(lines[FIRST_ROW - 1 : -1], FIRST_ROW)
    ]
    _check_unique(samples, path)
    ordered = tuple(sorted(samples, key=lambda one: one.id))
    return Manifest(samples=ordered, extra=columns[len(COLUMNS) :])


def _check_whole(data: bytes, path: str) -> None:
    """Name what happened to a file before anybody looks for its lines."""
    if data.startswith(LFS):
        msg = "a git-LFS pointer, not the manifest"
        raise PointerRecord(msg, path=path, remedy=f"git lfs pull --include {path}")
    if b"\r\n" in data:
        msg = "lines end in CRLF, so a checkout changed them"
        remedy = f"write '{path} -text' into .gitattributes and check it out again"
        raise LineEndingError(msg, path=path, remedy=remedy)
    if any(data.startswith(mark) or b"\n" + mark in data for mark in CONFLICT):
        msg = "git conflict markers stand in it"
        raise ConflictedRecord(msg, path=path, remedy="resolve the conflict in git")
    if not data.endswith(b"\n"):
        _refuse(path, data.count(b"\n") + 1, "", "the final newline is missing")


def _read_head(lines: Sequence[str], path: str) -> tuple[str, ...]:
    title = lines[0]
    number = title.removeprefix(KIND)
    if title.startswith(KIND) and number != "1" and number.isdecimal():
        msg = f"version {number[:9]} of a manifest, and this reads version 1"
        raise FutureFormat(msg, path=path, remedy="upgrade pytest-repro")
    if title != TITLE:
        _refuse(path, 1, "", f"the first line is {TITLE!r}, got {title[:80]!a}")
    columns = tuple(lines[1].split("\t"))
    for place, name in enumerate(COLUMNS):
        found = columns[place] if place < len(columns) else "nothing"
        if found != name:
            _refuse(
                path, 2, name, f"column {place + 1} is {name!r}, got {found[:80]!a}"
            )
    try:
        check_columns(columns[len(COLUMNS) :])
    except ReproUsageError as error:
        _refuse(path, 2, "", str(error))
    return columns


def _read_row(line: str, number: int, columns: Sequence[str], path: str) -> Sample:
    cells = line.split("\t")
    if len(cells) != len(columns):
        msg = f"{len(cells)} cells instead of {len(columns)}"
        _refuse(path, number, "", msg)
    sample_id, origin, preparation, synthetic, group, label, digest, *extra = cells
    if synthetic not in TRUTHS:
        msg = f"true or false, got {synthetic[:80]!r}"
        _refuse(path, number, "synthetic", msg)
    try:
        digest = parse_digest(digest)
    except ValueError as error:
        _refuse(path, number, "digest", str(error))
    sample = Sample(
        id=sample_id,
        origin=origin,
        preparation=preparation,
        digest=Digest(digest),
        is_synthetic=TRUTHS[synthetic],
        group=group,
        label=label,
        extra=tuple(extra),
    )
    fault = fault_of(sample, columns)
    if fault is not None:
        _refuse(path, number, *fault)
    return sample


def _check_unique(samples: Sequence[Sample], path: str) -> None:
    lines: dict[str, int] = {}
    for number, one in enumerate(samples, FIRST_ROW):
        before = lines.setdefault(one.id, number)
        if before != number:
            _refuse(path, number, "id", f"{one.id!r} stands in line {before}, too")


def _refuse(path: str, line: int, column: str, message: str) -> Never:
    where = f"line {line}, column {column}" if column else f"line {line}"
    msg = f"{where}: {message}"
    remedy = "mend that line; 'pytest-repro data check FILE' reads it again"
    raise ManifestError(msg, path=path, remedy=remedy)
