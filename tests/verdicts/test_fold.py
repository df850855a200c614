"""Several seeds into one verdict: the lowest decides, distributions answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_repro.records import (
    Cause,
    Close,
    Contract,
    Equivalent,
    Failure,
    Match,
    Rung,
    RunRecord,
    Verdict,
)
from pytest_repro.verdicts import fold
from tests.verdicts.making import (
    LOWER,
    REFERENCE_VALUES,
    Made,
    approve,
    equivalent,
    folded,
    judged,
    promise,
    seeds,
)


def test_no_seeds_have_no_verdict() -> None:
    """An empty session of an experiment is nobody's success."""
    with pytest.raises(ValueError, match="no verdict over no seeds"):
        fold([], Made().run(), contract=Contract(), match=Match.EXACT)


def test_one_seed_twice_is_refused() -> None:
    """A rerun of the same seed is no further evidence."""
    run = Made().run()

    with pytest.raises(ValueError, match="seed 0 ran 2 times"):
        folded([run, run], run, Contract())


def test_identical_seeds_are_identical_together() -> None:
    """The reason counts the seeds."""
    runs = seeds([0.9, 0.91])

    verdict = folded(runs, approve(*runs), Contract())

    assert verdict.rung is Rung.IDENTICAL
    assert verdict.reason == "same bits at all 2 seeds"


def test_single_seed_keeps_its_verdict() -> None:
    """Folding one verdict changes nothing."""
    reference, run = Made().run(), Made(metrics={"test/loss": 0.75}).run()

    assert folded([run], reference, Contract()) == judged(run, reference)
    assert folded([run], run, Contract()) == judged(run, run)


def test_lowest_seed_decides() -> None:
    """One diverged seed among good ones is not voted away."""
    reference = approve(*seeds([0.9, 0.91]))
    runs = seeds([0.9, 0.75])

    verdict = folded(runs, reference, promise(acc=Close(rtol=0.01)))

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason.startswith("seed 1: acc leaves Close(rtol=0.01, atol=0)")
    assert not verdict.holds


def test_near_seeds_are_within_rounding_together() -> None:
    """Identical and near seeds fold to the lower of the two."""
    reference = approve(*seeds([0.9, 0.91, 0.92]))

    verdict = folded(
        seeds([0.9, 0.9101, 0.92]), reference, promise(acc=Close(rtol=0.01))
    )

    assert verdict.rung is Rung.WITHIN_ROUNDING


@pytest.mark.parametrize("place", [0, 1, 2])
def test_first_seed_that_cannot_be_compared_decides(place: int) -> None:
    """A crash outweighs what the other seeds gave, wherever it stands."""
    runs = seeds([0.9, 0.75, 0.92])
    failure = Failure(cause=Cause.CRASHED, message="SIGSEGV")
    runs[place] = replace(runs[place], seeds=(), failure=failure)

    verdict = folded(runs, approve(*seeds([0.9, 0.91, 0.92])), Contract())

    assert verdict.cause is Cause.CRASHED
    assert verdict.reason == "SIGSEGV"


def test_one_seed_cannot_show_equivalence() -> None:
    """A seed that differs says how far, and leaves it open."""
    reference = approve(*seeds(REFERENCE_VALUES))
    (run,) = seeds([0.904])

    alone = judged(run, reference, equivalent(0.01))
    together = folded([run], reference, equivalent(0.01))

    assert alone.rung is Rung.INCONCLUSIVE
    assert alone.reason == (
        "acc is 0.4 margins of Equivalent(0.01) from the reference;"
        " one seed cannot show equivalence"
    )
    assert together.rung is Rung.INCONCLUSIVE
    assert together.is_refused
    assert "1 new seeds would confirm an unchanged run set" in together.reason
    assert "it takes a margin of" in together.reason
    assert not together.holds


@pytest.mark.parametrize(
    ("obtained", "rung"),
    [
        ((0.905, 0.91, 0.915, 0.91, 0.91), Rung.EQUIVALENT),
        ((0.81, 0.82, 0.815, 0.80, 0.81), Rung.DIVERGED),
        ((0.99, 0.98, 0.985, 0.99, 0.98), Rung.DIVERGED),
        ((0.88, 0.95, 0.90, 0.93, 0.96), Rung.INCONCLUSIVE),
    ],
)
def test_seeds_together_answer_for_a_distribution(
    obtained: Sequence[float], rung: Rung
) -> None:
    """Equivalent, shifted either way, or undecided: by all values of both sides."""
    reference = approve(*seeds(REFERENCE_VALUES))

    verdict = folded(seeds(obtained), reference, equivalent(0.03))

    assert verdict.rung is rung
    assert verdict.holds == (rung is Rung.EQUIVALENT)
    assert not verdict.is_refused
    assert "obtained and 6 reference seeds" in verdict.reason
    assert verdict.findings[0].tolerance == "Equivalent(0.03)"
    assert (float(verdict.findings[0].worst) > 1) == (rung is Rung.DIVERGED)
    assert verdict.divergence is not None
    assert verdict.divergence.path == "acc"


def test_equivalence_is_too_low_where_more_is_required() -> None:
    """Whoever asks for more than distributions gets an honest answer, and a failure."""
    reference = approve(*seeds(REFERENCE_VALUES))
    contract = replace(promise(acc=Equivalent(0.02)), required=Rung.WITHIN_ROUNDING)

    verdict = folded(seeds([0.905, 0.91, 0.915, 0.91]), reference, contract)

    assert verdict.rung is Rung.EQUIVALENT
    assert not verdict.holds


def test_margin_is_enough_where_nothing_measured_rounding() -> None:
    """A reference without an envelope cannot ask for the rung that it lacks."""
    reference = approve(*seeds(REFERENCE_VALUES))

    verdict = folded(
        seeds([0.905, 0.91, 0.915, 0.91]), reference, promise(acc=Equivalent(0.02))
    )

    assert verdict.required is Rung.EQUIVALENT
    assert verdict.holds


def test_undecided_without_a_question_stays_undecided() -> None:
    """The beginning of a run that says nothing asks no seeds, and does not pass."""
    reference = approve(*seeds(REFERENCE_VALUES))
    open_verdict = Verdict(
        rung=Rung.INCONCLUSIVE, required=Rung.WITHIN_ROUNDING, reason="too short"
    )

    verdict = fold(
        [(seeds([0.9])[0], open_verdict)],
        reference,
        contract=promise(acc=Equivalent(0.02)),
        match=Match.EXACT,
    )

    assert verdict == open_verdict


def test_relative_margin_is_of_the_references_mean() -> None:
    """Equivalent(rel=0.1) of a mean of 0.91 allows 0.091."""
    reference = approve(*seeds(REFERENCE_VALUES))
    contract = replace(promise(acc=Equivalent(rel=0.1)), required=LOWER)

    verdict = folded(seeds([0.95, 0.96, 0.97]), reference, contract)

    assert verdict.rung is Rung.EQUIVALENT
    assert "margin 0.091 " in verdict.reason


def test_diverged_metric_is_not_hidden_by_an_equivalent_one() -> None:
    """What another tolerance refused stays refused."""
    made = [
        Made(seed=seed, metrics={"acc": acc, "loss": 1.0}, traces={}, state=[]).run()
        for seed, acc in enumerate(REFERENCE_VALUES)
    ]
    runs = [
        Made(seed=seed, metrics={"acc": acc, "loss": 2.0}, traces={}, state=[]).run()
        for seed, acc in enumerate((0.905, 0.91, 0.915))
    ]
    contract = promise(acc=Equivalent(0.02), loss=Close(rtol=0.1))

    verdict = folded(runs, approve(*made), contract)

    assert verdict.rung is Rung.DIVERGED
    assert "loss leaves" in verdict.reason


def followed(seed: int, values: tuple[float, ...]) -> RunRecord:
    """Build a run with a trace that the contract names."""
    return Made(seed=seed, traces={"train/loss": values}).run()


@pytest.mark.parametrize(
    ("ran", "rung"),
    [((0, 1), Rung.WITHIN_ROUNDING), ((1,), Rung.INCONCLUSIVE)],
)
def test_anchor_answers_for_the_traces(ran: tuple[int, ...], rung: Rung) -> None:
    """A named trace is followed at the anchor; without the anchor it stays open."""
    reference = approve(*(followed(seed, (3.0, 2.0)) for seed in (0, 1)))
    runs = [followed(seed, (3.0, 2.01)) for seed in ran]

    verdict = folded(runs, reference, promise(train__loss=Close(rtol=0.1)))

    assert verdict.rung is rung


def test_anchor_with_the_same_bits_answers_for_the_traces() -> None:
    """Where nothing but another seed's trace was open, near is all that is claimed."""
    reference = approve(*(followed(seed, (3.0, 2.0)) for seed in (0, 1)))
    runs = [followed(0, (3.0, 2.0)), followed(1, (3.0, 2.01))]

    verdict = folded(runs, reference, promise(train__loss=Close(rtol=0.1)))

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert verdict.reason == "every metric that decides has the same bits"


def test_trace_without_numbers_of_each_seed_cannot_be_equivalent() -> None:
    """Equivalent() on a trace, by name or pattern, is a question that stays open."""
    reference, run = followed(0, (3.0, 2.0)), followed(0, (3.0, 2.01))

    named = folded([run], reference, promise(train__loss=Equivalent(0.5)))
    by_pattern = folded(
        [run], reference, Contract(tolerances=(("*", Equivalent(0.5)),))
    )

    assert named.rung is Rung.INCONCLUSIVE
    assert "on the trace train/loss: record it again" in named.reason
    assert by_pattern == named


def test_findings_of_all_seeds_are_kept_once() -> None:
    """The lowest finding of each name is kept, whichever seed found it."""
    values = {"acc": 0.9, "loss": 1.0}
    reference = approve(
        *(Made(seed=seed, metrics=values, traces={}).run() for seed in range(5))
    )
    runs = [
        Made(seed=seed, metrics={"acc": acc, "loss": loss}, traces={}).run()
        for seed, (acc, loss) in enumerate(((0.9, 1.01), (0.91, 1.02), (0.9, 1.0)))
    ]
    contract = promise(acc=Equivalent(0.05), loss=Close(rtol=0.1))

    verdict = folded(runs, reference, replace(contract, required=LOWER))

    assert verdict.rung is Rung.EQUIVALENT
    assert [(one.name, one.rung) for one in verdict.findings] == [
        ("loss", Rung.WITHIN_ROUNDING),
        ("acc", Rung.EQUIVALENT),
    ]


def test_trace_that_shares_its_name_with_a_metric_stays_open() -> None:
    """Close on an unseen trace is not answered by a test on the metric's means."""
    reference = approve(
        *(
            Made(seed=seed, metrics={"x": 1.0}, traces={"x": (1.0,)}).run()
            for seed in range(4)
        )
    )
    runs = [
        Made(seed=seed, metrics={"x": 1.0}, traces={"x": (1.5,)}).run()
        for seed in (1, 2, 3)
    ]

    verdict = folded(runs, reference, promise(x=Close(atol=0.1)))

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.reason == "x cannot be followed: no traces of seed 1 are kept"
    assert not verdict.holds


def test_value_that_is_not_finite_never_helps() -> None:
    """It counts as far away: one is an outlier, several are a divergence."""
    reference = approve(*seeds((0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.9, 0.91)))
    contract = replace(equivalent(0.05), allow_nonfinite="for this test", seeds=8)
    nan = float("nan")

    one = folded(seeds((0.9, 0.91, nan, 0.9)), reference, contract)
    many = folded(seeds((nan, nan, nan, nan, nan)), reference, contract)

    assert one.rung in {Rung.EQUIVALENT, Rung.INCONCLUSIVE}
    assert many.rung is Rung.DIVERGED


def test_seeds_behind_the_decision_change_nothing() -> None:
    """Deciding again from more seeds gives the same answer, so that order matters."""
    reference = approve(*seeds(REFERENCE_VALUES))
    contract = replace(equivalent(0.05), seeds=8)

    first = folded(seeds((0.905, 0.91)), reference, contract)
    more = folded(seeds((0.905, 0.91, 0.2, 0.1, 0.3, 0.2)), reference, contract)

    assert first.rung is Rung.EQUIVALENT
    assert (more.rung, more.reason) == (first.rung, first.reason)


def test_margin_that_no_seeds_can_show_is_refused() -> None:
    """Before seeds are paid for, and with what would do instead."""
    reference = approve(*seeds(REFERENCE_VALUES))
    contract = replace(equivalent(0.001), seeds=10)

    verdict = folded(seeds((0.905,)), reference, contract)

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.is_refused
    assert "reference standard deviations" in verdict.reason
    assert "it takes a margin of" in verdict.reason


def test_gross_shift_is_found_although_the_margin_is_refused() -> None:
    """What the seeds that ran do show is not hidden."""
    reference = approve(*seeds(REFERENCE_VALUES))
    contract = replace(equivalent(0.001), seeds=6)

    verdict = folded(seeds((0.1, 0.11, 0.1, 0.12, 0.1, 0.11)), reference, contract)

    assert verdict.rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("names", "ending"), [("a", ""), ("ab", "; 1 more"), ("abc", "; 2 more")]
)
def test_metrics_that_decide_together_are_counted(names: str, ending: str) -> None:
    """The first is told, and how many more there are."""
    runs = [
        Made(seed=seed, metrics=dict.fromkeys(names, value), traces={}, state=[]).run()
        for seed, value in enumerate((1.0, 1.01, 0.99))
    ]
    others = [
        Made(seed=seed, metrics=dict.fromkeys(names, value), traces={}, state=[]).run()
        for seed, value in enumerate((1.001, 1.011, 0.991, 1.0, 1.001))
    ]
    contract = replace(promise(**dict.fromkeys(names, Equivalent(0.5))), seeds=5)

    verdict = folded(runs, approve(*others), contract)

    assert verdict.rung is Rung.EQUIVALENT
    assert verdict.reason.startswith("a shifts by ")
    assert f"too few seeds to reject){ending}; 1 clean seed excludes" in verdict.reason
