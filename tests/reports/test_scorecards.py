"""Golden texts of scorecards."""

from dataclasses import replace
from textwrap import dedent

from pytest_repro.records import Action, Effect, Outcome, Scorecard, Standing
from pytest_repro.reports import (
    experiment_lines,
    report_json,
    report_markdown,
    scorecard_lines,
)
from tests.reports.making import DIVERGED, ID, IDENTICAL, NEAR, session_of

BROKEN = Effect(
    variations=("fill=on",),
    axes=("memory fill",),
    standing=Standing.BREAKS,
    verdict=DIVERGED,
    note="reads uninitialised memory",
)
TOGETHER = Effect(
    variations=("time-zone=UTC-14", "home=empty"),
    axes=("time zone", "home"),
    standing=Standing.BREAKS,
    verdict=DIVERGED,
)
CARD = Scorecard(
    experiment=ID,
    seed=0,
    effects=(
        Effect(
            variations=("hash-seed=1", "locale=C"),
            axes=("hash seed", "locale"),
            standing=Standing.SAME,
            verdict=IDENTICAL,
        ),
        BROKEN,
        Effect(
            variations=("threads=2",),
            axes=("threads",),
            standing=Standing.WITHIN,
            verdict=NEAR,
        ),
    ),
    runs=9,
    wall_s=30.25,
    envelope="reference_runs/digits",
)


def outcome_of(card: Scorecard) -> Outcome:
    """Build the outcome of a scorecard."""
    return Outcome(
        experiment=ID,
        action=Action.VARIED,
        verdict=DIVERGED,
        wall_s=card.wall_s,
        scorecard=card,
    )


def golden(text: str) -> str:
    """Take the indentation of this file off a block."""
    return dedent(text).strip("\n")


def test_block_says_what_bits_depend_on_first() -> None:
    """Then what each variation did that did anything, and what all of it cost."""
    lines = experiment_lines(outcome_of(CARD))

    assert "\n".join(lines) == golden(
        """
        experiments/test_digits.py::test_digits_mlp
          bits depend on         memory fill, threads
          do not depend on       hash seed, locale
          break under            memory fill
          within rounding under  threads
          envelope of            reference_runs/digits
          fill=on    breaks: train/loss differs at step 12: 2.2968161 against 2.2413447
                     reads uninitialised memory
          threads=2  within rounding: inside the declared tolerance: test/loss at 0.4 of Close(rtol=0.001, atol=0); left the bits at step 3 (conv1.weight.grad)
          verdict  FAILED   9 runs, 30.2 s
        """  # noqa: E501  # lines as they are printed
    )


def test_chance_is_said_to_hide_the_rest() -> None:
    """Nobody should read an empty list as a clean one."""
    card = replace(CARD, effects=(TOGETHER,), is_steady=False, envelope="")

    assert scorecard_lines(card)[-2:] == [
        f"{'':25}the same run gives other bits each time: nothing more",
        f"{'':25}can be told until that is mended",
    ]


def test_clean_scorecard_passes_and_is_shown_in_markdown() -> None:
    """A clean one is worth reading, too; only failures are shown otherwise."""
    outcome = outcome_of(replace(CARD, effects=CARD.effects[:1]))

    text = report_markdown(session_of([outcome]))

    assert "| PASSED |" in text
    assert "bits depend on         nothing that was varied" in text


def test_report_for_machines_holds_the_scorecard() -> None:
    """Every effect in full."""
    data = report_json(session_of([outcome_of(CARD)]))

    assert b'"standing": "within rounding"' in data
    assert b'"passed": false' in data


def test_what_matters_only_together_is_told_together() -> None:
    """Both circumstances in one name, both variations in one line."""
    lines = scorecard_lines(replace(CARD, effects=(TOGETHER,)))

    assert lines[0] == "  bits depend on         time zone with home"
    assert lines[-1].startswith("  time-zone=UTC-14 + home=empty  breaks: train/loss")


def test_names_cannot_act() -> None:
    """A note or a name with terminal sequences is shown without them."""
    hostile = replace(BROKEN, variations=("a\x1b[2J",), note="b\x1b[31m")

    text = "\n".join(scorecard_lines(replace(CARD, effects=(hostile,))))

    assert "\x1b" not in text
