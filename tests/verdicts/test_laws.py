"""Laws of the judge, over records that Hypothesis makes up."""

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_repro.digests import Digest
from pytest_repro.records import (
    Close,
    Contract,
    Match,
    Metric,
    Rung,
    RunRecord,
    Scalar,
    Tolerance,
)
from pytest_repro.verdicts import judge
from tests.verdicts.making import Made, judged, make_series, promise, thin

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(["a", "b", "test/acc", "z"])
BOUNDS = st.floats(0, 1e308)
TRACES = st.lists(NUMBERS, min_size=1, max_size=6)
MADE = st.builds(
    Made,
    metrics=st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=3),
    traces=st.dictionaries(NAMES, TRACES, max_size=3),
    state=st.lists(
        st.tuples(NAMES, st.none() | st.integers(0, 9), st.text(max_size=2)), max_size=3
    ),
    config=st.dictionaries(NAMES, st.text(max_size=3), max_size=2),
    assets=st.dictionaries(NAMES, st.text(max_size=2), max_size=2),
    seed=st.integers(0, 2**32 - 1),
)
CONTRACTS = st.builds(
    Contract,
    tolerances=st.sampled_from(
        [(), (("*", Close(rtol=1e-3)),), (("*", Close(atol=1e300)),)]
    ),
    required=st.none() | st.sampled_from(Rung),
)
HEXADECIMAL = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(made=MADE, contract=CONTRACTS, match=st.sampled_from(Match))
def test_run_is_identical_to_itself(
    made: Made, contract: Contract, match: Match
) -> None:
    """judge(x, x) = IDENTICAL for every finite run that recorded something."""
    run = made.run()

    assert judge(run, run, contract=contract, match=match).rung is Rung.IDENTICAL


@given(one=MADE, other=MADE, contract=CONTRACTS, match=st.sampled_from(Match))
def test_judging_is_deterministic(
    one: Made, other: Made, contract: Contract, match: Match
) -> None:
    """The same records give the same verdict, whole and every time."""
    first = judge(one.run(), other.run(), contract=contract, match=match)
    again = judge(one.run(), other.run(), contract=contract, match=match)

    assert first == again


@given(one=MADE, other=MADE)
def test_identical_means_that_all_is_equal(one: Made, other: Made) -> None:
    """IDENTICAL ⇔ same seed, config, data, metrics, traces and fingerprints."""
    left, right = one.run(), other.run()

    verdict = judged(left, right)

    is_equal = (left.seeds, left.series, left.state, left.identity) == (
        (right.seeds, right.series, right.state, right.identity)
    )
    assert (verdict.rung is Rung.IDENTICAL) == is_equal


@st.composite
def changed_pairs(draw: st.DrawFn) -> tuple[RunRecord, RunRecord]:
    """Draw a run, and the same with one deciding field changed."""
    run = draw(MADE).run()
    changes = [
        st.builds(replace_metric, st.just(run), NUMBERS),
        HEXADECIMAL.map(lambda text: replace_row(run, "trace_root", text)),
        HEXADECIMAL.map(lambda text: replace_row(run, "state_root", text)),
    ]
    if run.series:
        changes += [
            st.builds(replace_point, st.just(run), st.just(field), HEXADECIMAL)
            for field in ("bits", "chains", "head")
        ]
    if run.state:
        changes.append(HEXADECIMAL.map(lambda text: replace_state(run, text)))
    changed = draw(st.one_of(changes))
    assume(changed != run)
    return run, changed


def replace_metric(run: RunRecord, value: float) -> RunRecord:
    """Give the first final metric another value."""
    metric = Metric(name=run.anchor.metrics[0].name, scalar=Scalar.of(value))
    metrics = (metric, *run.anchor.metrics[1:])
    return replace(run, seeds=(replace(run.anchor, metrics=metrics),))


def replace_row(run: RunRecord, field: str, text: str) -> RunRecord:
    """Give the row another root."""
    fields: Any = {field: f"sha256:{text}"}
    return replace(run, seeds=(replace(run.anchor, **fields),))


def replace_point(run: RunRecord, field: str, text: str) -> RunRecord:
    """Give the last point of the first trace other bits, chain or head."""
    series = run.series[0]
    kept = getattr(series, field)[:-1]
    fields: Any = {field: f"sha256:{text}" if field == "head" else (*kept, text)}
    return replace(run, series=(replace(series, **fields), *run.series[1:]))


def replace_state(run: RunRecord, text: str) -> RunRecord:
    """Give the first fingerprint another digest."""
    state = run.state[0]
    other = replace(state, digest=Digest(f"sha256:{text}"))
    return replace(run, state=(other, *run.state[1:]))


@given(pair=changed_pairs(), contract=CONTRACTS, match=st.sampled_from(Match))
def test_any_single_change_is_never_identical(
    pair: tuple[RunRecord, RunRecord], contract: Contract, match: Match
) -> None:
    """Let x ≠ y in one deciding field: judge(x, y) ≠ IDENTICAL ≠ judge(y, x)."""
    one, other = pair

    there = judge(one, other, contract=contract, match=match)
    back = judge(other, one, contract=contract, match=match)

    assert there.rung is not Rung.IDENTICAL
    assert back.rung is not Rung.IDENTICAL


@given(one=MADE, other=MADE)
def test_vanished_and_new_are_symmetric(one: Made, other: Made) -> None:
    """judge(x, y) is not comparable for a cause ⇔ judge(y, x) is for the same."""
    left, right = replace_seed(one.run()), replace_seed(other.run())

    there, back = judged(left, right), judged(right, left)

    assert (there.rung, there.cause) == (back.rung, back.cause)
    assert {item.name for item in there.findings} == {
        item.name for item in back.findings
    }


def replace_seed(run: RunRecord) -> RunRecord:
    """Give a run the seed 0, so that two of them meet."""
    return replace(run, seeds=(replace(run.anchor, seed=0),))


@given(
    obtained=NUMBERS,
    reference=NUMBERS,
    bounds=st.tuples(BOUNDS, BOUNDS).map(sorted),
    is_relative=st.booleans(),
)
def test_close_is_monotone_in_the_tolerance(
    obtained: float, reference: float, bounds: list[float], *, is_relative: bool
) -> None:
    """Widen: t ≤ t' ⇒ rung(t) ≤ rung(t')."""
    assume(bounds[0] > 0)
    runs = [Made(metrics={"m": value}).run() for value in (obtained, reference)]
    field = "rtol" if is_relative else "atol"
    tight, wide = [close(field, bound) for bound in bounds]

    narrow = judged(runs[0], runs[1], promise(m=tight))
    broad = judged(runs[0], runs[1], promise(m=wide))

    assert narrow.rung.height <= broad.rung.height


def close(field: str, bound: float) -> Tolerance:
    """Build Close with one of its bounds."""
    return Close(rtol=bound) if field == "rtol" else Close(atol=bound)


@given(values=TRACES, strides=st.tuples(st.integers(1, 7), st.integers(1, 7)))
def test_thinning_never_parts_equal_traces(
    values: list[float], strides: tuple[int, int]
) -> None:
    """thin(x, k) is identical to thin(x, l)."""
    run = Made(traces={"t": values}).run()
    sides = [replace(run, series=(thin(run.series[0], stride),)) for stride in strides]

    assert judged(sides[0], sides[1]).rung is Rung.IDENTICAL


@given(
    data=st.data(),
    values=st.lists(NUMBERS, min_size=2, max_size=40),
    strides=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    length=st.integers(1, 40),
)
def test_step_named_is_never_before_the_change(
    data: st.DataObject,
    values: list[float],
    strides: tuple[int, int],
    length: int,
) -> None:
    """The runs differ at or before the step named, and exactly there if not bounded."""
    other = values[:length]
    index = data.draw(st.integers(0, len(other) - 1))
    other[index] = data.draw(NUMBERS)
    ours, theirs = make_series("t", values), make_series("t", other)
    assume(ours != theirs)
    pairs = enumerate(zip(ours.bits, theirs.bits, strict=False))
    first = next((step for step, (a, b) in pairs if a != b), len(other))
    base = Made(traces={}).run()

    place = judged(
        replace(base, series=(thin(ours, strides[0]),)),
        replace(base, series=(thin(theirs, strides[1]),)),
    ).divergence

    assert place is not None
    assert place.step is not None
    assert first <= place.step
    assert place.is_bounded or first == place.step
