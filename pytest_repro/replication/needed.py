"""Which assets anything in a project still needs.

Whatever names a digest needs it: a reference, a candidate, a run, a session's report,
`assets.toml`, and what git has of a pinned state. No file is understood for that; a
digest is found wherever it stands in the text. So a damaged record, a format of a later
version or a note that somebody wrote needs its assets, too, and too much is kept rather
than too little. What cannot be read at all is an error: nothing may be removed then.
Links are followed, for runs often lie on a larger disk; one that leads nowhere may lead
to a disk that is not there just now.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.errors import RecordError
from pytest_repro.policy.assets import FILE, read_assets
from pytest_repro.references import ReferenceStore
from pytest_repro.references.system_errors import reading
from pytest_repro.replication.golden import pinned_records
from pytest_repro.replication.golden_file import read_file

__all__ = ["declared_assets", "needed_assets"]

TEXTS: Final = (".json", ".jsonl", ".toml", ".md")
"""How the names of files end in which a digest of an asset may stand."""

CHUNK_BYTES: Final = 1 << 20

INTERPRETER: Final = "pyvenv.cfg"
"""Lies in the folder of a virtual environment, which is large and names no asset."""

_DIGEST: Final = re.compile(rb"sha256(?:-tree-v1)?:[0-9a-f]{64}")


def needed_assets(root: Path, *, references: Path, out: Path) -> frozenset[Digest]:
    """Find every digest that something in a project names.

    Args:
        root: The root of the project.
        references: Its references.
        out: Its runs, candidates and reports.

    Returns:
        The digests; far more than those of assets.

    Raises:
        RecordError: If anything cannot be read, so that nothing may be removed.
    """
    found: set[Digest] = set(_pinned(root, references))
    found |= declared_assets(root)
    for folder in (references, out):
        for path in _texts(folder):
            with reading(str(path)):
                found |= _named_in(path)
    return frozenset(found)


def declared_assets(root: Path) -> frozenset[Digest]:
    """List the digests that a project declares.

    Args:
        root: The root of the project.

    Returns:
        The digests; none without an `assets.toml`.

    Raises:
        RecordError: If it cannot be read, or has no meaning.
    """
    catalog = root / FILE
    if not catalog.exists():
        return frozenset()
    with reading(FILE):
        return frozenset(one.digest for one in read_assets(catalog.read_bytes()).assets)


def _pinned(root: Path, references: Path) -> Iterator[Digest]:
    store = ReferenceStore(references, base=root)
    golden = read_file(store)
    if golden is None:
        return
    for station, record in pinned_records(golden.path, store):
        if record is None:
            msg = (
                f"which assets the pin of {station.pin.experiment} needs is not known: "
                f"{station.problem or station.standing}"
            )
            remedy = "mend that, or take the pin out: pytest-repro golden tells more"
            raise RecordError(msg, path=golden.shown, remedy=remedy)
        yield from (use.digest for use in record.identity.assets)


def _texts(folder: Path) -> Iterator[Path]:
    """List files that may name digests; folders that cannot be read are an error."""
    if not folder.exists():
        _check_leads_somewhere(folder)
        return
    seen: set[tuple[int, int]] = set()
    for parent, folders, files in os.walk(folder, onerror=_refuse, followlinks=True):
        folders[:] = _unseen(parent, folders, seen)
        for name in sorted(files):
            path = Path(parent, name)
            _check_leads_somewhere(path)
            if path.suffix in TEXTS and path.is_file():
                yield path


def _unseen(
    parent: str, folders: Sequence[str], seen: set[tuple[int, int]]
) -> list[str]:
    """Leave out where a walk has been, and where nothing can be that is looked for."""
    found = []
    for name in sorted(folders):
        if _is_store(parent, name) or Path(parent, name, INTERPRETER).exists():
            continue
        with reading(str(Path(parent, name))):
            status = Path(parent, name).stat()
        place = (status.st_dev, status.st_ino)
        if place not in seen:
            seen.add(place)
            found.append(name)
    return found


def _check_leads_somewhere(path: Path) -> None:
    """Refuse a link whose end is not there: what it would lead to cannot be read."""
    if path.is_symlink() and not path.exists():
        msg = f"it is a link that leads nowhere: {path.readlink()}"
        remedy = "mount what it leads to, or remove the link"
        raise RecordError(msg, path=str(path), remedy=remedy)


def _is_store(parent: str, name: str) -> bool:
    # Assets name nothing that is needed, and their log everything that ever was.
    return all(Path(parent, name, part).is_dir() for part in ("locks", "partial"))


def _refuse(error: OSError) -> None:
    msg = f"it cannot be read: {error.strerror}"
    raise RecordError(msg, path=str(error.filename)) from error


def _named_in(path: Path) -> set[Digest]:
    """Find digests in a text of any length; one may lie across two chunks."""
    found: set[Digest] = set()
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            text = rest + chunk
            found |= {Digest(one.decode()) for one in _DIGEST.findall(text)}
            rest = text[-128:]
    return found
