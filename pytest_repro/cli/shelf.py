"""The references of a project, the damaged ones included.

The store refuses to list references of which one cannot be read, as a session must. A
person who looks for the damage needs all the others beside it, so each is read by
itself here. Nothing is ever skipped: what cannot be read stands in the list with its
error.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pytest_repro.errors import RecordError
from pytest_repro.records import Identity, RunRecord
from pytest_repro.references import ReferenceStore
from pytest_repro.references.admission import check_owner
from pytest_repro.references.folders import Folder
from pytest_repro.references.retrieval import read_head, stored_folders
from pytest_repro.references.system_errors import reading

__all__ = ["Kept", "read_shelf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A folder of the store.

    Attributes:
        store: The store.
        folder: Where it is.
        shown: The folder as reports show it.
        experiment: The node id; the folder, where that cannot be read.
        key: The environment key; empty where it cannot be read.
        error: Why `run.json` cannot be read, or None.
    """

    store: ReferenceStore
    folder: Path
    shown: str
    experiment: str
    key: str = ""
    error: RecordError | None = None

    def read(self) -> RunRecord:
        """Read the reference in full, and check its sums.

        Returns:
            The record.

        Raises:
            RecordError: If it cannot be read.
        """
        if self.error is not None:
            raise self.error
        return self.store.read(self.folder)


def read_shelf(store: ReferenceStore) -> tuple[Kept, ...]:
    """Look at every reference of a store.

    Args:
        store: The store; its folder need not exist.

    Returns:
        The references, sorted by experiment and key; sums are not checked.

    Raises:
        RecordError: If the folder of the store itself cannot be read.
    """
    if not store.root.exists():
        return ()
    found = sorted(_look(store), key=lambda kept: (kept.experiment, kept.key))
    return tuple(found)


def _look(store: ReferenceStore) -> Iterator[Kept]:
    shown = store.show(store.root)
    with reading(shown), Folder.open(store.root, shown=shown) as root:
        for path in stored_folders(root):
            folder = store.root / path
            shown = store.show(folder)
            kept = Kept(store=store, folder=folder, shown=shown, experiment=str(path))
            try:
                identity = _identify(root, path)
            except RecordError as error:
                yield replace(kept, error=error)
                continue
            if identity is not None:
                key = identity.environment.key
                yield replace(kept, experiment=identity.experiment, key=key)


def _identify(root: Folder, path: PurePosixPath) -> Identity | None:
    """Read whose reference a folder is; None if it has just been removed."""
    head = read_head(root, path)
    if head is None:
        return None
    check_owner(root, path, head.identity, head.identity.experiment)
    return head.identity
