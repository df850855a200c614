"""The golden path's file, beside the references: read it, replace it whole.

It is replaced as references are: written out of sight, made durable, moved in. So after
a crash or on a full disk the file is the old one or the new one. A person may edit it
at any time, so whoever writes hands back the bytes that were read.
"""

from contextlib import suppress
from dataclasses import dataclass

from pytest_repro.errors import StoreBusy
from pytest_repro.policy.golden import FILE, GoldenPath, read_golden
from pytest_repro.policy.golden_text import write
from pytest_repro.references import ReferenceStore
from pytest_repro.references.folders import Folder
from pytest_repro.references.system_errors import reading, writing

__all__ = ["GoldenFile", "read_file", "write_file"]

DRAFT = ".golden.toml.unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenFile:
    """A golden path with the bytes that it was read from.

    Attributes:
        path: What it says.
        data: Its bytes; None if there is no file.
        shown: The file, as messages should show it.
    """

    path: GoldenPath
    data: bytes | None
    shown: str


def read_file(store: ReferenceStore) -> GoldenFile | None:
    """Read the golden path of a project.

    Args:
        store: The references.

    Returns:
        The path; None if there is no such file.

    Raises:
        PolicyError: If it says anything that has no meaning.
        RecordError: If it cannot be read.
    """
    if not (store.root / FILE).exists() and not (store.root / FILE).is_symlink():
        return None
    shown = store.show(store.root / FILE)
    with reading(shown), Folder.open(store.root, shown=store.show(store.root)) as root:
        data = root.read(FILE)
    return GoldenFile(path=read_golden(data, path=shown), data=data, shown=shown)


def write_file(store: ReferenceStore, path: GoldenPath, *, before: bytes | None) -> str:
    """Replace the golden path of a project as a whole.

    Args:
        store: The references.
        path: What it is to say.
        before: The bytes that were read; None if there was no file.

    Returns:
        The file, as messages should show it.

    Raises:
        StoreBusy: If the file is not what was read any more.
        StoreError: If it cannot be written; it then is as it was.
    """
    shown = store.show(store.root / FILE)
    data = write(path)
    read_golden(data, path=shown)  # nothing that could not be read is ever written
    with writing(shown), Folder.open(store.root, shown=store.show(store.root)) as root:
        root.remove(DRAFT)
        try:
            root.write(DRAFT, data)
            _check_unchanged(root, shown, before)
            root.move(DRAFT, root, FILE)
        except BaseException:
            with suppress(OSError):
                root.remove(DRAFT)
            raise
        root.sync()
    return shown


def _check_unchanged(root: Folder, shown: str, before: bytes | None) -> None:
    now = root.read(FILE) if root.has(FILE) else None
    if now != before:
        msg = f"{shown} was changed meanwhile: look at it, and run again"
        raise StoreBusy(msg)
