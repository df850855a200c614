"""The page that a session leaves for people."""

from tests.plugin.project import WALK, Project

MOVED = WALK.replace("random.random()", "-random.random()")


def test_a_session_leaves_its_page(walk: Project) -> None:
    """Named in the last line, with both curves of what diverged."""
    session = walk.write({"test_walk.py": MOVED}).run("--repro")

    page = (walk.root / ".repro" / "report" / "index.html").read_text(encoding="utf-8")
    assert "report .repro/report/index.html" in session.output
    assert "1 of 1 experiment does not hold" in page
    assert 'class="reference"' in page
    assert 'class="obtained"' in page


def test_a_page_that_cannot_be_written_loses_no_session(walk: Project) -> None:
    """A warning says so, and how to try again; verdict and other reports are there."""
    page = walk.root / ".repro" / "report" / "index.html"
    page.unlink(missing_ok=True)
    page.mkdir(parents=True)

    session = walk.run("--repro")

    assert session.code == 0
    assert session.outcomes["test_walk"].passed
    assert "UNREPORTED  the page could not be written: " in session.output
    assert "write it again: pytest-repro report" in session.output
    assert "Traceback" not in session.output
