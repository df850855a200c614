"""The report as Markdown, for `$GITHUB_STEP_SUMMARY` and pull-request comments.

A name may come from a stranger's branch: see `quoting`. Blocks stand in ``<pre>``,
which Markdown does not look into.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from pytest_repro.records import Outcome, Problem, Session
from pytest_repro.reports.plain import one_line, plain_lines, shorten_middle
from pytest_repro.reports.quoting import AT, code
from pytest_repro.reports.summary import (
    Status,
    duration_text,
    final_line,
    seeds_text,
    sort_outcomes,
    status_of,
)
from pytest_repro.reports.text import experiment_lines

__all__ = ["report_markdown"]

WIDEST_CELL: Final = 160
MOST_DETAILS: Final = 8192

HEADER: Final = (
    "| experiment | verdict | rung | seeds | time |",
    "|---|---|---|---|---|",
)


def report_markdown(session: Session) -> str:
    """Write a session as Markdown.

    Args:
        session: What happened.

    Returns:
        A table of all experiments, then details of those that do not pass, and the
        problems of the session.
    """
    outcomes = sort_outcomes(session)
    lines = ["## Reproducibility", "", code(final_line(session)), ""]
    if outcomes:
        lines += [*HEADER, *map(_cells, outcomes), ""]
    for outcome in outcomes:
        if status_of(outcome) is Status.FAILED or outcome.scorecard is not None:
            lines += _details(outcome)
    for problem in session.problems:
        lines += _problem(problem)
    return "\n".join(lines) + "\n"


def _cells(outcome: Outcome) -> str:
    cells = (
        code(shorten_middle(one_line(outcome.experiment), WIDEST_CELL)),
        status_of(outcome).value,
        outcome.verdict.rung.label,
        seeds_text(outcome),
        duration_text(outcome.wall_s),
    )
    return f"| {' | '.join(cells)} |"


def _details(outcome: Outcome) -> Iterator[str]:
    yield f"### {code(shorten_middle(one_line(outcome.experiment), WIDEST_CELL))}"
    yield ""
    yield from _block(experiment_lines(outcome)[1:])
    if outcome.details:
        yield from _block(plain_lines(outcome.details[-MOST_DETAILS:]))


def _problem(problem: Problem) -> Iterator[str]:
    yield f"### {code(problem.name)}"
    yield ""
    yield from _block(plain_lines(problem.message))


def _block(lines: list[str]) -> Iterator[str]:
    yield "<pre>"
    yield from (escape(line).replace("@", AT) for line in lines)
    yield "</pre>"
    yield ""
