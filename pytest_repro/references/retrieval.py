"""Read references below a root while others may be writing them.

A reader takes no lock and writes nothing. It holds a folder open, so it sees one state
whole, or notices that the folder was replaced under it and looks again. A state that an
interrupted writer had moved aside is found where it lies. Which reference to read is
decided by the store.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePosixPath
from typing import Final, TypeVar

from pytest_repro.errors import IncompleteRecord, RecordError
from pytest_repro.records import RunRecord
from pytest_repro.references.diagnosis import explain
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import FILES, RUN, decode
from pytest_repro.references.layout import reference_folder
from pytest_repro.references.replacement import (
    OLD,
    STAGING,
    area_name,
    is_interrupted,
)
from pytest_repro.references.run_file import MAX_BYTES, RunFile, read_run
from pytest_repro.references.system_errors import reading

__all__ = [
    "entering",
    "read_files",
    "read_head",
    "read_reference",
    "stored_folders",
]

ATTEMPTS: Final = 20

_TOP: Final = PurePosixPath()

T = TypeVar("T")


def read_reference(
    root: Folder, folder: PurePosixPath, *, has_extras: bool = True
) -> tuple[RunRecord, dict[str, bytes]] | None:
    """Read a reference in full.

    Args:
        root: The root of the store.
        folder: The reference, relative to it.
        has_extras: Whether its ledger and its operations are decoded too.

    Returns:
        The record and the bytes of its files; None if there is no such folder.

    Raises:
        RecordError: If it is there and cannot be read.
    """
    shown = f"{root.shown}/{folder}"

    def read(held: Folder) -> tuple[RunRecord, dict[str, bytes]]:
        files = held.read_all()
        return decode(files, path=shown, has_extras=has_extras), files

    return _read_steadily(root, folder, read)


def read_head(root: Folder, folder: PurePosixPath) -> RunFile | None:
    """Read only what a reference is, without checking its sums.

    Args:
        root: The root of the store.
        folder: The reference, relative to it.

    Returns:
        The content of its `run.json`; None if there is no such folder.

    Raises:
        RecordError: If it is there and cannot be read.
    """
    shown = f"{root.shown}/{folder}"
    return _read_steadily(root, folder, lambda held: _head_of(held, shown))


def read_files(root: Folder, folder: PurePosixPath) -> dict[str, bytes] | None:
    """Read the files that lie in a folder by that very name.

    Args:
        root: The root of the store.
        folder: The reference, relative to it.

    Returns:
        The bytes by name; None if there is no such folder, whatever is set aside.

    Raises:
        RecordError: If it holds what no reference holds.
        OSError: If it cannot be read.
    """
    with entering(root, folder.parts) as held:
        return held.read_all() if held else None


def stored_folders(root: Folder, below: PurePosixPath = _TOP) -> list[PurePosixPath]:
    """List the folders of references, without reading those in place.

    Args:
        root: The root of the store.
        below: List only those below this folder, relative to the root.

    Returns:
        Paths relative to the root, sorted.

    Raises:
        UnsafePath: If there is a link among them.
        RecordError: If something cannot be read.
    """
    with reading(root.shown):
        found = _look(root, below)
        # One look may fall into the moment of a swap: two that agree do not.
        for _ in range(ATTEMPTS):
            before, found = found, _look(root, below)
            if found == before:
                break
        return sorted(found)


@contextmanager
def entering(root: Folder, parts: tuple[str, ...]) -> Iterator[Folder | None]:
    """Open a folder below another, link-free.

    Args:
        root: Where to start.
        parts: The names to enter, in order.

    Yields:
        The folder, or None if there is none.

    Raises:
        UnsafePath: If a link or a file is in the way.
        OSError: If it cannot be opened.
    """
    with ExitStack() as stack:
        held: Folder | None = root
        try:
            for part in parts:
                held = stack.enter_context(held.enter(part)) if held else None
        except FileNotFoundError:
            held = None
        yield held


def _read_steadily(
    root: Folder, folder: PurePosixPath, read: Callable[[Folder], T]
) -> T | None:
    """Read, and look again for as long as the folder is replaced under us."""
    attempts = 0
    while True:
        attempts += 1
        with reading(f"{root.shown}/{folder}"), _current(root, folder) as held:
            if held is None:
                return None
            try:
                return read(held)
            except (OSError, RecordError):
                if attempts == ATTEMPTS or _is_still(root, folder, held):
                    raise


@contextmanager
def _current(root: Folder, folder: PurePosixPath) -> Iterator[Folder | None]:
    """Open the state that holds: in place, or set aside by an interrupted swap."""
    with ExitStack() as stack:
        held = None
        for _ in range(ATTEMPTS):
            held = stack.enter_context(entering(root, folder.parts))
            if held is None:
                held = stack.enter_context(_aside(root, area_name(folder)))
            # In between, a writer may have put the folder in place and cleared up.
            if held is not None or not _exists(root, folder):
                break
        yield held


@contextmanager
def _aside(root: Folder, area: str) -> Iterator[Folder | None]:
    with entering(root, (STAGING, area)) as held:
        if held is None or not is_interrupted(held):
            yield None
            return
        with entering(held, (OLD,)) as old:
            yield old


def _exists(root: Folder, folder: PurePosixPath) -> bool:
    with entering(root, folder.parts) as held:
        return held is not None


def _is_still(root: Folder, folder: PurePosixPath, held: Folder) -> bool:
    with _current(root, folder) as now:
        return now is not None and now.identity == held.identity


def _head_of(held: Folder, shown: str) -> RunFile:
    try:
        data = held.read(RUN, max_bytes=MAX_BYTES)
    except FileNotFoundError:
        error = IncompleteRecord(f"there is no {RUN}")
        raise explain(error, {}, path=shown) from None
    try:
        return read_run(data)
    except (RecordError, ValueError) as error:
        raise explain(error, {RUN: data}, path=shown) from error


def _look(root: Folder, below: PurePosixPath) -> set[PurePosixPath]:
    with entering(root, below.parts) as held:
        found = set(_walk(held, below)) if held else set()
    return found | {path for path in _set_aside(root) if path.is_relative_to(below)}


def _walk(folder: Folder, path: PurePosixPath) -> Iterator[PurePosixPath]:
    names = folder.names()
    if path.parts and not set(FILES).isdisjoint(names):
        yield path
        return
    for name in names:
        if name.startswith(".") or not folder.is_folder(name):
            continue
        # A writer may move a folder away between the listing and this.
        with suppress(FileNotFoundError), folder.enter(name) as inner:
            yield from _walk(inner, path / name)


def _set_aside(root: Folder) -> Iterator[PurePosixPath]:
    with entering(root, (STAGING,)) as staging:
        if staging is None:
            return
        for name in staging.names():
            if not staging.is_folder(name):
                continue
            with _aside(root, name) as held:
                if held is not None:
                    run = _head_of(held, held.shown).identity
                    yield reference_folder(run.experiment, run.environment.key)
