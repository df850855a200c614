"""The page as text: its policy, its words, its size."""

import base64
import hashlib
import re
from dataclasses import replace

import jinja2
import pytest

from pytest_repro.records import Problem, Session
from pytest_repro.reports.pages import render
from pytest_repro.reports.sheets import Sources, sheet_of
from pytest_repro.reports.summary import sort_by_need
from pytest_repro.reports.to_html import report_html
from tests.browser.pages import PAGE, SESSION
from tests.reports.making import DIVERGED, IDENTICAL, outcome_of, session_of

TEXT = PAGE.decode("utf-8")


def written(session: Session) -> str:
    """Write a page without any records."""
    sheets = [sheet_of(one, Sources()) for one in sort_by_need(session)]
    return report_html(session, sheets).decode("utf-8")


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_policy_names_what_is_inside(tag: str) -> None:
    """Style sheet and script have the digests that the policy allows, and no other."""
    (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", TEXT, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

    policy = TEXT[TEXT.index("Content-Security-Policy") :].partition('">')[0]

    assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy.replace("&#x27;", "&#39;")
    assert "unsafe" not in policy
    assert "default-src &#39;none&#39;" in policy


def test_nothing_is_named_that_could_be_loaded() -> None:
    """No address of another host, no source, no import in a style sheet."""
    assert not re.search(r"https?:|\bsrc=|@import|url\(", TEXT)


def test_a_page_of_ten_experiments_is_small() -> None:
    """Eight with ten seeds each take less than their share of 300 kB."""
    assert len(PAGE) < 300_000 * len(SESSION.outcomes) / 10


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        ([DIVERGED, IDENTICAL], "1 of 2 experiments does not hold"),
        ([DIVERGED, DIVERGED], "2 of 2 experiments do not hold"),
        ([IDENTICAL, IDENTICAL], "All 2 experiments hold"),
        ([IDENTICAL], "The experiment holds"),
        ([], "Nothing was compared"),
    ],
)
def test_the_headline_says_what_came_out(verdicts: list, headline: str) -> None:  # type: ignore[type-arg]  # verdicts
    """In one sentence, before anything else."""
    outcomes = [
        outcome_of(verdict, experiment=f"{number}.py::test")
        for number, verdict in enumerate(verdicts)
    ]

    assert f"<h1>{headline}</h1>" in written(session_of(outcomes))


def test_a_fatal_problem_is_no_success() -> None:
    """Where all hold and the session fails, the page does not say that all is well."""
    session = session_of([outcome_of(IDENTICAL)])
    problem = Problem(name="ORPHAN", message="a reference without its test")

    page = written(replace(session, problems=(problem,)))

    assert "<h1>The session has a problem</h1>" in page
    assert "a reference without its test" in page


def test_failed_ones_come_first() -> None:
    """Then the others, each group by name."""
    names = {"b": IDENTICAL, "c": DIVERGED, "a": IDENTICAL}
    outcomes = [outcome_of(one, experiment=f"{n}.py::t") for n, one in names.items()]

    page = written(session_of(outcomes))

    assert re.findall(r'class="path">(\w)', page) == ["c", "a", "b"]


def test_what_a_template_lacks_is_an_error() -> None:
    """Never an empty place on a page that people trust."""
    with pytest.raises(jinja2.UndefinedError):
        render("sheet.html")


def test_outcomes_of_several_environments_are_comparisons() -> None:
    """One experiment that was run in two places is not two experiments."""
    here, there = (
        replace(outcome_of(IDENTICAL), environment=place) for place in ("here", "avx2")
    )

    assert "All 2 comparisons hold" in written(session_of([here, there]))
