"""Tell what a session found: plain text, JSON, Markdown, JUnit properties, one page.

Start with `summary`, the facts that all of them show; each `to_` file is one rendering
of the same outcomes. The page shows the records behind them too: `sheets` is its view
model, `svg` its drawings, `to_html` the page. Names and messages come from tests and
from stored files, so every rendering takes away what could act: see `plain`. Nothing
here judges, reads a record or knows pytest; what is returned is written by others.
"""

from pytest_repro.reports.scorecards import scorecard_lines
from pytest_repro.reports.summary import PAGE, Status, final_line, status_of
from pytest_repro.reports.text import experiment_lines, session_lines
from pytest_repro.reports.to_json import SCHEMA, report_json
from pytest_repro.reports.to_junit import junit_properties
from pytest_repro.reports.to_markdown import report_markdown

__all__ = [
    "PAGE",
    "SCHEMA",
    "Status",
    "experiment_lines",
    "final_line",
    "junit_properties",
    "report_json",
    "report_markdown",
    "scorecard_lines",
    "session_lines",
    "status_of",
]
