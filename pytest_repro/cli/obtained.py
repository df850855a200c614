"""The runs that were obtained of an experiment, and left under the folder `runs`.

A folder may hold seeds of several sessions, between which the code has changed. So
those of the last session are taken as its report lists them; without a report it is the
first seed alone, as no two others need belong together.
"""

from collections.abc import Mapping
from pathlib import Path

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import LastSession
from pytest_repro.records import RunRecord
from pytest_repro.references import read_record
from pytest_repro.replication.telling import obtained_folders
from pytest_repro.reports.plain import shell_word

__all__ = ["find_obtained", "read_all"]


def find_obtained(
    project: Project, experiment: str, last: LastSession, *, seed: int | None = None
) -> Mapping[int, Path] | Answer:
    """Find the obtained runs of an experiment.

    Args:
        project: The folders.
        experiment: The node id.
        last: Which seeds the last session ran.
        seed: The only seed wanted; None for all of the last session.

    Returns:
        The folder of each record by its seed, in order, or the answer that there is
        nothing to judge.
    """
    found = obtained_folders(project.runs, experiment)
    if not found:
        msg = (
            f"no run of {experiment} was obtained in {project.show(project.runs)}"
            f"\n  run it: pytest --repro {shell_word(experiment)}"
        )
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(msg,))
    wanted = _wanted(found, experiment, last) if seed is None else {seed}
    chosen = {number: path for number, path in found.items() if number in wanted}
    if not chosen:
        there = ", ".join(map(str, found))
        msg = f"no run of {experiment} with seed {seed} was obtained, only {there}"
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(msg,))
    return chosen


def read_all(folders: Mapping[int, Path]) -> tuple[RunRecord, ...]:
    """Read obtained runs.

    Args:
        folders: Where each seed is.

    Returns:
        The records, in the order of the folders.

    Raises:
        RecordError: If one cannot be read.
    """
    return tuple(read_record(folder) for folder in folders.values())


def _wanted(found: Mapping[int, Path], experiment: str, last: LastSession) -> set[int]:
    outcome = last.outcomes.get(experiment)
    ran = {one.seed for one in outcome.seeds} if outcome else set()
    return ran & found.keys() or {min(found)}
