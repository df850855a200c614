"""The report for machines is canonical and leaves nothing out."""

from dataclasses import replace
from typing import Any

from pytest_repro import canonical, wire
from pytest_repro.records import Outcome, Problem
from pytest_repro.reports import SCHEMA, report_json
from tests.reports.making import DIVERGED, IDENTICAL, outcome_of, session_of


def read(data: bytes) -> Any:  # noqa: ANN401  # JSON
    """Read a report with the strict reader."""
    return canonical.loads(data)


def test_report_says_what_it_is_and_counts() -> None:
    """Schema, version and counts stand at the top."""
    session = session_of([outcome_of(IDENTICAL), outcome_of(DIVERGED)])

    report = read(report_json(session))

    assert report["schema"] == SCHEMA == "pytest-repro/report/1"
    assert report["version"] == "0.1.0"
    assert report["wall_s"] == "9.5"
    assert report["counts"] == {
        "passed": 1,
        "failed": 1,
        "recorded": 0,
        "updated": 0,
        "skipped": 0,
        "unchanged": 0,
    }


def test_outcome_can_be_read_back_in_full() -> None:
    """Every field of an outcome is there, and its status beside it."""
    outcome = outcome_of(DIVERGED)

    (found,) = read(report_json(session_of([outcome])))["outcomes"]

    assert wire.from_json(Outcome, found) == outcome
    assert (found["status"], found["passed"]) == ("failed", False)


def test_order_of_outcomes_does_not_change_the_bytes() -> None:
    """The same session gives the same bytes, whoever finished first."""
    outcomes = [outcome_of(IDENTICAL, experiment=name) for name in "abc"]

    assert report_json(session_of(outcomes)) == report_json(session_of(outcomes[::-1]))


def test_report_is_canonical() -> None:
    """Reading and writing again gives the same bytes."""
    session = replace(
        session_of([outcome_of(DIVERGED, experiment="tést\x1b[31m")]),
        problems=(Problem(name="ORPHAN", message="old"),),
    )

    data = report_json(session)

    assert canonical.dumps(canonical.loads(data)) == data
    assert data.isascii()
