"""Changes that each pass are held against the margin together, too."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import (
    Close,
    Contract,
    Drift,
    Equivalent,
    Exact,
    Revision,
    RunRecord,
    Tolerance,
)
from pytest_repro.verdicts.creeping import find_creeping, is_inside
from tests.references.samples import changed_identity, seed_result, series, small_record


def history_of(
    metric: str, moves: Sequence[float], step: int | None
) -> tuple[Revision, ...]:
    """Make the history of a metric: recorded once, then moved so often."""
    drifts = [(), *((moved_by(metric, move, step),) for move in moves)]
    return tuple(
        Revision(number=number, created_utc="", created_by="", drift=drift)
        for number, drift in enumerate(drifts, 1)
    )


def moved_by(metric: str, move: float, step: int | None) -> Drift:
    """Make the drift of one rewrite."""
    return Drift(metric=metric, absolute=move, relative=0.0, first_step=step)


def rewritten(
    moves: Sequence[float], tolerance: Tolerance, *, now: float, step: int | None = None
) -> RunRecord:
    """Make a reference whose metric, or trace, ``m`` moved by rewrites until now."""
    record = small_record()
    contract = Contract(tolerances=(("m", tolerance),))
    seeds = (seed_result(0, [] if step is not None else [("m", now)]),)
    return replace(
        record,
        identity=changed_identity(record.identity, "contract", contract),
        seeds=seeds,
        series=(series("m", [now], "float64"),) if step is not None else (),
        history=history_of("m", moves, step),
    )


@pytest.mark.parametrize(
    ("tolerance", "moves", "now"),
    [
        pytest.param(Close(atol=0.1), [0.0625] * 5, 1.0, id="absolute"),
        pytest.param(Close(rtol=0.1), [0.0625] * 5, 1.0, id="relative"),
        pytest.param(Equivalent(0.1), [-0.0625] * 5, 1.0, id="margin"),
        pytest.param(Equivalent(0.1, scale="log"), [0.0625] * 2, 1.0, id="log"),
        pytest.param(Equivalent(0.5, scale="logit"), [0.0625] * 3, 0.75, id="logit"),
    ],
)
def test_changes_that_pass_add_up(
    tolerance: Tolerance, moves: list[float], now: float
) -> None:
    """None of them leaves its margin, and their sum does."""
    (found,) = find_creeping(rewritten(moves, tolerance, now=now))

    assert found.metric == "m"
    assert found.revisions == len(moves)
    assert found.since == 2
    assert found.total == sum(moves)
    assert found.tolerance == tolerance.text


@pytest.mark.parametrize(
    ("tolerance", "moves"),
    [
        pytest.param(Close(atol=0.1), [0.0625], id="one alone"),
        pytest.param(Close(atol=0.1), [0.0625, -0.0625, 0.0625], id="there and back"),
        pytest.param(Close(atol=0.1), [0.0625, 0.5], id="looked at last"),
        pytest.param(Close(atol=1.0), [0.0625] * 5, id="inside together"),
        pytest.param(Exact(), [0.0625] * 5, id="never passed"),
        pytest.param(Equivalent(9, target=0.5), [0.0625] * 5, id="steps"),
        pytest.param(Close(atol=0.1), [math.nan, 0.0625], id="new metric"),
    ],
)
def test_other_changes_do_not_creep(tolerance: Tolerance, moves: list[float]) -> None:
    """What somebody had to look at, or came back, raises no alarm."""
    assert find_creeping(rewritten(moves, tolerance, now=1.0)) == ()


def test_sum_starts_after_the_last_change_that_did_not_pass() -> None:
    """A rewrite beyond the margin was looked at; the sum begins anew behind it."""
    moves = [0.0625, 0.0625, 0.5, 0.0625, 0.0625]

    (found,) = find_creeping(rewritten(moves, Close(atol=0.1), now=1.0))

    assert (found.since, found.revisions, found.total) == (5, 2, 0.125)


def test_ends_of_traces_creep_too() -> None:
    """A trace without a final metric beside it is held against its own tolerance."""
    record = rewritten([0.0625] * 3, Close(atol=0.1), now=1.0, step=4)

    (found,) = find_creeping(record)

    assert found.is_trace
    assert found.total == 0.1875


@given(st.lists(st.integers(-6, 6), max_size=9))
def test_alarm_is_raised_exactly_beyond_the_margin(moves: list[int]) -> None:
    """Where each passes: ``alarm ⇔ |Σ| > margin``, for at least two."""
    record = rewritten([float(one) for one in moves], Close(atol=6.0), now=0.0)

    found = find_creeping(record)

    assert bool(found) == (abs(sum(moves)) > 6 and len(moves) > 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
def test_values_outside_a_scale_are_never_inside(value: float) -> None:
    """A loss that is no positive number has no ratio."""
    assert not is_inside(value, 1.0, Equivalent(0.1, scale="log"))
