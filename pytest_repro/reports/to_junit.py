"""The report as flat properties of a test case, which every JUnit reader can show.

All names begin with ``repro_`` and all values are text on one line, since the format
knows nothing else. Properties that would be empty are left out.
"""

from collections.abc import Iterator

from pytest_repro.records import (
    Answer,
    Divergence,
    Outcome,
    Registered,
    Scorecard,
    Standing,
)
from pytest_repro.reports.plain import one_line
from pytest_repro.reports.summary import explanation_of, status_of

__all__ = ["junit_properties"]

PREFIX = "repro_"


def junit_properties(outcome: Outcome) -> list[tuple[str, str]]:
    """Write an outcome as properties of its test case.

    Args:
        outcome: What became of an experiment.

    Returns:
        Names and values, always in the same order.
    """
    pairs = [
        *_overall(outcome),
        *_parted(outcome),
        *_scorecard(outcome.scorecard),
        *_seeds(outcome),
        *_escapes(outcome),
        *_registered(outcome.registration),
    ]
    # One test case may tell of several environments.
    where = f"{outcome.environment}_" if outcome.environment else ""
    return [
        (f"{PREFIX}{where}{name}", one_line(value)) for name, value in pairs if value
    ]


def _overall(outcome: Outcome) -> Iterator[tuple[str, str]]:
    verdict = outcome.verdict
    yield "verdict", status_of(outcome).value
    yield "rung", verdict.rung.value
    yield "required", verdict.required.value
    yield "reason", verdict.reason
    yield "cause", "" if verdict.cause is None else verdict.cause.value
    yield "explanation", explanation_of(outcome)
    yield "match", verdict.match.value
    yield "seeds", str(len(outcome.seeds))
    yield "seeds_allowed", str(outcome.seeds_allowed)
    yield "wall_s", f"{outcome.wall_s:.3f}"
    yield "environment", outcome.environment_key
    yield "reference", outcome.reference
    yield "candidate", outcome.candidate
    yield "message", outcome.message


def _parted(outcome: Outcome) -> Iterator[tuple[str, str]]:
    place: Divergence | None = outcome.verdict.divergence
    if place is None:
        return
    yield "parted_path", place.path
    yield "parted_step", "" if place.step is None else str(place.step)
    yield "parted_is_bounded", "true" if place.is_bounded else ""
    yield "parted_obtained", place.obtained
    yield "parted_obtained_bits", place.obtained_bits
    yield "parted_reference", place.reference
    yield "parted_reference_bits", place.reference_bits


def _scorecard(card: Scorecard | None) -> Iterator[tuple[str, str]]:
    if card is None:
        return
    yield "varied_runs", str(card.runs)
    yield "varied_is_steady", "true" if card.is_steady else "false"
    for standing in Standing:
        name = standing.name.lower()
        yield f"varied_{name}", ", ".join(card.axes(standing))
    yield "varied_held_still", ", ".join(card.still)


def _seeds(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for one in outcome.seeds:
        yield f"seed_{one.seed}", f"{one.verdict.rung.value}: {one.verdict.reason}"


def _escapes(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(outcome.escapes):
        yield f"escape_{number}", text


def _registered(found: Registered | None) -> Iterator[tuple[str, str]]:
    if found is None:
        return
    yield "registration", found.id
    yield "registration_order", found.order.value
    yield "registration_precedence", found.precedence.value
    yield "hypothesis", found.hypothesis
    yield "expectations_from", found.evidence
    for answer in Answer:
        name = answer.name.lower()
        yield f"expectations_{name}", str(found.count(answer))
    for number, one in enumerate(found.expectations):
        yield f"expectation_{number}", f"{one.text}: {one.answer}"
        yield f"expectation_{number}_obtained", one.obtained
        yield f"expectation_{number}_expected", one.bound
        yield f"expectation_{number}_detail", one.detail
    for number, reason in enumerate(found.amendments):
        yield f"amendment_{number}", reason
