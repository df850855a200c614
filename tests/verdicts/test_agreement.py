"""Do two runs agree up to a step? A rerun under one switch is asked that."""

from dataclasses import replace

import pytest

from pytest_repro.records import Lane
from pytest_repro.verdicts.agreement import parted_within
from tests.verdicts.making import Made, thin


def test_a_run_agrees_with_itself() -> None:
    """Nothing parts, whether all of it is looked at or the beginning."""
    run = Made().run()

    assert parted_within(run, run, until=None) is None
    assert parted_within(run, run, until=2) is None


def test_an_early_end_is_no_difference() -> None:
    """A rerun that ended after step 1 agrees as far as it went."""
    short = Made(traces={"train/loss": (3.0, 2.5)}, metrics={}, state=()).run()
    whole = Made().run()

    assert parted_within(short, whole, until=1) is None


def test_the_first_differing_step_is_told() -> None:
    """Of two differences the earlier one is the place."""
    obtained = Made(traces={"a": (1.0, 2.0, 9.0), "b": (1.0, 9.0, 9.0)}).run()
    reference = Made(traces={"a": (1.0, 2.0, 3.0), "b": (1.0, 2.0, 3.0)}).run()

    found = parted_within(obtained, reference, until=2)

    assert found is not None
    assert found.text == "step 1 (b)"


def test_what_comes_later_does_not_count() -> None:
    """A difference after the last step that counts is none."""
    obtained = Made(traces={"a": (1.0, 2.0, 9.0)}, metrics={}, state=()).run()
    reference = Made(traces={"a": (1.0, 2.0, 3.0)}, metrics={}, state=()).run()

    assert parted_within(obtained, reference, until=1) is None
    assert parted_within(obtained, reference, until=2) is not None


def test_a_fingerprint_of_the_end_does_not_count_before_it() -> None:
    """The final weights bear no step; they lie behind the last one."""
    obtained = Made(metrics={}).run()
    (weights,) = obtained.state
    moved = replace(weights, step=None, order=99)
    other = replace(moved, digest=obtained.series[0].head)

    ours, theirs = replace(obtained, state=(moved,)), replace(obtained, state=(other,))

    assert parted_within(ours, theirs, until=2) is None
    assert parted_within(ours, theirs, until=None) is not None


def test_a_thinned_reference_tells_what_lies_between_its_points() -> None:
    """A difference at a step that the reference does not keep shows at its next one."""
    values = [float(step) for step in range(24)]
    reference = Made(traces={"a": values}, metrics={}, state=()).run()
    thinned = replace(reference, series=(thin(reference.series[0], 10),))
    parted = Made(traces={"a": [*values[:5], -1.0, *values[6:]]}, state=()).run()

    found = parted_within(parted, thinned, until=20)

    assert found is not None
    assert found.step == 10


def test_a_lane_parts_where_both_sides_kept_it() -> None:
    """The ledger counts, at the steps that both have."""
    run = Made().run()
    ours = Lane(name="data/batch", steps=(0, 1), orders=(0, 1), digests=("aa", "bb"))
    theirs = Lane(name="data/batch", steps=(0, 2), orders=(0, 2), digests=("cc", "dd"))

    found = parted_within(
        replace(run, ledger=(ours,)), replace(run, ledger=(theirs,)), until=3
    )

    assert found is not None
    assert found.text == "step 0 (data/batch)"


def test_whole_runs_may_part_in_their_final_metrics_alone() -> None:
    """Where everything else agrees, a final metric is the place."""
    obtained = Made(metrics={"test/loss": 0.5}).run()
    reference = Made(metrics={"test/loss": 0.25}).run()

    found = parted_within(obtained, reference, until=None)

    assert found is not None
    assert (found.name, found.step) == ("test/loss", None)


def test_final_metrics_alone_are_enough_for_whole_runs() -> None:
    """An experiment that logs no step can be held against its reference."""
    silent = Made(traces={}, state=(), metrics={"test/loss": 0.5}).run()

    assert parted_within(silent, silent, until=None) is None


def test_final_metrics_say_nothing_of_a_beginning() -> None:
    """Until a step there is nothing to hold together."""
    silent = Made(traces={}, state=(), metrics={"test/loss": 0.5}).run()

    with pytest.raises(ValueError, match="nothing was recorded on both sides"):
        parted_within(silent, silent, until=0)


def test_silence_is_no_agreement() -> None:
    """Two runs without anything in common until a step cannot be held together."""
    obtained = Made(traces={"a": (1.0,)}, metrics={}, state=()).run()
    reference = Made(traces={"b": (1.0,)}, metrics={}, state=()).run()

    with pytest.raises(ValueError, match="nothing was recorded on both sides"):
        parted_within(obtained, reference, until=0)


def test_a_sample_of_rows_is_no_step() -> None:
    """How many rows a run has seen grows with its length, and says nothing here."""
    run = Made().run()
    seen = [
        Lane(name="data/sample", steps=(0,), orders=(0,), digests=(digest,))
        for digest in ("aa", "bb")
    ]
    short, whole = (replace(run, ledger=(lane,)) for lane in seen)

    assert parted_within(short, whole, until=1) is None
