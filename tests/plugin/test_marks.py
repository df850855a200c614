"""Marks that pytest knows mean for an experiment what they mean for a test."""

import pytest

from pytest_repro.records import Action
from tests.plugin.project import Project, Session, share

FILES = {
    "test_marks.py": """\
import sys
import pytest

@pytest.mark.xfail(reason="known to drift", strict=False)
def test_expected_to_fail(repro):
    repro.log("loss", float("nan"))

@pytest.mark.xfail(reason="known to drift", strict=False)
def test_holds_unexpectedly(repro):
    repro.log("loss", 1.0)

@pytest.mark.xfail(reason="known to drift", strict=True)
def test_must_not_hold(repro):
    repro.log("loss", 1.0)

@pytest.mark.xfail(reason="hangs", run=False)
def test_never_run(repro):
    raise SystemExit

@pytest.mark.skipif(sys.maxsize > 1, reason="no small machine")
def test_skipped_by_mark(repro):
    repro.log("loss", 1.0)

def test_skips_itself(repro):
    pytest.skip("needs eight GPUs")

def test_skips_late(repro):
    repro.log("loss", 1.0)
    pytest.importorskip("no_such_module")

def test_plain(repro):
    repro.log("loss", 1.0)
"""
}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session over all of them, with references recorded where there is one."""

    def build(project: Project) -> Session:
        arguments = ("--repro-record", "-rA", "-n", "2")
        return project.write(FILES).run(*arguments, plugins=("xdist",))

    return share(tmp_path_factory, "marks", build)[1]


def test_counts_are_those_of_pytest(marked: Session) -> None:
    """xfail, xpass, strict xfail, run=False, skipif and skip, each in its column."""
    assert marked.counts == {
        "passed": 1,
        "failed": 1,
        "skipped": 3,
        "xfailed": 2,
        "xpassed": 1,
    }


def test_strict_xfail_that_holds_fails(marked: Session) -> None:
    """What held is named, with the reason of the mark."""
    assert "[XPASS(strict)] known to drift" in marked.output


def test_expected_failure_is_still_reported_as_one(marked: Session) -> None:
    """The mark decides about the session, not about what was found."""
    assert not marked.outcomes["test_expected_to_fail"].passed


@pytest.mark.parametrize(
    ("name", "reason"),
    [("test_skips_itself", "needs eight GPUs"), ("test_skips_late", "no_such_module")],
)
def test_skip_inside_the_body_travels_back(
    marked: Session, name: str, reason: str
) -> None:
    """An experiment may find out in its worker that it cannot run here."""
    outcome = marked.outcomes[name]

    assert outcome.action is Action.SKIPPED
    assert reason in outcome.message
    assert reason in marked.output


def test_skipped_by_a_mark_starts_no_worker(marked: Session) -> None:
    """There is no outcome of what never ran."""
    assert "test_skipped_by_mark" not in marked.outcomes
    assert "test_never_run" not in marked.outcomes
