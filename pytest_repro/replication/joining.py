"""Join what several machines found into one session: a pure function of the parts.

In any order, any number of times. What the same experiment came to twice is one
outcome, if both say the same; times do not count. Two different outcomes are never
joined: that is a finding, and both sides are shown.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from pytest_repro import wire
from pytest_repro.records import Outcome, Problem, Session, Shard

__all__ = ["MISSING", "Conflict", "Part", "find_missing", "join_parts", "mixed_commits"]

MISSING: Final = "MISSING"
VACUOUS: Final = "VACUOUS"
MOST_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one machine left.

    Attributes:
        shown: Its folder, as it should be shown.
        session: Its report; None if it left none.
        shards: Which parts of the experiments it ran or joined; none for all.
    """

    shown: str
    session: Session | None
    shards: tuple[Shard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two different outcomes of one experiment.

    Attributes:
        experiment: The node id.
        places: Where both come from.
        sides: Both, each on one line.
    """

    experiment: str
    places: tuple[str, str]
    sides: tuple[str, str]

    @property
    def message(self) -> str:
        """What, where, both sides aligned."""
        width = max(map(len, self.places))
        rows = zip(self.places, self.sides, strict=True)
        lines = [f"  {place:<{width}}  {side}" for place, side in rows]
        return "\n".join([f"two outcomes of {self.experiment}", *lines])


def join_parts(
    parts: Sequence[Part], *, report: str
) -> tuple[Session | None, tuple[Conflict, ...]]:
    """Join the sessions of several machines.

    Args:
        parts: What each left; the order does not count.
        report: Where the joined report will lie, from the root.

    Returns:
        One session, None if nobody left one; and what keeps them from being one.
    """
    sessions = [one.session for one in parts if one.session is not None]
    outcomes, conflicts = _join_outcomes(parts)
    if not sessions:
        return None, ()
    problems = {one for session in sessions for one in session.problems}
    if outcomes:
        problems = {one for one in problems if one.name != VACUOUS}
    # Who is missing in a part may be in another.
    told = {one for one in problems if one.name != MISSING} | find_missing(parts)
    joined = Session(
        version=min(session.version for session in sessions),
        outcomes=outcomes,
        problems=tuple(sorted(told, key=_order)),
        report=report,
        wall_s=max(session.wall_s for session in sessions),
    )
    return joined, conflicts


def find_missing(parts: Iterable[Part]) -> set[Problem]:
    """Find experiments that should have run, and that no machine tells of.

    Args:
        parts: What each left.

    Returns:
        A problem for each, and for each part that is not there.
    """
    whole = list(parts)
    shards = [shard for one in whole for shard in one.shards]
    told = {
        outcome.experiment
        for one in whole
        if one.session is not None
        for outcome in one.session.outcomes
    }
    skipped = {name for shard in shards for name in shard.skipped}
    selected = {name for shard in shards for name in shard.selected}
    found = {_missing(name) for name in selected - told - skipped}
    for count in sorted({shard.count for shard in shards}):
        there = {shard.number for shard in shards if shard.count == count}
        if len(there) < count:
            found.add(_lacking(there, count))
    if shards and not selected:
        message = "no experiment was selected in any part"
        found.add(Problem(name=VACUOUS, message=message))
    return found


def mixed_commits(parts: Iterable[Part]) -> str:
    """Tell whether parts ran different commits: together they are no session of any.

    Args:
        parts: What each left.

    Returns:
        Which part ran which commit; empty if all that is known is the same.
    """
    commits = {
        (part.shown, shard.commit)
        for part in parts
        for shard in part.shards
        if shard.commit
    }
    if len({commit for _, commit in commits}) < 2:  # noqa: PLR2004  # two differ
        return ""
    width = max(len(shown) for shown, _ in commits)
    lines = [f"  {shown:<{width}}  {commit}" for shown, commit in sorted(commits)]
    return "\n".join(["the parts ran different commits", *lines])


def _missing(name: str) -> Problem:
    message = (
        f"{name} was to run in one of the parts, and none tells of it\n"
        "  was a job cancelled? run it again, and merge again"
    )
    return Problem(name=MISSING, message=message)


def _lacking(there: Collection[int], count: int) -> Problem:
    missing = (number for number in range(1, count + 1) if number not in there)
    shown = [str(number) for number in islice(missing, MOST_SHOWN)]
    more = count - len(there) - len(shown)
    noun = "part" if len(shown) + more == 1 else "parts"
    numbers = ", ".join(shown) + (f" and {more} more" if more else "")
    message = f"{noun} {numbers} of {count} left nothing to merge"
    return Problem(name=MISSING, message=message)


def _join_outcomes(
    parts: Sequence[Part],
) -> tuple[tuple[Outcome, ...], tuple[Conflict, ...]]:
    found: dict[str, list[tuple[str, Outcome]]] = {}
    for part in parts:
        for outcome in part.session.outcomes if part.session else ():
            found.setdefault(outcome.experiment, []).append((part.shown, outcome))
    chosen: list[Outcome] = []
    conflicts: list[Conflict] = []
    for experiment, told in sorted(found.items()):
        ordered = sorted(told, key=lambda one: (wire.write(one[1]), one[0]))
        chosen.append(ordered[0][1])
        gist = _gist(ordered[0][1])
        other = next((one for one in ordered if _gist(one[1]) != gist), None)
        if other is not None:
            conflicts.append(_conflict(experiment, ordered[0], other))
    return tuple(chosen), tuple(conflicts)


def _gist(outcome: Outcome) -> Outcome:
    """Leave out what two equal outcomes may differ in: times, and what was told."""
    seeds = tuple(
        replace(one, wall_s=0.0, queued_s=0.0, attempts=(), contention=None)
        for one in outcome.seeds
    )
    return replace(outcome, seeds=seeds, wall_s=0.0, message="", candidate="")


def _conflict(
    experiment: str, one: tuple[str, Outcome], other: tuple[str, Outcome]
) -> Conflict:
    seeds = [
        (here, there)
        for here, there in zip(one[1].seeds, other[1].seeds, strict=False)
        if here.verdict != there.verdict
    ]
    sides = [_side(outcome) for _, outcome in (one, other)]
    if seeds and sides[0] == sides[1]:
        sides = [f"seed {it.seed}: {it.verdict.reason}" for it in seeds[0]]
    return Conflict(
        experiment=experiment, places=(one[0], other[0]), sides=(sides[0], sides[1])
    )


def _side(outcome: Outcome) -> str:
    seeds = ", ".join(str(one.seed) for one in outcome.seeds) or "none"
    key = outcome.environment_key or "no environment"
    rung = outcome.verdict.rung.label
    return f"{rung} on {key}, seeds {seeds}: {outcome.verdict.reason}"


def _order(problem: Problem) -> tuple[str, str, bool]:
    return (problem.name, problem.message, problem.is_fatal)
