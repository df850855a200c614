"""The schema of the report for machines, made from the records themselves.

It is closed: a field that it does not name is an error, and so is one that is missing.
Whatever changes it changes the number in `SCHEMA`. The package ships it as
``report.schema.json``, so that a change of the format shows in a review.
"""

from typing import Final

from pytest_repro import canonical, wire
from pytest_repro.canonical import Json
from pytest_repro.records import Session
from pytest_repro.reports.summary import Status
from pytest_repro.reports.to_json import SCHEMA

__all__ = ["SCHEMA_FILE", "report_schema"]

SCHEMA_FILE: Final = "report.schema.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> bytes:
    """Describe `report_json` as a JSON Schema.

    Returns:
        Canonical JSON; equal records give equal bytes.
    """
    kinds = wire.json_schema(Session)
    whole = _object(kinds.pop("Session"))
    statuses: list[Json] = [status.value.lower() for status in Status]
    _add(
        whole,
        schema={"const": SCHEMA},
        counts={
            "type": "object",
            "description": "How many experiments came to each status.",
            "properties": {str(one): {"type": "integer"} for one in statuses},
            "required": [*sorted(map(str, statuses))],
            "additionalProperties": False,
        },
    )
    _add(
        _object(kinds["Outcome"]),
        status={"enum": statuses},
        passed={"type": "boolean"},
    )
    return canonical.dumps(
        {
            "$schema": DIALECT,
            "$id": f"urn:{SCHEMA.replace('/', ':')}",
            "title": "What a session of pytest-repro found",
            "$defs": kinds,
            **whole,
        }
    )


def _add(described: dict[str, Json], **fields: Json) -> None:
    properties = _object(described["properties"])
    properties.update(fields)
    described["required"] = [*sorted(properties)]


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        msg = f"a schema of an object is an object, got {value!r}"
        raise TypeError(msg)
    return value
