"""Exact and Close over two runs: what is governed decides, the rest is evidence."""

import sys
from dataclasses import replace

import pytest

from pytest_repro.errors import ContractError
from pytest_repro.records import (
    Close,
    Contract,
    Exact,
    Finding,
    Rung,
    RunRecord,
    Tolerance,
    Verdict,
)
from tests.verdicts.making import (
    Made,
    approve,
    judged,
    make_fingerprint,
    make_series,
    promise,
    thin,
)

NAN = float("nan")
INF = float("inf")
LARGEST = sys.float_info.max


def final(value: float, dtype: str = "float64") -> RunRecord:
    """Build a run with one final metric and nothing else."""
    return Made(metrics={"test/loss": value}, traces={}, state=[], dtype=dtype).run()


def close(
    obtained: float, reference: float, tolerance: Tolerance, dtype: str = "float64"
) -> Verdict:
    """Judge two final metrics of one seed, NaN and infinities allowed."""
    contract = replace(promise(test__loss=tolerance), allow_nonfinite="for this test")
    return judged(final(obtained, dtype), final(reference, dtype), contract)


def test_close_metric_is_within_rounding_and_says_how_close() -> None:
    """The reason names the metric, the multiple and the tolerance."""
    verdict = close(1.0004, 1.0, Close(rtol=0.001))

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert verdict.holds
    assert verdict.reason == (
        "inside the declared tolerance: test/loss at 0.4 of Close(rtol=0.001, atol=0);"
        " left the bits in test/loss"
    )
    assert verdict.findings == (
        Finding(
            name="test/loss",
            rung=Rung.WITHIN_ROUNDING,
            tolerance="Close(rtol=0.001, atol=0)",
            detail="test/loss at 0.4 of Close(rtol=0.001, atol=0)",
            worst="0.4",
        ),
    )


def test_metric_outside_has_diverged_and_says_by_how_much() -> None:
    """The reason names both values and the multiple."""
    verdict = close(2.5, 2.0, Close(atol=0.01))

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason == (
        "test/loss leaves Close(rtol=0, atol=0.01) by 50x: 2.5 against 2.0"
    )
    assert not verdict.holds


def test_improvement_that_nobody_explained_has_diverged_too() -> None:
    """Lower is not better than the same."""
    assert close(0.1, 0.5, Close(rtol=0.01)).rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("obtained", "reference", "tolerance", "rung"),
    [
        (1.5, 1.0, Close(atol=0.5), Rung.WITHIN_ROUNDING),
        (1.5000000000000002, 1.0, Close(atol=0.5), Rung.DIVERGED),
        (1.5, 1.0, Close(rtol=0.25, atol=0.25), Rung.WITHIN_ROUNDING),
        (-1.5, -1.0, Close(rtol=0.5), Rung.WITHIN_ROUNDING),
        (1.0, -1.0, Close(rtol=1.0), Rung.DIVERGED),
        (0.0, -0.0, Close(rtol=0.1), Rung.WITHIN_ROUNDING),
        (5e-324, 0.0, Close(rtol=1e300), Rung.DIVERGED),
        (5e-324, 0.0, Close(atol=5e-324), Rung.WITHIN_ROUNDING),
        (LARGEST, -LARGEST, Close(rtol=1.5), Rung.DIVERGED),
        (LARGEST, -LARGEST, Close(rtol=2.0), Rung.WITHIN_ROUNDING),
        (LARGEST, -LARGEST, Close(atol=LARGEST), Rung.DIVERGED),
        (1.0, NAN, Close(rtol=LARGEST), Rung.DIVERGED),
        (NAN, 1.0, Close(atol=LARGEST), Rung.DIVERGED),
        (INF, LARGEST, Close(rtol=LARGEST), Rung.DIVERGED),
        (LARGEST, INF, Close(rtol=LARGEST), Rung.DIVERGED),
        (INF, -INF, Close(rtol=LARGEST), Rung.DIVERGED),
        (INF, INF, Close(atol=0.1), Rung.IDENTICAL),
        (NAN, NAN, Close(atol=0.1), Rung.IDENTICAL),
    ],
)
def test_edge_of_close(
    obtained: float, reference: float, tolerance: Tolerance, rung: Rung
) -> None:
    """The bound belongs to the inside, and nothing not finite is ever near."""
    assert close(obtained, reference, tolerance).rung is rung


@pytest.mark.parametrize(
    ("obtained", "reference", "rung"),
    [
        (2**63 - 1, 2**63 - 2, Rung.WITHIN_ROUNDING),
        (2**63 - 1, 2**63 - 3, Rung.DIVERGED),
        (2**63 - 1, -(2**63), Rung.DIVERGED),
    ],
)
def test_large_integers_are_compared_exactly(
    obtained: int, reference: int, rung: Rung
) -> None:
    """Integers past 2**53 do not blur into each other."""
    assert close(obtained, reference, Close(atol=1), "int64").rung is rung


@pytest.mark.parametrize(
    ("bound", "rung"), [(1, Rung.WITHIN_ROUNDING), (0.5, Rung.DIVERGED)]
)
def test_booleans_are_numbers(bound: float, rung: Rung) -> None:
    """True is one away from False."""
    assert close(1, 0, Close(atol=bound), "bool").rung is rung


def test_multiple_just_over_one_is_not_printed_as_one() -> None:
    """A reader never sees a failure at 1x of what is allowed."""
    verdict = close(1.5000000000000002, 1.0, Close(atol=0.5))

    assert "by 1.0000000000000004x" in verdict.reason


def test_multiple_past_every_float_is_printed() -> None:
    """A deviation of 1e308 allowances and more is infinite to a reader."""
    assert "by infx" in close(LARGEST, 0.0, Close(atol=1e-300)).reason


@pytest.mark.parametrize("bound", [NAN, INF, -1.0])
def test_tolerance_that_would_disarm_the_gate_is_refused(bound: float) -> None:
    """NaN as a bound, which lets everything pass elsewhere, cannot be declared."""
    with pytest.raises(ContractError):
        Close(rtol=bound)


def test_exact_metric_must_have_the_same_bits() -> None:
    """Exact takes no sign of zero for another."""
    assert close(-0.0, 0.0, Exact()).rung is Rung.DIVERGED


def test_metric_without_tolerance_must_have_the_same_bits() -> None:
    """One declared tolerance loosens no other metric; the reason tells how."""
    reference = Made(metrics={"test/loss": 0.5, "test/acc": 0.5}).run()
    obtained = Made(metrics={"test/loss": 0.5, "test/acc": 0.75}).run()

    verdict = judged(obtained, reference, promise(test__loss=Close(rtol=0.1)))

    assert verdict.rung is Rung.DIVERGED
    assert verdict.reason == (
        "test/acc differs: 0.75 against 0.5;"
        ' to allow it: metrics={"test/acc": Close(rtol=…)}'
    )


def test_all_outside_are_counted() -> None:
    """The reason names the first and says how many more there are."""
    reference = Made(metrics={"a": 1.0, "b": 1.0}, traces={}).run()
    obtained = Made(metrics={"a": 2.0, "b": 2.0}, traces={}).run()

    verdict = judged(obtained, reference, promise(a=Exact(), b=Close(atol=0.1)))

    assert verdict.reason == "a differs: 2.0 against 1.0; 1 more"
    assert [finding.name for finding in verdict.findings] == ["a", "b"]


def test_trace_that_no_tolerance_names_is_evidence() -> None:
    """With the declared metric held, a trace only shows where bits were left."""
    obtained = Made(traces={"train/loss": (3.0, 2.75, 2.25, 2.125)}).run()

    verdict = judged(obtained, Made().run(), promise(test__loss=Exact()))

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert verdict.reason == (
        "every metric that decides has the same bits;"
        " left the bits at step 1 (train/loss)"
    )
    assert verdict.findings == ()


def test_without_any_tolerance_a_trace_decides() -> None:
    """The same change under a contract without tolerances has diverged."""
    obtained = Made(traces={"train/loss": (3.0, 2.75, 2.25, 2.125)}).run()

    assert judged(obtained, Made().run()).rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("tolerance", "rung"),
    [
        (Close(rtol=0.1), Rung.WITHIN_ROUNDING),
        (Close(rtol=0.09), Rung.DIVERGED),
        (Exact(), Rung.DIVERGED),
    ],
)
def test_trace_that_a_tolerance_names_decides(tolerance: Tolerance, rung: Rung) -> None:
    """Close governs each step of a trace, and Exact each bit."""
    obtained = Made(traces={"train/loss": (3.0, 2.75, 2.25, 2.125)}).run()

    verdict = judged(obtained, Made().run(), promise(train__loss=tolerance))

    assert verdict.rung is rung


def test_trace_names_the_first_step_outside() -> None:
    """The worst step is in the finding, the first in the reason."""
    obtained = Made(traces={"train/loss": (3.0, 2.75, 3.25, 2.125)}).run()

    verdict = judged(obtained, Made().run(), promise(train__loss=Close(atol=0.125)))

    assert verdict.reason == (
        "train/loss leaves Close(rtol=0, atol=0.125) at step 1 by 2x: 2.75 against 2.5"
    )
    assert verdict.findings[0].worst == "8"


def test_trace_inside_names_its_worst_step() -> None:
    """How near the bound it came, and where."""
    obtained = Made(traces={"train/loss": (3.0, 2.75, 2.75, 2.125)}).run()

    verdict = judged(obtained, Made().run(), promise(train__loss=Close(atol=1)))

    assert verdict.findings[0].detail == (
        "train/loss at 0.5 of Close(rtol=0, atol=1) at step 2"
    )


@pytest.mark.parametrize("values", [(3.0, 2.5, 2.25), (3.0, 2.5, 2.25, 2.125, 2.0)])
def test_close_trace_needs_the_same_steps(values: tuple[float, ...]) -> None:
    """A step too few or too many is outside of every tolerance."""
    obtained = replace(Made().run(), series=(make_series("train/loss", values),))

    verdict = judged(obtained, Made().run(), promise(train__loss=Close(rtol=9)))

    assert verdict.rung is Rung.DIVERGED
    assert "train/loss has other steps than the reference at step" in verdict.reason


def test_close_trace_needs_the_same_step_numbers() -> None:
    """As many points at other steps are other steps."""
    series = make_series("train/loss", (3.0, 2.5, 2.25, 2.125), steps=(0, 1, 2, 4))
    obtained = replace(Made().run(), series=(series,))

    verdict = judged(obtained, Made().run(), promise(train__loss=Close(rtol=9)))

    assert verdict.rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("bad", "rung"), [(40, Rung.DIVERGED), (None, Rung.WITHIN_ROUNDING)]
)
def test_close_trace_against_a_thinned_reference(bad: int | None, rung: Rung) -> None:
    """The steps kept on both sides are held against the tolerance."""
    values = [float(step) for step in range(1, 101)]
    near = [value + (9 if step == bad else 0.25) for step, value in enumerate(values)]
    reference = replace(
        Made().run(), series=(thin(make_series("train/loss", values), 10),)
    )
    obtained = replace(Made().run(), series=(make_series("train/loss", near),))

    verdict = judged(obtained, reference, promise(train__loss=Close(atol=0.5)))

    assert verdict.rung is rung


def test_nan_in_a_trace_is_outside() -> None:
    """Also where the contract lets NaN be logged, it is near no number."""
    contract = replace(
        promise(train__loss=Close(rtol=9)), allow_nonfinite="for this test"
    )
    obtained = Made(traces={"train/loss": (3.5, NAN, 2.25, 9.0)}).run()

    verdict = judged(obtained, Made().run(), contract)

    assert verdict.rung is Rung.DIVERGED
    assert verdict.findings[0].worst == "inf"
    assert "at step 1 by infx: nan against 2.5" in verdict.reason


@pytest.mark.parametrize(
    ("pattern", "tolerance", "rung"),
    [
        ("test/*", Close(rtol=0.1), Rung.WITHIN_ROUNDING),
        ("*", Close(rtol=0.1), Rung.WITHIN_ROUNDING),
        ("*", Exact(), Rung.DIVERGED),
        ("weights", Exact(), Rung.DIVERGED),
        ("weights", Close(rtol=0.1), Rung.DIVERGED),
    ],
)
def test_fingerprint_decides_if_it_is_named(
    pattern: str, tolerance: Tolerance, rung: Rung
) -> None:
    """A digest is near to no other, so Close by pattern leaves it as evidence."""
    obtained = Made(state=[("weights", 3, "other")]).run()
    contract = Contract(tolerances=((pattern, tolerance),))

    assert judged(obtained, Made().run(), contract).rung is rung


@pytest.mark.parametrize("tolerance", [Exact(), Close(rtol=0.1)])
def test_trace_of_another_seed_than_the_anchor_stays_open(tolerance: Tolerance) -> None:
    """The reference keeps no trace of this seed, so nothing is claimed about it."""
    rows = [Made(seed=seed).run() for seed in (0, 1)]
    obtained = Made(seed=1, traces={"train/loss": (3.0, 2.75, 2.25, 2.125)}).run()

    verdict = judged(obtained, approve(*rows), promise(train__loss=tolerance))

    assert verdict.rung is Rung.INCONCLUSIVE
    assert verdict.reason == (
        "train/loss cannot be followed: no traces of seed 1 are kept"
    )


def test_named_fingerprint_of_another_seed_stays_open() -> None:
    """The same holds for fingerprints, which have one digest in a row."""
    rows = [Made(seed=seed).run() for seed in (0, 1)]
    obtained = Made(seed=1, state=[("weights", 3, "other")]).run()
    reference = approve(*rows)

    named = judged(obtained, reference, promise(weights=Exact()))
    unnamed = judged(obtained, reference, promise(test__loss=Exact()))

    assert named.rung is Rung.INCONCLUSIVE
    assert unnamed.rung is Rung.WITHIN_ROUNDING


def test_required_rung_can_be_higher_than_close() -> None:
    """A contract that requires the same bits is not satisfied by near ones."""
    contract = replace(promise(test__loss=Close(rtol=0.1)), required=Rung.IDENTICAL)

    verdict = judged(final(1.05), final(1.0), contract)

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert not verdict.holds


def test_evidence_of_fingerprints_leads_to_the_step() -> None:
    """A fingerprint that decides nothing still says where bits were left first."""
    reference = replace(Made().run(), state=(make_fingerprint("w", 1, "x"),))
    obtained = replace(
        Made(metrics={"test/loss": 0.5004}).run(),
        state=(make_fingerprint("w", 1, "y"),),
    )

    verdict = judged(obtained, reference, promise(test__loss=Close(rtol=0.01)))

    assert verdict.rung is Rung.WITHIN_ROUNDING
    assert verdict.reason.endswith("left the bits at step 1 (w)")
    assert verdict.divergence is not None
    assert verdict.divergence.path == "w"
