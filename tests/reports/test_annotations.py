"""Annotations stand at the line of the test, and no text can give a command."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Outcome, Problem, Session
from pytest_repro.reports import Place, annotation_lines, output_lines
from pytest_repro.reports.to_annotations import MOST
from tests.reports.making import (
    DIVERGED,
    ID,
    IDENTICAL,
    MISSING,
    outcome_of,
    session_of,
    skipped,
)

PLACE = Place("experiments/test_digits.py", 12)

COMMAND = re.compile(
    r"::(?P<kind>error|warning|notice) (?P<properties>[^:]*)::(?P<data>.*)"
)


def understood(line: str) -> tuple[str, dict[str, str], str]:
    """Take a command apart as the runner does: kind, properties, message.

    Source:
        actions/runner, src/Runner.Common/ActionCommand.cs: TryParseV2.
    """
    assert "\n" not in line
    assert "\r" not in line
    found = COMMAND.fullmatch(line)
    assert found is not None
    pairs = [one.partition("=") for one in found["properties"].split(",")]
    properties = {name: unescape(value) for name, _, value in pairs}
    return found["kind"], properties, unescape(found["data"])


def unescape(text: str) -> str:
    """Undo the escaping, the percent sign last."""
    for shown, meant in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n")):
        text = text.replace(shown, meant)
    return text.replace("%25", "%")


def failures(number: int) -> list[Outcome]:
    """Build experiments that parted."""
    return [outcome_of(DIVERGED, experiment=f"a.py::{n:03}") for n in range(number)]


def test_failure_stands_at_its_test() -> None:
    """File, line, a title that names it, and the block of the terminal."""
    (line,) = annotation_lines(session_of([outcome_of(DIVERGED)]), {ID: PLACE})

    assert line == (
        "::error file=experiments/test_digits.py,line=12,"
        "title=DIVERGED%3A experiments/test_digits.py%3A%3Atest_digits_mlp::"
        "seed 0   DIVERGED   train/loss differs at step 12%0A"
        "obtained   2.2968161  0x4012fef1%0A"
        "reference  2.2413447  0x400f7233%0A"
        "verdict  FAILED   1 of 8 seeds, 4.1 s%0A"
        'look closer: pytest-repro why "experiments/test_digits.py::test_digits_mlp"'
    )


def test_file_is_that_of_the_repository() -> None:
    """A project below the root of its repository is found there."""
    session = session_of([outcome_of(DIVERGED)])

    (line,) = annotation_lines(session, {ID: PLACE}, root="packages/vision")

    assert "file=packages/vision/experiments/test_digits.py," in line


def test_unknown_place_is_left_out() -> None:
    """Without a place the annotation stands at the job."""
    (line,) = annotation_lines(session_of([outcome_of(MISSING)]), {})

    assert line.startswith("::error title=NOT COMPARABLE%3A ")


def test_what_holds_is_not_annotated() -> None:
    """Passed and skipped experiments leave the page alone."""
    assert annotation_lines(session_of([outcome_of(IDENTICAL), skipped()]), {}) == []


def test_escapes_are_warnings_at_their_own_line() -> None:
    """A line that draws what no seed governs is marked where it stands."""
    outcome = replace(
        outcome_of(IDENTICAL),
        escapes=("train.py:88 time.time() reads the clock [time]", "somewhere"),
    )

    lines = annotation_lines(session_of([outcome]), {}, root="sub")

    assert lines[0] == (
        "::warning file=sub/train.py,line=88,"
        "title=ESCAPED%3A experiments/test_digits.py%3A%3Atest_digits_mlp::"
        "train.py:88 time.time() reads the clock [time]"
    )
    assert lines[1].startswith("::warning title=ESCAPED")


def test_problems_are_errors_if_they_fail_the_session() -> None:
    """Others are warnings; both keep every line of their message."""
    problems = (
        Problem(name="ORPHAN", message="old\nremove it"),
        Problem(name="STALE", message="older", is_fatal=False),
    )

    lines = annotation_lines(replace(session_of([]), problems=problems), {})

    assert lines == [
        "::error title=ORPHAN::old%0Aremove it",
        "::warning title=STALE::older",
    ]


def test_ten_of_a_kind_are_shown_and_the_rest_is_counted() -> None:
    """GitHub drops the eleventh without a word."""
    many = failures(25)
    escaping = replace(outcome_of(IDENTICAL), escapes=("a.py:1 x",) * 11)

    lines = annotation_lines(session_of([*many, escaping]), {})

    kinds = [understood(line)[0] for line in lines]
    assert kinds == ["error"] * MOST + ["warning"] * MOST + ["notice"]
    assert lines[-1] == (
        "::notice title=reproducibility::15 more errors and 1 more warning than GitHub"
        " shows; see .repro/report/summary.md"
    )


def test_ten_need_no_note() -> None:
    """The note appears only where something is left out."""
    lines = annotation_lines(session_of(failures(MOST)), {})

    assert [understood(line)[0] for line in lines] == ["error"] * MOST


PAYLOADS = [
    "::error file=x::gone",
    "x\n::add-mask::secret",
    "x\r\n::stop-commands::token",
    "x%0A::set-output name=a::b",
    "a,file=/etc/passwd,line=1",
    "a::b::c",
    "100%25 %",
    "x\u2028::warning::y\x85::debug::z\x0b\x0c",
    "\x1b[31m\u202egnp.exe",
    "",
]


def told(text: str) -> Session:
    """Build a session that holds a text wherever an annotation could show it."""
    outcome = replace(
        outcome_of(replace(MISSING, reason=text), experiment=text),
        candidate=text,
        escapes=(text,),
    )
    problem = Problem(name=text, message=text)
    return replace(session_of([outcome]), problems=(problem,), report=text)


@given(text=st.sampled_from(PAYLOADS) | st.text(max_size=60))
def test_text_from_outside_gives_no_command(text: str) -> None:
    """Each line is one command of ours, with no property but ours."""
    lines = annotation_lines(told(text), {text: Place(text, 3)})

    found = [understood(line) for line in lines]
    assert [kind for kind, _, _ in found] == ["error", "error", "warning"]
    assert all(
        set(properties) <= {"file", "line", "title"} for _, properties, _ in found
    )


@pytest.mark.parametrize("payload", PAYLOADS[1:3])
def test_bare_text_would_give_a_command(payload: str) -> None:
    """The check above fails for a line that was not escaped."""
    with pytest.raises(AssertionError):
        understood(f"::error title=x::{payload}")


def test_message_is_read_back_as_it_was() -> None:
    """Percent signs, colons and commas arrive as they were written."""
    problem = Problem(name="50%: a, b", message="100%25 done\nx: y, z")

    (line,) = annotation_lines(replace(session_of([]), problems=(problem,)), {})

    assert understood(line) == (
        "error",
        {"title": "50%: a, b"},
        "100%25 done\nx: y, z",
    )


def test_long_message_is_cut_and_says_so() -> None:
    """Annotations are short texts; the report has the rest."""
    problem = Problem(name="ORPHAN", message="orphan\n" * 500)

    (line,) = annotation_lines(replace(session_of([]), problems=(problem,)), {})

    assert understood(line)[2].endswith("orphan\n… 470 more lines")


def test_later_steps_can_ask_for_counts_and_the_report() -> None:
    """One line each, prefixed, zeros too."""
    session = session_of([outcome_of(IDENTICAL), outcome_of(DIVERGED)])

    assert output_lines(session) == [
        "repro_passed=1",
        "repro_failed=1",
        "repro_recorded=0",
        "repro_updated=0",
        "repro_skipped=0",
        "repro_unchanged=0",
        "repro_problems=0",
        "repro_report=.repro/report",
    ]


def test_folder_of_the_report_adds_no_output() -> None:
    """A name that holds a line break stays one value."""
    lines = output_lines(replace(session_of([]), report="a\nrepro_failed=0"))

    assert lines[-1] == "repro_report=a repro_failed=0"
