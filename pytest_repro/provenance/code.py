"""Which code ran: commit, tree, what was changed since, where it came from.

A commit alone says little about a work tree in which somebody was working, so the
bytes of every changed file go into one digest. The change itself is not kept: it may
hold secrets.

It never raises. Without git or without a repository, `state` says why.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pytest_repro.canonical import Json
from pytest_repro.digests import Digest, digest_of_parts
from pytest_repro.provenance.git import Git, GitError, without_userinfo

__all__ = ["KNOWN", "collect_code"]

KNOWN: Final = "known"
"""The `state` of code that git knows; any other value says why it does not."""

_ORIGIN: Final = "remote.origin.url"
_LINK: Final = "160000 "
"""The mode of a submodule in git's index."""


def collect_code(root: Path, source: Path) -> dict[str, Json]:
    """Describe the code of an experiment.

    Args:
        root: The root of the project.
        source: The file of the test, absolute or relative to the root.

    Returns:
        Always `state`, `source` (relative to the root) and `source_digest`. If the
        state is ``known`` also `commit`, `tree`, `is_dirty`, `dirty_digest` (of
        changed and deleted tracked files and of new Python files; None if clean),
        `remote` (None if there is none), `is_shallow` and `has_submodules`; if there
        are any, `submodules` has the commit of each that is checked out, by path,
        whose own changes are not looked at.
    """
    file = root / source
    found: dict[str, Json] = {
        "source": _relative(file, root),
        "source_digest": _digest_of_file(file),
    }
    try:
        git = Git(root)
        known = _collect(git)
    except GitError as error:
        return {"state": error.absence.value, **found}
    return {"state": KNOWN, **found, **known}


def _collect(git: Git) -> dict[str, Json]:
    answer = git.ask("rev-parse", "--is-shallow-repository", "HEAD", "HEAD^{tree}")
    shallow, commit, tree = answer.decode().split()
    changed = dict(sorted(_changed_files(git)))
    remotes = git.remotes
    remote = remotes.get(_ORIGIN) or next(iter(remotes.values()), None)
    has_submodules = (git.top / ".gitmodules").is_file()
    return {
        **({"submodules": _submodules(git)} if has_submodules else {}),
        "commit": commit,
        "tree": tree,
        "is_dirty": bool(changed),
        "dirty_digest": _digest_of_changes(git.top, changed) if changed else None,
        "remote": without_userinfo(remote) if remote else None,
        "is_shallow": shallow == "true",
        "has_submodules": has_submodules,
    }


def _submodules(git: Git) -> dict[str, Json]:
    """Say which commit of each submodule is there; None where it is not."""
    listed = os.fsdecode(git.ask("ls-files", "-z", "--stage", "--full-name", ":/"))
    entries = (entry.partition("\t") for entry in listed.split("\0"))
    links = (path for head, _, path in entries if head.startswith(_LINK))
    return {path: _checked_out(git.top / path) for path in sorted(links)}


def _checked_out(folder: Path) -> str | None:
    try:
        git = Git(folder)
        # An empty folder belongs to the repository around it.
        is_own = git.top.resolve() == folder.resolve()
        return git.ask("rev-parse", "HEAD").decode().strip() if is_own else None
    except GitError:
        return None


def _changed_files(git: Git) -> Iterator[tuple[str, str]]:
    """Yield path and status letter of what differs from the commit."""
    listed = git.ask(
        "diff",
        "--name-status",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-relative",
        "--ignore-submodules=dirty",
        "HEAD",
        "--",
    )
    fields = os.fsdecode(listed).split("\0")[:-1]
    yield from zip(fields[1::2], fields[::2], strict=True)
    new = git.ask(
        "ls-files",
        "-z",
        "--full-name",
        "--others",
        "--exclude-standard",
        "--",
        ":/*.py",
    )
    for path in os.fsdecode(new).split("\0")[:-1]:
        yield path, "?"


def _digest_of_changes(top: Path, changed: dict[str, str]) -> Digest:
    parts = [
        part
        for path, status in changed.items()
        for part in (os.fsencode(path), status.encode(), _content(top / path))
    ]
    return digest_of_parts("dirty-sha256-v1", tuple(parts))


def _content(path: Path) -> bytes:
    """Return what stands for a file: where a link points, else its digest."""
    if path.is_symlink():
        return b"link:" + os.fsencode(path.readlink())
    return (_digest_of_file(path) or "absent").encode()


def _digest_of_file(path: Path) -> Digest | None:
    """Digest a regular file; None if it is none or cannot be read."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            return Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
    except OSError:
        return None


def _relative(path: Path, root: Path) -> str:
    """Name a file from the root; by its own name alone if it lies elsewhere."""
    resolved, top = path.resolve(), root.resolve()
    inside = resolved.is_relative_to(top)
    return resolved.relative_to(top).as_posix() if inside else resolved.name
