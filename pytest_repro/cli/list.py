"""`pytest-repro list`: every reference, what waits for review, and what is damaged.

Each reference is read in full and its sums are checked, so a list that succeeds also
says that the store is whole.
"""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from pytest_repro.cli.answers import Answer
from pytest_repro.cli.exits import Exit
from pytest_repro.cli.parsing import Parser
from pytest_repro.cli.project import Project
from pytest_repro.cli.sessions import LastSession, read_last_session
from pytest_repro.cli.shelf import Kept, read_shelf
from pytest_repro.cli.tables import fields, table
from pytest_repro.errors import RecordError
from pytest_repro.records import Action, Outcome, RunRecord
from pytest_repro.references import ReferenceStore

__all__ = ["add_arguments", "run"]

HEAD: Final = ("environment", "seeds", "metrics", "revision", "recorded")
REMEDY: Final = "\n  record them: pytest --repro --repro-record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reference, or one candidate that has none yet.

    Attributes:
        experiment: The node id.
        key: The environment key.
        folder: The reference; empty if there is none.
        record: What it holds; None if there is none or it cannot be read.
        damage: Why it cannot be read; empty if it can.
        candidate: The folder of a candidate that waits; empty if none does.
        last: What became of it in the last session; None if it did not run there.
    """

    experiment: str
    key: str
    folder: str = ""
    record: RunRecord | None = None
    damage: str = ""
    candidate: str = ""
    last: Outcome | None = None


def add_arguments(parser: Parser) -> None:
    """Declare nothing: the options of every verb suffice.

    Args:
        parser: Knows those.
    """


def run(arguments: Namespace, project: Project) -> Answer:  # noqa: ARG001  # as every verb
    """List what there is.

    Args:
        arguments: None of its own.
        project: The folders.

    Returns:
        The answer; its status is `INTEGRITY` if a reference is damaged.
    """
    last = read_last_session(project)
    kept = read_shelf(ReferenceStore(project.references, base=project.root))
    waiting = read_shelf(ReferenceStore(project.pending, base=project.root))
    rows = _rows(kept, waiting, last)
    problems = [str(one.error) for one in waiting if one.error is not None]
    problems += last.problems
    if not kept:
        problems.append(f"no references in {project.show(project.references)}{REMEDY}")
    return Answer(
        exit=_exit(rows, has_references=bool(kept)),
        lines=_lines(rows),
        data={"references": [_facts(row) for row in rows]},
        problems=tuple(problems),
    )


def _exit(rows: Sequence[Row], *, has_references: bool) -> Exit:
    if any(row.damage for row in rows):
        return Exit.INTEGRITY
    return Exit.HOLDS if has_references else Exit.NO_REFERENCE


def _rows(
    kept: Sequence[Kept], waiting: Sequence[Kept], last: LastSession
) -> tuple[Row, ...]:
    """Join what is kept and what waits, by experiment and environment key."""
    candidates = {(one.experiment, one.key): one for one in waiting if not one.error}
    rows = [
        replace(
            _read(one),
            candidate=_shown(candidates.pop((one.experiment, one.key), None)),
        )
        for one in kept
    ]
    rows += [
        Row(experiment=one.experiment, key=one.key, candidate=one.shown)
        for one in candidates.values()
    ]
    ordered = sorted(rows, key=lambda row: (row.experiment, row.key))
    return tuple(replace(row, last=_last(row, last)) for row in ordered)


def _shown(kept: Kept | None) -> str:
    return kept.shown if kept else ""


def _read(kept: Kept) -> Row:
    row = Row(experiment=kept.experiment, key=kept.key, folder=kept.shown)
    try:
        return replace(row, record=kept.read())
    except RecordError as error:
        return replace(row, damage=str(error))


def _last(row: Row, last: LastSession) -> Outcome | None:
    outcome = last.outcomes.get(row.experiment)
    if outcome is None or outcome.environment_key not in {row.key, ""}:
        return None
    return outcome


def _lines(rows: Sequence[Row]) -> tuple[str, ...]:
    """Lay out one table for all, with the experiments between its rows."""
    if not rows:
        return ()
    head, *lines = table(HEAD, [_cells(row) for row in rows])
    told = [head]
    for experiment, group in groupby(
        zip(rows, lines, strict=True), key=lambda pair: pair[0].experiment
    ):
        told.append(experiment)
        for row, line in group:
            # Not wrapped: a remedy is there to be copied.
            damage = [f"    {one}" for one in row.damage.splitlines()]
            told += [line, *damage, *fields(_notes(row), indent=4)]
    return (*told, "", _summary(rows))


def _cells(row: Row) -> tuple[str, ...]:
    if row.record is None:
        return (row.key or "-", "CORRUPT" if row.damage else "-", "-", "-", "-")
    history = row.record.history
    return (
        row.key,
        str(len(row.record.seeds)),
        str(len(row.record.anchor.metrics)),
        str(history[-1].number) if history else "-",
        history[-1].created_utc[:10] if history else "-",
    )


def _notes(row: Row) -> list[tuple[str, str]]:
    return [
        ("last session", _outcome(row.last) if row.last else ""),
        ("candidate", row.candidate),
    ]


def _outcome(outcome: Outcome) -> str:
    if outcome.action is not Action.COMPARED:
        return outcome.action.value
    cause = f" ({outcome.verdict.cause})" if outcome.verdict.cause else ""
    return f"{outcome.verdict.rung.label}{cause}"


def _summary(rows: Sequence[Row]) -> str:
    counts = (
        ("experiment", len({row.experiment for row in rows})),
        ("reference", sum(bool(row.folder) for row in rows)),
        ("corrupt", sum(bool(row.damage) for row in rows)),
        ("candidate", sum(bool(row.candidate) for row in rows)),
    )
    return ", ".join(
        f"{count} {noun}{'' if count == 1 or noun == 'corrupt' else 's'}"
        for noun, count in counts
    )


def _facts(row: Row) -> dict[str, object]:
    """Lay a row out for machines, with names instead of counts."""
    record, last = row.record, row.last
    history = record.history if record else ()
    return {
        "experiment": row.experiment,
        "key": row.key,
        "folder": row.folder,
        "seeds": [one.seed for one in record.seeds] if record else [],
        "metrics": [one.name for one in record.anchor.metrics] if record else [],
        "revision": history[-1].number if history else None,
        "recorded_utc": history[-1].created_utc if history else None,
        "damage": row.damage or None,
        "candidate": row.candidate or None,
        "last_session": last.verdict.rung if last else None,
    }
