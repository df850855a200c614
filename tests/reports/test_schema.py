"""The report for machines keeps a closed schema, and the package ships it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import pytest_repro.reports
from pytest_repro.records import (
    Action,
    Effect,
    Outcome,
    Problem,
    Scorecard,
    Session,
    Standing,
)
from pytest_repro.reports import SCHEMA, SCHEMA_FILE, report_json, report_schema
from tests.record_strategies import record
from tests.reports.making import (
    DIVERGED,
    IDENTICAL,
    MISSING,
    outcome_of,
    session_of,
    skipped,
)
from tests.reports.validating import faults

SHIPPED = Path(pytest_repro.reports.__file__).parent / SCHEMA_FILE
SCHEMA_OBJECT = json.loads(report_schema())

CARD = Scorecard(
    experiment="a",
    seed=2**60,
    effects=(
        Effect(
            variations=("threads=2",),
            axes=("threads",),
            standing=Standing.BREAKS,
            verdict=DIVERGED,
        ),
    ),
)
VARIED = Outcome(
    experiment="a", action=Action.VARIED, verdict=IDENTICAL, scorecard=CARD
)


def report_of(session: Session) -> Any:  # noqa: ANN401  # JSON
    """Write a report, and read it as any reader would."""
    return json.loads(report_json(session))


def test_report_of_every_kind_of_outcome_is_valid() -> None:
    """Held, parted, missing, skipped and varied experiments, and a problem."""
    outcomes = [outcome_of(verdict) for verdict in (IDENTICAL, DIVERGED, MISSING)]
    session = session_of([*outcomes, skipped(), VARIED])
    problem = Problem(name="ORPHAN", message="old")

    found = report_of(
        Session(version="1", outcomes=session.outcomes, problems=(problem,))
    )

    assert faults(SCHEMA_OBJECT, found) == []


@given(session=record(Session))
def test_report_of_any_session_is_valid(session: Session) -> None:
    """faults(schema, report(session)) = ∅ for every session that can be built."""
    assert faults(SCHEMA_OBJECT, report_of(session)) == []


def rename(report: Any) -> None:  # noqa: ANN401  # JSON
    """Take one field of an outcome away and give it another name."""
    report["outcomes"][0]["state"] = report["outcomes"][0].pop("status")


PLANTED = [
    pytest.param(
        lambda report: report.update(extra=1), ["$: unknown field extra"], id="extra"
    ),
    pytest.param(
        lambda report: report.pop("counts"), ["$: no field counts"], id="missing"
    ),
    pytest.param(
        rename,
        ["$.outcomes[0]: no field status", "$.outcomes[0]: unknown field state"],
        id="renamed",
    ),
    pytest.param(
        lambda report: report.update(schema="pytest-repro/report/2"),
        [f"$.schema: breaks const {SCHEMA}"],
        id="another version",
    ),
    pytest.param(
        lambda report: report.update(wall_s=9.5),
        ["$.wall_s: breaks type string"],
        id="bare float",
    ),
    pytest.param(
        lambda report: report["outcomes"][0]["verdict"].update(rung="FINE"),
        ["$.outcomes[0].verdict.rung: breaks enum"],
        id="unknown rung",
    ),
    pytest.param(
        lambda report: report["outcomes"][0]["seeds"][0].update(seed=True),
        ["$.outcomes[0].seeds[0].seed: none of 2 kinds"],
        id="seed of another type",
    ),
    pytest.param(
        lambda report: report["outcomes"][0].update(wall_s="soon"),
        ["$.outcomes[0].wall_s: breaks pattern"],
        id="no number",
    ),
]


@pytest.mark.parametrize(("change", "expected"), PLANTED)
def test_planted_fault_is_refused(
    change: Callable[[Any], object], expected: list[str]
) -> None:
    """A report that another program might write by mistake is refused, by its path."""
    report = report_of(session_of([outcome_of(DIVERGED)]))

    change(report)
    found = faults(SCHEMA_OBJECT, report)

    assert len(found) == len(expected)
    assert all(map(str.startswith, sorted(found), sorted(expected)))


def test_every_object_is_closed() -> None:
    """No object of the schema lets an unknown field pass."""
    kinds = [SCHEMA_OBJECT, *SCHEMA_OBJECT["$defs"].values()]

    objects = [kind for kind in kinds if kind.get("type") == "object"]

    assert len(objects) == 13
    assert all(kind["additionalProperties"] is False for kind in objects)
    assert all(kind["required"] == sorted(kind["properties"]) for kind in objects)


def test_shipped_file_is_that_of_the_records() -> None:
    """A change of a record changes this file; its number then changes, too.

    Write it again with: python -c "import pathlib, pytest_repro.reports as r;
    pathlib.Path(r.__file__).with_name(r.SCHEMA_FILE).write_bytes(r.report_schema())"
    """
    assert SHIPPED.read_bytes() == report_schema()


def test_schema_says_which_report_it_describes() -> None:
    """The address has the number of the report's schema in it."""
    assert SCHEMA_OBJECT["$id"] == "urn:pytest-repro:report:1"
    assert SCHEMA_OBJECT["properties"]["schema"] == {"const": SCHEMA}
