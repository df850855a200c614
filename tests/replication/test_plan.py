"""Which seeds run next, and what may be written: every mode, match and cause."""

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import (
    Cause,
    Close,
    Contract,
    Equivalent,
    Match,
    Rung,
    Tier,
    Verdict,
)
from pytest_repro.replication.plan import (
    Mode,
    PlannedRun,
    may_write,
    next_runs,
    reference_seeds,
)

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
tiers = st.sampled_from(Tier)


def whole(numbers: Iterable[int]) -> tuple[PlannedRun, ...]:
    """Plan a whole run of each seed."""
    return tuple(PlannedRun(seed=number) for number in numbers)


def after(  # noqa: PLR0913  # the arguments of `next_runs`, with defaults
    done: tuple[PlannedRun, ...],
    verdict: Verdict | None,
    *,
    count: int = 1,
    reference: int | None = None,
    tier: Tier = Tier.NIGHTLY,
    writes: bool = False,
) -> tuple[PlannedRun, ...]:
    """Plan what comes after some runs."""
    contract = Contract(seeds=count, reference_seeds=reference)
    return next_runs(contract, done, verdict=verdict, tier=tier, writes=writes)


@given(seeds, st.booleans())
def test_first_is_seed_0_alone(count: int, writes: bool) -> None:  # noqa: FBT001  # drawn
    """One seed is tried before many are paid for."""
    assert after((), None, count=count, writes=writes) == whole([0])


@given(seeds)
def test_pull_request_pays_for_the_first_steps_only(count: int) -> None:
    """Most faults show in them."""
    first = after((), None, count=count, tier=Tier.PR)

    assert first == (PlannedRun(seed=0, is_short=True),)


@given(seeds)
def test_full_tier_runs_everything_at_once(count: int) -> None:
    """A release wants every seed, whatever the first says."""
    assert after((), None, count=count, tier=Tier.FULL) == whole(range(count))


@given(seeds, st.sampled_from(EVERY), tiers)
def test_decided_experiment_runs_no_more(
    count: int, verdict: Verdict, tier: Tier
) -> None:
    """More seeds are run to decide what is undecided, and for nothing else."""
    more = after(whole([0]), verdict, count=count, tier=tier)

    is_undecided = verdict.rung is Rung.INCONCLUSIVE
    assert more == (whole(range(1, count)) if is_undecided else ())


@given(seeds)
def test_undecided_beginning_is_followed_by_one_whole_seed(count: int) -> None:
    """And that by the others, if it decides nothing either."""
    short, undecided = PlannedRun(seed=0, is_short=True), verdict_of(Rung.INCONCLUSIVE)

    second = after((short,), undecided, count=count, tier=Tier.PR)
    third = after((short, *second), undecided, count=count, tier=Tier.PR)

    assert second == whole([0])
    assert third == whole(range(1, count))


@given(seeds, seeds, st.sampled_from(EVERY))
def test_what_is_written_has_every_seed(
    count: int, reference: int, verdict: Verdict
) -> None:
    """A reference of fewer seeds could not be compared with as promised."""
    more = after(whole([0]), verdict, count=count, reference=reference, writes=True)

    assert more == whole(range(1, reference))


@given(seeds, st.sets(st.integers(0, 29), min_size=1), st.booleans())
def test_no_seed_runs_twice(count: int, done: set[int], writes: bool) -> None:  # noqa: FBT001  # drawn
    """Together with those that ran, each seed of the contract comes once."""
    verdict = verdict_of(Rung.INCONCLUSIVE)

    more = after(whole(sorted(done)), verdict, count=count, writes=writes)

    assert more == whole(sorted(set(range(count)) - done))


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (Contract(), 1),
        (Contract(seeds=3), 3),
        (Contract(seeds=8, tolerances=(("a", Equivalent(0.1)),)), 10),
        (Contract(seeds=20, tolerances=(("a", Equivalent(0.1)),)), 20),
        (Contract(seeds=1, tolerances=(("a", Equivalent(0.1)),)), 1),
        (Contract(seeds=8, tolerances=(("a", Close(rtol=0.1)),)), 8),
        (Contract(seeds=8, reference_seeds=5), 5),
    ],
)
def test_reference_has_the_seeds_that_its_contract_needs(
    contract: Contract, expected: int
) -> None:
    """Ten, where distributions are compared, unless the marker says otherwise."""
    assert reference_seeds(contract) == expected


def test_labels_tell_runs_apart() -> None:
    """They name folders, so no two runs of one experiment share one."""
    assert PlannedRun(seed=0).label == "seed 0"
    assert PlannedRun(seed=0, replica=3).label == "seed 0 replica 3"
    assert PlannedRun(seed=0, is_short=True).label == "seed 0 horizon"
