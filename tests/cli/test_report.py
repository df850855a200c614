"""`pytest-repro report`: the page of the last session, made again."""

import json
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.cli.exits import Exit
from pytest_repro.records import Rung
from tests.cli.samples import (
    Facts,
    obtained_run,
    outcome_of,
    write_obtained,
    write_reference,
    write_report,
)

RUN = obtained_run(Facts())
BROWSER = """\
#!/bin/sh
printf '%s' "$1" > opened.txt
"""


def leave_session(project: Path) -> None:
    """Leave what a session leaves."""
    write_reference(project, RUN)
    write_obtained(project, RUN)
    write_report(project, outcome_of(RUN, Rung.IDENTICAL, seeds=[0]))


def test_page_is_written_where_sessions_write_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named first, then what the session came to."""
    leave_session(project)

    status = main(["report"])

    page = (project / ".repro" / "report" / "index.html").read_text(encoding="utf-8")
    assert status == Exit.HOLDS
    assert capsys.readouterr().out.splitlines()[0] == ".repro/report/index.html"
    assert page.startswith("<!doctype html>")
    assert "test_digits_mlp" in page


def test_page_is_the_same_each_time(project: Path) -> None:
    """The same records give the same bytes."""
    leave_session(project)
    path = project / ".repro" / "report" / "index.html"

    main(["report"])
    first = path.read_bytes()
    main(["report"])

    assert path.read_bytes() == first
    assert sorted(one.name for one in path.parent.iterdir()) == [
        "index.html",
        "report.json",
    ]


def test_machines_are_told_where_it_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a path from the root."""
    leave_session(project)

    main(["report", "--json"])

    assert json.loads(capsys.readouterr().out)["page"] == ".repro/report/index.html"


def test_open_shows_it_in_a_browser(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the one that the environment names."""
    leave_session(project)
    browser = project / "browser.sh"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))

    status = main(["report", "--open"])

    assert status == Exit.HOLDS
    opened = (project / "opened.txt").read_text()
    assert opened == (project / ".repro" / "report" / "index.html").as_uri()


@pytest.mark.parametrize("text", [None, "{"], ids=["missing", "cut short"])
def test_without_a_session_there_is_no_page(
    project: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    """It is said what is missing, and what to run."""
    write_report(project)
    report = project / ".repro" / "report" / "report.json"
    report.unlink() if text is None else report.write_text(text)

    status = main(["report"])

    assert status == Exit.CANNOT_JUDGE
    assert "report.json" in capsys.readouterr().err
    assert not (report.parent / "index.html").exists()
