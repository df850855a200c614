"""How far a rewrite moved each metric, in the units in which people argue."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro import canonical
from pytest_repro.records import Drift, Revision, RunRecord, Scalar
from pytest_repro.references import cumulative_drift, drift_between
from pytest_repro.references.drift import ulps_between
from pytest_repro.references.run_file import read_run, write_run
from tests.references.samples import enveloped_record, series, small_record

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(FLOATS, FLOATS)
def test_units_of_the_last_place_are_a_distance(a: float, b: float) -> None:
    """``d(a, b) = −d(b, a)``, with the sign of ``a − b``, and 0 only for equals."""
    one, other = Scalar.of(a, "float32"), Scalar.of(b, "float32")

    there, back = ulps_between(one, other), ulps_between(other, one)

    assert there is not None
    assert back is not None
    assert there == -back
    assert (there > 0, there < 0) == (a > b, a < b)


@pytest.mark.parametrize(
    ("new", "old", "count"),
    [
        (Scalar.of(1.0), Scalar.of(math.nextafter(1.0, 0)), 1),
        (Scalar.of(0.0), Scalar.of(-0.0), 0),
        (Scalar.of(5e-324), Scalar.of(-5e-324), 2),
        (Scalar.of(1.0, "bfloat16"), Scalar.of(1.0078125, "bfloat16"), -1),
        (Scalar.of(7), Scalar.of(4), 3),
        (Scalar.of(1.0), Scalar.of(1.0, "float32"), None),
        (Scalar.of(math.inf), Scalar.of(1.0), None),
        (Scalar.of(math.nan), Scalar.of(math.nan), None),
    ],
)
def test_units_of_odd_numbers(new: Scalar, old: Scalar, count: int | None) -> None:
    """Neighbours are one apart in every type; other types have no distance."""
    assert ulps_between(new, old) == count


def moved(record: RunRecord, losses: list[float]) -> RunRecord:
    """Give a record another trace."""
    return replace(record, series=(series("train/loss", losses),))


def test_trace_is_held_against_the_envelope_of_the_older_side() -> None:
    """The worst point counts: 1e-6 above a bound of 2.4e-7."""
    old = enveloped_record()
    losses = [one.value for one in map(old.series[0].scalar, range(3))]
    new = moved(old, [losses[0], losses[1] + 1e-6, losses[2]])

    (drift,) = drift_between(new, old)

    assert drift.envelope == pytest.approx(1e-6 / 2.4e-7, rel=0.1)
    assert drift.first_step == 1


def test_step_that_rounding_never_moves_is_infinitely_far() -> None:
    """Where the replicas agree bit by bit, any deviation is no rounding."""
    old = enveloped_record()
    losses = [one.value for one in map(old.series[0].scalar, range(3))]

    (drift,) = drift_between(moved(old, [losses[0] + 0.5, *losses[1:]]), old)

    assert drift.envelope == math.inf


def test_final_metric_is_held_against_the_replicas() -> None:
    """Replicas gave 0.90 and 0.91 for the reference's 0.91: 0.01 is one envelope."""
    old = enveloped_record()
    new = small_record(value=0.93)
    finals = [one for one in drift_between(new, old) if one.first_step is None]

    (drift,) = finals

    assert drift.envelope == pytest.approx(2.0, rel=1e-5)


def test_without_an_envelope_there_is_no_factor() -> None:
    """A reference that was never perturbed says nothing of rounding."""
    drifts = drift_between(small_record(value=0.93), small_record())

    assert {one.envelope for one in drifts} == {None}


def test_sum_adds_units_and_keeps_the_largest_factor() -> None:
    """Successive drifts add up, whatever their sign; a factor does not."""
    record = small_record()
    drifts = [
        Drift(metric="m", absolute=0.5, relative=0.5, ulps=3, envelope=2.0),
        Drift(metric="m", absolute=-0.25, relative=-0.2, ulps=-1, envelope=5.0),
    ]
    history = tuple(
        Revision(number=number, created_utc="", created_by="", drift=(drift,))
        for number, drift in enumerate(drifts, 1)
    )

    (total,) = cumulative_drift(replace(record, history=history))

    assert (total.absolute, total.ulps, total.envelope) == (0.25, 2, 5.0)


def test_history_of_an_earlier_version_is_read() -> None:
    """Revisions without approver, source, units and factors stay as they were."""
    drift = Drift(metric="m", absolute=0.5, relative=0.5)
    revision = replace(small_record().history[0], drift=(drift,))
    data = write_run(replace(small_record(), history=(revision,)))
    value: Any = canonical.loads(data)
    (stored,) = value["history"]
    (moved_by,) = stored["drift"]
    del stored["approved_by"], stored["source"], stored["lacks"]
    del moved_by["ulps"], moved_by["envelope"]

    read = read_run(canonical.dumps(value))

    assert read.history == (revision,)
