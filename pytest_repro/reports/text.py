"""Outcomes as plain text: the block that ends a session on any terminal or log.

Two columns: what is spoken of, and what is said about it; both sides of a divergence
stand aligned beneath each other, and a failure ends with what to type next. Colours
belong to the door that prints.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_repro.records import (
    Action,
    Cause,
    Divergence,
    Finding,
    Match,
    Outcome,
    Rung,
    Session,
    Verdict,
)
from pytest_repro.reports.plain import (
    one_line,
    plain_lines,
    shorten_middle,
)
from pytest_repro.reports.registered import registered_rows
from pytest_repro.reports.remedies import RECORD, command_text
from pytest_repro.reports.scorecards import scorecard_lines
from pytest_repro.reports.summary import (
    Status,
    cost_text,
    counted,
    duration_text,
    explanation_of,
    final_line,
    name_of,
    sort_outcomes,
    status_of,
)

__all__ = ["experiment_lines", "session_lines"]

WIDEST_ID: Final = 120
WIDEST_REASON: Final = 400
WIDEST_SIDE: Final = 80
LONGEST_BITS: Final = len("0x") + 16
MOST_CHANGES: Final = 10
MOST_OTHERS: Final = 3
MOST_ESCAPES: Final = 10

KEY_WIDTH: Final = len("verdict")

RECORDABLE: Final = frozenset({Cause.MISSING_REFERENCE, Cause.OTHER_ENVIRONMENT})
"""Causes that recording a reference for this environment does away with."""

COMPARED: Final = frozenset(
    {
        Cause.CHANGED_CONFIG,
        Cause.CHANGED_DATA,
        Cause.CHANGED_METRICS,
        Cause.NON_FINITE,
    }
)
"""Causes where both sides exist, so that a closer look shows more."""


def session_lines(session: Session) -> list[str]:
    """Write what a session found.

    Args:
        session: What happened.

    Returns:
        A block for each experiment by node id, the problems, and the final line.
    """
    lines = [
        line for outcome in sort_outcomes(session) for line in experiment_lines(outcome)
    ]
    for problem in session.problems:
        first, *rest = plain_lines(problem.message) or [""]
        lines.append(f"{one_line(problem.name)}  {first}")
        lines += [f"  {line}" for line in rest]
    return [*lines, final_line(session)]


def experiment_lines(outcome: Outcome) -> list[str]:
    """Write what became of one experiment.

    Args:
        outcome: What became of it.

    Returns:
        Its node id, a line or more for each seed, and what it comes to.
    """
    lines = [shorten_middle(one_line(name_of(outcome)), WIDEST_ID)]
    if outcome.scorecard is not None:
        lines += scorecard_lines(outcome.scorecard)
    elif outcome.action is Action.RECORDED:
        lines.append(_row("first", f"recorded under {outcome.environment_key}"))
    elif status_of(outcome) not in {Status.SKIPPED, Status.UNCHANGED}:
        lines += _seeds(outcome)
        lines += _against(outcome)
        lines += _cause(outcome)
    lines += _attempts(outcome)
    lines += _escapes(outcome)
    if outcome.registration is not None:
        rows = registered_rows(outcome.registration)
        lines += [_row(key, text) for key, text in rows]
    lines += _verdict(outcome)
    return lines


def _attempts(outcome: Outcome) -> Iterator[str]:
    """Tell what a retry repaired: it must not be hidden by the run that followed."""
    for seed in outcome.seeds:
        for number, one in enumerate(seed.attempts, 1):
            told = f"attempt {number} of seed {seed.seed} came to nothing: {one.cause}"
            why = shorten_middle(one_line(one.message), WIDEST_REASON)
            yield _row("retried", f"{told}: {why}")


def _escapes(outcome: Outcome) -> Iterator[str]:
    for text in outcome.escapes[:MOST_ESCAPES]:
        yield _row("escaped", shorten_middle(one_line(text), WIDEST_REASON))
    if len(outcome.escapes) > MOST_ESCAPES:
        yield _below(f"… {len(outcome.escapes) - MOST_ESCAPES} more")


def _seeds(outcome: Outcome) -> Iterator[str]:
    told = [(f"seed {one.seed}", one.verdict) for one in outcome.seeds]
    together = outcome.verdict
    is_news = all(verdict.reason != together.reason for _, verdict in told)
    if told and is_news and together.rung is not Rung.NOT_COMPARABLE:
        told.append(("seeds", together))
    width = max((len(verdict.rung.label) for _, verdict in told), default=0)
    for key, verdict in told:
        first, *rest = _reason(verdict)
        if _repeats_sides(verdict):
            first = first.partition(": ")[0]
        yield _row(key, f"{verdict.rung.label:<{width}}   {first}")
        yield from (_below(line) for line in rest)
        if verdict.rung in {Rung.DIVERGED, Rung.INCONCLUSIVE} and key != "seeds":
            yield from _evidence(verdict)


def _repeats_sides(verdict: Verdict) -> bool:
    """Tell whether the reason ends in the two sides that stand aligned below it."""
    place = verdict.divergence
    return place is not None and verdict.reason.endswith(
        f": {place.obtained} against {place.reference}"
    )


def _reason(verdict: Verdict) -> list[str]:
    lines = plain_lines(verdict.reason) or ["no reason given"]
    return [shorten_middle(line.strip(), WIDEST_REASON) for line in lines]


def _row(key: str, text: str) -> str:
    return f"  {key:<{KEY_WIDTH}}  {text}".rstrip()


def _beside(text: str) -> str:
    return _row("", text)


def _below(text: str) -> str:
    return _row("", f"  {text}")


def _evidence(verdict: Verdict) -> Iterator[str]:
    place = verdict.divergence
    if place is not None:
        step = "" if place.step is None else f"step {place.step}"
        if place.path not in verdict.reason or step not in verdict.reason:
            yield _below(f"parted     {_place(place)}")
        yield from _sides(place)
    others = [
        finding
        for finding in verdict.findings
        if finding.rung is verdict.rung
        and not verdict.reason.startswith(finding.detail)
    ]
    yield from _listed("also       {detail}", others, most=MOST_OTHERS)


def _place(place: Divergence) -> str:
    if place.step is None:
        return f"in {one_line(place.path)}"
    bound = "at or before" if place.is_bounded else "at"
    return f"{bound} step {place.step} ({one_line(place.path)})"


def _sides(place: Divergence) -> Iterator[str]:
    sides = [
        ("obtained", place.obtained, place.obtained_bits),
        ("reference", place.reference, place.reference_bits),
    ]
    shown = [
        (key, shorten_middle(one_line(value), WIDEST_SIDE), one_line(bits))
        for key, value, bits in sides
    ]
    width = max(len(value) for _, value, _ in shown)
    for key, value, bits in shown:
        # A whole digest says no more than the short one beside it.
        exact = bits if len(bits) <= LONGEST_BITS else ""
        yield _below(f"{key:<9}  {value:<{width}}  {exact}")


def _listed(template: str, findings: Sequence[Finding], *, most: int) -> Iterator[str]:
    width = max((len(one_line(finding.name)) for finding in findings), default=0)
    for finding in findings[:most]:
        text = template.format(
            name=f"{one_line(finding.name):<{width}}", detail=one_line(finding.detail)
        )
        yield _below(shorten_middle(text, WIDEST_REASON))
    if len(findings) > most:
        yield _below(f"… {len(findings) - most} more")


def _against(outcome: Outcome) -> Iterator[str]:
    if outcome.verdict.match is Match.NEAREST:
        where = one_line(outcome.reference)
        yield _row("against", f"{where}, the nearest of another environment")


def _cause(outcome: Outcome) -> Iterator[str]:
    verdict = outcome.verdict
    if verdict.cause is None:
        told = explanation_of(outcome)
        yield from [_row("cause", told)] if told else []
        return
    first, *rest = _reason(verdict)
    is_told = any(one.verdict.reason == verdict.reason for one in outcome.seeds)
    yield _row("cause", verdict.cause if is_told else f"{verdict.cause}: {first}")
    if not is_told:
        yield from (_below(line) for line in rest)
    yield from _listed("{name}  {detail}", verdict.findings, most=MOST_CHANGES)


def _verdict(outcome: Outcome) -> Iterator[str]:
    status = status_of(outcome)
    message = one_line(outcome.message)
    if status in {Status.SKIPPED, Status.UNCHANGED}:
        yield _row("verdict", f"{status}   {message}")
        return
    told = f" · {message}" if message else ""
    if outcome.scorecard is not None:
        runs = counted(outcome.scorecard.runs, "run")
        yield _row(
            "verdict", f"{status}   {runs}, {duration_text(outcome.wall_s)}{told}"
        )
        return
    yield _row("verdict", f"{status}   {cost_text(outcome)}{told}")
    if status is Status.FAILED:
        yield from _remedies(outcome)


def _remedies(outcome: Outcome) -> Iterator[str]:
    verdict = outcome.verdict
    if verdict.rung.height > Rung.INCONCLUSIVE.height:
        yield _beside(f"required: {verdict.required.label}")
    if verdict.cause in RECORDABLE:
        yield _beside(f"record it: {command_text(outcome, RECORD)}")
    if verdict.cause is None or verdict.cause in COMPARED:
        verb = "why" if _can_be_asked_why(outcome) else "diff"
        command = command_text(outcome, f"pytest-repro {verb}")
        yield _beside(f"look closer: {command}")
    if outcome.candidate:
        yield _beside(f"candidate: {one_line(outcome.candidate)}")
        yield _beside(f"review it: {command_text(outcome, 'pytest-repro review')}")


def _can_be_asked_why(outcome: Outcome) -> bool:
    """Tell whether a run parted from one of its own seed, so that reruns tell why."""
    return outcome.verdict.match in {Match.EXACT, Match.KEY} and any(
        one.verdict.rung is Rung.DIVERGED and one.verdict.divergence is not None
        for one in outcome.seeds
    )
