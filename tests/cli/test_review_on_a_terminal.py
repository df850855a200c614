"""`pytest-repro review` with a person: real keys, through a real pseudo-terminal."""

from pathlib import Path

import pytest

from tests.cli.samples import (
    CNN,
    MLP,
    Facts,
    leave_candidate,
    obtained_run,
    write_reference,
)
from tests.cli.terminal import ASKED, CTRL_C, EOF, MAY_BE_EMPTY, REASON, talk
from tests.cli.test_accept import RULES, only_reference, waiting

WHY = "a new kernel sums otherwise\n"


@pytest.fixture
def two(project: Path) -> Path:
    """A project with two candidates: a first reference, and a change."""
    write_reference(project, obtained_run(Facts()))
    leave_candidate(
        project, obtained_run(Facts(accuracy=0.9375, losses=(2.25, 1.5, 1.0, 0.5)))
    )
    leave_candidate(project, obtained_run(Facts(experiment=CNN)))
    return project


def test_candidates_come_one_after_the_other(two: Path) -> None:
    """Skip the first, accept the second: verdict, curves and drift are shown."""
    talked = talk(two, ["review"], (ASKED, "s\n"), (ASKED, "a\n"), (REASON, WHY))

    assert talked.status == 1
    assert "[1 of 2]\nexperiments/test_digits.py::test_digits_cnn" in talked.text
    assert "DIVERGED, WITHIN ROUNDING is required" in talked.text
    assert "train/loss  █▅▃▁  2.25 to 0.5" in talked.text
    assert "              █▅▃▃  2.25 to 1" in talked.text
    assert "1 accepted, 0 rejected, 1 still waiting" in talked.text
    assert only_reference(two).history[-1].reason == WHY.strip()
    assert waiting(two) == [CNN]


def test_nothing_waits_in_the_end(two: Path) -> None:
    """Then the status is 0."""
    talked = talk(
        two,
        ["review"],
        (ASKED, "r\n"),
        (MAY_BE_EMPTY, "\n"),
        (ASKED, "a\n"),
        (REASON, WHY),
    )

    assert talked.status == 0
    assert "1 accepted, 1 rejected, 0 still waiting" in talked.text


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        pytest.param([(ASKED, "A\n"), (REASON, WHY)], [], id="accept"),
        pytest.param([(ASKED, "R\n"), (MAY_BE_EMPTY, "no\n")], [], id="reject"),
        pytest.param([(ASKED, "S\n")], [CNN, MLP], id="skip"),
    ],
)
def test_upper_case_stands_for_all_that_remain(
    two: Path, turns: list[tuple[str, str]], left: list[str]
) -> None:
    """One answer, and one reason, for every candidate from here on."""
    talked = talk(two, ["review"], *turns)

    assert waiting(two) == left
    assert talked.status == int(bool(left))
    assert "[2 of 2]" in talked.text


@pytest.mark.parametrize("key", [CTRL_C, EOF, "q\n"], ids=["Ctrl-C", "EOF", "quit"])
def test_leaving_keeps_what_was_done(two: Path, key: str) -> None:
    """The first is accepted, the second waits, and both are said."""
    talked = talk(two, ["review"], (ASKED, "a\n"), (REASON, WHY), (ASKED, key))

    assert talked.status == 1
    assert "1 accepted, 0 rejected, 1 still waiting" in talked.text
    assert "Traceback" not in talked.text
    assert waiting(two) == [MLP]


def test_leaving_while_asked_for_a_reason_does_nothing(two: Path) -> None:
    """Ctrl-C at the second question takes the first answer back."""
    talked = talk(two, ["review"], (ASKED, "a\n"), (REASON, CTRL_C))

    assert talked.status == 1
    assert "0 accepted, 0 rejected, 2 still waiting" in talked.text
    assert waiting(two) == [CNN, MLP]


def test_short_reason_is_asked_for_again(two: Path) -> None:
    """The question comes back instead of an error that ends the review."""
    talked = talk(
        two,
        ["review", "mlp"],
        (ASKED, "a\n"),
        (REASON, "fix\n"),
        (ASKED, "a\n"),
        (REASON, WHY),
    )

    assert talked.status == 0
    assert "not accepted: the reason is too short" in talked.text
    assert waiting(two) == [CNN]


def test_details_and_help_ask_again(two: Path) -> None:
    """Looking closer decides nothing."""
    talked = talk(
        two, ["review", "mlp"], (ASKED, "d\n"), (ASKED, "?\n"), (ASKED, "q\n")
    )

    assert "first divergence at step 2" in talked.text
    assert "  q  quit: what is left waits" in talked.text
    assert waiting(two) == [CNN, MLP]


def test_details_of_a_first_reference_are_the_run(two: Path) -> None:
    """Without anything to compare with, all of the run is shown."""
    talked = talk(two, ["review", "cnn"], (ASKED, "d\n"), (ASKED, "q\n"))

    assert "traces of seed 0" in talked.text


def test_page_is_opened(two: Path) -> None:
    """By whatever the person opens pages with."""
    page = two / ".repro" / "report" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>report</title>")
    browser = two / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {two}/opened\n')
    browser.chmod(0o755)

    talk(two, ["review"], (ASKED, "o\n"), (ASKED, "q\n"), browser=str(browser))

    assert (two / "opened").read_text().strip() == page.as_uri()


def test_page_that_is_not_there_is_told(two: Path) -> None:
    """And how one is made."""
    talked = talk(two, ["review"], (ASKED, "o\n"), (ASKED, "q\n"))

    assert "there is no page .repro/report/index.html: pytest --repro" in talked.text


def test_missing_approvals_are_told_and_nothing_is_accepted(two: Path) -> None:
    """The rules ask for two maintainers; the candidate says so before the question."""
    (two / "reference_runs" / "approvals.toml").write_text(RULES)

    talked = talk(two, ["review", "mlp"], (ASKED, "a\n"), (REASON, WHY), (ASKED, "q\n"))
    named = talk(
        two,
        ["review", "mlp", "--approved-by", "ada", "--approved-by", "grace"],
        (ASKED, "a\n"),
        (REASON, WHY),
    )

    assert "asks for     2 approvals of ada, grace: add --approved-by" in talked.text
    assert "not accepted, the project asks for" in talked.text
    assert talked.status == 1
    assert named.status == 0
    assert only_reference(two).history[-1].approved_by == ("ada", "grace")


def test_change_meanwhile_is_told(two: Path) -> None:
    """Somebody writes the reference while a person thinks."""
    talked = talk(
        two,
        ["review", "mlp"],
        (ASKED, "d\n"),
        (ASKED, "s\n"),
    )
    write_reference(two, obtained_run(Facts(accuracy=0.9)))
    stale = talk(two, ["review", "mlp"])

    assert talked.status == 1
    assert stale.status == 1
    assert "has changed since this candidate was judged against it" in stale.text
    assert "0 accepted, 0 rejected, 1 still waiting" in stale.text
