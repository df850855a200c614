"""An explanation says beside it what nobody could follow."""

from dataclasses import replace

import pytest

from pytest_repro.records import BEFORE, LostLane
from pytest_repro.verdicts import explain
from pytest_repro.verdicts.causes import first_divergence
from pytest_repro.verdicts.limits import explain_within_limits, limits_of, lost_text
from tests.verdicts.faulty import Course, run
from tests.verdicts.making import Made, judged

BATCH = LostLane(name="data/batch", step=3, why="FingerprintError: no bytes")


def lost(*names: str, step: int = 3) -> tuple[LostLane, ...]:
    """Make lanes that were lost at one step."""
    return tuple(replace(BATCH, name=name, step=step) for name in names)


def test_lost_lane_is_told_beside_the_cause() -> None:
    """Class and place come first, then what could not be seen."""
    reference, obtained = run(Course()), run(Course(smoothing=0.01))
    verdict = judged(obtained, reference)
    told = explain(obtained, reference, verdict)

    within = explain_within_limits(replace(obtained, lost=(BATCH,)), reference, verdict)

    assert told.startswith("forward at step 0")
    assert within == (
        f"{told}; not followed in the obtained run: data/batch from step 3 on"
        " (FingerprintError: no bytes)"
    )


def test_without_a_lost_lane_nothing_is_added() -> None:
    """The explanation stands alone, as before."""
    reference, obtained = run(Course()), run(Course(smoothing=0.01))
    verdict = judged(obtained, reference)

    assert explain_within_limits(obtained, reference, verdict) == explain(
        obtained, reference, verdict
    )


def test_limits_are_told_where_nothing_else_can_be() -> None:
    """A run whose every lane was lost has no class, and says why."""
    obtained = replace(Made().run(), lost=lost("data/batch"))
    reference = Made(traces={"train/loss": (3.0, 2.5, 2.0, 1.0)}).run()
    verdict = judged(obtained, reference)

    assert explain_within_limits(obtained, reference, verdict).startswith(
        "not followed in the obtained run: data/batch from step 3 on"
    )


def test_runs_that_agree_have_no_limits_to_tell() -> None:
    """There is nothing to explain."""
    obtained = replace(Made().run(), lost=lost("data/batch"))
    verdict = judged(obtained, Made().run())

    assert explain_within_limits(obtained, Made().run(), verdict) == ""


def test_both_sides_are_told_and_many_are_counted() -> None:
    """The obtained run first, the earliest of each first, three in all."""
    obtained = replace(Made().run(), lost=lost("a/x", "b/x"))
    early = lost("c/x", step=9) + lost("d/x", step=BEFORE)
    reference = replace(Made().run(), lost=early)

    first, second, third, more = limits_of(obtained, reference)

    assert first.startswith("not followed in the obtained run: a/x from step 3 on")
    assert second.startswith("not followed in the obtained run: b/x")
    assert third.startswith("not followed in the reference: d/x from the start on")
    assert more == "and 1 more"


def test_long_reason_is_cut() -> None:
    """A line stays a line; the record has all of it."""
    text = lost_text(replace(BATCH, why="x" * 300))

    assert text == f"data/batch from step 3 on ({'x' * 99}…)"


@pytest.mark.parametrize("side", ["obtained", "reference"])
def test_lost_evaluation_is_not_a_missing_one(side: str) -> None:
    """A lane that failed at its first digest is no model that was never called."""
    whole = run(Course())
    name = "model/evaluation"
    others = tuple(lane for lane in whole.ledger if lane.name != name)
    never, failed = replace(whole, ledger=others), lost(name, step=0)
    sides = {"reference": whole, "obtained": whole}

    called = first_divergence(**{**sides, side: never})
    unknown = first_divergence(**{**sides, side: replace(never, lost=failed)})

    assert called is not None
    assert "never calls the model in evaluation mode" in called.evidence
    assert unknown is None
