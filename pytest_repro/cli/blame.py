"""`pytest-repro blame`: which of several changes moved a result, and each by how much.

`why` asks what brings the reference's bits back, and stops at the first answer. This
verb is for a result that moved after several changes at once: it applies them in
subsets, finds the smallest that move the result, and tries each alone on both sides. So
it runs the project's code; it writes only below the folder of obtained runs.
"""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.blame_lines import blame_lines
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.obtained import find_obtained
from pytest_repro.cli.parsing import Parser, nearest
from pytest_repro.cli.project import Project
from pytest_repro.cli.rerunning import check_workers, relauncher
from pytest_repro.cli.sessions import LastSession, read_last_session
from pytest_repro.cli.sides import Sides, find_sides, read_sides
from pytest_repro.errors import NoRevision, ReproUsageError
from pytest_repro.records import RunRecord
from pytest_repro.references import experiment_folder
from pytest_repro.replication.approved import Archive, with_its_code
from pytest_repro.replication.blame import BITS, Blame, Blamed, Target, noise_floors
from pytest_repro.replication.differences import Differences
from pytest_repro.replication.inquiry import Case
from pytest_repro.replication.replays import read_job, shortened
from pytest_repro.replication.stages import code_changes
from pytest_repro.verdicts import is_short

__all__ = ["add_arguments", "run"]

FOLDER: Final = "blame"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Two runs, and where they come from."""

    obtained: RunRecord
    reference: RunRecord
    run: Path
    """The folder of the obtained run, with its job."""


def add_arguments(parser: Parser) -> None:
    """Declare what is to be explained.

    Args:
        parser: Takes the arguments.
    """
    parser.add_argument(
        "first",
        metavar="EXPERIMENT | A",
        help="a node id, or any part of one; or the folder of an obtained record",
    )
    parser.add_argument(
        "second", metavar="B", nargs="?", help="the folder of the record it moved from"
    )
    parser.add_argument("--key", help="environment key of the reference, or any part")
    parser.add_argument(
        "--seed", type=int, help="of this seed (default: the first of the session)"
    )
    parser.add_argument(
        "--since",
        metavar="REV",
        help="from the reference as it was approved at this commit",
    )
    parser.add_argument(
        "--on",
        metavar="METRIC",
        default=BITS,
        help="what counts as moved: a final metric, or bits (default: bits)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="find what moved it, and do not try each difference alone",
    )
    parser.add_argument(
        "--workers", type=int, help="reruns at a time (default: one for each core)"
    )


def run(arguments: Namespace, project: Project) -> Answer:
    """Find what moved a result.

    Args:
        arguments: `first`, `second`, `key`, `seed`, `since`, `on`, `quick`, `workers`.
        project: The folders.

    Returns:
        The answer; its status is `DIFFERS` if something was found that moved it.

    Raises:
        ReproUsageError: If the words have no meaning together.
        RecordError: If a side or the job cannot be read.
        LaunchError: If no worker can be started.
    """
    workers = check_workers(arguments.workers)
    last = read_last_session(project)
    question = _question(arguments, project, last)
    if isinstance(question, Answer):
        return question
    target = _target(arguments.on, question)
    problem = _why_not(question)
    if problem:
        return Answer(exit=Exit.CANNOT_JUDGE, problems=(problem,))
    case = Case(
        job=shortened(read_job(question.run), until=None),
        obtained=question.obtained,
        reference=question.reference,
        until=None,
    )
    experiment = question.obtained.identity.experiment
    folder = project.out / FOLDER / experiment_folder(experiment)
    blame = Blame(case, relauncher(question.run), folder=folder, workers=workers)
    aside = (project.references, project.home)
    changes = code_changes(Path(case.job.root), question.reference, aside=aside)
    differences = Differences(case, changes, folder=folder)
    blamed = blame.find(differences, target, alone=not arguments.quick)
    return _answer(question, blamed, last)


def _question(
    arguments: Namespace, project: Project, last: LastSession
) -> _Question | Answer:
    if arguments.second is not None:
        return _of_folders(arguments)
    sides = find_sides(arguments, project, last)
    if isinstance(sides, Answer):
        return sides
    obtained = sides.obtained[0]
    experiment, seed = obtained.identity.experiment, obtained.anchor.seed
    found = find_obtained(project, experiment, last, seed=seed)
    if isinstance(found, Answer):
        return found
    (record,) = found.values()
    reference = _reference(arguments.since, project, sides)
    if isinstance(reference, Answer):
        return reference
    return _Question(obtained=obtained, reference=reference, run=record.parent)


def _of_folders(arguments: Namespace) -> _Question | Answer:
    for name in ("key", "seed", "since"):
        if getattr(arguments, name) is not None:
            msg = f"--{name} chooses among runs: two folders leave nothing to choose"
            raise ReproUsageError(msg)
    obtained, reference = Path(arguments.first), Path(arguments.second)
    sides = read_sides(obtained, reference)
    if isinstance(sides, Answer):
        return sides
    return _Question(
        obtained=sides.obtained[0],
        reference=sides.reference,
        run=obtained.resolve().parent,
    )


def _reference(since: str | None, project: Project, sides: Sides) -> RunRecord | Answer:
    folder = project.root / sides.reference_folder
    if since is None:
        return with_its_code(sides.reference, project.root, folder)
    try:
        archive = Archive(project.root, folder)
        state = archive.at(since)
    except NoRevision as error:
        return Answer(exit=Exit.NO_REFERENCE, problems=(str(error),))
    if state is None:
        msg = f"at commit {since} there is no {sides.reference_folder}"
        return Answer(exit=Exit.NO_REFERENCE, problems=(msg,))
    return with_its_code(archive.read(state), project.root, folder)


def _target(word: str, question: _Question) -> Target:
    floors = noise_floors(question.reference)
    if word == BITS:
        return Target(floors=floors)
    known = {one.name for one in question.obtained.anchor.metrics}
    if word not in known:
        listed = ", ".join(sorted(known)) or "none"
        msg = (
            f"no final metric {word!r}{nearest(word, known)}\n"
            f"  there are: {listed}; or any bit: --on {BITS}"
        )
        raise ReproUsageError(msg)
    return Target(metric=word, floors=floors)


def _why_not(question: _Question) -> str:
    """Say why these two runs have no common answer; empty if they have."""
    obtained, reference = question.obtained, question.reference
    experiment = obtained.identity.experiment
    if reference.identity.experiment != experiment:
        return (
            "only two runs of one experiment can be held against each other\n"
            f"  obtained   {experiment}\n"
            f"  reference  {reference.identity.experiment}"
        )
    if obtained.failure is not None:
        return f"the obtained run of {experiment} failed: {obtained.failure.message}"
    if is_short(obtained):
        return (
            f"only the beginning of {experiment} was run, and blame needs all of it\n"
            "  run it whole: pytest --repro --repro-tier nightly"
        )
    seed = obtained.anchor.seed
    if all(row.seed != seed for row in reference.seeds):
        return f"the reference of {experiment} has no seed {seed}"
    return ""


def _answer(question: _Question, blamed: Blamed, last: LastSession) -> Answer:
    identity = question.obtained.identity
    commit = question.reference.identity.code.get("commit")
    status = Exit.DIFFERS if blamed.causes else Exit.CANNOT_JUDGE
    start, end = blamed.run(()), blamed.run(blamed.names)
    if blamed.is_stable and blamed.is_whole and end and end.has_moved is False:
        status = Exit.HOLDS
    seed = question.obtained.anchor.seed
    return Answer(
        exit=status,
        lines=(
            identity.experiment,
            *blame_lines(blamed, seed=seed, commit=str(commit or "")),
        ),
        data={
            "experiment": identity.experiment,
            "seed": seed,
            "blamed": blamed,
            "before": start,
            "after": end,
        },
        problems=last.problems,
    )
