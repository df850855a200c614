"""Why does this run differ? The whole question, asked of one stored run.

It joins what the other files do: the job is read and cut short, the code is compared
with the reference's commit, suspects are tried. Start with `ask_why`; what it takes and
gives are values, and who prints them is none of its business.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pytest_repro.launchers import Launcher
from pytest_repro.provenance import Change
from pytest_repro.records import BEFORE, Following, Job, RunRecord, Window
from pytest_repro.replication.inquiry import Case, Inquirer, Inquiry
from pytest_repro.replication.replays import read_job, shortened
from pytest_repro.replication.stages import code_changes, stages_of
from pytest_repro.verdicts.causes import (
    CauseClass,
    Onset,
    first_divergence,
    last_agreed,
)
from pytest_repro.verdicts.operations import Root, root_of

__all__ = ["Because", "Question", "ask_why"]


VAGUE: Final = frozenset({CauseClass.UNKNOWN, CauseClass.DATA})
"""Classes that say that more is not known."""

MOST_TRACED: Final = 16
"""Steps, at most: a traced one takes several times as long."""


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
        onset: The part in which the runs parted first, as far as ledgers tell.
        root: The operation in which the runs parted; None if no trace tells.
    """

    inquiry: Inquiry
    commit: str = ""
    changes: tuple[Change, ...] = ()
    onset: Onset | None = None
    root: Root | None = None


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
    job, reference = read_job(question.run), question.reference
    shutil.rmtree(question.folder, ignore_errors=True)
    question.folder.mkdir(parents=True)
    case = Case(
        job=replace(shortened(job, until=question.until), ledger=Following.WHOLE),
        obtained=question.obtained,
        reference=reference,
        until=question.until,
    )
    changes = code_changes(Path(job.root), reference, aside=question.aside)
    inquirer = Inquirer(
        case, launcher, folder=question.folder, workers=question.workers
    )
    inquiry = inquirer.inquire(
        _traced_as(reference, job, until=question.until),
        stages_of(case, changes, folder=question.folder),
    )
    commit = reference.identity.code.get("commit")
    onset = _onset(inquirer, case)
    return Because(
        inquiry=inquiry,
        commit=commit if isinstance(commit, str) else "",
        changes=tuple(one for one in changes if one.path in inquiry.parts),
        onset=onset,
        root=_root(inquirer, case, onset),
    )


def _traced_as(reference: RunRecord, job: Job, *, until: int | None) -> Job:
    """Trace the operations that the reference carries, in the run once more."""
    job = replace(job, ledger=Following.WHOLE)
    if not reference.operations:
        return shortened(job, until=until)
    last = max(one.step for one in reference.operations)
    window = Window(first=BEFORE, last=last)
    end = None if until is None else max(until, last)
    return shortened(job, until=end, window=window)


def _onset(inquirer: Inquirer, case: Case) -> Onset | None:
    """Name the part: by the rerun, which was followed at every step, if it tells."""
    runs = [one for one in (inquirer.repeated, case.obtained) if one is not None]
    found = [first_divergence(case.reference, run) for run in runs]
    told = [one for one in found if one is not None]
    sure = (one for one in told if one.cause not in VAGUE)
    return next(sure, told[0] if told else None)


def _root(inquirer: Inquirer, case: Case, onset: Onset | None) -> Root | None:
    """Name the operation: by the reference's own trace, else by what remedied it."""
    if inquirer.traced is None:
        return None
    root = root_of(inquirer.traced, case.reference)
    if inquirer.remedied is None or (root is not None and root.shown_by is not None):
        return root
    steps = case.obtained.anchor.resources.steps
    # After the last step comes one more, in which evaluations lie.
    last = steps if case.until is None else case.until
    window = _window(inquirer, case, onset, last)
    traced = inquirer.run(
        {
            "traced": replace(case.job, window=window),
            "traced remedy": replace(inquirer.remedied, window=window),
        }
    )
    if len(traced) == 1 or not traced:
        return root
    return root_of(*traced.values()) or root


def _window(inquirer: Inquirer, case: Case, onset: Onset | None, last: int) -> Window:
    """Choose the steps to trace: from the first that may part to the one that shows it.

    The rerun was followed at every step, the reference now and then. Where that leaves
    too many, the step that the onset names decides; else those next to what shows it.
    """
    agreed = last_agreed(case.reference, inquirer.repeated or case.obtained)
    parted = None if onset is None or onset.step == BEFORE else onset.step
    known = last if parted is None else min(parted, last)
    first = known if agreed is None else min(agreed + 1, known)
    if last - first < MOST_TRACED:
        return Window(first=first, last=last)
    first = last - MOST_TRACED + 1 if parted is None else known
    return Window(first=first, last=min(last, first + MOST_TRACED - 1))
