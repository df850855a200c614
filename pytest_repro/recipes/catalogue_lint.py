"""What an entry of the catalogue lacks, as typed findings.

A component that does not say when it fails is found out by whoever it fails.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_repro.recipes.catalogue import SECTIONS, Entry

__all__ = ["Finding", "Rule", "lint_entries"]


class Rule(enum.StrEnum):
    """What is looked for."""

    SUMMARY = "summary"
    SECTION = "section"
    REPEATED = "repeated"
    REASON = "reason"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing that is missing.

    Attributes:
        component: The id.
        place: The section or field.
        rule: Which rule found it.
        message: What is missing, and what to write.
    """

    component: str
    place: str
    rule: Rule
    message: str

    @property
    def line(self) -> str:
        """The finding on one line, for people."""
        return f"{self.component}  {self.place}: {self.message} [{self.rule}]"


def lint_entries(entries: Iterable[Entry]) -> tuple[Finding, ...]:
    """Find what entries lack.

    Args:
        entries: The components.

    Returns:
        The findings, sorted.
    """
    return tuple(sorted(finding for entry in entries for finding in _of(entry)))


def _of(entry: Entry) -> Iterator[Finding]:
    def found(place: str, rule: Rule, message: str) -> Finding:
        return Finding(component=entry.id, place=place, rule=rule, message=message)

    if not entry.summary:
        message = "the docstring does not begin with what the component is"
        yield found("docstring", Rule.SUMMARY, message)
    told: set[str] = set()
    for name in SECTIONS:
        text = entry.sections.get(name, "")
        if not text:
            message = f"is missing: write '{name}: …' into the docstring"
            yield found(name, Rule.SECTION, message)
        elif text in told:
            yield found(name, Rule.REPEATED, "says what another section says")
        told.add(text)
    for row in entry.fields:
        if not row.why:
            message = "has no reason: write Field(…, why='…')"
            yield found(row.name, Rule.REASON, message)
        if not row.is_inside:
            message = f"its default {row.default} is outside of {row.domain}"
            yield found(row.name, Rule.DOMAIN, message)
