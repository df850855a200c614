"""Which seeds run next, and what may be written: every mode, match and cause."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import Cause, Contract, Match, Rung, Verdict
from pytest_repro.replication.plan import Mode, may_write, next_seeds

MISSING = {Match.NONE, Match.NEAREST}
RECORDABLE = {Cause.MISSING_REFERENCE, Cause.OTHER_ENVIRONMENT}
REWRITABLE = {
    Cause.CORRUPT_REFERENCE,
    Cause.CHANGED_CONFIG,
    Cause.CHANGED_DATA,
    Cause.CHANGED_METRICS,
}
NEVER = set(Cause) - RECORDABLE - REWRITABLE


def verdict_of(
    rung: Rung, *, match: Match = Match.EXACT, required: Rung = Rung.WITHIN_ROUNDING
) -> Verdict:
    """Make a verdict without a cause."""
    return Verdict(rung=rung, required=required, reason="", match=match)


def caused(cause: Cause, match: Match) -> Verdict:
    """Make a verdict on what cannot be compared."""
    return Verdict(
        rung=Rung.NOT_COMPARABLE,
        required=Rung.WITHIN_ROUNDING,
        reason="",
        cause=cause,
        match=match,
    )


EVERY = [
    *(caused(cause, match) for cause, match in product(Cause, Match)),
    *(
        verdict_of(rung, match=match)
        for rung, match in product(Rung, Match)
        if rung is not Rung.NOT_COMPARABLE
    ),
]


def name_of(verdict: Verdict) -> str:
    """Name a case."""
    return f"{verdict.cause or verdict.rung}-{verdict.match}"


@pytest.mark.parametrize("verdict", EVERY, ids=name_of)
def test_comparing_never_writes(verdict: Verdict) -> None:
    """Whatever was found."""
    assert not may_write(Mode.COMPARE, verdict)


@pytest.mark.parametrize("verdict", EVERY, ids=name_of)
def test_recording_writes_only_what_is_missing(verdict: Verdict) -> None:
    """Where there is a reference for this environment it stays as it is."""
    is_result = verdict.cause is None or verdict.cause in RECORDABLE

    assert may_write(Mode.RECORD, verdict) is (verdict.match in MISSING and is_result)


@pytest.mark.parametrize("verdict", EVERY, ids=name_of)
def test_updating_writes_what_is_missing_too(verdict: Verdict) -> None:
    """Whoever may rewrite may also record."""
    if may_write(Mode.RECORD, verdict):
        assert may_write(Mode.UPDATE, verdict)


@pytest.mark.parametrize("match", [Match.EXACT, Match.KEY])
@pytest.mark.parametrize(
    ("rung", "is_written"),
    [
        (Rung.IDENTICAL, False),
        (Rung.WITHIN_ROUNDING, False),
        (Rung.EQUIVALENT, True),
        (Rung.INCONCLUSIVE, True),
        (Rung.DIVERGED, True),
    ],
)
def test_updating_rewrites_what_does_not_hold(
    rung: Rung, match: Match, *, is_written: bool
) -> None:
    """A reference that holds is never touched, so history says what moved."""
    verdict = verdict_of(rung, match=match)

    assert may_write(Mode.UPDATE, verdict) is is_written


@pytest.mark.parametrize("match", [Match.EXACT, Match.KEY])
@pytest.mark.parametrize("cause", Cause)
def test_updating_mends_what_a_new_reference_can_mend(
    cause: Cause, match: Match
) -> None:
    """A damaged reference, and one of another experiment; no run that failed."""
    assert may_write(Mode.UPDATE, caused(cause, match)) is (cause in REWRITABLE)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("match", Match)
@pytest.mark.parametrize("cause", sorted(NEVER))
def test_run_without_a_result_is_never_written(
    cause: Cause, match: Match, mode: Mode
) -> None:
    """Crashes, time-outs, NaN, nothing logged: in no mode."""
    assert not may_write(mode, caused(cause, match))


def test_failures_are_among_the_causes_never_written() -> None:
    """The check above says something: these are in its table."""
    assert {
        Cause.NON_FINITE,
        Cause.VACUOUS,
        Cause.CRASHED,
        Cause.FAILED,
        Cause.TIMED_OUT,
        Cause.OUT_OF_MEMORY,
        Cause.DISK_FULL,
        Cause.INTERRUPTED,
        Cause.UNSTABLE_INPUT,
    } == NEVER


seeds = st.integers(1, 30)


@given(seeds, st.booleans())
def test_first_is_seed_0_alone(count: int, writes: bool) -> None:  # noqa: FBT001  # drawn
    """One seed is tried before many are paid for."""
    assert next_seeds(Contract(seeds=count), (), None, writes=writes) == (0,)


@given(seeds, st.sampled_from(EVERY))
def test_decided_experiment_runs_no_more(count: int, verdict: Verdict) -> None:
    """More seeds are run to decide what is undecided, and for nothing else."""
    more = next_seeds(Contract(seeds=count), (0,), verdict, writes=False)

    is_undecided = verdict.rung is Rung.INCONCLUSIVE
    assert more == (tuple(range(1, count)) if is_undecided else ())


@given(seeds, st.sampled_from(EVERY))
def test_what_is_written_has_every_seed(count: int, verdict: Verdict) -> None:
    """A reference of fewer seeds than the contract's could not be compared with."""
    assert next_seeds(Contract(seeds=count), (0,), verdict, writes=True) == tuple(
        range(1, count)
    )


@given(seeds, st.sets(st.integers(0, 29)), st.booleans())
def test_no_seed_runs_twice(count: int, done: set[int], writes: bool) -> None:  # noqa: FBT001  # drawn
    """Together with those that ran, each seed of the contract comes once."""
    contract, verdict = Contract(seeds=count), verdict_of(Rung.INCONCLUSIVE)

    more = next_seeds(contract, sorted(done), verdict, writes=writes)

    assert list(more) == sorted(set(range(count)) - done)
