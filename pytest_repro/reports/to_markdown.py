"""The report as Markdown, for `$GITHUB_STEP_SUMMARY` and pull-request comments.

Nothing that a name or a message holds can act, see `markup`. What does not fit into
a comment is counted, see `fitting`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pytest_repro.records import Divergence, Finding, Outcome, Problem, Session
from pytest_repro.reports.fitting import Room
from pytest_repro.reports.markup import block, code
from pytest_repro.reports.plain import one_line, plain_lines, shorten_middle
from pytest_repro.reports.registered import registered_lines
from pytest_repro.reports.summary import (
    Status,
    counted,
    duration_text,
    final_line,
    name_of,
    seeds_text,
    sort_outcomes,
    status_of,
)
from pytest_repro.reports.text import experiment_lines

__all__ = ["MOST_BYTES", "report_markdown"]

MOST_BYTES: Final = 65_536
"""As long as a comment on GitHub may be, if each character were one byte."""

WIDEST_CELL: Final = 160
WIDEST_SIDE: Final = 40
WIDEST_LINE: Final = 400
MOST_OUTPUT: Final = 8192
MOST_LINES: Final = 60
TABLE_SHARE: Final = 0.4
NOTES_BYTES: Final = 1024

HEADER: Final = (
    "| experiment | verdict | rung | seeds | time |",
    "|---|---|---|---|---|",
)
MOVED: Final = (
    "### What moved",
    "",
    "| experiment | first difference | obtained | reference | of what is allowed |",
    "|---|---|---|---|---|",
)


def report_markdown(session: Session, *, most_bytes: int = MOST_BYTES) -> str:
    """Write a session as Markdown.

    Args:
        session: What happened.
        most_bytes: How long it may become, as UTF-8; the title and the line of counts
            are always written.

    Returns:
        A table of all experiments, those that fail first to be kept where not all fit;
        the problems of the session; a table of what moved, also where it may; and
        details of what does not pass.
    """
    outcomes = sorted(sort_outcomes(session), key=_importance)
    head = ["## Reproducibility", "", code(final_line(session)), ""]
    room: Room[int] = Room(most_bytes - NOTES_BYTES)
    room.take(head)
    told = [one for one in outcomes if _is_told(one)]
    moved = [one for one in outcomes if one.verdict.divergence is not None]
    registered = [one for one in outcomes if one.registration is not None]
    parts = (
        _table(room, HEADER, outcomes, _cells),
        _blocks(room, [list(_problem(one)) for one in session.problems], "problem"),
        _table(room, MOVED, moved, _moved),
        _blocks(room, [list(_registered(one)) for one in registered], "registration"),
        _blocks(room, [list(_details(one)) for one in told], "experiment"),
    )
    return "\n".join([*head, *(line for part in parts for line in part)]) + "\n"


def _importance(outcome: Outcome) -> bool:
    return status_of(outcome) is not Status.FAILED


def _is_told(outcome: Outcome) -> bool:
    return status_of(outcome) is Status.FAILED or outcome.scorecard is not None


def _table(
    room: Room[int],
    header: Sequence[str],
    outcomes: Sequence[Outcome],
    cells: Callable[[Outcome], str],
) -> Iterator[str]:
    """Write as many rows as fit, by name, and count the others by status."""
    if not outcomes or not room.take([*header, ""]):
        return
    rows = [cells(one) for one in outcomes]
    blocks = [(n, [row]) for n, row in enumerate(rows)]
    kept = len(room.take_most(blocks, share=TABLE_SHARE))
    order = sorted(range(kept), key=lambda n: name_of(outcomes[n]))
    yield from header
    yield from (rows[n] for n in order)
    yield ""
    rest = [status_of(one) for one in outcomes[kept:]]
    if rest:
        counts = ", ".join(
            f"{rest.count(status)} {status.value.lower()}"
            for status in Status
            if status in rest
        )
        yield f"… {len(rest)} more, not shown for length: {counts}."
        yield ""


def _blocks(room: Room[int], blocks: Sequence[list[str]], noun: str) -> Iterator[str]:
    kept = len(room.take_most(list(enumerate(blocks))))
    yield from (line for block in blocks[:kept] for line in block)
    if rest := len(blocks) - kept:
        yield f"… {counted(rest, f'more {noun}')}, not shown for length."
        yield ""


def _cells(outcome: Outcome) -> str:
    cells = (
        _name(outcome),
        status_of(outcome).value,
        outcome.verdict.rung.label,
        seeds_text(outcome),
        duration_text(outcome.wall_s),
    )
    return f"| {' | '.join(cells)} |"


def _moved(outcome: Outcome) -> str:
    place = outcome.verdict.divergence
    if place is None:
        return ""
    cells = (
        _name(outcome),
        _place(place),
        _side(place.obtained),
        _side(place.reference),
        _worst(outcome.verdict.findings),
    )
    return f"| {' | '.join(cells)} |"


def _name(outcome: Outcome) -> str:
    return code(shorten_middle(one_line(name_of(outcome)), WIDEST_CELL))


def _place(place: Divergence) -> str:
    path = code(shorten_middle(one_line(place.path), WIDEST_SIDE))
    if place.step is None:
        return path
    bound = "at or before" if place.is_bounded else "at"
    return f"{path} {bound} step {place.step}"


def _side(text: str) -> str:
    return code(shorten_middle(one_line(text), WIDEST_SIDE)) if text else "–"


def _worst(findings: Sequence[Finding]) -> str:
    """Show the metric that is furthest from what is allowed; findings are in order."""
    measured = [one for one in findings if one.worst]
    if not measured:
        return "–"
    furthest = max(measured, key=lambda one: _number(one.worst))
    return f"{_side(furthest.name)} {_side(furthest.worst)}"


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return -math.inf
    return math.inf if math.isnan(number) else number


def _details(outcome: Outcome) -> Iterator[str]:
    yield f"### {_name(outcome)}"
    yield ""
    yield from block(experiment_lines(outcome)[1:])
    if outcome.details:
        yield "<details><summary>the end of its output</summary>"
        yield ""
        yield from block(plain_lines(outcome.details[-MOST_OUTPUT:]))
        yield "</details>"
        yield ""


def _registered(outcome: Outcome) -> Iterator[str]:
    """Show expectations beside outcomes, also of what passes."""
    found = outcome.registration
    if found is None or _is_told(outcome):
        return
    yield f"### Expected of {_name(outcome)}"
    yield ""
    yield from block(registered_lines(found))


def _problem(problem: Problem) -> Iterator[str]:
    yield f"### {code(shorten_middle(one_line(problem.name), WIDEST_CELL))}"
    yield ""
    lines = plain_lines(problem.message)
    shown = [shorten_middle(line, WIDEST_LINE) for line in lines[:MOST_LINES]]
    rest = len(lines) - len(shown)
    yield from block([*shown, *([f"… {rest} more lines"] if rest else [])])
