"""A promise: one property of one part, ready to be kept or broken by a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_repro.contracts.counterexamples import Counterexample
from pytest_repro.contracts.examples import add_example, read_examples
from pytest_repro.contracts.properties import (
    Inapplicable,
    Property,
    Subject,
    properties_of,
)
from pytest_repro.contracts.running import Effort, find_counterexample, property_named

__all__ = ["Outcome", "Promise", "promises_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a promise.

    Attributes:
        word: ``kept``, ``broken``, ``expected`` (broken, as declared), ``stale``
            (declared to be broken, and kept) or ``silent`` (it says nothing here).
        text: The counter-example or the reason.
        counterexample: What breaks it; None if nothing was found.
    """

    word: str
    text: str = ""
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One property of one part.

    Attributes:
        subject: The part.
        rule: The property.
        reason: Why it is declared not to hold; empty if it should.
        effort: How hard to look.
    """

    subject: Subject
    rule: Property
    reason: str = ""
    effort: Effort = field(default_factory=Effort)

    @property
    def name(self) -> str:
        """The property's name, with the level where one matters."""
        level = self.subject.contract.level_of(self.rule.name, self.rule.level)
        return (
            f"{self.rule.name}[{level.kind}]"
            if self.rule.is_leveled
            else self.rule.name
        )

    def judge(self, root: Path) -> Outcome:
        """Look for a counter-example, committed examples first.

        Args:
            root: Of the project, where examples are kept.

        Returns:
            What became of it; exploring adds what it finds to the examples.
        """
        known = read_examples(root, self.subject.name, self.rule.name)
        effort = replace(self.effort, committed=known)
        try:
            found = find_counterexample(self.subject, self.rule, effort=effort)
        except Inapplicable as silence:
            return Outcome(word="silent", text=str(silence))
        if found is None:
            return self._kept()
        if self.reason:
            return Outcome(word="expected", text=self.reason, counterexample=found)
        text = str(found)
        if effort.seed is not None:
            name, rule = self.subject.name, self.rule.name
            path = add_example(root, name, rule, draw=found.draw)
            text += f"\n  kept in {path.relative_to(root)}: commit it"
        return Outcome(word="broken", text=text, counterexample=found)

    def _kept(self) -> Outcome:
        if not self.reason:
            return Outcome(word="kept")
        text = (
            f"{self.subject.name} keeps its promise of {self.rule.name} after all\n"
            f"  declared  {self.reason}\n"
            "  take the expected failure away"
        )
        return Outcome(word="stale", text=text)


def promises_of(
    subject: Subject,
    *,
    expected: Mapping[str, str] | None = None,
    effort: Effort | None = None,
) -> list[Promise]:
    """List what a part promises.

    Args:
        subject: The part.
        expected: Further properties that do not hold, with reasons.
        effort: How hard to look.

    Returns:
        One for each property that says something of the part, and whose level is not
        declared to be `none`.

    Raises:
        ContractError: If the contract, or `expected`, names an unknown property.
    """
    declared = {**subject.contract.expected_failures, **(expected or {})}
    for name in (*declared, *subject.contract.levels):
        property_named(subject.kind, name)
    return [
        Promise(
            subject=subject,
            rule=rule,
            reason=declared.get(rule.name, ""),
            effort=effort or Effort(),
        )
        for rule in properties_of(subject.kind)
        if subject.contract.level_of(rule.name, rule.level).kind != "none"
        if rule.applies(subject)
    ]
