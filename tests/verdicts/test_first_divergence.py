"""Where two runs part first: exactly if all points are kept, else within a stride."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import Contract, Divergence, Match, RunRecord, Series
from pytest_repro.verdicts.identity import differences, shorten
from pytest_repro.verdicts.pairs import Pair
from pytest_repro.verdicts.series import part_series
from tests.verdicts.making import Made, judged, make_fingerprint, make_series, thin

RAMP = [float(value) for value in range(100)]


def of(series: Series) -> RunRecord:
    """Put one trace into a run that agrees in everything else."""
    return replace(Made(traces={}).run(), series=(series,))


def ramp(*, changed: Sequence[int] = (), length: int = 100) -> Series:
    """Build a long trace that is off by a quarter at some steps."""
    values = [
        value + 0.25 if step in changed else value
        for step, value in enumerate(RAMP[:length])
    ]
    return make_series("train/loss", values)


def parting(obtained: RunRecord, reference: RunRecord) -> Divergence:
    """Return where two runs part, which they must."""
    place = judged(obtained, reference).divergence
    assert place is not None
    return place


def test_earliest_in_the_run_wins_over_the_alphabet() -> None:
    """The position in the run orders what differs, and names do not."""
    reference = Made(traces={"a": (1.0, 1.0, 1.0), "z": (1.0, 1.0, 1.0)}).run()
    obtained = Made(traces={"a": (1.0, 1.0, 2.0), "z": (1.0, 2.0, 2.0)}).run()

    place = parting(obtained, reference)

    assert (place.path, place.step) == ("z", 1)


def test_fingerprint_before_a_metric_comes_first() -> None:
    """At one step, the earlier of a trace point and a fingerprint is named."""
    reference = Made(state=[("weights", 1, "x")]).run()
    changed = Made(
        traces={"train/loss": (3.0, 2.5, 9.0, 2.125)}, state=[("weights", 1, "y")]
    ).run()

    place = parting(changed, reference)

    assert (place.path, place.step) == ("weights", 1)
    assert place.obtained == f"{place.obtained_bits[: len('sha256:') + 16]}…"
    assert len(place.obtained_bits) == len("sha256:") + 64


def test_final_metrics_come_after_everything() -> None:
    """A final metric is named only if no trace and no fingerprint differs."""
    reference = Made().run()
    only_final = Made(metrics={"test/loss": 0.75}).run()
    both = Made(metrics={"test/loss": 0.75}, state=[("weights", 3, "y")]).run()

    assert parting(only_final, reference).path == "test/loss"
    assert parting(only_final, reference).step is None
    assert parting(both, reference).path == "weights"


def test_order_is_the_references() -> None:
    """Where the sides order events differently, the reference's order is taken."""
    reference = Made(traces={"a": (1.0,), "z": (1.0,)}).run()
    obtained = Made(traces={"a": (2.0,), "z": (2.0,)}).run()
    later = replace(
        reference,
        series=(replace(reference.series[0], orders=(5,)), reference.series[1]),
    )

    assert parting(obtained, reference).path == "a"
    assert parting(obtained, later).path == "z"


def test_whole_traces_name_the_exact_step() -> None:
    """With every point kept on both sides the step is exact."""
    place = parting(of(ramp(changed=[37])), of(ramp()))

    assert (place.step, place.is_bounded) == (37, False)
    assert (place.obtained, place.reference) == ("37.25", "37.0")
    assert place.obtained_bits == "0x4042a00000000000"


def test_thinned_reference_names_a_step_by_which_they_parted() -> None:
    """With every tenth point kept, the step is an upper bound and says so."""
    reference = of(thin(ramp(), 10))
    obtained = of(ramp(changed=range(33, 100)))

    verdict = judged(obtained, reference)

    assert verdict.divergence is not None
    assert (verdict.divergence.step, verdict.divergence.is_bounded) == (40, True)
    assert verdict.reason == (
        "train/loss differs at or before step 40: 40.25 against 40.0"
    )


def test_value_that_came_back_is_found_by_its_past() -> None:
    """A change between two kept points shows in the rolling digest alone."""
    reference = of(thin(ramp(), 10))
    obtained = of(ramp(changed=[33]))

    place = parting(obtained, reference)

    assert (place.step, place.is_bounded) == (40, True)
    assert place.obtained == f"40.0 with the past {place.obtained_bits}"
    assert place.obtained_bits != place.reference_bits


def test_first_kept_point_of_a_thinned_trace_is_exact() -> None:
    """Before step 0 nothing can differ."""
    place = parting(of(ramp(changed=[0])), of(thin(ramp(), 10)))

    assert (place.step, place.is_bounded) == (0, False)


@pytest.mark.parametrize("stride", [1, 7, 10])
@pytest.mark.parametrize("kept", [1, 7, 10])
@pytest.mark.parametrize("changed", [0, 1, 33, 40, 98, 99])
def test_bound_is_never_before_the_change(stride: int, kept: int, changed: int) -> None:
    """Whatever is kept, the step named is at or after the one that changed."""
    reference = of(thin(ramp(), stride))
    obtained = of(thin(ramp(changed=[changed]), kept))

    place = parting(obtained, reference)

    assert place.step is not None
    assert changed <= place.step <= changed + 70
    assert place.is_bounded or place.step == changed


def test_missing_last_step_is_a_divergence_at_that_step() -> None:
    """A run that ended early parts at the first step that it lacks."""
    place = parting(of(ramp(length=95)), of(ramp()))

    assert (place.step, place.is_bounded) == (95, False)
    assert (place.obtained, place.reference) == ("ended at step 94", "95.0")


def test_extra_step_is_a_divergence_at_that_step() -> None:
    """A run that went on parts at the first step that the reference lacks."""
    place = parting(of(ramp()), of(ramp(length=95)))

    assert (place.step, place.is_bounded) == (95, False)
    assert (place.obtained, place.reference) == ("95.0", "ended at step 94")


def test_early_end_against_a_thinned_reference_is_bounded() -> None:
    """The first missing step is known only up to the next one that was kept."""
    place = parting(of(ramp(length=95)), of(thin(ramp(), 10)))

    assert (place.step, place.is_bounded) == (99, True)
    assert place.obtained == "ended at step 94"


def test_step_left_out_in_the_middle_is_found() -> None:
    """Steps 0 1 3 part from 0 1 2 3 at step 2."""
    reference = of(make_series("train/loss", (4.0, 3.0, 2.0, 1.0)))
    obtained = of(make_series("train/loss", (4.0, 3.0, 1.0), steps=(0, 1, 3)))

    place = parting(obtained, reference)

    assert (place.step, place.obtained) == (2, "no such step")


def test_fingerprint_at_another_step_shows_both_moments() -> None:
    """Two sequences that part in their steps name both."""
    base = Made().run()
    obtained = replace(base, state=(make_fingerprint("weights", 4, "final"),))

    place = parting(obtained, base)

    assert place.obtained.startswith("weights at step 4 sha256:")
    assert place.reference.startswith("weights at step 3 sha256:")


@pytest.mark.parametrize("is_swapped", [False, True])
def test_what_only_one_side_has_is_a_difference(*, is_swapped: bool) -> None:
    """Also where the judge refuses, a closer look finds what vanished or is new."""
    whole = Made().run()
    bare = Made(metrics={"new": 1.0}, traces={}, state=[]).run()
    sides = (bare, whole) if is_swapped else (whole, bare)
    pair = Pair(
        obtained=sides[0],
        reference=sides[1],
        contract=Contract(),
        match=Match.EXACT,
    )

    found = differences(pair, sides[1].anchor)

    assert [difference.name for difference in found] == [
        "train/loss",
        "weights",
        "new",
        "test/loss",
    ]
    assert (found[0].divergence.step, found[0].order) == (0, 0)
    texts = {difference.divergence.obtained for difference in found} | {
        difference.divergence.reference for difference in found
    }
    assert {"a trace of 4 points", "absent", "1.0", "0.5"} <= texts


def test_trace_that_appears_late_comes_late() -> None:
    """A trace of one side stands where its first point stands."""
    late = make_series("late", (1.0, 1.0), steps=(7, 8))

    place = part_series(late, None)

    assert place is not None
    assert (place[0].step, place[1]) == (7, 70)


def test_short_digest_is_not_shortened() -> None:
    """Up to sixteen characters a digest is shown whole."""
    assert shorten("sha256:" + "a" * 16) == "sha256:" + "a" * 16
    assert shorten("sha256:" + "a" * 17) == "sha256:" + "a" * 16 + "…"


def test_trace_that_agrees_wherever_it_is_kept_has_parted_by_its_end() -> None:
    """With only the heads apart, the last step is a bound, and the heads are shown."""
    series = make_series("t", (3.0, 2.0))
    place = parting(of(replace(series, head=digest_of_bytes(b"other"))), of(series))

    assert (place.step, place.is_bounded) == (1, True)
    assert place.obtained.startswith("2 points, sha256:")


def test_trace_without_points_parts_at_the_first_point() -> None:
    """An empty trace and one with points differ at the first of them."""
    empty = replace(make_series("t", ()), head=digest_of_bytes(b"start"))

    place = parting(of(make_series("t", (1.0,))), of(empty))

    assert (place.step, place.obtained, place.reference) == (0, "1.0", "no points")
