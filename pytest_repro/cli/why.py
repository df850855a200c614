"""`pytest-repro why`: where a run parts from its reference, and because of what.

`diff` tells what the records say. This verb goes on to try: it repeats the beginning of
the run, puts back one circumstance after another, and says which of them brings the
reference's bits back. So it runs the project's code; it writes only below the folder
of obtained runs.
"""

from argparse import Namespace
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.comparison import Comparison, compare
from pytest_repro.cli.exits import Exit, exit_for
from pytest_repro.cli.explaining import (
    because_lines,
    cause_lines,
    place_lines,
    suspect_lines,
)
from pytest_repro.cli.obtained import find_obtained
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.rerunning import check_workers, relauncher
from pytest_repro.cli.sessions import LastSession, read_last_session
from pytest_repro.cli.sides import find_sides
from pytest_repro.records import BEFORE
from pytest_repro.replication import Because, Question, ask_why
from pytest_repro.replication.approved import with_its_code
from pytest_repro.verdicts.causes import Onset, first_divergence

__all__ = ["add_arguments", "run"]

FOLDER: Final = "why"


def add_arguments(parser: Parser) -> None:
    """Declare what is to be explained.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "first", metavar="EXPERIMENT", help="a node id, or any part of one"
    )
    parser.add_argument("--key", help="environment key of the reference, or any part")
    parser.add_argument(
        "--seed", type=int, help="explain this seed (default: the first that differs)"
    )
    parser.add_argument(
        "--workers", type=int, help="reruns at a time (default: one for each core)"
    )
    parser.add_argument(
        "--from-records",
        action="store_true",
        help="say what the records say, and run nothing",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Explain.

    Args:
        arguments: `first`, `key`, `seed`, `workers` and `from_records`.
        project: The folders.

    Returns:
        The answer; its status is that of the verdict.

    Raises:
        ReproUsageError: If several experiments or environments are meant.
        RecordError: If a side or the job cannot be read.
        LaunchError: If no worker can be started.
    """
    workers = check_workers(arguments.workers)
    last = read_last_session(project)
    sides = find_sides(arguments, project, last)
    if isinstance(sides, Answer):
        return sides
    comparison = compare(sides.obtained, sides.reference, match=sides.match)
    if comparison.divergence is None or arguments.from_records:
        return _answer(comparison, None, last)
    if not comparison.shows_traces:
        return _refuse(comparison)
    found = find_obtained(
        project,
        comparison.obtained.identity.experiment,
        last,
        seed=comparison.obtained.anchor.seed,
    )
    if isinstance(found, Answer):
        return found
    (record,) = found.values()
    question = Question(
        run=record.parent,
        obtained=comparison.obtained,
        reference=with_its_code(
            sides.reference, project.root, project.root / sides.reference_folder
        ),
        until=_until(comparison),
        folder=project.out / FOLDER / record.relative_to(project.runs).parent,
        aside=(project.references, project.home),
        workers=workers,
    )
    return _answer(comparison, ask_why(question, relauncher(record.parent)), last)


def _onset(comparison: Comparison) -> Onset | None:
    return first_divergence(comparison.reference, comparison.obtained)


def _until(comparison: Comparison) -> int | None:
    """Choose the step up to which a rerun has to agree."""
    onset = _onset(comparison)
    if onset is not None and onset.step == BEFORE:
        return 0
    return comparison.divergence.step if comparison.divergence else None


def _refuse(comparison: Comparison) -> Answer:
    kept, seed = comparison.reference.anchor.seed, comparison.obtained.anchor.seed
    msg = (
        f"no rerun of seed {seed} can be held against the reference, which keeps the"
        f" traces of seed {kept} alone\n  explain the other with: --seed {kept}"
    )
    return Answer(
        exit=Exit.CANNOT_JUDGE, lines=place_lines(comparison), problems=(msg,)
    )


def _answer(
    comparison: Comparison, because: Because | None, last: LastSession
) -> Answer:
    return Answer(
        exit=exit_for(comparison.verdict),
        lines=(
            *place_lines(comparison),
            *cause_lines(comparison, because),
            *(because_lines(because) if because else ()),
            *suspect_lines(comparison),
        ),
        data={
            "experiment": comparison.obtained.identity.experiment,
            "seed": comparison.obtained.anchor.seed,
            "verdict": comparison.verdict,
            "divergence": comparison.divergence,
            "onset": because.onset if because else _onset(comparison),
            "limits": comparison.limits,
            "because": because,
            "circumstances": comparison.circumstances,
        },
        problems=last.problems,
    )
