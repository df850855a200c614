"""How a work tree stands to a revision: what differs, and who came before whom.

Every question that git cannot answer has the careful answer: a revision that is not
known, a commit that is nobody's ancestor.
"""

import os
from pathlib import Path

from pytest_repro.errors import ReproUsageError
from pytest_repro.provenance.git import Git, GitError

__all__ = ["check_revision", "files_since", "is_ancestor"]


def check_revision(root: Path, revision: str) -> str:
    """Find the commit that a revision names.

    Args:
        root: The root of the project.
        revision: Such as ``origin/main``.

    Returns:
        The commit.

    Raises:
        ReproUsageError: If git knows no such commit, or cannot be asked.
    """
    try:
        asked = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        return Git(root).ask(*asked).decode().strip()
    except GitError as error:
        msg = (
            f"git knows no commit {revision!r} here ({error.absence})\n"
            "  in a shallow clone, fetch it first: git fetch --unshallow"
        )
        raise ReproUsageError(msg) from error


def files_since(root: Path, commit: str) -> frozenset[str]:
    """List the files that differ from a commit.

    Args:
        root: The root of the project.
        commit: The commit.

    Returns:
        Files below the root that were changed, added or deleted, and those that git
        neither keeps nor ignores, named from the root.

    Raises:
        ReproUsageError: If git cannot be asked.
    """
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    try:
        git = Git(root)
        changed = git.ask("diff", *options, "--relative", commit, "--", ".")
        new = git.ask("ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    except GitError as error:
        msg = f"git cannot say what changed ({error.absence})"
        raise ReproUsageError(msg) from error
    return frozenset(filter(None, os.fsdecode(changed + new).split("\0")))


def is_ancestor(root: Path, commit: str, later: str) -> bool:
    """Tell whether a commit is part of the history of another, or is that one.

    Args:
        root: The root of the project.
        commit: The one.
        later: The other.

    Returns:
        Whether it is; False where git does not know.
    """
    if not commit:
        return False
    try:
        Git(root).ask("merge-base", "--is-ancestor", commit, later)
    except GitError:
        return False
    return True
