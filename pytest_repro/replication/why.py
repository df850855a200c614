"""Why does this run differ? The whole question, asked of one stored run.

It joins what the other files do: the job is read and cut short, the code is compared
with the reference's commit, suspects are tried. Start with `ask_why`; what it takes and
gives are values, and who prints them is none of its business.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pytest_repro.launchers import Launcher
from pytest_repro.provenance import Change
from pytest_repro.records import RunRecord
from pytest_repro.replication.inquiry import Case, Inquirer, Inquiry
from pytest_repro.replication.replays import read_job, shortened
from pytest_repro.replication.stages import code_changes, stages_of

__all__ = ["Because", "Question", "ask_why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A run that differs from its reference.

    Attributes:
        run: The folder of the run, with its job.
        obtained: What it left.
        reference: The reference, which keeps the traces of this seed.
        until: The step at which they part; None if only a whole run can tell.
        folder: Where reruns go; whatever is there is removed.
        aside: Folders of the project in which no code lies.
        workers: How many run at a time.
    """

    run: Path
    obtained: RunRecord
    reference: RunRecord
    until: int | None
    folder: Path
    aside: tuple[Path, ...]
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """The answer.

    Attributes:
        inquiry: What was tried, and what explains the difference.
        commit: The reference's commit; empty where it is not known.
        changes: Of the code since then, each file that is part of the explanation.
    """

    inquiry: Inquiry
    commit: str = ""
    changes: tuple[Change, ...] = ()


def ask_why(question: Question, launcher: Launcher) -> Because:
    """Find out why a run differs.

    Args:
        question: The run.
        launcher: Where reruns execute.

    Returns:
        The answer.

    Raises:
        RecordError: If the run has left no job.
        LaunchError: If a worker cannot be started.
    """
    job = read_job(question.run)
    shutil.rmtree(question.folder, ignore_errors=True)
    question.folder.mkdir(parents=True)
    case = Case(
        job=shortened(job, until=question.until),
        obtained=question.obtained,
        reference=question.reference,
        until=question.until,
    )
    changes = code_changes(Path(job.root), question.reference, aside=question.aside)
    inquirer = Inquirer(
        case, launcher, folder=question.folder, workers=question.workers
    )
    inquiry = inquirer.inquire(stages_of(case, changes, folder=question.folder))
    commit = question.reference.identity.code.get("commit")
    return Because(
        inquiry=inquiry,
        commit=commit if isinstance(commit, str) else "",
        changes=tuple(one for one in changes if one.path in inquiry.parts),
    )
