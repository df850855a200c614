"""The state of an input at this moment: the same question, asked again.

A run and whoever decides whether to repeat it use these same functions, so an equal
answer means an equal world. What cannot be looked at has a state that equals nothing.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pytest_repro.digests import digest_of_parts
from pytest_repro.records import ABSENT, FOLDER

__all__ = [
    "UNREADABLE",
    "state_of_file",
    "state_of_imports",
    "state_of_listing",
    "state_of_names",
    "state_of_variable",
]

UNREADABLE: Final = "unreadable"
"""Equals nothing, itself included: see `compare_inputs`."""

CACHE: Final = "__pycache__"


def state_of_file(path: str | Path) -> str:
    """Look at a file.

    Args:
        path: Where it is.

    Returns:
        The digest of its bytes; or that it is a folder, absent or unreadable.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  # a text, and often
        if stat.S_ISDIR(mode):
            return FOLDER
        if not stat.S_ISREG(mode):
            return UNREADABLE
        with open(path, "rb") as file:  # noqa: PTH123  # as above
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except (OSError, ValueError):
        return UNREADABLE


def state_of_listing(path: str | Path) -> str:
    """Look at the names in a folder, what each is, and how large.

    Args:
        path: The folder.

    Returns:
        A digest of its names; caches of Python are left out.
    """
    try:
        with os.scandir(path) as entries:
            found = sorted(map(_entry, entries))
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError:
        return UNREADABLE
    return state_of_names(one for one in found if not one.startswith(f"{CACHE}\t"))


def state_of_imports(path: str | Path, modules: Iterable[str]) -> str:
    """Look at what a folder offers for some modules.

    Args:
        path: The folder.
        modules: The last parts of their names.

    Returns:
        A digest of the files and folders with such a name, whatever the ending, and
        of what makes each folder a package.
    """
    try:
        names = sorted(os.listdir(path))  # noqa: PTH208  # names are all
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except OSError:
        return UNREADABLE
    wanted = frozenset(modules)
    found = [name for name in names if name.partition(".")[0] in wanted]
    return state_of_names(one for name in found for one in _offer(path, name))


def state_of_names(names: Iterable[str]) -> str:
    """Digest a list of names.

    Args:
        names: In their order.

    Returns:
        The digest.
    """
    parts = tuple(os.fsencode(name) for name in names)
    return str(digest_of_parts("names-sha256-v1", parts))


def state_of_variable(name: str, variables: Mapping[str, str]) -> str:
    """Look at an environment variable, or at all that begin alike.

    Args:
        name: Its name; a ``*`` at the end stands for any rest.
        variables: The environment.

    Returns:
        A digest, since values may be secret; or that it is absent.
    """
    if not name.endswith("*"):
        value = variables.get(name)
        return ABSENT if value is None else state_of_names([value])
    found = sorted(
        f"{key}={value}"
        for key, value in variables.items()
        if key.startswith(name[:-1])
    )
    return state_of_names(found) if found else ABSENT


def _entry(entry: "os.DirEntry[str]") -> str:
    if entry.is_dir():
        return f"{entry.name}\t{FOLDER}"
    try:
        return f"{entry.name}\t{entry.stat().st_size}"
    except OSError:
        return f"{entry.name}\t{ABSENT}"


def _offer(folder: str | Path, name: str) -> list[str]:
    inner = os.path.join(folder, name)  # noqa: PTH118  # as above
    if not os.path.isdir(inner):  # noqa: PTH112
        return [name]
    try:
        names = sorted(os.listdir(inner))  # noqa: PTH208
    except OSError:
        return [f"{name}/{UNREADABLE}"]
    inits = [one for one in names if one.partition(".")[0] == "__init__"]
    return [f"{name}/", *(f"{name}/{one}" for one in inits)]
