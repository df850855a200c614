"""The report for machines: canonical JSON, every outcome in full.

Equal sessions give equal bytes. Floats travel as decimal text, as in every record; what
other reports word for people stands here as the values it was made of.
"""

from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.canonical import Json
from pytest_repro.records import Outcome, Session
from pytest_repro.reports.summary import count_statuses, sort_outcomes, status_of

__all__ = ["SCHEMA", "report_json"]

SCHEMA: Final = "pytest-repro/report/1"


def report_json(session: Session) -> bytes:
    """Write a session as JSON.

    Args:
        session: What happened.

    Returns:
        ASCII bytes of one object: ``schema``, ``counts``, and the fields of the
        session; each outcome has its ``status`` and ``passed`` added.
    """
    counts = {
        status.value.lower(): number
        for status, number in count_statuses(session).items()
    }
    return canonical.dumps(
        {
            "schema": SCHEMA,
            "version": session.version,
            "counts": counts,
            "outcomes": [_outcome(outcome) for outcome in sort_outcomes(session)],
            "problems": [wire.to_json(problem) for problem in session.problems],
            "report": session.report,
            "wall_s": session.wall_s,
        }
    )


def _outcome(outcome: Outcome) -> dict[str, Json]:
    fields = wire.to_json(outcome)
    status = status_of(outcome).value.lower()
    added: dict[str, Json] = {"status": status, "passed": outcome.passed}
    return {**fields, **added} if isinstance(fields, dict) else added
