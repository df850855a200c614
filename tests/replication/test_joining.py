"""What several machines found joins in any order, and never two different outcomes."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.records import (
    Action,
    Outcome,
    Problem,
    Rung,
    SeedVerdict,
    Session,
    Shard,
    Verdict,
)
from pytest_repro.replication.joining import Part, join_parts, mixed_commits

NAMES = ("a.py::test", "b.py::test", "c.py::test")


def outcome(name: str, *, wall_s: float = 1.0, rung: Rung = Rung.IDENTICAL) -> Outcome:
    """Make the outcome of an experiment."""
    verdict = Verdict(rung=rung, required=Rung.IDENTICAL, reason=f"it is {rung.label}")
    return Outcome(
        experiment=name,
        action=Action.COMPARED,
        verdict=verdict,
        seeds=(SeedVerdict(seed=0, verdict=verdict, wall_s=wall_s),),
        wall_s=wall_s,
        environment_key="linux",
    )


def part(shown: str, *outcomes: Outcome, shard: Shard | None = None) -> Part:
    """Make what one machine left."""
    session = Session(version="1", outcomes=outcomes, wall_s=len(outcomes))
    return Part(shown=shown, session=session, shards=() if shard is None else (shard,))


def shard(number: int, *own: str, count: int = 2) -> Shard:
    """Make a part of all three experiments."""
    return Shard(number=number, count=count, selected=NAMES, own=own)


PARTS = st.builds(
    lambda shown, names, wall_s: part(
        shown, *(outcome(name, wall_s=wall_s) for name in sorted(names))
    ),
    st.sampled_from(("one", "two", "three")),
    st.sets(st.sampled_from(NAMES)),
    st.floats(0.0, 100.0),
)


@given(st.lists(PARTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_does_not_count(parts: list[Part], shuffler: random.Random) -> None:
    """However the folders are named on the command line."""
    shuffled = parts.copy()
    shuffler.shuffle(shuffled)

    assert join_parts(shuffled, report="r") == join_parts(parts, report="r")


@given(st.lists(PARTS, min_size=1, max_size=6))
def test_joining_once_more_changes_nothing(parts: list[Part]) -> None:
    """A job that merges what is merged already is harmless."""
    joined, _ = join_parts(parts, report="r")

    again, conflicts = join_parts([*parts, Part(shown="o", session=joined)], report="r")

    assert (again, conflicts) == (joined, ())


@given(st.lists(PARTS, min_size=2, max_size=6), st.integers(1, 5))
def test_parts_may_be_joined_in_steps(parts: list[Part], cut: int) -> None:
    """As where some machines are slower than others."""
    first, _ = join_parts(parts[:cut], report="r")

    stepwise, _ = join_parts([Part(shown="f", session=first), *parts[cut:]], report="r")

    assert stepwise == join_parts(parts, report="r")[0]


def test_two_outcomes_of_one_experiment_are_refused() -> None:
    """Both sides stand aligned beneath each other, with where they come from."""
    diverged = outcome(NAMES[0], rung=Rung.DIVERGED)

    _, conflicts = join_parts(
        [part("shard-1", outcome(NAMES[0])), part("two", diverged)], report="r"
    )

    (conflict,) = conflicts
    assert conflict.message == (
        "two outcomes of a.py::test\n"
        "  two      DIVERGED on linux, seeds 0: it is DIVERGED\n"
        "  shard-1  IDENTICAL on linux, seeds 0: it is IDENTICAL"
    )


def test_times_alone_are_no_difference() -> None:
    """No two machines are equally fast."""
    slow = replace(outcome(NAMES[0], wall_s=9.0), message="2 runs taken over")

    joined, conflicts = join_parts(
        [part("one", outcome(NAMES[0])), part("two", slow)], report="r"
    )

    assert joined is not None
    assert (len(joined.outcomes), conflicts) == (1, ())


def test_experiment_that_no_part_tells_of_is_missing() -> None:
    """A machine may have died, or its folder may have been forgotten."""
    first = part("one", outcome(NAMES[0]), shard=shard(1, NAMES[0]))

    joined, _ = join_parts([first], report="r")

    assert joined is not None
    told = [one.message.splitlines()[0] for one in joined.problems if one.is_fatal]
    assert told == [
        "b.py::test was to run in one of the parts, and none tells of it",
        "c.py::test was to run in one of the parts, and none tells of it",
        "part 2 of 2 left nothing to merge",
    ]


def test_nothing_is_missing_once_all_parts_are_there() -> None:
    """An empty part is none that failed, and one that is skipped is told of."""
    skipping = replace(shard(2, NAMES[1], NAMES[2]), skipped=(NAMES[2],))
    parts = [
        part("one", outcome(NAMES[0]), shard=shard(1, NAMES[0])),
        part("two", outcome(NAMES[1]), shard=skipping),
    ]

    joined, conflicts = join_parts(parts, report="r")

    assert joined is not None
    assert (joined.problems, conflicts) == ((), ())


def test_problem_of_a_part_is_one_of_all() -> None:
    """Whatever a machine found wrong with its session stays wrong, once."""
    orphan = Problem(name="ORPHAN", message="gone")
    one = part("one", outcome(NAMES[0]))
    session = replace(one.session, problems=(orphan,)) if one.session else None

    joined, _ = join_parts([replace(one, session=session)] * 2, report="r")

    assert joined is not None
    assert joined.problems == (orphan,)


def test_parts_of_two_commits_are_told() -> None:
    """Each passed on its own sources, and together they are a session of none."""
    one = replace(shard(1), commit="a" * 40)
    other = replace(shard(2), commit="b" * 40)

    told = mixed_commits([part("x", shard=one), part("longer", shard=other)])

    assert told.splitlines()[1:] == [f"  longer  {'b' * 40}", f"  x       {'a' * 40}"]
    assert not mixed_commits([part("x", shard=one), part("y", shard=shard(2))])
    assert not mixed_commits([part("x", shard=one), part("y", shard=one)])


@pytest.mark.timeout(20)
def test_any_number_of_lost_parts_is_told_in_a_line() -> None:
    """A number that a damaged file holds fills neither a memory nor a page."""
    lost = part("x", outcome(NAMES[0]), shard=shard(2, NAMES[0], count=10**15))

    joined, _ = join_parts([lost], report="r")

    assert joined is not None
    told = "\n".join(one.message for one in joined.problems)
    assert "parts 1, 3, 4, 5," in told
    assert f"and {10**15 - 13} more of {10**15} left nothing to merge" in told
