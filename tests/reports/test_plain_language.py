"""The page for everybody: plain words, short sentences, no number of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from pytest_repro.records import Action, Cause, Outcome, Problem, Rung, Verdict
from pytest_repro.reports import plain_language, report_markdown
from tests.reports.making import (
    DIVERGED,
    IDENTICAL,
    MISSING,
    NEAR,
    outcome_of,
    session_of,
    skipped,
)
from tests.reports.test_markdown import PAYLOADS, Page, told
from tests.reports.test_schema import VARIED

JARGON = re.findall(
    r"[a-z]+",
    "accuracy artifact asset baseline batch bit checkpoint config confidence"
    " contract convergence dataset determinism digest divergence diverged envelope"
    " environment epoch fingerprint gradient hash hyperparameter iteration loss margin"
    " metric model optimizer parameter provenance python reference reproducibility"
    " rung schema seed significance statistical tensor threshold tolerance trace"
    " training variance verdict weight",
)

MEAN_WORDS = 12
MOST_WORDS = 20

EQUIVALENT = replace(IDENTICAL, rung=Rung.EQUIVALENT)
TOO_WEAK = replace(EQUIVALENT, required=Rung.WITHIN_ROUNDING)
UNDECIDED = replace(IDENTICAL, rung=Rung.INCONCLUSIVE)


def named(name: str, verdict: Verdict) -> Outcome:
    """Build an outcome of another name."""
    return outcome_of(verdict, experiment=name)


EVERYTHING = [
    named("a", IDENTICAL),
    named("b", NEAR),
    named("c", replace(EQUIVALENT, required=Rung.EQUIVALENT)),
    named("d", TOO_WEAK),
    named("e", DIVERGED),
    named("f", UNDECIDED),
    replace(named("g", MISSING), action=Action.RECORDED),
    replace(named("h", DIVERGED), action=Action.UPDATED),
    replace(VARIED, experiment="i"),
    skipped(),
    *(named(f"z {cause}", replace(MISSING, cause=cause)) for cause in Cause),
]


def pages() -> list[str]:
    """Write a page for each outcome, and one for a session that is broken."""
    broken = replace(session_of([]), problems=(Problem(name="VACUOUS", message=""),))
    return [plain_language(session_of([one])) for one in EVERYTHING] + [
        plain_language(broken)
    ]


def prose(page: str) -> str:
    """Leave out what is quoted from elsewhere."""
    return re.sub(r"<code>.*?</code>", "It", page)


def sentences(page: str) -> list[list[str]]:
    """Cut a page into sentences, and these into words."""
    lines = re.sub(r"\n  ", " ", prose(page)).splitlines()
    parts = [part for line in lines for part in re.split(r"[.:?](?:\s|$|\*)", line)]
    found = [re.findall(r"[A-Za-z']+|[0-9.]+", part) for part in parts]
    return [words for words in found if words]


def too_hard(page: str) -> list[str]:
    """Say what makes a page hard to read."""
    found = sentences(page)
    mean = sum(map(len, found)) / len(found)
    long = [" ".join(words) for words in found if len(words) > MOST_WORDS]
    return [f"{mean:.1f} words a sentence"] * (mean > MEAN_WORDS) + long


def jargon_in(page: str) -> list[str]:
    """List the words that only people of the field know, plurals too."""
    words = {word.lower().rstrip("s") for word in re.findall(r"[A-Za-z]+", prose(page))}
    return [word for word in JARGON if word.rstrip("s") in words]


def numbers_in(page: str) -> list[str]:
    """List the numbers in what the page says of itself."""
    return re.findall(r"[0-9]+(?:\.[0-9]+)?", prose(page))


@pytest.mark.parametrize("page", pages())
def test_page_is_easy_to_read(page: str) -> None:
    """Twelve words a sentence on average at most, and never more than twenty."""
    assert too_hard(page) == []


@pytest.mark.parametrize("page", pages())
def test_page_has_no_jargon(page: str) -> None:
    """No word that one has to be of the field to know, outside of quotations."""
    assert jargon_in(page) == []


def test_hard_page_would_be_seen() -> None:
    """The report for reviewers is full of what this page must not have."""
    page = report_markdown(session_of([outcome_of(DIVERGED), outcome_of(MISSING)]))
    long = " ".join(["word"] * 21)

    assert {"rung", "seed", "verdict", "reference"} <= set(jargon_in(page))
    assert too_hard(f"{long}.") == ["21.0 words a sentence", long]


def test_page_for_a_session_of_all_kinds() -> None:
    """Groups stand by what they mean to the reader, the worst first."""
    page = plain_language(session_of(EVERYTHING))

    assert page.startswith(
        "# Can the results be had again?\n"
        "\n"
        "**Partly.** We looked at 22 experiments. 3 held. 3 did not."
        " 16 could not be decided.\n"
        "That took 23 runs and 9.5 s.\n"
        "\n"
        "## What did not hold\n"
        "\n"
        "- <code>d</code>. Single runs differ a little. On average the change is too"
        " small to matter to its owners. Its owners ask for more than that.\n"
        "- <code>e</code>. It gave other numbers than before. The first difference is"
        " in <code>train/loss</code> in step 12. It was <code>2.2413447</code>."
        " It is <code>2.2968161</code> now.\n"
        "- <code>i</code>. Its numbers depend on things that should not matter:"
        " <code>threads</code>.\n"
        "\n"
        "## What could not be decided\n"
        "\n"
        "- <code>f</code>. 1 run did not suffice to tell.\n"
    )
    assert "- 4 more are not named here, to keep this to a page.\n" in page


@pytest.mark.parametrize(
    ("outcomes", "answer"),
    [
        pytest.param([named("a", IDENTICAL)], "**Yes.**", id="all held"),
        pytest.param([named("a", DIVERGED)], "**No.**", id="none held"),
        pytest.param(
            [named("a", IDENTICAL), named("b", MISSING)], "**Partly.**", id="some open"
        ),
        pytest.param([named("a", UNDECIDED)], "**We cannot tell.**", id="open"),
        pytest.param([skipped()], "**Nothing was checked.**", id="skipped"),
        pytest.param([], "**Nothing was checked.**", id="empty"),
    ],
)
def test_answer_comes_first(outcomes: Sequence[Outcome], answer: str) -> None:
    """One word answers the question of the title."""
    page = plain_language(session_of(outcomes))

    assert page.splitlines()[2].startswith(answer)


def test_broken_check_is_no_yes() -> None:
    """What went wrong with the session as a whole is told, and counts."""
    problem = Problem(name="ORPHAN", message="old")
    session = replace(session_of([named("a", IDENTICAL)]), problems=(problem,))

    page = plain_language(session)

    assert "**Partly.**" in page
    assert "## What went wrong with the check itself\n\n- <code>ORPHAN</code>\n" in page


def test_every_number_is_one_of_the_outcomes() -> None:
    """Counts, steps and times: nothing else is a number on this page."""
    session = replace(session_of([outcome_of(DIVERGED)] * 7), wall_s=42.5)

    assert numbers_in(plain_language(session)) == [
        *("7", "0", "7", "0"),
        *("7", "42.5"),
        *["12"] * 7,
    ]


def test_five_words_are_explained_at_most() -> None:
    """Whoever needs more words than that reads another report."""
    page = plain_language(session_of(EVERYTHING))

    assert 0 < len(re.findall(r"^- \*\*", page, re.MULTILINE)) <= 5


def test_a_session_of_any_size_stays_a_page() -> None:
    """Five hundred failures take no more lines than thirteen."""
    many = [named(f"{n:03}", DIVERGED) for n in range(500)]

    few = plain_language(session_of(many[:13]))
    page = plain_language(session_of(many))

    assert len(page.splitlines()) == len(few.splitlines())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_cannot_act(payload: str) -> None:
    """No tag, link or attribute comes from a name or a message."""
    page, harmless = Page(), Page()
    page.feed(MarkdownIt("commonmark").render(plain_language(told(payload))))
    harmless.feed(MarkdownIt("commonmark").render(plain_language(told("name"))))

    assert page.tags == harmless.tags
    assert set(page.tags) == {"h1", "h2", "p", "ul", "li", "strong", "code"}
    assert page.attributes == []
