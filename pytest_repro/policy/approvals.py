"""Who must approve that a reference changes, and by how much it may at once.

The rules stand beside the references, in `approvals.toml`, so that a change of a rule
is reviewed as one of a reference is. Every rule that matches an experiment must be
satisfied: no rule can weaken another.

Approvals are *self-asserted*: whoever accepts says who approved. Nothing is proven
before they are signed; a review of the commit that brings the reference is what counts.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from pytest_repro.policy.toml_entries import Entry, read_file
from pytest_repro.records import MIN_REASON, Drift

__all__ = ["FILE", "Approvals", "Proposal", "Rule", "missing", "read_approvals"]

FILE: Final = "approvals.toml"
"""The file, in the folder of the references."""

MAX_APPROVALS: Final = 20
MAX_REASON: Final = 1000
MAX_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What some experiments need.

    Attributes:
        experiments: Shell patterns of node ids.
        approvals: How many people must approve.
        people: Who counts by name.
        roles: Who counts by role; with neither, everybody does.
        min_reason: How many characters a reason has, at least.
        max_absolute: By how much a metric may move at once, by pattern.
        max_relative: The same as a fraction.
        allow_ci: Whether a CI job may accept.
    """

    experiments: tuple[str, ...]
    approvals: int = 1
    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    min_reason: int = MIN_REASON
    max_absolute: tuple[tuple[str, float], ...] = ()
    max_relative: tuple[tuple[str, float], ...] = ()
    allow_ci: bool = False

    def matches(self, experiment: str) -> bool:
        """Tell whether the rule is for an experiment.

        Args:
            experiment: The node id.

        Returns:
            Whether one of the patterns matches it.
        """
        return any(fnmatchcase(experiment, one) for one in self.experiments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """The rules of a project.

    Attributes:
        rules: In the order of the file.
        roles: The roles of each person, by name.
        path: The file, as messages should show it.
    """

    rules: tuple[Rule, ...] = ()
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    path: str = FILE

    def who_counts(self, rule: Rule) -> frozenset[str] | None:
        """Collect who may approve under a rule.

        Args:
            rule: The rule.

        Returns:
            Their names; None for everybody.
        """
        if not (rule.people or rule.roles):
            return None
        by_role = {name for name, roles in self.roles if set(roles) & set(rule.roles)}
        return frozenset({*rule.people, *by_role})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change of a reference that somebody wants to accept.

    Attributes:
        experiment: The node id.
        reason: Why.
        approved_by: Who approved, as is said.
        drift: How far each metric would move.
        is_ci: Whether a CI job asks.
        is_first: Whether there is no reference yet; then no reason is asked for.
    """

    experiment: str
    reason: str
    approved_by: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    is_ci: bool = False
    is_first: bool = False


def read_approvals(folder: Path, *, shown: str) -> Approvals:
    """Read the rules of a project.

    Args:
        folder: The folder of the references.
        shown: The same, as messages should show it.

    Returns:
        The rules; none if there is no file.

    Raises:
        PolicyError: If the file has no meaning, wholly or in part.
    """
    path = f"{shown}/{FILE}"
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Approvals(path=path)
    return _parse(read_file(data, path=path, max_bytes=MAX_BYTES))


def missing(approvals: Approvals, proposal: Proposal) -> tuple[str, ...]:
    """List what a proposal lacks.

    Args:
        approvals: The rules.
        proposal: What is to be accepted.

    Returns:
        One line for each thing; none if it may be accepted.
    """
    found = [
        line
        for rule in approvals.rules
        if rule.matches(proposal.experiment)
        for line in _lacking(approvals, rule, proposal)
    ]
    return tuple(dict.fromkeys(found))


def _parse(file: Entry) -> Approvals:
    file.check_keys(("rule", "people"))
    people = file.table("people")
    roles = tuple((name, people.texts(name, is_needed=False)) for name in people.values)
    approvals = Approvals(roles=roles, path=file.path)
    rules = []
    for entry in file.tables("rule"):
        rule = _rule(entry)
        _check_possible(entry, approvals, rule)
        rules.append(rule)
    return replace(approvals, rules=tuple(rules))


def _rule(entry: Entry) -> Rule:
    entry.check_keys(Rule.__slots__)
    approvals = entry.count("approvals", least=0, most=MAX_APPROVALS)
    min_reason = entry.count("min_reason", least=MIN_REASON, most=MAX_REASON)
    return Rule(
        experiments=entry.texts("experiments"),
        approvals=1 if approvals is None else approvals,
        people=entry.texts("people", is_needed=False),
        roles=entry.texts("roles", is_needed=False),
        min_reason=min_reason or MIN_REASON,
        max_absolute=entry.numbers("max_absolute"),
        max_relative=entry.numbers("max_relative"),
        allow_ci=entry.truth("allow_ci"),
    )


def _check_possible(entry: Entry, approvals: Approvals, rule: Rule) -> None:
    """Refuse a rule that nobody could satisfy: it would be switched off one day."""
    held = {role for _, roles in approvals.roles for role in roles}
    for role in rule.roles:
        if role not in held:
            entry.refuse(f"nobody has the role {role!r}: add it under [people]")
    who = approvals.who_counts(rule)
    if who is not None and len(who) < rule.approvals:
        entry.refuse(
            f"{rule.approvals} approvals are needed, and only {len(who)} may approve"
        )


def _lacking(approvals: Approvals, rule: Rule, proposal: Proposal) -> Iterator[str]:
    if proposal.is_ci and not rule.allow_ci:
        yield "a CI job may not accept it: accept it where a person looks at it"
    yield from _votes(approvals, rule, proposal)
    length = len(proposal.reason.strip())
    if length < rule.min_reason and not proposal.is_first:
        yield f"a reason of at least {rule.min_reason} characters, it has {length}"
    for drift in proposal.drift:
        yield from _too_far(rule, drift)


def _votes(approvals: Approvals, rule: Rule, proposal: Proposal) -> Iterator[str]:
    who = approvals.who_counts(rule)
    named = set(proposal.approved_by)
    given = sorted(named if who is None else named & who)
    if len(given) >= rule.approvals:
        return
    whom = f" of {', '.join(sorted(who))}" if who is not None else ""
    noun = "approval" if rule.approvals == 1 else "approvals"
    have = f", there is that of {', '.join(given)}" if given else ""
    others = sorted(named - set(given))
    vain = f"; {', '.join(others)} does not count" if others else ""
    yield f"{rule.approvals} {noun}{whom}{have}{vain}: add --approved-by NAME"


def _too_far(rule: Rule, drift: Drift) -> Iterator[str]:
    for limits, moved, unit in (
        (rule.max_absolute, drift.absolute, ""),
        (rule.max_relative, drift.relative, " of its magnitude"),
    ):
        for pattern, most in limits:
            if fnmatchcase(drift.metric, pattern):
                if not abs(moved) <= most or math.isnan(moved):
                    yield (
                        f"{drift.metric} would move by {moved:+.6g}{unit}, "
                        f"at most {most:g} at once is allowed"
                    )
                break
