"""Files of installed packages that are not what their RECORD says.

Somebody debugs in site-packages, forgets it, and every result from then on comes from
code that no version names. So the bytes of each file of the packages in use are held
against the digest that the installer noted.

Hashing is done once: what it came to is kept in a cache under a digest of RECORD and
of size, inode and times of every file. The time of the last change is the kernel's, and
nobody sets it back, so an edit that keeps size and date is found as well. Files that a
package does not list are not looked for, nor are headers of C and C++, two thirds of
torch, unless something in this process could compile with them.
"""

import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.disk import replace_file
from pytest_repro.provenance.packages import Package, portable_lines, read_record
from pytest_repro.provenance.states import state_of_file
from pytest_repro.records import ABSENT

__all__ = ["CACHE", "CACHE_VARIABLE", "Edit", "find_edits"]

CACHE: Final = "packages.json"
"""In the folder of everything but references: what checks of packages came to."""

CACHE_VARIABLE: Final = "REPRO_PACKAGES"
"""Names another file for it, which checkouts of a project may share."""

MAX_ENTRIES: Final = 2000
"""Of the cache: ten environments of two hundred packages."""

_THREADS: Final = 8
_LISTED: Final = re.compile(
    rb'^("(?:[^"\n]|"")*"|[^,\n]*),sha256=([^,\n]*)', re.MULTILINE
)
_QUOTE: Final = b'"'
_HEADERS: Final = (b".h", b".hpp", b".cuh")
_COMPILERS: Final = ("torch._inductor", "torch.utils.cpp_extension", "triton", "cffi")
"""What reads headers while a program runs; other headers compute nothing."""

Entries = dict[str, list[list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edit:
    """A file that is not what was installed.

    Attributes:
        path: From the folder in which packages lie.
        state: The digest of its bytes; or that it is absent or unreadable.
    """

    path: str
    state: str


def find_edits(packages: Iterable[Package], cache: Path | None) -> tuple[Edit, ...]:
    """Find the files that are not what their packages' RECORDs say.

    Args:
        packages: Which to check; one without a RECORD is passed over.
        cache: What earlier checks came to, and takes what this one does; None for
            neither. One that cannot be read or written costs time and nothing else.

    Returns:
        The files, sorted.
    """
    cache = Path(os.environ[CACHE_VARIABLE]) if CACHE_VARIABLE in os.environ else cache
    known = _read(cache)
    stamps = {package: _stamp(package) for package in packages}
    fresh = {
        stamp: [[edit.path, edit.state] for edit in _check(package)]
        for package, stamp in stamps.items()
        if stamp not in known
    }
    if fresh:
        _write(cache, {**known, **fresh})
    found = {**known, **fresh}
    edits = (pair for stamp in stamps.values() for pair in found[stamp])
    return tuple(sorted(Edit(path=path, state=state) for path, state in edits))


def _lines(package: Package) -> Iterator[tuple[bytes, bytes]]:
    """Yield path and digest of each file that a RECORD vouches for."""
    passed_over = () if any(name in sys.modules for name in _COMPILERS) else _HEADERS
    for path, noted in _LISTED.findall(portable_lines(package)):
        if path.endswith(passed_over):
            continue
        if path.startswith(_QUOTE):
            yield path[1:-1].replace(_QUOTE * 2, _QUOTE), noted
        else:
            yield path, noted


def _stamp(package: Package) -> str:
    """Digest whatever changes when a file of a package does."""
    home = os.fsencode(f"{package.folder.parent}/")
    states = b"".join(_status(home + path) for path, _ in _lines(package))
    return hashlib.sha256(read_record(package) + states).hexdigest()


def _status(path: bytes) -> bytes:
    try:
        found = os.stat(path)  # noqa: PTH116  # thousands of them, each run
    except (OSError, ValueError):
        return b"absent\n"
    numbers = (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)
    return b"%d %d %d %d\n" % numbers


def _check(package: Package) -> list[Edit]:
    """Hold every file against its digest; hashing lets other threads run."""
    home = f"{package.folder.parent}/"
    lines = [(os.fsdecode(path), noted) for path, noted in _lines(package)]
    with ThreadPoolExecutor(_THREADS) as pool:
        states = list(pool.map(state_of_file, (home + path for path, _ in lines)))
    return [
        Edit(path=path, state=state)
        for (path, noted), state in zip(lines, states, strict=True)
        if state != f"sha256:{_hexadecimal(noted)}"
    ]


def _hexadecimal(noted: bytes) -> str:
    """Write a digest as everywhere else; RECORD has it in base 64 without padding."""
    try:
        return base64.urlsafe_b64decode(noted + b"=" * (-len(noted) % 4)).hex()
    except ValueError:
        return ABSENT


def _read(cache: Path | None) -> Entries:
    """Read a cache; whatever is odd about it makes it empty."""
    if cache is None:
        return {}
    try:
        found = json.loads(cache.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if _is_cache(found) else {}


def _is_cache(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(edits, list) and all(_is_edit(edit) for edit in edits)
        for edits in found.values()
    )


def _is_edit(edit: object) -> bool:
    return (
        isinstance(edit, list)
        and len(edit) == len(Edit.__slots__)
        and all(isinstance(text, str) for text in edit)
    )


def _write(cache: Path | None, entries: Entries) -> None:
    """Write a cache whole or not at all, into a folder that is there."""
    if cache is None:
        return
    kept: Sequence[tuple[str, list[list[str]]]] = list(entries.items())[-MAX_ENTRIES:]
    with suppress(OSError):
        replace_file(cache, json.dumps(dict(kept)).encode())
