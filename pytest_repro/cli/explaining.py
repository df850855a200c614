"""What `pytest-repro why` found, as lines on one screen.

First the place, then the explanation, then what was tried, then the facts that differ
around the runs. Nothing is decided here.
"""

from collections.abc import Sequence
from typing import Final

from pytest_repro.cli.comparison import Comparison
from pytest_repro.cli.diff import circumstance_lines, divergence_lines
from pytest_repro.cli.tables import fields, paragraph
from pytest_repro.provenance import Change
from pytest_repro.replication import Because
from pytest_repro.replication.inquiry import Inquiry, Kind, Trial
from pytest_repro.reports.first_operation import root_lines
from pytest_repro.verdicts.identity import parted_at

__all__ = ["because_lines", "cause_lines", "place_lines", "suspect_lines"]

MAX_LINES: Final = 12
"""Of a file's changes; more are counted."""

_UNEXPLAINED: Final = (
    "nothing that was tried brings the reference's bits back on this machine; look at "
    "the facts that differ below"
)
_UNSTABLE: Final = (
    "the run does not give its own bits again, so nothing else need be the cause: look "
    "for what escapes the seeds with: pytest --repro --repro-vary"
)


def place_lines(comparison: Comparison) -> tuple[str, ...]:
    """Say where the runs part.

    Args:
        comparison: The two runs.

    Returns:
        The experiment, its verdict, and the first divergence with both sides.
    """
    identity, verdict = comparison.obtained.identity, comparison.verdict
    head = (
        identity.experiment,
        *fields(
            [
                ("seed", str(comparison.obtained.anchor.seed)),
                ("verdict", [verdict.rung.label, verdict.reason]),
            ]
        ),
    )
    place = comparison.divergence
    if place is None:
        return head
    return (*head, "", f"parted {parted_at(place)}", *divergence_lines(place))


def cause_lines(comparison: Comparison, because: Because | None) -> tuple[str, ...]:
    """Say in which part the runs parted first.

    Args:
        comparison: The two runs.
        because: What was found out by reruns; None if there were none.

    Returns:
        One line, wrapped, and what it cannot tell; none if there is neither.
    """
    onset = because.onset if because else None
    cause = onset.text if onset else comparison.explanation
    return fields([("cause", cause), ("limits", comparison.limits)])


def because_lines(because: Because) -> tuple[str, ...]:
    """Say what explains the difference, and what was tried.

    Args:
        because: What was found out.

    Returns:
        The lines.
    """
    inquiry = because.inquiry
    root = [] if because.root is None else root_lines(because.root)
    return (
        *(("", "first operation", *(f"  {line}" for line in root)) if root else ()),
        "",
        "explained by",
        *_explanation(because),
        "",
        "tried",
        *fields([(_outcome(trial), _name(trial)) for trial in inquiry.trials]),
    )


def suspect_lines(comparison: Comparison) -> tuple[str, ...]:
    """List what is not the same around the runs.

    Args:
        comparison: The two runs.

    Returns:
        The facts, likeliest cause first.
    """
    found = circumstance_lines(comparison.circumstances)
    return ("", "around the runs, likeliest cause first", *found)


def _explanation(because: Because) -> tuple[str, ...]:
    inquiry = because.inquiry
    match inquiry.kind:
        case None:
            return paragraph(_unexplained(inquiry))
        case Kind.REPEAT:
            return paragraph(_UNSTABLE)
        case Kind.CODE:
            return _code(because)
        case Kind.CIRCUMSTANCE | Kind.SWITCH:
            return paragraph(" and ".join(inquiry.parts))


def _unexplained(inquiry: Inquiry) -> str:
    problems = [one.problem for one in inquiry.trials if one.kind is Kind.REPEAT]
    if any(problems):
        return f"the run could not be repeated: {problems[0].splitlines()[0]}"
    return _UNEXPLAINED


def _code(because: Because) -> tuple[str, ...]:
    lines: list[str] = []
    for change in because.changes:
        lines += paragraph(f"{change.path}, changed since {because.commit[:10]}")
        lines += [f"    {line}" for line in _diff(change)]
    return tuple(lines)


def _diff(change: Change) -> Sequence[str]:
    if change.before is None:
        return ("+ a new file",)
    hidden = len(change.diff) - MAX_LINES
    more = (f"… {hidden} more lines",) if hidden > 0 else ()
    return (*change.diff[:MAX_LINES], *more)


def _name(trial: Trial) -> str:
    if trial.kind is not Kind.CODE:
        return " and ".join(trial.parts)
    first, *more = trial.parts
    return f"{first} and {len(more)} more files" if more else first


def _outcome(trial: Trial) -> str:
    if trial.problem:
        return "failed"
    if trial.kind is Kind.REPEAT:
        return f"differs at {trial.parts_at}" if trial.parts_at else "repeats itself"
    return f"parts at {trial.parts_at}" if trial.parts_at else "gives the reference"
