"""Files and folders from object storage and the like, by fsspec: the only place of it.

What a URL such as ``s3://bucket/file`` needs beside fsspec, it says itself.
"""

from collections.abc import Iterator
from typing import Any, Final

from pytest_repro.errors import ReproUsageError

__all__ = ["list_files", "read"]

CHUNK_BYTES: Final = 1024 * 1024


def read(location: str, start: int) -> Iterator[tuple[int, bytes]]:
    """Read a file.

    Args:
        location: Its URL.
        start: The byte with which to begin.

    Yields:
        Places and bytes, in order.

    Raises:
        ReproUsageError: If fsspec is not installed.
        OSError: If the file cannot be read.
    """
    with _fsspec().open(location, "rb") as file:
        file.seek(start)
        at = start
        while data := file.read(CHUNK_BYTES):
            yield at, data
            at += len(data)


def list_files(location: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List a folder.

    Args:
        location: Its URL.

    Returns:
        Names of files, and of folders, which end in ``/``; sorted.

    Raises:
        ReproUsageError: If fsspec is not installed, or a name leads elsewhere.
        OSError: If it cannot be listed.
    """
    system, path = _fsspec().core.url_to_fs(location)
    root = path.rstrip("/") + "/"
    found = system.find(path, withdirs=True, detail=True)
    names: dict[str, str] = {
        _below(one, root): entry["type"] for one, entry in found.items()
    }
    files = sorted(name for name, kind in names.items() if kind == "file")
    folders = sorted(f"{name}/" for name, kind in names.items() if kind == "directory")
    return tuple(files), tuple(one for one in folders if one != "/")


def _below(path: str, root: str) -> str:
    if path.rstrip("/") + "/" == root:
        return ""
    name = path.removeprefix(root).rstrip("/")
    if not path.startswith(root) or not {"", ".", ".."}.isdisjoint(name.split("/")):
        msg = f"the listing of a mirror leads out of its folder: {path!a}"
        raise ReproUsageError(msg)
    return name


def _fsspec() -> Any:  # noqa: ANN401  # it publishes no annotations
    try:
        import fsspec  # noqa: PLC0415  # only where something is fetched
    except ImportError as error:
        msg = "such a URL needs fsspec: install pytest-repro[assets]"
        raise ReproUsageError(msg) from error
    return fsspec
