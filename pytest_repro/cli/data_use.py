"""What experiments used of a data set, as their references have it.

A run that loads by `pytest_repro.training` records how many samples of which source or
label it had, and how many were selected: numbers whose names begin with ``data/``.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.lookup import choose_reference
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import read_last_session
from pytest_repro.cli.shelf import read_shelf
from pytest_repro.references import ReferenceStore

__all__ = ["read_use"]

PREFIX: Final = "data/"


def read_use(
    names: Sequence[str], project: Project
) -> dict[str, dict[str, int]] | Answer:
    """Read what experiments used.

    Args:
        names: Any part of the node id of each.
        project: The folders.

    Returns:
        Counts by name, by experiment; or the answer that there is no such reference,
        or that it says nothing of data.

    Raises:
        RecordError: If a reference cannot be read.
        ReproUsageError: If a name means several.
    """
    if not names:
        return {}
    kept = read_shelf(ReferenceStore(project.references, base=project.root))
    last = read_last_session(project)
    found: dict[str, dict[str, int]] = {}
    for name in names:
        one = choose_reference(name, None, kept, last)
        if isinstance(one, Answer):
            return one
        counts = {
            metric.name.removeprefix(PREFIX): int(metric.scalar.value)
            for metric in one.read().anchor.metrics
            if metric.name.startswith(PREFIX)
        }
        if not counts:
            return Answer(exit=Exit.CANNOT_JUDGE, problems=(_silent(one.experiment),))
        found[one.experiment] = counts
    return found


def _silent(experiment: str) -> str:
    return (
        f"the reference of {experiment} does not say what it used\n"
        "  record it with: Batches.Config(…).build().load(repro, source)"
    )
