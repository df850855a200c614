"""Which packages are installed, which are in use, and whether their files are theirs.

A version says what a package calls itself; its RECORD says which files it consists of.
RECORDs are read as they are (a few milliseconds); whether the files still are what is
noted there is the matter of `edits`.

A RECORD also names scripts and notes of the installer, whose bytes depend on where
and how the package was installed. Those lines are left out, so the same wheel gives
the same digest in every environment.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest, digest_of_bytes, digest_of_parts

__all__ = [
    "LOCK_FILES",
    "Package",
    "collect_installed",
    "collect_used",
    "digest_of_files",
    "digest_of_record",
    "digest_of_versions",
    "find_lock",
    "portable_lines",
    "read_record",
]

LOCK_FILES: Final = (
    "pylock.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "conda-lock.yml",
    "pixi.lock",
    "Pipfile.lock",
    "requirements.lock",
    "constraints.txt",
    "requirements.txt",
)
"""Files that can pin every package, in the order of preference."""

_FOLDER: Final = re.compile(
    r"(?P<name>.+?)-(?P<version>[^-]+)(-py[\d.]+)?\.(dist|egg)-info"
)
_NOTES: Final = b".dist-info/"

# One match for all lines that follow each other and begin alike: each run pays for it.
_TOP: Final = re.compile(rb'^"?([^/,\n"]+)[/,"][^\n]*(?:\n\1/[^\n]*)*', re.MULTILINE)
_PORTABLE: Final = re.compile(
    rb'^(?!\.\./|"\.\./|/|__editable__)[^\n]*,sha256=[^\n]*$', re.MULTILINE
)

# Python never imports these, yet torch and numpy compute with them.
_BACKENDS: Final = re.compile(r"nvidia-.+|cuda-.+|triton|mkl|intel-openmp|onemkl.*|tbb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed distribution.

    Attributes:
        name: Normalised as PEP 503 says.
        version: As it was installed.
        folder: Its folder of metadata.
    """

    name: str
    version: str
    folder: Path


def collect_installed(
    folders: Sequence[str] | None = None,
) -> tuple[Package, ...]:
    """List what is installed.

    Args:
        folders: Where to look; None for `sys.path`.

    Returns:
        The distributions, sorted by name; of two with one name, the one that is
        found first.
    """
    found: dict[str, Package] = {}
    for entry in sys.path if folders is None else folders:
        for package in _packages_in(Path(entry)):
            found.setdefault(package.name, package)
    return tuple(package for _, package in sorted(found.items()))


def collect_used(installed: tuple[Package, ...]) -> tuple[Package, ...]:
    """List the distributions that this process has imported from.

    Args:
        installed: All of them.

    Returns:
        Those that own an imported module, or libraries that imported ones load.
    """
    imported = {name.partition(".")[0] for name in tuple(sys.modules)}
    return tuple(
        package
        for package in installed
        if _BACKENDS.fullmatch(package.name) or _top_names(package) & imported
    )


def digest_of_files(packages: tuple[Package, ...]) -> Digest:
    """Digest names, versions and files of packages.

    Args:
        packages: Sorted by name.

    Returns:
        One digest that is equal wherever the same files are installed.
    """
    parts = [
        part
        for package in packages
        for part in (
            package.name.encode(),
            package.version.encode(),
            digest_of_record(package).encode(),
        )
    ]
    return digest_of_parts("packages-record-sha256-v1", tuple(parts))


def digest_of_versions(packages: tuple[Package, ...]) -> Digest:
    """Digest names and versions of packages, and nothing of their files.

    Args:
        packages: Sorted by name.

    Returns:
        One digest that is equal wherever the same versions are installed.
    """
    parts = (f"{package.name}=={package.version}".encode() for package in packages)
    return digest_of_parts("packages-version-sha256-v1", tuple(parts))


def find_lock(root: Path) -> tuple[str, Digest] | None:
    """Find the file that pins the packages of a project.

    Args:
        root: The root of the project.

    Returns:
        Its name and digest, or None if there is none.
    """
    for name in LOCK_FILES:
        try:
            return name, digest_of_bytes((root / name).read_bytes())
        except OSError:
            continue
    return None


def _packages_in(folder: Path) -> Iterator[Package]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  # 10 times faster, each run
    except OSError:
        return
    for found in names:
        match = _FOLDER.fullmatch(found)
        if match:
            name = re.sub(r"[-_.]+", "-", match["name"]).lower()
            yield Package(name=name, version=match["version"], folder=folder / found)


@cache
def read_record(package: Package) -> bytes:
    """Read the RECORD of a package, once in a process.

    Args:
        package: The package.

    Returns:
        Its bytes; none where it has no RECORD.
    """
    try:
        return (package.folder / "RECORD").read_bytes()
    except OSError:
        return b""


@cache
def _top_names(package: Package) -> frozenset[str]:
    """Return the names that can be imported; the package's own if nobody says."""
    names = frozenset(
        match.decode(errors="replace").partition(".")[0]
        for match in set(_TOP.findall(read_record(package)))
    )
    return names or frozenset({package.name.replace("-", "_")})


@cache
def digest_of_record(package: Package) -> Digest:
    """Digest which files a package consists of, wherever it is installed.

    Args:
        package: The package.

    Returns:
        The digest of the lines that do not depend on the place.
    """
    return digest_of_bytes(portable_lines(package))


@cache
def portable_lines(package: Package) -> bytes:
    """Keep the lines of files that are the same wherever a wheel is installed.

    Args:
        package: The package.

    Returns:
        Those lines of its RECORD, sorted.
    """
    record = read_record(package)
    if b"\r" in record:
        record = record.replace(b"\r\n", b"\n")
    lines = [line for line in _PORTABLE.findall(record) if _NOTES not in line]
    return b"\n".join(sorted(lines))
