"""Decisions over seeds: each rung, each special case, and what people read."""

from dataclasses import replace
from math import inf, isnan, nan

import numpy as np
import pytest

from pytest_repro.records import Rung, Scale
from pytest_repro.verdicts.answers import Answer, excluded_failure_rate
from pytest_repro.verdicts.designs import Design, Sample, samples_of
from pytest_repro.verdicts.sequential import decide
from tests.verdicts.sequential.drawing import normal_family

REFERENCE = (0.91, 0.92, 0.90, 0.915, 0.905, 0.91, 0.912, 0.918, 0.902, 0.909)
ACCURACY = Sample(name="acc", reference=REFERENCE, margin=0.02)
DESIGN = Design()


def obtained(*values: float) -> tuple[Sample]:
    """Hold obtained accuracies against the reference."""
    return (replace(ACCURACY, obtained=values),)


def test_unchanged_seeds_are_equivalent_and_say_what_they_exclude() -> None:
    """One clean seed suffices for a wide margin, and excludes little."""
    decision = decide(obtained(0.91, 0.92, 0.90), DESIGN)

    assert (decision.rung, decision.look) == (Rung.EQUIVALENT, 1)
    assert decision.reason == (
        "acc shifts by -0.0001 over 1 obtained and 10 reference seeds, margin 0.02"
        " (3.1 reference standard deviations): a shift by the margin is excluded"
        " (p = 1, too few seeds to reject); 1 clean seed excludes that more than 95% of"
        " seeds fail"
    )


def test_more_seeds_can_be_demanded_and_exclude_more() -> None:
    """A release asks for three: they would have shown 63 % of failing seeds."""
    design = Design(min_seeds=3)

    decision = decide(obtained(0.91, 0.92, 0.90, 0.91), design)

    assert (decision.rung, decision.look) == (Rung.EQUIVALENT, 3)
    assert "3 clean seeds exclude that more than 63% of seeds fail" in decision.reason
    assert excluded_failure_rate(10, 0.05) == pytest.approx(0.2589, abs=1e-4)


@pytest.mark.parametrize("shift", [-0.03, 0.03])
def test_a_planted_shift_has_diverged(shift: float) -> None:
    """More than a margin, for better or for worse, at the first look that can tell."""
    values = [value + shift for value in REFERENCE[:5]]

    decision = decide(obtained(*values), DESIGN)

    assert (decision.rung, decision.look) == (Rung.DIVERGED, 3)
    assert decision.answers[0].p_value == 1 / 286
    assert decision.answers[0].level == 1 / 286
    assert decision.reason.endswith("chance does not explain it (p = 0.0035 ≤ 0.0035)")


def test_a_sure_but_small_shift_is_not_divergence() -> None:
    """Less than half a margin: the change is real and does not matter."""
    values = [value + 0.02 for value in REFERENCE]
    wide = replace(ACCURACY, obtained=tuple(values), margin=0.05)

    decision = decide([wide], Design(looks=(10,)))

    (answer,) = decision.answers
    assert decision.rung is Rung.EQUIVALENT
    assert answer.p_value is not None
    assert answer.level is not None
    assert answer.p_value <= answer.level
    assert "there is a shift, and it is smaller than the margin" in answer.detail


def test_half_a_margin_guards_against_divergence() -> None:
    """Where nothing can be confirmed, a sure but small shift stays undecided."""
    values = tuple(value + 0.02 for value in REFERENCE)
    design = Design(looks=(10,), min_seeds=11)
    wide, narrow = (
        replace(ACCURACY, obtained=values, margin=margin) for margin in (0.05, 0.03)
    )

    assert decide([narrow], design).rung is Rung.DIVERGED
    assert decide([wide], design).rung is Rung.INCONCLUSIVE
    assert (
        "there is a shift, but of less than 0.5 margins"
        in decide([wide], design).reason
    )


def test_early_it_takes_a_larger_shift_to_diverge() -> None:
    """Two thirds of a margin, at the same look: near the end, and with more to come."""
    values = tuple(value + 0.02 for value in REFERENCE[:5])
    sample = replace(ACCURACY, obtained=values, margin=0.03)
    early, late = (Design(looks=(5, last), min_seeds=6) for last in (50, 6))

    assert decide([sample], late).rung is Rung.DIVERGED
    assert decide([sample], early).rung is Rung.INCONCLUSIVE
    assert "of less than 0.74 margins" in decide([sample], early).reason


def test_few_seeds_decide_nothing_for_a_narrow_margin() -> None:
    """What is used and what is allowed is told."""
    narrow = replace(ACCURACY, obtained=(0.91, 0.92), margin=0.008)

    decision = decide([narrow], DESIGN)

    assert (decision.rung, decision.look) == (Rung.INCONCLUSIVE, 2)
    assert "neither a shift nor its absence is shown" in decision.reason
    assert decision.reason.endswith("; 2 of at most 10 seeds are used")


def test_no_seed_decides_nothing() -> None:
    """Before the first seed there is a margin and no shift."""
    decision = decide([ACCURACY], DESIGN)

    (answer,) = decision.answers
    assert (decision.rung, decision.look) == (Rung.INCONCLUSIVE, 0)
    assert (answer.shift, answer.p_value) == (None, None)
    assert answer.margin == 0.02


def test_four_reference_seeds_decide_nothing() -> None:
    """However equal they are, and however many new ones run."""
    small = Sample(name="m", reference=(1.0,) * 4, obtained=(1.0,) * 10, margin=1.0)

    decision = decide([small], DESIGN)

    assert decision.rung is Rung.INCONCLUSIVE
    assert "a reference takes 5 seeds, this one has 4" in decision.reason


def test_looks_can_be_fewer_than_seeds() -> None:
    """Seeds that run side by side are looked at together."""
    decision = decide(obtained(*REFERENCE[:3]), Design(looks=(2, 5)))

    assert (decision.rung, decision.look) == (Rung.EQUIVALENT, 2)


def test_one_bad_metric_of_many_is_named() -> None:
    """Of five metrics only the third moved: it decides and is told."""
    samples = list(normal_family(1, metrics=5))
    moved = tuple(value + 4 for value in samples[2].obtained)
    samples[2] = replace(samples[2], name="loss", obtained=moved)

    decision = decide(samples, DESIGN)

    rungs = [answer.rung for answer in decision.answers]
    assert decision.rung is Rung.DIVERGED
    assert rungs.index(Rung.DIVERGED) == 2
    assert rungs.count(Rung.DIVERGED) == 1
    assert decision.reason.startswith("loss shifts by ")


@pytest.mark.parametrize("bad", [nan, inf, -inf, 1e300, -1.7e308])
def test_one_crash_decides_nothing_and_many_do(bad: float) -> None:
    """A crash is data: one may be chance, three of three are none."""
    once = decide(obtained(0.91, 0.912, bad), Design(min_seeds=3))
    thrice = decide(obtained(bad, bad, bad), DESIGN)

    assert once.rung is Rung.INCONCLUSIVE
    assert thrice.rung is Rung.DIVERGED


def test_a_pass_in_spite_of_a_crash_says_so() -> None:
    """The seeds were not all clean, so they exclude no failure rate."""
    values = (nan, *REFERENCE[:9])

    decision = decide(obtained(*values), Design(looks=(10,)))

    assert decision.rung is Rung.EQUIVALENT
    assert decision.reason.endswith("1 of 10 seeds gave a value that is not finite")


def test_a_crash_in_the_reference_is_cleaned_away() -> None:
    """The margin is measured in what the other seeds show."""
    crashed = replace(ACCURACY, reference=(*REFERENCE[:9], nan), obtained=REFERENCE[:3])

    decision = decide([crashed], DESIGN)

    assert decision.rung is Rung.EQUIVALENT
    assert decision.answers[0].margin_in_deviations == pytest.approx(3.0, abs=0.2)


def test_three_numbers_are_no_reference() -> None:
    """Of ten seeds of the reference, seven crashed."""
    crashed = replace(
        ACCURACY, reference=(0.9, 0.91, 0.92, *[nan] * 7), obtained=REFERENCE
    )

    decision = decide([crashed], DESIGN)

    assert decision.rung is Rung.INCONCLUSIVE
    assert "the reference has 3 finite values" in decision.reason


@pytest.mark.parametrize(
    ("shift", "margin", "multiple"),
    [(0.5, 0.25, 2.0), (-0.5, 0.25, 2.0), (0.5, 0.0, inf), (0.0, 0.0, 0.0)],
)
def test_shift_in_margins(shift: float, margin: float, multiple: float) -> None:
    """Nothing is allowed: any shift is infinitely many margins."""
    answer = Answer(name="m", rung=Rung.INCONCLUSIVE, shift=shift, margin=margin)

    assert answer.shift_in_margins == multiple


@pytest.mark.parametrize(("scale", "value"), [(Scale.LOG, 0.0), (Scale.LOGIT, 1.0)])
def test_a_value_without_a_place_is_never_a_pass(scale: Scale, value: float) -> None:
    """The metric cannot be decided, the others still can diverge."""
    stray = replace(ACCURACY, obtained=(value,) * 3, scale=scale)
    moved = replace(ACCURACY, name="moved", obtained=(0.5, 0.51, 0.52))
    still = replace(ACCURACY, name="still", obtained=REFERENCE[:3])

    assert decide([stray, still], DESIGN).rung is Rung.INCONCLUSIVE
    assert decide([stray, moved], DESIGN).rung is Rung.DIVERGED
    assert decide([stray], DESIGN).answers[0].detail == (
        f"cannot be decided: {value:g} has no place on the {scale} scale"
    )


def test_margin_on_the_log_scale_is_a_ratio() -> None:
    """Losses around 100 and 1 % around them: a margin of 5 % is known as such."""
    reference = tuple(100 * value for value in REFERENCE)
    loss = Sample(
        name="loss",
        reference=reference,
        obtained=tuple(1.1 * value for value in reference[:5]),
        margin=0.05,
        scale=Scale.LOG,
    )

    decision = decide([loss], DESIGN)

    assert decision.rung is Rung.DIVERGED
    assert decision.answers[0].shift == pytest.approx(np.log(1.1), abs=0.01)
    assert "on the log scale" in decision.reason


def test_a_constant_reference_has_the_spread_of_its_lattice() -> None:
    """Ten times 98 % of 10,000: one image more is no proof of anything."""
    still = Sample(
        name="acc", reference=(0.98,) * 10, obtained=(0.9801,), margin=0.0003
    )

    decision = decide([still], DESIGN)

    found = decision.answers[0].margin_in_deviations
    assert found == pytest.approx(3 * 12**0.5)


def test_a_known_resolution_replaces_the_inferred_one() -> None:
    """Rates over 100 images: a reference that repeats one knows little."""
    still = Sample(
        name="acc",
        reference=(0.98,) * 10,
        obtained=(0.98,),
        margin=0.002,
        quantum=0.01,
    )

    assert decide([still], DESIGN).rung is Rung.INCONCLUSIVE


def test_arrays_are_welcome() -> None:
    """Tables of NumPy give the decision of the same numbers in lists."""
    table = np.random.default_rng(2).normal(size=(14, 3))

    arrays = decide(samples_of(table[:10], table[10:], np.full(3, 3.0)), DESIGN)
    rows = table.tolist()
    lists = decide(samples_of(rows[:10], rows[10:], [3.0] * 3), DESIGN)

    assert arrays == lists


def test_largest_floats_do_not_overflow() -> None:
    """Means and spreads of the largest floats are computed all the same."""
    large = Sample(
        name="m",
        reference=(1.7e308, 1.6e308, 1.65e308, 1.62e308, 1.68e308),
        obtained=(-1.7e308,) * 8,
        margin=1e307,
    )

    decision = decide([large], DESIGN)

    assert decision.rung is Rung.DIVERGED
    assert decision.answers[0].shift is not None
    assert not isnan(decision.answers[0].shift)


def test_a_margin_of_zero_confirms_nothing_and_still_finds_shifts() -> None:
    """Nothing is equal within nothing."""
    exact = replace(ACCURACY, margin=0.0)
    moved = tuple(value + 0.1 for value in REFERENCE)

    assert decide([replace(exact, obtained=REFERENCE)], DESIGN).rung is (
        Rung.INCONCLUSIVE
    )
    assert decide([replace(exact, obtained=moved)], DESIGN).rung is Rung.DIVERGED


@pytest.mark.parametrize("margin", [-0.1, nan, inf])
def test_margins_that_are_none_are_refused(margin: float) -> None:
    """A negative, missing or endless margin would disarm the test."""
    with pytest.raises(ValueError, match="finite and not negative"):
        replace(ACCURACY, margin=margin)


def test_metrics_with_different_seeds_are_refused() -> None:
    """A seed that gave no value is NaN, never a shorter row."""
    short = replace(ACCURACY, name="short", obtained=(0.9,))

    with pytest.raises(ValueError, match="equally many seeds"):
        decide([*obtained(0.9, 0.91), short], DESIGN)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.05), (0.01, 1.0), (nan, 0.05)])
def test_rates_that_are_none_are_refused(alpha: float, beta: float) -> None:
    """A rate lies between 0 and 1."""
    with pytest.raises(ValueError, match="error rates lie between 0 and 1"):
        Design(alpha=alpha, beta=beta)


@pytest.mark.parametrize("looks", [(3, 2), (0, 1), (2, 2)])
def test_looks_that_do_not_increase_are_refused(looks: tuple[int, ...]) -> None:
    """Information only grows."""
    with pytest.raises(ValueError, match="looks are positive and increase"):
        Design(looks=looks)


def test_a_design_without_a_seed_is_refused() -> None:
    """There would be no look."""
    with pytest.raises(ValueError, match="looks are positive and increase"):
        Design(max_seeds=0)


def test_smaller_rates_draw_more_labellings() -> None:
    """Below one per cent, 2,000 labellings are too coarse."""
    assert (DESIGN.drawn, Design(alpha=0.001).drawn) == (1999, 9999)
    assert Design(relabellings=499).drawn == 499


@pytest.mark.parametrize(
    ("shift", "rung", "least", "most"),
    [
        (0.0, Rung.DIVERGED, 0.0, 0.0075 + 3 * 0.0061),
        (0.0, Rung.EQUIVALENT, 0.97, 1.0),
        (3.0, Rung.EQUIVALENT, 0.0, 0.053 + 3 * 0.0154),
        (3.0, Rung.DIVERGED, 0.94 - 3 * 0.0168, 1.0),
    ],
)
def test_rates_on_normal_data(
    shift: float, rung: Rung, least: float, most: float
) -> None:
    """Bars 2, 3 and 4 of the notes, on 200 families, within three standard errors."""
    rungs = [decide(normal_family(s, shift=shift), DESIGN).rung for s in range(200)]

    assert least <= rungs.count(rung) / 200 <= most
