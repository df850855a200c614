"""`brief` makes a page of a registration, from git and records."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_repro.cli import main
from pytest_repro.records import Cause, Revision, Rung
from pytest_repro.references import ReferenceStore
from tests.cli.processes import files
from tests.cli.samples import (
    MLP,
    Facts,
    obtained_run,
    outcome_of,
    write_obtained,
    write_report,
)
from tests.provenance import repository
from tests.replication.registering import EXPERIMENT, TEXT, Story, run_at

DATE = "GIT_COMMITTER_DATE"
FIRST = Revision(number=1, created_utc="2026-01-03T03:00:00Z", created_by="test")
OWN = "*To be written by a person:* what was learned, also where nothing came of it."


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A project with one commit, of the first hour of a year."""
    monkeypatch.setitem(repository.VARIABLES, DATE, "2026-01-01T00:00:00Z")
    story = Story(tmp_path / "project")
    (story.root / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(story.root)
    return story


def run_and_record(story: Story, commit: str) -> None:
    """Leave a reference that was recorded two days after that hour."""
    run = run_at(commit, test__accuracy=0.95, train__accuracy=0.97)
    store = ReferenceStore(story.root / "reference_runs")
    store.write(replace(run, history=(FIRST,)))


def test_the_page_shows_what_came_of_it(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """Expectations beside outcomes, the commit that registered it, the time between."""
    commit = story.register()
    run_and_record(story, commit)

    status = main(["brief", "net"])

    page = capsys.readouterr().out
    assert status == 0
    assert "**2 expectations: 2 held.**" in page
    assert "<code>0.95</code> | **held**" in page
    assert f"<code>{commit[:10]} of 2026-01-01T00\\:00\\:00Z</code> register" in page
    assert "| order | **registered**" in page
    assert "| to verdict | 2 d 3 h |" in page
    assert OWN in page


def test_without_an_id_all_are_told_and_the_median(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """A late one is told as such, and does not count."""
    first = story.head
    run_and_record(story, story.register())
    text = (story.root / "registrations/net.toml").read_text()
    story.register(text.replace("test_net.py::test_net", "test_late.py::t"), name="b")
    store = ReferenceStore(story.root / "reference_runs")
    run = run_at(first, test__accuracy=0.95, train__accuracy=0.97)
    identity = replace(run.identity, experiment="test_late.py::t")
    store.write(replace(run, identity=identity, history=(FIRST,)))

    status = main(["brief"])

    told = capsys.readouterr().out
    assert status == 0
    assert "net           registered       2 expectations: 2 held     2 d 3 h" in told
    assert "2 d 3 h, the median of 1 of 2 registrations" in told
    assert "did not come first, and waited for nothing: b" in told


def test_a_page_that_is_kept_keeps_words(story: Story) -> None:
    """It is written before the run, and brought up to date after it."""
    commit = story.register()
    main(["brief", "net", "--write"])
    page = story.root / "briefs" / "net.md"
    assert "Nothing was run yet" in page.read_text()
    page.write_text(page.read_text().replace(OWN, "That it counts."))
    run_and_record(story, commit)

    status = main(["brief", "net", "--write"])

    told = page.read_text()
    assert status == 0
    assert "2 expectations: 2 held" in told
    assert "That it counts." in told
    assert OWN not in told


def test_a_page_of_somebody_else_is_left(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the marks nothing is written."""
    story.register()
    page = story.root / "briefs" / "net.md"
    page.parent.mkdir()
    page.write_text("mine\n")

    status = main(["brief", "net", "--write"])

    assert status == 2
    assert page.read_text() == "mine\n"
    assert "briefs/net.md is left as it is" in capsys.readouterr().err


def test_a_name_that_is_none_is_answered_with_the_nearest(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """And with what begins it."""
    story.register()

    status = main(["brief", "met"])

    told = capsys.readouterr().err
    assert status == 5
    assert "did you mean net?" in told
    assert "pytest-repro new brief met" in told


def test_without_registrations_that_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page is better than an empty one."""
    status = main(["brief"])

    assert status == 5
    assert "there is no registration" in capsys.readouterr().err
    assert set(files(project)) == {"pyproject.toml"}


def test_without_a_reference_the_last_session_speaks(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of git the order cannot be checked, and no time is told."""
    run = obtained_run(Facts(accuracy=0.5))
    write_obtained(project, run)
    cause = Cause.MISSING_REFERENCE
    write_report(project, outcome_of(run, Rung.NOT_COMPARABLE, cause=cause, seeds=[0]))
    text = TEXT.replace(EXPERIMENT, MLP).replace(', "gen_gap < 0.05"', "")
    (project / "registrations").mkdir()
    (project / "registrations" / "net.toml").write_text(text)

    status = main(["brief", "net"])

    page = capsys.readouterr().out
    assert status == 0
    assert "<code>0.5</code> | **did not hold**" in page
    assert "Numbers of this session, 1 seed." in page
    assert "| order | **cannot be checked**" in page
    assert "to verdict" not in page


def test_new_brief_begins_registration_and_page(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second time both are kept."""
    first = main(["new", "brief", "small-net"])
    before = files(story.root)
    second = main(["new", "brief", "small-net"])

    told = capsys.readouterr().out
    assert (first, second) == (0, 0)
    assert files(story.root) == before
    assert (story.root / "registrations" / "small-net.toml").exists()
    assert "# Brief: small-net" in (story.root / "briefs/small-net.md").read_text()
    assert "pytest-repro brief small-net --write, which keeps your words" in " ".join(
        told.split()
    )
