"""Decide which experiments a change can affect, and say why.

An experiment is left out only if a comparison held before, its reference is still the
very one, and every input of that run is as it was. A run is a function of its inputs,
so it would give the same bits, and the same comparison of the same bits would hold.
Whatever is missing from that argument makes the experiment run: no evidence, an input
that cannot be looked at, a run that could not be followed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records import (
    ABSENT,
    FOLDER,
    Action,
    Evidence,
    Input,
    InputChange,
    InputKind,
    Outcome,
    Tier,
)
from pytest_repro.reports.summary import counted

__all__ = ["Choice", "changed_options", "choose", "unchanged"]

SOURCES: Final = (".py", ".so", ".pyd", ".pyc")
MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whether an experiment runs, and why.

    Attributes:
        runs: Whether it does.
        reason: Why, on one line.
    """

    runs: bool
    reason: str


def choose(
    evidence: Evidence | None,
    changes: Sequence[InputChange],
    *,
    reference: Digest | None,
    tier: Tier,
) -> Choice:
    """Decide whether an experiment has to run.

    Args:
        evidence: Its last comparison that held; None if there is none.
        changes: The inputs that changed since, options too.
        reference: The digest of the reference's sums as it is now; None if there is
            none, or none that can be read.
        tier: How much the session would compare.

    Returns:
        The choice.
    """
    if evidence is None:
        return _run("no comparison that held is known here")
    if evidence.inputs.unseen:
        return _run(f"cannot tell: {_some(evidence.inputs.unseen)}")
    if reference != evidence.reference:
        return _run("its reference changed")
    if evidence.is_short and tier is not Tier.PR:
        return _run("only the beginning of a run was compared")
    if changes:
        return _run(_some([change.text for change in changes]))
    return Choice(runs=False, reason=_basis(evidence))


def changed_options(
    before: Iterable[Input], now: Iterable[Input]
) -> tuple[InputChange, ...]:
    """Find what a session asks for that an earlier one did not.

    Args:
        before: The inputs of the earlier one.
        now: The options of this one.

    Returns:
        What changed, sorted.
    """
    earlier = {one.name: one.state for one in before if one.kind is InputKind.OPTION}
    present = {one.name: one.state for one in now}
    return tuple(
        InputChange(kind=InputKind.OPTION, name=name, how="changed")
        for name in sorted(earlier.keys() | present.keys())
        if earlier.get(name) != present.get(name)
    )


def unchanged(evidence: Evidence, choice: Choice) -> Outcome:
    """Describe an experiment that is left out.

    Args:
        evidence: Its last comparison that held.
        choice: Why it is left out.

    Returns:
        The outcome: what was found then, and that nothing was run now.
    """
    then = evidence.outcome
    return Outcome(
        experiment=then.experiment,
        action=Action.UNCHANGED,
        verdict=then.verdict,
        seeds_allowed=then.seeds_allowed,
        environment_key=then.environment_key,
        reference=then.reference,
        message=choice.reason,
    )


def _run(reason: str) -> Choice:
    return Choice(runs=True, reason=f"runs: {reason}")


def _some(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:MOST_SHOWN])
    more = len(texts) - MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _basis(evidence: Evidence) -> str:
    """Say what did not change since when, and what was found then."""
    items = evidence.inputs.items
    known = (one for one in items if one.state not in {ABSENT, FOLDER})
    files = [one for one in known if one.kind is InputKind.FILE]
    sources = sum(one.name.endswith(SOURCES) for one in files)
    packages = sum(one.kind is InputKind.PACKAGE for one in items)
    others = len(items) - len(files) - packages
    found = evidence.outcome.verdict.rung.label
    return (
        f"none of {counted(sources, 'source')}, "
        f"{counted(len(files) - sources, 'other file')}, "
        f"{counted(packages, 'package')} and {counted(others, 'further input')} "
        f"changed since {evidence.created_utc}, which found {found}"
    )
