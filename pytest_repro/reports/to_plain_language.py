"""One page about a session, for people who do not train models.

Short sentences in everyday words: what was checked, what held, what did not, and what
that means and does not mean. Every number comes from the outcomes. The page judges
nothing anew; who needs evidence reads one of the other reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pytest_repro.records import Action, Cause, Outcome, Rung, Session, Standing
from pytest_repro.reports.markup import code
from pytest_repro.reports.plain import one_line, shorten_middle
from pytest_repro.reports.summary import (
    Status,
    counted,
    duration_text,
    name_of,
    noun_of,
    sort_outcomes,
    status_of,
)

__all__ = ["plain_language"]

MOST: Final = 12
WIDEST: Final = 120

HOLDS: Final = "What held"
PARTED: Final = "What did not hold"
OPEN: Final = "What could not be decided"
UNCHECKED: Final = "What was not checked"

HELD: Final = {
    Rung.IDENTICAL: "It gave exactly the same numbers as before.",
    Rung.WITHIN_ROUNDING: (
        "Its numbers moved very little. Computers round, and its owners allow it."
    ),
    Rung.EQUIVALENT: (
        "Single runs differ a little. On average the change is too small to matter to"
        " its owners."
    ),
}
NOT_COMPARED: Final = {
    Cause.MISSING_REFERENCE: "There is no earlier result to compare with.",
    Cause.OTHER_ENVIRONMENT: "The earlier result comes from another kind of machine.",
    Cause.CORRUPT_REFERENCE: "The file with the earlier result is damaged.",
    Cause.CHANGED_CONFIG: "Its settings were changed, so nothing can be compared.",
    Cause.CHANGED_DATA: "Its data were changed, so nothing can be compared.",
    Cause.CHANGED_METRICS: "It no longer measures the same things.",
    Cause.NON_FINITE: "One of its results is not a number.",
    Cause.VACUOUS: "It measured nothing.",
    Cause.CRASHED: "The program stopped before it had a result.",
    Cause.FAILED: "The program stopped with an error before it had a result.",
    Cause.TIMED_OUT: "It took longer than allowed and was stopped.",
    Cause.OUT_OF_MEMORY: "The machine ran out of memory.",
    Cause.DISK_FULL: "The disk was full.",
    Cause.INTERRUPTED: "Somebody stopped it.",
    Cause.UNSTABLE_INPUT: "Its data changed while it ran.",
}
MEANING: Final = (
    "## What this means",
    "",
    "- A result that held can be had again, with the same program and data.",
    "- It does not say that the result is right, or that the method is good.",
    "- A result that did not hold has a reason. The program, its data, other software",
    "  or the machine may have changed.",
    "- It does not say that anybody made a mistake. A change may be wanted.",
    "- What was not checked or not decided may hold or not. This page cannot tell.",
    "",
    "## Words on this page",
    "",
    "- **Experiment**: a program that learns from data, then measures how well it did.",
    "- **Run**: one start of that program, from its beginning to its end.",
    "- **Step**: one small part of the learning. A run has many.",
    "- **Earlier result**: what people looked at, agreed to and kept.",
)


def plain_language(session: Session) -> str:
    """Write a session for everybody.

    Args:
        session: What happened.

    Returns:
        One page of Markdown.
    """
    groups: dict[str, list[Outcome]] = {HOLDS: [], PARTED: [], OPEN: [], UNCHECKED: []}
    for outcome in sort_outcomes(session):
        groups[_group(outcome)].append(outcome)
    lines = ["# Can the results be had again?", "", *_answer(session, groups)]
    for title in (PARTED, OPEN, HOLDS, UNCHECKED):
        lines += _section(title, groups[title]) if groups[title] else []
    return "\n".join([*lines, *_wrong(session), *MEANING]) + "\n"


def _group(outcome: Outcome) -> str:
    status, rung = status_of(outcome), outcome.verdict.rung
    if status is Status.PASSED:
        return HOLDS
    if status is not Status.FAILED:
        return UNCHECKED
    is_open = rung in {Rung.INCONCLUSIVE, Rung.NOT_COMPARABLE}
    return OPEN if is_open and outcome.scorecard is None else PARTED


def _answer(session: Session, groups: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    held, parted, undecided = (len(groups[name]) for name in (HOLDS, PARTED, OPEN))
    if checked := held + parted + undecided:
        is_whole = not any(problem.is_fatal for problem in session.problems)
        word = _word(held, parted, undecided if is_whole else undecided + 1)
        yield (
            f"**{word}.** We looked at {counted(checked, noun_of(session))}."
            f" {held} held. {parted} did not. {undecided} could not be decided."
        )
    else:
        yield "**Nothing was checked.** So this page cannot answer the question."
    runs = sum(_runs(one) for one in session.outcomes)
    yield f"That took {counted(runs, 'run')} and {duration_text(session.wall_s)}."
    yield ""


def _word(held: int, parted: int, undecided: int) -> str:
    if held:
        return "Partly" if parted + undecided else "Yes"
    return "No" if parted else "We cannot tell"


def _runs(outcome: Outcome) -> int:
    return len(outcome.seeds) if outcome.scorecard is None else outcome.scorecard.runs


def _section(title: str, group: Sequence[Outcome]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for outcome in group[:MOST]:
        name = code(shorten_middle(one_line(name_of(outcome)), WIDEST))
        yield f"- {name}. {_sentence(outcome)}"
    if len(group) > MOST:
        yield f"- {len(group) - MOST} more are not named here, to keep this to a page."
    yield ""


def _sentence(outcome: Outcome) -> str:
    match outcome.action:
        case Action.SKIPPED:
            return f"It was left out. The reason given: {_quote(outcome.message)}."
        case Action.UNCHANGED:
            return "It was not run again. Nothing it reads has changed since it held."
        case Action.RECORDED:
            return "Nothing was compared. Its result was kept for later."
        case Action.UPDATED:
            return "Its new result was kept in place of the earlier one, on purpose."
        case Action.VARIED:
            return _varied(outcome)
        case Action.COMPARED:
            return _compared(outcome)


def _compared(outcome: Outcome) -> str:
    verdict = outcome.verdict
    if verdict.cause is not None:
        return NOT_COMPARED[verdict.cause]
    if verdict.rung is Rung.INCONCLUSIVE:
        runs = counted(_runs(outcome), "run")
        return f"{runs} did not suffice to tell."
    if verdict.rung is Rung.DIVERGED:
        return f"It gave other numbers than before.{_where(outcome)}"
    told = HELD[verdict.rung]
    return told if outcome.passed else f"{told} Its owners ask for more than that."


def _where(outcome: Outcome) -> str:
    place = outcome.verdict.divergence
    if place is None:
        return ""
    step = "" if place.step is None else f" in step {place.step}"
    if place.is_bounded:
        step = f"{step} or shortly before"
    return (
        f" The first difference is in {_quote(place.path)}{step}."
        f" It was {_quote(place.reference)}. It is {_quote(place.obtained)} now."
    )


def _varied(outcome: Outcome) -> str:
    card = outcome.scorecard
    if card is None or not card.is_steady:
        return "It gives other numbers each time it runs."
    if card.passed:
        return "Changes around it, which should not matter, do not matter."
    axes = ", ".join(_quote(axis) for axis in card.axes(Standing.BREAKS))
    return f"Its numbers depend on things that should not matter: {axes}."


def _wrong(session: Session) -> Iterator[str]:
    names = [problem.name for problem in session.problems if problem.is_fatal]
    if names:
        yield "## What went wrong with the check itself"
        yield ""
        for name in names[:MOST]:
            yield f"- {_quote(name)}"
        yield ""
        yield "The full report says what these mean and what to do."
        yield ""


def _quote(text: str) -> str:
    return code(shorten_middle(one_line(text), WIDEST))
