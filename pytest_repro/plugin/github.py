"""What a session tells GitHub, where it runs there: summary, outputs, annotations.

Nothing is sent: the runner reads files that it names, and what the job prints. Only the
controller speaks, so that xdist does not say everything as often as it has workers.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_repro.records import Session
from pytest_repro.reports import (
    MOST_BYTES,
    Place,
    annotation_lines,
    output_lines,
    report_markdown,
)

__all__ = ["annotations", "place_of", "tell_step"]

SUMMARY_BYTES: Final = 1024 * 1024
"""How long the summary of a step may be; a longer one is dropped by GitHub, whole."""

LEAST_BYTES: Final = 8192


def place_of(location: tuple[str, int | None, str]) -> Place:
    """Say where a test stands.

    Args:
        location: The location of a test report: file, line from 0 on, name.

    Returns:
        The file as it is written in addresses, and the line from 1 on.
    """
    path, line, _ = location
    return Place(path.replace(os.sep, "/"), 0 if line is None else line + 1)


def annotations(
    session: Session, places: Mapping[str, Place], rootpath: Path
) -> list[str]:
    """Write the commands that annotate a pull request.

    Args:
        session: What happened.
        places: Where each experiment stands, by node id.
        rootpath: The root of the project.

    Returns:
        Lines to print; none where no GitHub runner listens.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    workspace = Path(os.environ.get("GITHUB_WORKSPACE", rootpath))
    inside = rootpath.is_relative_to(workspace)
    root = rootpath.relative_to(workspace).as_posix() if inside else ""
    return annotation_lines(session, places, root="" if root == "." else root)


def tell_step(session: Session) -> None:
    """Append to the files that a step of a workflow may write to, if there are any.

    Args:
        session: What happened.

    Raises:
        OSError: If a file cannot be written.
    """
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        path = Path(summary)
        used = path.stat().st_size if path.exists() else 0
        # Too long together, the words of earlier steps would be lost with ours.
        room = SUMMARY_BYTES - used
        if room >= LEAST_BYTES:
            most = min(MOST_BYTES, room)
            _append(path, report_markdown(session, most_bytes=most))
    if outputs := os.environ.get("GITHUB_OUTPUT"):
        _append(Path(outputs), "".join(f"{line}\n" for line in output_lines(session)))


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(text)
