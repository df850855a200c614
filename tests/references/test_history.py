"""A rewrite says why, what it supersedes, and how far everything moved."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Drift, RunRecord, Scalar, SeedResult
from pytest_repro.references import (
    cumulative_drift,
    decode,
    drift_between,
    encode,
    revise,
    thin,
)
from tests.references.samples import (
    changed_identity,
    digest,
    environment,
    seed_result,
    series,
    small_record,
)

SUMS = digest("sums")


def run(*finals: float, trace: list[float] | None = None) -> RunRecord:
    """Make a run nobody approved: one final value a seed, and a trace."""
    seeds = tuple(
        seed_result(seed, [("m", value)]) for seed, value in enumerate(finals)
    )
    traces = (series("t", trace, "float64"),) if trace else ()
    return replace(small_record(), seeds=seeds, series=traces, history=())


def next_revision(
    new: RunRecord, old: RunRecord | None, *, reason: str = "torch 2.13 sums otherwise"
) -> RunRecord:
    """Approve a run, with fixed facts."""
    return revise(
        new,
        old,
        reason=reason,
        created_utc="2026-01-02T03:04:05Z",
        created_by="pytest-repro 0.1",
        supersedes=SUMS if old else None,
    )


def test_first_revision_supersedes_nothing() -> None:
    """A reference that is recorded for the first time has revision 1, without drift."""
    (revision,) = next_revision(run(1.0), None).history

    assert (revision.number, revision.supersedes, revision.drift) == (1, None, ())


def test_rewrite_keeps_earlier_revisions() -> None:
    """The history grows at its end, and what was there stays as it was."""
    first = next_revision(run(1.0), None)
    second = next_revision(run(2.0), first)
    third = next_revision(run(3.0), second)

    assert third.history[:2] == second.history
    assert second.history[:1] == first.history
    assert third.history[2].number == 3
    assert third.history[2].supersedes == SUMS
    assert third.history[2].reason == "torch 2.13 sums otherwise"


def test_drift_of_a_final_metric_is_the_mean_over_shared_seeds() -> None:
    """Seeds that only one side has do not count as drift."""
    found = drift_between(run(1.0, 2.0, 50.0), run(1.0, 4.0))

    assert found == (Drift(metric="m", absolute=-1.0, relative=-0.4, ulps=-(2**23)),)


def test_drift_without_shared_seeds_compares_the_means() -> None:
    """Other seeds can only be compared as samples."""
    other = replace(run(5.0), seeds=(seed_result(9, [("m", 5.0)]),))

    assert drift_between(run(1.0), other) == (
        Drift(metric="m", absolute=-4.0, relative=-0.8),
    )


def test_equal_bits_do_not_drift() -> None:
    """A metric that did not move is not listed."""
    one = run(1.0, trace=[3.0, 2.0])

    assert drift_between(one, one) == ()


def test_bits_that_moved_without_value_are_listed() -> None:
    """−0.0 for 0.0 is a change of 0, and still a change."""
    assert drift_between(run(-0.0), run(0.0)) == (
        Drift(metric="m", absolute=0.0, relative=0.0, ulps=0),
    )


def test_drift_of_a_trace_names_the_first_step_that_moved() -> None:
    """The deviation is that of the last step, so that successive drifts add up."""
    found = drift_between(
        run(1.0, trace=[4.0, 3.0, 2.5]), run(1.0, trace=[4.0, 2.0, 2.0])
    )

    (drift,) = found
    assert (drift.absolute, drift.relative, drift.first_step) == (0.5, 0.25, 1)
    assert drift.ulps == 2**50


def test_trace_that_came_back_has_moved() -> None:
    """The chain shows a deviation of which the last step knows nothing."""
    found = drift_between(
        run(1.0, trace=[4.0, 3.0, 2.0]), run(1.0, trace=[4.0, 2.0, 2.0])
    )

    (drift,) = found
    assert (drift.absolute, drift.first_step, drift.ulps) == (0.0, 1, 0)


def test_thinned_trace_shows_drift_at_the_next_kept_step() -> None:
    """Between kept points the chain still says that something moved."""
    new = run(1.0, trace=[9.0, 8.0, 7.0, 6.0, 5.0])
    old = run(1.0, trace=[9.0, 8.5, 7.0, 6.0, 5.0])
    thinned = replace(old, series=(thin(old.series[0], 2),))

    assert drift_between(new, thinned)[0].first_step == 2


def test_trace_that_goes_on_has_moved_where_the_other_ends() -> None:
    """A longer run moved at its first new step."""
    new, old = run(1.0, trace=[3.0, 2.0, 1.0]), run(1.0, trace=[3.0, 2.0])

    assert drift_between(new, old) == (
        Drift(metric="t", absolute=0.0, relative=0.0, first_step=2, ulps=0),
    )


def test_traces_without_a_shared_step_are_nan_apart() -> None:
    """Where no step can be compared, the drift says so instead of being zero."""
    new = run(1.0, trace=[1.0, 2.0])
    late = replace(new.series[0], steps=(7, 8), head=digest("late"))

    (found,) = drift_between(replace(new, series=(late,)), new)

    assert math.isnan(found.absolute)
    assert found.first_step == 0


def test_vanished_and_new_metrics_move_by_nan() -> None:
    """There is no distance to a metric that is not there, and it is not silent."""
    old = run(1.0, trace=[1.0])
    renamed = replace(old, series=(series("u", [1.0]),))
    finals = replace(old, seeds=(seed_result(0, [("n", 1.0)]),))

    traces = drift_between(renamed, old)
    metrics = drift_between(finals, old)

    assert [(one.metric, one.first_step) for one in traces] == [("t", 0), ("u", 0)]
    assert [one.metric for one in metrics] == ["m", "n"]
    assert all(math.isnan(one.absolute) for one in (*traces, *metrics))


@pytest.mark.parametrize(
    ("new", "old", "relative"),
    [
        (1.0, 0.0, math.inf),
        (-1.0, 0.0, -math.inf),
        (2.0, -1.0, 3.0),
        (math.inf, 1.0, math.inf),
    ],
)
def test_relative_drift_of_odd_numbers(new: float, old: float, relative: float) -> None:
    """From zero everything is infinitely far, and a magnitude has no sign."""
    assert drift_between(run(new), run(old))[0].relative == relative


@given(values=st.lists(st.integers(-100, 100), min_size=2, max_size=6, unique=True))
def test_absolute_drifts_add_up(values: list[int]) -> None:
    """However often a reference was re-blessed, the sum is last minus first."""
    record = next_revision(run(values[0], trace=[float(values[0])]), None)
    for value in values[1:]:
        record = next_revision(run(value, trace=[float(value)]), record)

    final, trace = cumulative_drift(record)

    assert final.absolute == trace.absolute == values[-1] - values[0]
    assert (final.first_step, trace.first_step) == (None, 0)


def test_creeping_change_is_seen() -> None:
    """Ten steps of one per cent that each pass are ten per cent together."""
    record = next_revision(run(1.0), None)
    for number in range(1, 11):
        record = next_revision(run(1.0 + number / 100), record)

    (total,) = cumulative_drift(record)

    assert total.absolute == pytest.approx(0.1, rel=1e-6)  # float32 in decimal
    assert max(drift.absolute for one in record.history for drift in one.drift) < 0.011


def test_history_survives_the_disk() -> None:
    """Drifts that are NaN or infinite are stored too."""
    record = next_revision(run(1.0), next_revision(run(0.0), None))
    files = encode(record)

    assert decode(files, path="here").history == record.history


@pytest.mark.parametrize("field", ["experiment", "environment"])
def test_run_of_something_else_is_no_revision(field: str) -> None:
    """A reference is never revised by another experiment or environment key."""
    old = run(1.0)
    value = "other" if field == "experiment" else environment((("os", "mac"),))
    new = replace(old, identity=changed_identity(old.identity, field, value))

    with pytest.raises(ReproUsageError, match=f"a run of the same {field}"):
        next_revision(new, old)


def test_rewrite_names_what_it_supersedes() -> None:
    """Without the digest of the older state a chain of custody would break."""
    with pytest.raises(ReproUsageError, match="names the digest"):
        revise(
            run(1.0),
            run(1.0),
            reason="because",
            created_utc="",
            created_by="",
            supersedes=None,
        )


def test_mean_does_not_overflow() -> None:
    """The mean of two huge numbers is a number."""
    huge = Scalar.of(1.7e308)
    rows = tuple(
        SeedResult(
            seed=seed,
            metrics=(replace(run(1.0).seeds[0].metrics[0], scalar=huge),),
            trace_root=SUMS,
            state_root=SUMS,
        )
        for seed in range(2)
    )
    record = replace(run(1.0), seeds=rows)

    assert drift_between(record, run(0.0, 0.0))[0].absolute == 1.7e308
