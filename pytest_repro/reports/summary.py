"""The facts that every rendering shows, computed once and worded the same way.

A view model: counts, order, and the few words that stand for an outcome. It holds no
markup and no layout.
"""

import enum
from collections.abc import Mapping
from typing import Final, assert_never

from pytest_repro.records import HERE, Action, Answer, Outcome, Rung, Session
from pytest_repro.reports.plain import one_line

__all__ = [
    "IDLE",
    "PAGE",
    "Status",
    "cost_text",
    "count_statuses",
    "counted",
    "duration_text",
    "explanation_of",
    "final_line",
    "name_of",
    "noun_of",
    "seeds_text",
    "sort_by_need",
    "sort_outcomes",
    "status_of",
]

MINUTE_S: Final = 60
HOUR_S: Final = 3600
OPEN: Final = frozenset({Rung.DIVERGED, Rung.INCONCLUSIVE})

PAGE: Final = "index.html"
"""The page in the folder of the reports, for people."""


IDLE: Final = frozenset({Action.SKIPPED, Action.UNCHANGED})
"""What was done where nothing was run."""


class Status(enum.StrEnum):
    """What an outcome comes to, in one word."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    RECORDED = "RECORDED"
    UPDATED = "UPDATED"
    SKIPPED = "SKIPPED"
    UNCHANGED = "UNCHANGED"


def status_of(outcome: Outcome) -> Status:
    """Say in one word what became of an experiment.

    Args:
        outcome: What became of it.

    Returns:
        The word; only a comparison that holds has passed.
    """
    match outcome.action:
        case Action.COMPARED | Action.VARIED:
            return Status.PASSED if outcome.passed else Status.FAILED
        case Action.RECORDED:
            return Status.RECORDED
        case Action.UPDATED:
            return Status.UPDATED
        case Action.SKIPPED:
            return Status.SKIPPED
        case Action.UNCHANGED:
            return Status.UNCHANGED
        case _:
            assert_never(outcome.action)


def sort_outcomes(session: Session) -> tuple[Outcome, ...]:
    """Return the outcomes in the order in which every report shows them.

    Args:
        session: What happened.

    Returns:
        The outcomes by node id, those of the present environment first.
    """
    return tuple(sorted(session.outcomes, key=_place))


def name_of(outcome: Outcome) -> str:
    """Say which outcome it is.

    Args:
        outcome: What became of an experiment.

    Returns:
        The node id, and the declared environment in which it was run.
    """
    where = f" in {outcome.environment}" if outcome.environment else ""
    return f"{outcome.experiment}{where}"


def sort_by_need(session: Session) -> tuple[Outcome, ...]:
    """Return the outcomes with those first that need somebody.

    Args:
        session: What happened.

    Returns:
        What failed, the lowest rung first; then what was written, skipped or
        not run again, then what passed; within each by node id.
    """
    order = [
        Status.FAILED,
        Status.UPDATED,
        Status.RECORDED,
        Status.SKIPPED,
        Status.UNCHANGED,
        Status.PASSED,
    ]
    return tuple(
        sorted(
            session.outcomes,
            key=lambda outcome: (
                order.index(status_of(outcome)),
                outcome.verdict.rung.height,
                _place(outcome),
            ),
        )
    )


def _place(outcome: Outcome) -> tuple[str, bool, str]:
    environment = outcome.environment
    return outcome.experiment, environment not in {"", HERE}, environment


def count_statuses(session: Session) -> Mapping[Status, int]:
    """Count what became of the experiments.

    Args:
        session: What happened.

    Returns:
        A count for each status, zeros too.
    """
    found = [status_of(outcome) for outcome in session.outcomes]
    return {status: found.count(status) for status in Status}


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    Args:
        number: How many.
        noun: Of what, in the singular.

    Returns:
        Such as ``1 seed`` or ``2 seeds``.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def seeds_text(outcome: Outcome) -> str:
    """Say how many seeds ran of how many that could have.

    Args:
        outcome: What became of an experiment.

    Returns:
        Such as ``1 of 8 seeds``.
    """
    return f"{len(outcome.seeds)} of {counted(outcome.seeds_allowed, 'seed')}"


def cost_text(outcome: Outcome) -> str:
    """Say what an experiment cost.

    Args:
        outcome: What became of it.

    Returns:
        Such as ``1 of 8 seeds, 4.1 s``.
    """
    return f"{seeds_text(outcome)}, {duration_text(outcome.wall_s)}"


def duration_text(wall_s: float) -> str:
    """Write a duration as people say it.

    Args:
        wall_s: The duration [s].

    Returns:
        Such as ``4.1 s``, ``12 min 5 s`` or ``2 h 5 min``.
    """
    if wall_s < MINUTE_S:
        return f"{wall_s:.1f} s"
    whole = round(wall_s)
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"


def explanation_of(outcome: Outcome) -> str:
    """Say which part of a run parted first, of the first seed that does not hold.

    Args:
        outcome: What became of an experiment.

    Returns:
        One line, or empty text where nothing is known of it.
    """
    told = (
        one_line(one.explanation)
        for one in outcome.seeds
        if one.explanation and one.verdict.rung in OPEN
    )
    return next(told, "")


def noun_of(session: Session) -> str:
    """Say what the outcomes of a session are, one of them.

    Args:
        session: What happened.

    Returns:
        ``experiment``, or ``comparison`` where each was run in several environments.
    """
    places = {one.environment for one in session.outcomes}
    return "comparison" if len(places) > 1 else "experiment"


def _experiments(session: Session) -> str:
    places = {one.environment for one in session.outcomes}
    if len(places) <= 1:
        return counted(len(session.outcomes), "experiment")
    names = {one.experiment for one in session.outcomes}
    return f"{counted(len(names), 'experiment')} in {len(places)} environments"


def final_line(session: Session) -> str:
    """Say in one line how the session went, without leaving anything out.

    Args:
        session: What happened.

    Returns:
        Such as ``1 passed, 1 failed · 2 experiments, 2 seeds of 16 · report …``.
    """
    found = [
        f"{number} {status.value.lower()}"
        for status, number in count_statuses(session).items()
        if number
    ]
    fatal = sum(problem.is_fatal for problem in session.problems)
    mild = len(session.problems) - fatal
    found += [counted(fatal, "problem")] if fatal else []
    found += [counted(mild, "warning")] if mild else []
    ran = [one for one in session.outcomes if one.action not in IDLE]
    seeds = counted(sum(len(outcome.seeds) for outcome in ran), "seed")
    allowed = sum(outcome.seeds_allowed for outcome in ran)
    parts = [
        ", ".join(found) or "nothing compared",
        f"{_experiments(session)}, {seeds} of {allowed}",
        *_expectations(session),
    ]
    if session.report:
        parts.append(f"report {one_line(session.report)}/{PAGE}")
    return " · ".join(parts)


def _expectations(session: Session) -> list[str]:
    """Count what was expected and did not hold: a result, which fails nothing."""
    found = [one.registration for one in session.outcomes if one.registration]
    total = sum(len(one.expectations) for one in found)
    if not total:
        return []
    words = {Answer.DID_NOT_HOLD: "did not hold", Answer.CANNOT_TELL: "open"}
    counts = {text: sum(one.count(a) for one in found) for a, text in words.items()}
    told = [f"{number} {text}" for text, number in counts.items() if number]
    return [f"{counted(total, 'expectation')}, {', '.join(told) or 'all held'}"]
