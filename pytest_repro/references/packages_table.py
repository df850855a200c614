"""`packages.tsv`: what was installed, one distribution a line; a record may lack it.

The environment of a record is built from it once more, so it has all that is installed
and says what of it was in use::

    #pytest-repro/packages/1
    name  version  role  record  origin  url
    numpy  2.4.0  used  sha256:9f3c…  index  -
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.digests import parse_digest
from pytest_repro.records import InstalledPackage, Origin
from pytest_repro.references.cells import MISSING, check_name, check_names
from pytest_repro.references.tables import columns_of, read_lines, write_lines

__all__ = ["check_packages", "fit_packages", "read_packages", "write_packages"]

TITLE: Final = "#pytest-repro/packages/1"
COLUMNS: Final = ("name", "version", "role", "record", "origin", "url")
ROLES: Final = {True: "used", False: "installed"}
MAX_PACKAGES: Final = 10_000
MAX_URL: Final = 2048

_WITH_URL: Final = frozenset({Origin.ARCHIVE, Origin.VCS})


def write_packages(packages: Sequence[InstalledPackage]) -> bytes:
    """Write the packages of an environment.

    Args:
        packages: What `check_packages` accepts.

    Returns:
        The bytes of the file.
    """
    rows = [
        (
            one.name,
            one.version,
            ROLES[one.is_used],
            one.record or MISSING,
            one.origin.value,
            one.url or MISSING,
        )
        for one in packages
    ]
    return write_lines(TITLE, [COLUMNS, *rows])


def fit_packages(
    packages: Sequence[InstalledPackage], max_bytes: int | None
) -> tuple[InstalledPackage, ...]:
    """Leave out what was not in use if the file would be too large.

    Args:
        packages: The packages.
        max_bytes: The largest file wanted [bytes]; None for any.

    Returns:
        All packages, or those in use: without one of these nothing can be rebuilt.
    """
    if max_bytes is None or len(write_packages(packages)) <= max_bytes:
        return tuple(packages)
    return tuple(one for one in packages if one.is_used)


def read_packages(data: bytes) -> tuple[InstalledPackage, ...]:
    """Read the packages of an environment strictly.

    Args:
        data: The bytes of the file.

    Returns:
        The packages, sorted by name.

    Raises:
        FutureFormat: If a later version wrote it.
        ValueError: If it is not exactly what `write_packages` could have written.
    """
    header, *lines = read_lines(data, TITLE) or [""]
    if header != "\t".join(COLUMNS):
        msg = f"the header line is {header[:80]!a}"
        raise ValueError(msg)
    columns = columns_of(lines, len(COLUMNS), first_line=3)
    packages = tuple(_package(cells) for cells in zip(*columns, strict=True))
    check_packages(packages)
    return packages


def check_packages(packages: Sequence[InstalledPackage]) -> None:
    """Check what no file may contradict.

    Args:
        packages: All packages of a record, at least one.

    Raises:
        ValueError: If names repeat or are unsorted, or a cell is malformed.
    """
    if not packages:
        msg = "a record without packages has no such file"
        raise ValueError(msg)
    check_names([one.name for one in packages], limit=MAX_PACKAGES)
    for one in packages:
        try:
            _check(one)
        except ValueError as error:
            msg = f"package {one.name!r}: {error}"
            raise ValueError(msg) from error


def _package(cells: Sequence[str]) -> InstalledPackage:
    name, version, role, record, origin, url = cells
    if role not in ROLES.values():
        msg = f"{role[:40]!a} is no role of a package"
        raise ValueError(msg)
    return InstalledPackage(
        name=name,
        version=version,
        is_used=role == ROLES[True],
        record=None if record == MISSING else parse_digest(record),
        origin=Origin(origin),
        url="" if url == MISSING else url,
    )


def _check(one: InstalledPackage) -> None:
    check_name(one.version)
    if one.record is not None:
        parse_digest(one.record)
    if one.url:
        check_name(one.url, longest=MAX_URL)
    if bool(one.url) != (one.origin in _WITH_URL):
        msg = f"origin {one.origin} and the address {one.url!r} do not go together"
        raise ValueError(msg)
