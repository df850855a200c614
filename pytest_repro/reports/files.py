"""The files of a report, all but the page: each from the session alone."""

from pytest_repro.records import Session
from pytest_repro.reports.to_badge import badge_json, badge_svg
from pytest_repro.reports.to_json import report_json
from pytest_repro.reports.to_markdown import report_markdown
from pytest_repro.reports.to_plain_language import plain_language

__all__ = ["report_files"]


def report_files(session: Session) -> dict[str, bytes]:
    """Render a session in every form that is a file.

    Args:
        session: What happened.

    Returns:
        The bytes of each file by its name; equal sessions give equal bytes.
    """
    return {
        "report.json": report_json(session),
        "summary.md": report_markdown(session).encode(),
        "plain.md": plain_language(session).encode(),
        "badge.svg": badge_svg(session).encode(),
        "badge.json": badge_json(session),
    }
