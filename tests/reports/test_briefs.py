"""A brief tells what was found, and never loses a person's words."""

from dataclasses import replace

import pytest

from pytest_repro.records import (
    Answer,
    ExpectationOutcome,
    Order,
    Precedence,
    Registered,
    Registration,
)
from pytest_repro.reports.briefs import (
    Brief,
    Moment,
    Tried,
    median_s,
    median_text,
    outcome_text,
)
from pytest_repro.reports.to_brief import brief_markdown, count_unwritten, put_into

HELD = ExpectationOutcome(
    text="test/accuracy >= 0.9",
    answer=Answer.HELD,
    bound=">= 0.9",
    obtained="0.95",
    detail="1 seed, so no interval",
)
MISSED = replace(HELD, text="gen_gap < 0.05", answer=Answer.DID_NOT_HOLD)

BRIEF = Brief(
    registration=Registration(
        id="net",
        hypothesis="A small net learns to count.",
        experiments=("test_net.py::test_net",),
        metrics=("test/accuracy",),
        expectations=(),
        joint=("arch", "data"),
        rationale="Counting needs one hidden layer.",
    ),
    path="registrations/net.toml",
    order=Order.REGISTERED,
    message="1a2b3c, the commit of this run, already has registrations/net.toml",
    tried=(
        Tried(
            experiment="test_net.py::test_net",
            key="here",
            registered=Registered(
                id="net",
                path="registrations/net.toml",
                hypothesis="A small net learns to count.",
                order=Order.REGISTERED,
                precedence=Precedence.BEFORE,
                evidence="the reference, 1 seed",
                expectations=(HELD, MISSED),
            ),
            verdict="IDENTICAL, passed",
        ),
    ),
    registered=Moment(
        commit="1a2b3c4d5e6f", date_utc="2026-01-01T00:00:00Z", subject="register"
    ),
    decided_utc="2026-01-03T03:00:00Z",
)
MADE = brief_markdown(BRIEF, [BRIEF])


def day(number: int) -> Brief:
    """Make a brief whose verdict came so many days after its registration."""
    return replace(BRIEF, decided_utc=f"2026-01-{number + 1:02}T00:00:00Z")


def test_both_sides_stand_beside_each_other() -> None:
    """Expectation, outcome, answer; what was chosen jointly; commit and order."""
    assert "&#62;= 0.9</code> | <code>0.95</code> | **held** | 1 seed" in MADE
    assert "**did not hold**" in MADE
    assert "| chosen jointly | arch, data |" in MADE
    assert "Last verdict: IDENTICAL, passed." in MADE
    assert "| order | **registered**: 1a2b3c" in MADE
    assert "<code>1a2b3c4d5e of 2026-01-01T00\\:00\\:00Z</code> register |" in MADE
    assert "| to verdict | 2 d 3 h |" in MADE


def test_what_came_of_it_is_one_line() -> None:
    """Each answer is counted, and none is left out."""
    assert outcome_text(BRIEF) == "2 expectations: 1 held, 1 did not hold"
    assert outcome_text(replace(BRIEF, tried=())) == "nothing was run yet"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"order": Order.LATE}, id="late"),
        pytest.param({"order": Order.EDITED}, id="edited"),
        pytest.param({"order": Order.UNKNOWN}, id="unknown"),
        pytest.param({"registered": None}, id="no commit"),
        pytest.param({"decided_utc": ""}, id="no verdict"),
        pytest.param({"decided_utc": "2025-12-31T00:00:00Z"}, id="clocks disagree"),
    ],
)
def test_what_did_not_wait_counts_for_nothing(changes: dict[str, object]) -> None:
    """A result that was known before cannot shorten the median."""
    other = replace(BRIEF, **changes)  # type: ignore[arg-type]  # one field each

    assert other.waited_s is None
    assert median_s([other, BRIEF]) == BRIEF.waited_s
    assert median_text([other, BRIEF]).endswith("the median of 1 of 2 registrations")


def test_the_median_is_in_the_middle() -> None:
    """One that took very long moves it little."""
    assert median_s([day(1), day(29), day(2)]) == 2 * 86_400
    assert median_text([day(1), day(2)]) == (
        "1 d 12 h, the median of 2 of 2 registrations"
    )
    assert median_s([]) is None


def test_words_of_a_person_survive() -> None:
    """Only what stands between the marks is another afterwards."""
    first = put_into(None, MADE)
    assert first is not None
    mine = first.replace("*To be written by a person:* what was learned", "We learned")
    later = brief_markdown(replace(BRIEF, order=Order.AMENDED), [BRIEF])

    page = put_into(f"Mine above.\n\n{mine}Mine below.\n", later)

    assert page is not None
    assert page.startswith("Mine above.\n")
    assert page.endswith("Mine below.\n")
    assert "We learned" in page
    assert "**registered, amended**" in page
    assert (count_unwritten(first), count_unwritten(page)) == (3, 2)


def test_the_same_facts_change_nothing() -> None:
    """A page that is up to date is the same bytes again."""
    page = put_into(None, MADE)

    assert put_into(page, MADE) == page


@pytest.mark.parametrize("page", ["", "mine", MADE.splitlines()[0]])
def test_a_page_without_marks_is_not_touched(page: str) -> None:
    """It is somebody's, whatever it is called."""
    assert put_into(page, MADE) is None


def test_no_word_of_a_registration_acts() -> None:
    """Neither HTML, nor a mention, nor a mark that ends what is made."""
    bad = "<!-- what follows is yours --> | <img src=x> @all [a](b)"
    registration = replace(BRIEF.registration, hypothesis=bad)

    made = brief_markdown(replace(BRIEF, registration=registration), [BRIEF])

    assert made.count("<!-- what follows is yours -->") == 1
    assert "<img" not in made
    assert "@all" not in made
