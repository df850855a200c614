"""Files that are to be written: what they hold now, what then, and writing them.

Everything is decided before anything is written, so a dry run shows the very bytes. A
file that is there is replaced only by one that holds its lines, too.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.disk import replace_file

__all__ = ["Change", "read_text", "show_changes", "write_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file, before and after.

    Attributes:
        path: From the root.
        before: What it holds; None if there is none.
        after: What it is to hold.
        note: What is said of it.
    """

    path: str
    before: str | None
    after: str
    note: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether anything would be another."""
        return self.before != self.after


def read_text(path: Path) -> str | None:
    """Read a file as it is, line ends too.

    Args:
        path: The file.

    Returns:
        Its text; None if there is none.
    """
    return path.read_bytes().decode("utf-8") if path.is_file() else None


def show_changes(changes: Sequence[Change]) -> Iterator[str]:
    """Show changes as a unified diff.

    Args:
        changes: The changes.

    Yields:
        Lines.
    """
    for one in changes:
        before = [] if one.before is None else one.before.splitlines()
        source = "/dev/null" if one.before is None else f"a/{one.path}"
        yield from difflib.unified_diff(
            before, one.after.splitlines(), source, f"b/{one.path}", lineterm=""
        )


def write_changes(root: Path, changes: Sequence[Change]) -> None:
    """Write each file whole; one that somebody else has made since is left alone.

    Args:
        root: The root of the project.
        changes: The changes.

    Raises:
        FileExistsError: If a file is not as it was when the changes were decided.
        OSError: If the system refuses.
    """
    for one in changes:
        path = root / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if read_text(path) != one.before:
            msg = f"{one.path} was changed meanwhile; run it again"
            raise FileExistsError(msg)
        replace_file(path, one.after.encode("utf-8"))
