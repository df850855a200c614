"""What GitHub's runner understands: annotations at a line, and the outputs of a step.

The runner reads commands from what a job prints, one a line. So whatever a test or a
file says is kept on the line of its own command, by GitHub's rules of escaping, and no
text of theirs can begin a command. The runner shows ten annotations of a kind for each
step and drops the others silently; here they are counted.

Source:
    actions/toolkit, packages/core/src/command.ts: escapeData and escapeProperty.
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import Outcome, Session
from pytest_repro.reports.plain import one_line, plain_lines, shorten_middle
from pytest_repro.reports.summary import (
    Status,
    count_statuses,
    counted,
    name_of,
    sort_outcomes,
    status_of,
)
from pytest_repro.reports.text import experiment_lines

__all__ = ["Place", "annotation_lines", "output_lines"]

MOST: Final = 10
WIDEST_TITLE: Final = 200
WIDEST_LINE: Final = 400
MOST_LINES: Final = 30

_PLACE: Final = re.compile(r"(?P<file>[^:]+):(?P<line>[0-9]+)\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the project.

    Attributes:
        file: The file, relative to the root of the project; or empty.
        line: The line, from 1 on; 0 if it is not known.
    """

    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Annotation:
    """One command, before it is written."""

    kind: str
    title: str
    message: str
    place: Place


def annotation_lines(
    session: Session, places: Mapping[str, Place], *, root: str = ""
) -> list[str]:
    """Write what is wrong as commands that GitHub shows beside the code.

    Args:
        session: What happened.
        places: Where each experiment stands, by node id; those missing get no line.
        root: The root of the project, relative to that of the repository.

    Returns:
        At most ten errors, at most ten warnings, and a notice that counts the rest.
    """
    lines: list[str] = []
    rest: list[str] = []
    for kind, found in (
        ("error", list(_errors(session, places))),
        ("warning", list(_warnings(session))),
    ):
        lines += [_command(one, root) for one in found[:MOST]]
        if len(found) > MOST:
            rest.append(counted(len(found) - MOST, f"more {kind}"))
    if rest:
        where = f"; see {session.report}/summary.md" if session.report else ""
        note = _Annotation(
            kind="notice",
            title="reproducibility",
            message=f"{' and '.join(rest)} than GitHub shows{where}",
            place=Place(),
        )
        lines.append(_command(note, root))
    return lines


def output_lines(session: Session) -> list[str]:
    """Write what a later step of a workflow may ask for.

    Args:
        session: What happened.

    Returns:
        Lines ``name=value`` for the file that `$GITHUB_OUTPUT` names.
    """
    counts = {
        status.value.lower(): str(number)
        for status, number in count_statuses(session).items()
    }
    problems = sum(problem.is_fatal for problem in session.problems)
    told = {**counts, "problems": str(problems), "report": one_line(session.report)}
    return [f"repro_{name}={value}" for name, value in told.items()]


def _errors(session: Session, places: Mapping[str, Place]) -> Iterator[_Annotation]:
    for outcome in sort_outcomes(session):
        if status_of(outcome) is Status.FAILED:
            place = places.get(outcome.experiment, Place())
            yield _failure(outcome, place)
    yield from _problems(session, is_fatal=True)


def _failure(outcome: Outcome, place: Place) -> _Annotation:
    label = outcome.verdict.rung.label
    if outcome.scorecard is not None:
        label = "DEPENDS ON ITS CIRCUMSTANCES"
    return _Annotation(
        kind="error",
        title=f"{label}: {name_of(outcome)}",
        message="\n".join(line.strip() for line in experiment_lines(outcome)[1:]),
        place=place,
    )


def _warnings(session: Session) -> Iterator[_Annotation]:
    yield from _problems(session, is_fatal=False)
    for outcome in sort_outcomes(session):
        for text in outcome.escapes:
            found = _PLACE.match(text)
            yield _Annotation(
                kind="warning",
                title=f"ESCAPED: {name_of(outcome)}",
                message=text,
                place=Place(found["file"], int(found["line"])) if found else Place(),
            )


def _problems(session: Session, *, is_fatal: bool) -> Iterator[_Annotation]:
    for problem in session.problems:
        if problem.is_fatal is is_fatal:
            yield _Annotation(
                kind="error" if is_fatal else "warning",
                title=problem.name,
                message=problem.message,
                place=Place(),
            )


def _command(one: _Annotation, root: str) -> str:
    properties: dict[str, str] = {}
    if one.place.file:
        path = posixpath.join(root, one.place.file)
        properties["file"] = posixpath.normpath(path)
        if one.place.line:
            properties["line"] = str(one.place.line)
    properties["title"] = shorten_middle(one_line(one.title), WIDEST_TITLE)
    told = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    return f"::{one.kind} {told}::{_data(_message(one.message))}"


def _message(text: str) -> str:
    lines = [shorten_middle(line, WIDEST_LINE) for line in plain_lines(text)]
    rest = len(lines) - MOST_LINES
    cut = [f"… {counted(rest, 'more line')}"] if rest > 0 else []
    return "\n".join([*lines[:MOST_LINES], *cut]) or "no reason given"


def _data(text: str) -> str:
    """Escape what would end the line; the percent sign first, as it escapes."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what would also end a property."""
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
