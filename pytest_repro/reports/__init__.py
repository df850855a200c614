"""Tell what a session found: text, JSON, Markdown, JUnit, annotations, badge, page.

Start with `summary`, the facts that all of them show; each `to_` file is one rendering
of the same outcomes. The page shows the records behind them too: `sheets` is its view
model, `svg` its drawings, `to_html` the page. Names and messages come from tests and
from stored files, so every rendering takes away what could act: see `plain`. Nothing
here judges, reads a record or knows pytest; what is returned is written by others.
"""

from pytest_repro.reports.schema import SCHEMA_FILE, report_schema
from pytest_repro.reports.scorecards import scorecard_lines
from pytest_repro.reports.summary import PAGE, Status, final_line, status_of
from pytest_repro.reports.text import experiment_lines, session_lines
from pytest_repro.reports.to_annotations import Place, annotation_lines, output_lines
from pytest_repro.reports.to_badge import badge_json, badge_svg
from pytest_repro.reports.to_drift import (
    DriftTable,
    creep_lines,
    drift_lines,
    drift_markdown,
    review_markdown,
)
from pytest_repro.reports.to_json import SCHEMA, report_json
from pytest_repro.reports.to_junit import junit_properties
from pytest_repro.reports.to_markdown import MOST_BYTES, report_markdown
from pytest_repro.reports.to_plain_language import plain_language

__all__ = [
    "MOST_BYTES",
    "PAGE",
    "SCHEMA",
    "SCHEMA_FILE",
    "DriftTable",
    "Place",
    "Status",
    "annotation_lines",
    "badge_json",
    "badge_svg",
    "creep_lines",
    "drift_lines",
    "drift_markdown",
    "experiment_lines",
    "final_line",
    "junit_properties",
    "output_lines",
    "plain_language",
    "report_json",
    "report_markdown",
    "report_schema",
    "review_markdown",
    "scorecard_lines",
    "session_lines",
    "status_of",
]
