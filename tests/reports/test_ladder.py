"""The ladder: which rung holds, which does not, which nobody asked."""

from dataclasses import replace

from pytest_repro.records import Action, Cause, Finding, Rung
from pytest_repro.reports.ladder import MOST, Hold, ladder_of
from pytest_repro.verdicts.rounding import ENVELOPE
from tests.browser.pages import SESSION
from tests.reports.making import DIVERGED, IDENTICAL, MISSING, outcome_of, skipped


def held(index: int) -> dict[Rung, Hold]:
    """Return what is known of each rung, of an outcome of the sample session."""
    return {step.rung: step.hold for step in ladder_of(SESSION.outcomes[index])}


def test_identical_holds_with_all_below() -> None:
    """The same bits are inside any envelope and any margin."""
    steps = ladder_of(outcome_of(IDENTICAL))

    assert {step.hold for step in steps} == {Hold.HOLDS}
    assert [step.rung for step in steps if step.is_reached] == [Rung.IDENTICAL]


def test_within_rounding_has_other_bits() -> None:
    """Below the first rung, evidence says where the bits part."""
    first, second, _ = ladder_of(SESSION.outcomes[2])

    assert (first.hold, second.hold) == (Hold.FAILS, Hold.HOLDS)
    assert first.evidence == ("other bits at step 0 (train/loss)",)


def test_equivalent_without_envelope_was_not_asked_about_rounding() -> None:
    """Silence is no answer: it is said that nobody asked."""
    assert held(3)[Rung.WITHIN_ROUNDING] is Hold.UNASKED
    assert held(3)[Rung.EQUIVALENT] is Hold.HOLDS


def test_diverged_is_the_verdict_below_what_does_not_hold() -> None:
    """Its own rung comes last; one seed outside settles what margins are not asked."""
    assert list(held(1).values()) == [
        Hold.FAILS,
        Hold.FAILS,
        Hold.UNASKED,
        Hold.VERDICT,
    ]


def test_nothing_to_compare_leaves_all_rungs_unasked() -> None:
    """A crash says nothing about agreement."""
    assert set(held(0).values()) == {Hold.UNASKED, Hold.VERDICT}


def test_inconclusive_leaves_the_rung_above_undecided() -> None:
    """What more seeds might show is neither held nor failed."""
    finding = Finding(
        name="a", rung=Rung.INCONCLUSIVE, tolerance="Equivalent(0.1)", detail="a is far"
    )
    verdict = replace(DIVERGED, rung=Rung.INCONCLUSIVE, findings=(finding,))

    *_, above, last = ladder_of(outcome_of(verdict))

    assert (above.rung, above.hold) == (Rung.EQUIVALENT, Hold.OPEN)
    assert above.evidence == ("a is far",)
    assert last.hold is Hold.VERDICT


def test_required_rung_is_marked() -> None:
    """So that a reader sees how far below it the verdict is."""
    steps = ladder_of(outcome_of(MISSING))

    assert [one.rung for one in steps if one.is_required] == [Rung.WITHIN_ROUNDING]


def test_evidence_is_bounded_and_the_worst_comes_first() -> None:
    """A hundred metrics do not bury the one that left."""
    inside = [
        Finding(
            name=str(n), rung=Rung.WITHIN_ROUNDING, tolerance=ENVELOPE, detail=f"{n}"
        )
        for n in range(100)
    ]
    outside = Finding(name="x", rung=Rung.DIVERGED, tolerance=ENVELOPE, detail="x left")
    verdict = replace(DIVERGED, findings=(*inside, outside))

    _, step, *_ = ladder_of(outcome_of(verdict))

    assert step.evidence[0] == "x left"
    assert step.evidence[-1] == f"and {101 - MOST} more"


def test_what_was_not_compared_has_no_ladder() -> None:
    """Recorded or skipped, there is nothing to climb."""
    recorded = replace(outcome_of(IDENTICAL), action=Action.RECORDED)

    assert ladder_of(skipped()) == ladder_of(recorded) == ()
    assert skipped().verdict.cause is Cause.VACUOUS
