"""Which change of circumstances made a run differ, asked of `pytest-repro why`.

    python -m benchmarks.explained --date 2026-11-26 --command "nox -s explained"

Each change of `benchmarks.explained_table` is made for real, once while the reference
is recorded and once while the experiment is run, and the program is asked why the two
differ, as a person would. What it answers is held against the table.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

from benchmarks.explained_page import FIGURES, Figures, Told, read, render, write
from benchmarks.explained_project import (
    IN_MEMORY,
    Project,
    is_possible,
)
from benchmarks.explained_table import CHANGES, Change
from benchmarks.machine import add_arguments, look

__all__ = ["is_right", "main", "study"]

REFERENCE: Final = "reference"
RUN: Final = "run"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the study, or write its page again.

    Args:
        arguments: Of the command line.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, "explained.md")
    parser.add_argument("--from-figures", action="store_true")
    parser.add_argument(
        "--only", nargs="*", metavar="LABEL", default=(), help="the others stay"
    )
    options = parser.parse_args(arguments)
    if not options.from_figures:
        occasion = tuple(look(options.date, options.command).lines())
        rows = list(read().rows) if options.only else []
        for row in study(_named(options.only)):
            rows = [
                one for one in rows if (one.label, one.side) != (row.label, row.side)
            ]
            rows.append(row)
            write(Figures(occasion=occasion, rows=_in_order(rows)), FIGURES)
    options.write.write_text(render(read()), encoding="utf-8")
    return 0


def _named(labels: Sequence[str]) -> list[Change]:
    return [one for one in CHANGES if one.label in labels or not labels]


def _in_order(rows: Iterable[Told]) -> tuple[Told, ...]:
    labels = [one.label for one in CHANGES]
    return tuple(sorted(rows, key=lambda row: labels.index(row.label)))


def study(changes: Iterable[Change]) -> Iterator[Told]:
    """Make changes, and ask.

    Args:
        changes: Those that are made.

    Yields:
        What was answered, once for each side.
    """
    for change in changes:
        place = IN_MEMORY if change.is_unpacked_backwards else None
        for side in change.sides if is_possible(change) else ():
            with tempfile.TemporaryDirectory(dir=place) as folder:
                row = _ask(Project(Path(folder) / "project", change), side)
            sys.stderr.write(f"{row}\n")
            yield row


def _ask(project: Project, side: str) -> Told:
    project.make(is_changed=side == REFERENCE)
    _demand(project.session("--repro-record", is_changed=side == REFERENCE), (0,))
    project.turn(is_changed=side == RUN)
    _demand(project.session("--repro", is_changed=side == RUN), (0, 1))
    began = time.monotonic()
    asked = project.why(is_changed=side == RUN)
    wall_s = time.monotonic() - began
    # The other machine may have another environment key: then nothing is judged.
    return _told(project.change, side, _demand(asked, (0, 1, 2)), wall_s)


def _demand(ended: CompletedProcess[str], codes: tuple[int, ...]) -> str:
    if ended.returncode not in codes:
        sys.exit(
            f"{ended.args} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}"
        )
    return ended.stdout


def _told(change: Change, side: str, output: str, wall_s: float) -> Told:
    told: Mapping[str, Any] = json.loads(output)
    inquiry = told["because"]["inquiry"] if told["because"] else {}
    has_moved = told["divergence"] is not None
    parts = tuple(inquiry.get("parts", ()))
    return Told(
        label=change.label,
        experiment=change.experiment,
        side=side,
        verdict=told["verdict"]["rung"],
        has_moved=has_moved,
        kind=inquiry.get("kind") or "",
        parts=parts,
        trials=len(inquiry.get("trials", ())),
        is_right=has_moved and is_right(parts, change),
        wall_s=round(wall_s, 1),
    )


def is_right(parts: Sequence[str], change: Change) -> bool:
    """Tell whether an explanation is right: every part of it, and not none.

    Args:
        parts: What was told.
        change: The change that was made.

    Returns:
        Whether it is; where nothing can explain a change, whether nothing was told.
    """
    if not change.explained:
        return not parts
    return bool(parts) and all(part.startswith(change.explained) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
