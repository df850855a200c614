"""`sources.tsv`: the project's own modules that the anchor's run had imported.

A commit says what a work tree was made from; this says which of its files had a part
in the run, and how each of them was::

    #pytest-repro/sources/1
    path  digest
    experiments/test_digits.py  sha256:9f3c…
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.digests import parse_digest
from pytest_repro.records import SourceFile
from pytest_repro.references.cells import check_names
from pytest_repro.references.tables import columns_of, read_lines, write_lines

__all__ = ["check_sources", "fit_sources", "read_sources", "write_sources"]

TITLE: Final = "#pytest-repro/sources/1"
COLUMNS: Final = ("path", "digest")
MAX_SOURCES: Final = 100_000
MAX_PATH: Final = 4096


def write_sources(sources: Sequence[SourceFile]) -> bytes:
    """Write the sources of a run.

    Args:
        sources: What `check_sources` accepts.

    Returns:
        The bytes of the file.
    """
    return write_lines(TITLE, [COLUMNS, *((one.path, one.digest) for one in sources)])


def fit_sources(
    sources: Sequence[SourceFile], max_bytes: int | None
) -> tuple[SourceFile, ...]:
    """Keep as many sources as fit, the first by path.

    Args:
        sources: The sources.
        max_bytes: The largest file wanted [bytes]; None for any.

    Returns:
        The sources that are kept.
    """
    if max_bytes is None:
        return tuple(sources)
    room, kept = max_bytes - len(write_sources(())), []
    for one in sources:
        room -= len(f"{one.path}\t{one.digest}\n".encode())
        if room < 0:
            break
        kept.append(one)
    return tuple(kept)


def read_sources(data: bytes) -> tuple[SourceFile, ...]:
    """Read the sources of a run strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The sources, sorted by path.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_sources` could have written.
    """
    header, *lines = read_lines(data, TITLE) or [""]
    if header != "\t".join(COLUMNS):
        msg = f"the header line is {header[:80]!a}"
        raise ValueError(msg)
    paths, digests = columns_of(lines, len(COLUMNS), first_line=3)
    sources = tuple(
        SourceFile(path=path, digest=parse_digest(digest))
        for path, digest in zip(paths, digests, strict=True)
    )
    check_sources(sources)
    return sources


def check_sources(sources: Sequence[SourceFile]) -> None:
    """Check what no file may contradict.

    Args:
        sources: All sources of a record, at least one.

    Raises:
        ValueError: If paths repeat, are unsorted or lead outside, or a digest is none.
    """
    if not sources:
        msg = "a record without sources has no such file"
        raise ValueError(msg)
    check_names([one.path for one in sources], limit=MAX_SOURCES, longest=MAX_PATH)
    for one in sources:
        parse_digest(one.digest)
        if one.path.startswith("/") or ".." in one.path.split("/"):
            msg = f"source {one.path!r} lies outside of the project"
            raise ValueError(msg)
