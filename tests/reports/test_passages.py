"""How references moved: each rewrite small, and their sum seen."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

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
from pytest_repro.references import cumulative_drift
from pytest_repro.reports.passages import Passage, passages
from tests.cli.samples import Facts, obtained_run

MOVES = (0.004, 0.003, -0.001, 0.004)


def moved(moves: Sequence[float], tolerance: Tolerance) -> RunRecord:
    """Record a reference that was rewritten once for each move."""
    first = Revision(number=1, created_utc="2026-01-01T00:00:00Z", created_by="us")
    later = [
        replace(
            first,
            number=number,
            drift=(Drift(metric="test/accuracy", absolute=move, relative=move / 0.9),),
        )
        for number, move in enumerate(moves, 2)
    ]
    contract = Contract(tolerances=(("test/accuracy", tolerance),))
    record = obtained_run(Facts(contract=contract))
    return replace(record, history=(first, *later))


def passage_of(record: RunRecord) -> Passage:
    """Follow its only final metric."""
    (found,) = passages(record, cumulative_drift(record))
    return found


def test_creeping_drift_over_rewrites_is_seen() -> None:
    """Five re-blessings, each inside the tolerance, together beyond it."""
    found = passage_of(moved(MOVES, Close(atol=0.005)))

    assert found.is_creeping
    assert found.numbers == (1, 2, 3, 4, 5)
    assert found.total == pytest.approx(0.01)
    assert found.largest == 0.004
    assert found.allowed == 0.005


def test_the_values_lead_from_the_first_revision_to_the_last() -> None:
    """Each is the next one less what that moved."""
    found = passage_of(moved(MOVES, Close(atol=0.005)))

    assert found.values[-1] == 0.90625
    assert found.values == pytest.approx((0.89625, 0.90025, 0.90325, 0.90225, 0.90625))


@pytest.mark.parametrize(
    ("moves", "tolerance"),
    [
        pytest.param((0.001, 0.002), Close(atol=0.005), id="inside in all"),
        pytest.param((0.02,), Close(atol=0.005), id="one large move is no creeping"),
        pytest.param(MOVES, Exact(), id="nothing is allowed anyway"),
        pytest.param(MOVES, Equivalent(rel=0.05), id="wide margin"),
        pytest.param((), Close(atol=0.005), id="never rewritten"),
    ],
)
def test_what_is_no_creeping(moves: Sequence[float], tolerance: Tolerance) -> None:
    """Only small moves that add up to more than one comparison allows are."""
    assert not passage_of(moved(moves, tolerance)).is_creeping


def test_a_record_that_nobody_approved_has_one_value() -> None:
    """There is nothing to follow, and nothing fails."""
    record = obtained_run(Facts())

    assert passage_of(record).values == (0.90625,)
