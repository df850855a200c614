"""Nothing valid to compare: each cause, in its order, and each planted fault."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pytest_repro.digests import digest_of_bytes
from pytest_repro.records import (
    Cause,
    Close,
    Contract,
    Exact,
    Failure,
    Match,
    Rung,
    RunRecord,
    Verdict,
)
from pytest_repro.verdicts import judge, not_comparable
from tests.verdicts.making import (
    Made,
    approve,
    judged,
    make_fingerprint,
    make_series,
    promise,
)

NAN = float("nan")
INF = float("inf")


def refused(obtained: RunRecord, reference: RunRecord, cause: Cause) -> Verdict:
    """Judge two runs that cannot be compared; the verdict must not pass."""
    verdict = judged(obtained, reference)
    assert verdict.rung is Rung.NOT_COMPARABLE
    assert verdict.cause is cause
    assert not verdict.holds
    return verdict


FAILURES = [
    Cause.CRASHED,
    Cause.FAILED,
    Cause.TIMED_OUT,
    Cause.OUT_OF_MEMORY,
    Cause.DISK_FULL,
    Cause.INTERRUPTED,
    Cause.UNSTABLE_INPUT,
]


@pytest.mark.parametrize("cause", FAILURES)
def test_run_that_failed_is_not_compared(cause: Cause) -> None:
    """The cause of the failure is the cause of the verdict, on one line."""
    run = Made().run()
    failure = Failure(cause=cause, message="ValueError: bad\n  loss")

    verdict = refused(replace(run, failure=failure), run, cause)

    assert verdict.reason == "ValueError: bad loss"


def test_run_that_failed_before_its_first_seed_is_not_compared() -> None:
    """A crash at the start leaves no row, and still a typed verdict."""
    run = Made().run()
    failure = Failure(cause=Cause.CRASHED, message="SIGSEGV")

    verdict = refused(replace(run, seeds=(), failure=failure), run, Cause.CRASHED)

    assert verdict.reason == "SIGSEGV"


def test_reference_of_a_failed_run_is_corrupt() -> None:
    """Nobody can match a run that did not complete."""
    run = Made().run()
    failure = Failure(cause=Cause.CRASHED, message="SIGSEGV")

    refused(run, replace(run, failure=failure), Cause.CORRUPT_REFERENCE)


@pytest.mark.parametrize("is_evidence_only", [False, True])
def test_run_without_anything_to_compare_is_vacuous(*, is_evidence_only: bool) -> None:
    """No metric, trace or deciding fingerprint: equal to itself, and still refused."""
    run = Made(metrics={}, traces={}, state=[]).run()
    if is_evidence_only:
        run = replace(run, state=(make_fingerprint("rng", 1, "x", is_evidence=True),))

    verdict = refused(run, run, Cause.VACUOUS)

    assert "call repro.log(…)" in verdict.reason


def test_record_without_seeds_is_vacuous() -> None:
    """A record that claims to be complete and has no row shows nothing."""
    run = Made().run()

    refused(replace(run, seeds=()), run, Cause.VACUOUS)


@pytest.mark.parametrize("value", [NAN, INF, -INF])
@pytest.mark.parametrize("sides", ["obtained", "reference", "both"])
def test_non_finite_metric_is_refused_on_either_side(value: float, sides: str) -> None:
    """NaN against the same NaN is refused too."""
    bad, good = Made(metrics={"test/loss": value}).run(), Made().run()
    obtained = good if sides == "reference" else bad
    reference = good if sides == "obtained" else bad

    verdict = refused(obtained, reference, Cause.NON_FINITE)

    side = "reference" if sides == "reference" else "obtained"
    assert verdict.reason.startswith(f"test/loss is {value} at the end ({side})")


@pytest.mark.parametrize("value", [NAN, INF])
def test_non_finite_trace_names_its_first_step(value: float) -> None:
    """The first bad step is named, though the last value is finite again."""
    run = Made(traces={"train/loss": (3.0, value, NAN, 1.0)}).run()

    verdict = refused(run, run, Cause.NON_FINITE)

    assert verdict.reason == f"train/loss is {value} at step 1 (obtained)"


def test_run_asked_about_itself_blames_no_reference() -> None:
    """Whether it could be a reference is asked of a run alone; there is no other."""
    run = Made(metrics={"test/loss": NAN}).run()

    verdict = judge(run, run, contract=Contract(), match=Match.EXACT)

    assert verdict.reason == "test/loss is nan at the end (obtained)"
    assert [one.detail for one in verdict.findings] == [verdict.reason]


def test_float16_overflow_is_non_finite() -> None:
    """A half-precision loss that overflowed is infinite and is refused."""
    run = Made(metrics={"test/loss": INF}, traces={}, dtype="float16").run()

    verdict = refused(run, run, Cause.NON_FINITE)

    assert verdict.reason.startswith("test/loss is inf")


def test_nan_that_is_allowed_is_compared_by_bits() -> None:
    """With a reason in the contract, NaN may meet the same NaN, and no number."""
    contract = Contract(allow_nonfinite="a diverging baseline on purpose")
    nan, number = Made(metrics={"test/loss": NAN}).run(), Made().run()

    same = judged(nan, nan, contract)
    parted = judged(nan, number, contract)

    assert same.rung is Rung.IDENTICAL
    assert parted.rung is Rung.DIVERGED


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"lr": "0.2"}, "lr is 0.2, in the reference 0.1"),
        ({}, "lr is absent, in the reference 0.1"),
        (
            {"lr": "0.1", "batch": "8"},
            "batch is 8, in the reference absent",
        ),
        ({"lr": "0.2", "a": "1"}, "a is 1, in the reference absent; 1 more"),
    ],
)
def test_changed_config_is_named(config: Mapping[str, str], reason: str) -> None:
    """Another value, a vanished and a new key each stop the comparison."""
    verdict = refused(Made(config=config).run(), Made().run(), Cause.CHANGED_CONFIG)

    assert verdict.reason == reason


def test_changed_keys_are_listed_aligned() -> None:
    """Every key that differs has a finding, with both sides in columns."""
    obtained = Made(config={"lr": "0.2", "width": "1024"}).run()
    reference = Made(config={"lr": "0.1", "width": "512"}).run()

    verdict = refused(obtained, reference, Cause.CHANGED_CONFIG)

    assert [(one.name, one.detail) for one in verdict.findings] == [
        ("lr", "obtained 0.2   reference 0.1"),
        ("width", "obtained 1024  reference 512"),
    ]


@pytest.mark.parametrize(
    "assets", [{"digits": "other"}, {}, {"digits": "data", "extra": "data"}]
)
def test_changed_data_is_refused(assets: Mapping[str, str]) -> None:
    """Other bytes, a file no longer read and a new file each stop the comparison."""
    obtained = Made(assets=assets).run()
    reference = Made(assets={"digits": "data"}).run()

    verdict = refused(obtained, reference, Cause.CHANGED_DATA)

    assert "obtained " in verdict.findings[0].detail
    assert "sha256:" in verdict.findings[0].detail


def test_changed_data_shows_both_digests() -> None:
    """The short digests of both sides stand in the reason."""
    obtained = Made(assets={"digits": "other"}).run()
    reference = Made(assets={"digits": "data"}).run()

    verdict = refused(obtained, reference, Cause.CHANGED_DATA)

    assert verdict.reason == (
        "digits is sha256:d9298a10d1b07358…, in the reference sha256:3a6eb0790f39ac87…"
    )


def test_one_name_for_two_files_shows_both() -> None:
    """A name that stood for two files is not taken for either of them."""
    run = Made(assets={"digits": "data"}).run()
    (use,) = run.identity.assets
    second = replace(use, digest=digest_of_bytes(b"other"))
    identity = replace(run.identity, assets=(use, second))

    verdict = refused(replace(run, identity=identity), run, Cause.CHANGED_DATA)

    assert verdict.reason.startswith("digits is sha256:3a6eb0790f39ac87… and sha256:d9")


METRICS = {
    "vanished final": Made(metrics={}),
    "renamed final": Made(metrics={"test/Loss": 0.5}),
    "new final": Made(metrics={"test/loss": 0.5, "test/new": 1e9}),
    "vanished trace": Made(traces={}),
    "new trace": Made(traces={"train/loss": (3.0, 2.5, 2.25, 2.125), "new": (1.0,)}),
    "vanished fingerprint": Made(state=[]),
    "new fingerprint": Made(state=[("weights", 3, "final"), ("new", 3, "x")]),
    "trace in place of a final": Made(
        metrics={},
        traces={"train/loss": (3.0, 2.5, 2.25, 2.125), "test/loss": (0.5,)},
    ),
    "another type of equal value": Made(dtype="float32"),
}


@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize("made", METRICS.values(), ids=METRICS.keys())
def test_changed_set_of_metrics_is_refused_both_ways(
    made: Made, *, is_swapped: bool
) -> None:
    """Vanished and new are the same fault seen from two sides."""
    changed, run = made.run(), Made().run()
    sides = (run, changed) if is_swapped else (changed, run)

    verdict = refused(*sides, Cause.CHANGED_METRICS)

    assert verdict.findings


def test_changed_type_is_named_with_both_types() -> None:
    """0.5 in float32 is not 0.5 in float64."""
    obtained, reference = Made(dtype="float32").run(), Made().run()

    verdict = refused(obtained, reference, Cause.CHANGED_METRICS)

    assert verdict.reason == (
        "test/loss is final float32, in the reference final float64; 1 more"
    )


def test_fingerprint_that_became_evidence_has_vanished() -> None:
    """What decided before cannot be turned into mere evidence unseen."""
    run = Made().run()
    weaker = replace(
        run, state=tuple(replace(item, is_evidence=True) for item in run.state)
    )

    refused(weaker, run, Cause.CHANGED_METRICS)


def test_tolerance_for_a_metric_that_is_never_logged_is_refused() -> None:
    """A misspelt name in the contract is a check that never runs."""
    run = Made().run()

    verdict = judged(run, run, promise(test__los=Exact()))

    assert verdict.cause is Cause.CHANGED_METRICS
    assert verdict.reason == (
        "the contract names test/los, which was never logged; did you mean test/loss?"
    )


def test_pattern_that_matches_nothing_is_no_fault() -> None:
    """Patterns may be shared by many experiments."""
    run = Made().run()
    contract = Contract(tolerances=(("val/*", Close(rtol=0.1)),))

    verdict = judged(run, run, contract)

    assert verdict.rung is Rung.IDENTICAL


FAULTS: Mapping[Cause, Any] = {
    Cause.NON_FINITE: {"traces": {"train/loss": (NAN, 2.5, 2.25, 2.125)}},
    Cause.CHANGED_CONFIG: {"config": {"lr": "0.2"}},
    Cause.CHANGED_DATA: {"assets": {"digits": "other"}},
    Cause.CHANGED_METRICS: {"metrics": {"new": 1.0}},
    Cause.MISSING_REFERENCE: {"seed": 7},
}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Cause.NON_FINITE, Cause.CHANGED_CONFIG),
        (Cause.CHANGED_CONFIG, Cause.CHANGED_DATA),
        (Cause.CHANGED_DATA, Cause.CHANGED_METRICS),
        (Cause.CHANGED_METRICS, Cause.MISSING_REFERENCE),
    ],
)
def test_checks_come_in_their_order(earlier: Cause, later: Cause) -> None:
    """Of two obstacles the earlier is named: it explains the later."""
    obtained = Made(**{**FAULTS[earlier], **FAULTS[later]}).run()

    refused(obtained, Made().run(), earlier)


def test_seed_that_the_reference_lacks_is_missing() -> None:
    """A seed without a row has nothing to be held against."""
    reference = approve(*(Made(seed=seed).run() for seed in (0, 1)))

    verdict = refused(Made(seed=7).run(), reference, Cause.MISSING_REFERENCE)

    assert verdict.reason == "the reference has no seed 7; it has 0, 1"


def test_shorter_trace_is_a_divergence_and_no_changed_metric() -> None:
    """A run that ended early is compared, and differs."""
    reference = Made().run()
    series = make_series("train/loss", (3.0, 2.5, 2.25))
    obtained = replace(reference, series=(series,))

    verdict = judged(obtained, reference)

    assert verdict.rung is Rung.DIVERGED
    assert (
        verdict.reason == "train/loss differs at step 3: ended at step 2 against 2.125"
    )


def test_not_comparable_keeps_what_it_is_given() -> None:
    """The verdict for other callers has the cause, the reason and the rung required."""
    verdict = not_comparable(
        Cause.MISSING_REFERENCE, "no reference", required=Rung.EQUIVALENT
    )

    assert verdict.cause is Cause.MISSING_REFERENCE
    assert verdict.reason == "no reference"
    assert verdict.required is Rung.EQUIVALENT
    assert verdict.match is Match.NONE
    assert not verdict.holds
