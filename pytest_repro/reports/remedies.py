"""What to type next about an experiment, and what each command does: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import Action, Cause, Outcome, Rung
from pytest_repro.reports.plain import shell_word

__all__ = ["RECORD", "Remedy", "command_text", "remedies_of"]

RECORD: Final = "pytest --repro --repro-record"

ABSENT: Final = frozenset({Cause.MISSING_REFERENCE, Cause.OTHER_ENVIRONMENT})
"""Causes that recording a reference does away with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One command.

    Attributes:
        purpose: What it does, in a few words.
        command: What to type in the root of the project.
    """

    purpose: str
    command: str


def remedies_of(outcome: Outcome) -> tuple[Remedy, ...]:
    """List the commands that help with an outcome.

    Args:
        outcome: What became of an experiment.

    Returns:
        The likeliest first; running it again is always the last.
    """
    return tuple(
        Remedy(purpose=purpose, command=command_text(outcome, command))
        for purpose, command in _commands(outcome)
    )


def command_text(outcome: Outcome, command: str) -> str:
    """Complete a command with the experiment, and the environment it was run in.

    Args:
        outcome: What became of the experiment.
        command: Such as ``pytest-repro diff``.

    Returns:
        What to type.
    """
    word = shell_word(outcome.experiment)
    if not outcome.environment:
        return f"{command} {word}"
    flag = "--env" if command.startswith("pytest-repro") else "--repro-env"
    return f"{command} {flag} {outcome.environment} {word}"


def _commands(outcome: Outcome) -> Iterator[tuple[str, str]]:
    rung, cause = outcome.verdict.rung, outcome.verdict.cause
    is_compared = outcome.action is Action.COMPARED
    if is_compared and cause in ABSENT:
        yield "record a reference", RECORD
    elif is_compared and outcome.reference and rung is not Rung.IDENTICAL:
        yield "see where the runs part", "pytest-repro diff"
        if not outcome.passed and cause is None:
            yield "find what brings the bits back", "pytest-repro why"
        if outcome.candidate:
            yield "review what waits, accept or reject it", "pytest-repro review"
    if outcome.reference:
        yield "see the reference", "pytest-repro show"
    vary = " --repro-vary" if outcome.action is Action.VARIED else ""
    yield "run it again", f"pytest --repro{vary}"
