"""`pytest-repro matrix`: who reproduces whom, at which rung, and what separates them.

It runs nothing: it compares what references, declared environments, the last session
and other parties have of each experiment, every two of them.
"""

from argparse import Namespace
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit, exit_for
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.references import ReferenceStore
from pytest_repro.references.replications import Replications
from pytest_repro.replication.matrix import make_matrix
from pytest_repro.replication.witnesses import Sources
from pytest_repro.reports.matrices import Matrix, replicating_parties
from pytest_repro.reports.to_matrix_json import matrix_facts
from pytest_repro.reports.to_matrix_markdown import matrix_markdown
from pytest_repro.reports.to_matrix_text import matrix_lines

__all__ = ["add_arguments", "replicated_by", "run"]

REMEDY: Final = (
    "\n  run it in every declared environment: pytest --repro --repro-env all"
)


def add_arguments(parser: Parser) -> None:
    """Declare what is shown, and how.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        default="",
        help="only experiments whose node id contains this (default: all)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="lay out experiments with the same bits everywhere, too",
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="PATH",
        help="also write it as Markdown, to a file from the root",
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Compare what every witness has.

    Args:
        arguments: As declared.
        project: The folders.

    Returns:
        The answer; its status is that of the worst comparison, `INTEGRITY` if a record
        cannot be read, and `NO_REFERENCE` if there is nothing to compare.

    Raises:
        RecordError: If the reference store or an imported record cannot be read.
        OSError: If the Markdown cannot be written.
    """
    store = ReferenceStore(project.references, base=project.root)
    sources = Sources(references=store, out=project.out)
    matrix = make_matrix(sources, part=arguments.experiment)
    if not any(one.comparisons for one in matrix.squares):
        problem = f"no experiment has two runs to compare{REMEDY}"
        return Answer(exit=Exit.NO_REFERENCE, problems=(problem,))
    if arguments.markdown:
        path = project.root / arguments.markdown
        path.write_bytes(matrix_markdown(matrix))
    return Answer(
        exit=_exit(matrix),
        lines=matrix_lines(matrix, is_whole=arguments.all),
        data=matrix_facts(matrix),
        problems=tuple(
            f"{square.experiment}: {gap.problem}"
            for square in matrix.squares
            for gap in square.gaps
            if gap.is_damaged
        ),
    )


def replicated_by(project: Project, experiment: str) -> tuple[str, ...]:
    """Name the parties whose imported runs reproduce an experiment.

    Args:
        project: The folders.
        experiment: The node id.

    Returns:
        Distinct parties, self-asserted; none where no record was imported.

    Raises:
        RecordError: If the reference store or an imported record cannot be read.
    """
    if not Replications(project.out).parties():
        return ()
    store = ReferenceStore(project.references, base=project.root)
    sources = Sources(references=store, out=project.out)
    matrix = make_matrix(sources, part=experiment)
    return tuple(
        party
        for square in matrix.squares
        if square.experiment == experiment
        for party in replicating_parties(matrix, square)
    )


def _exit(matrix: Matrix) -> Exit:
    """Let damage count most, then a difference, then what could not be judged."""
    if any(gap.is_damaged for square in matrix.squares for gap in square.gaps):
        return Exit.INTEGRITY
    found = {
        exit_for(one.verdict) for square in matrix.squares for one in square.comparisons
    }
    if Exit.DIFFERS in found:
        return Exit.DIFFERS
    return Exit.HOLDS if found == {Exit.HOLDS} else Exit.CANNOT_JUDGE
