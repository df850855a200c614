"""A counter-example: everything a person needs to see one property fail again."""

from collections.abc import Mapping
from dataclasses import dataclass

from pytest_repro.contracts.properties import Draw, Finding, Property, Subject

__all__ = ["Counterexample", "write_draw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """One draw at which one part breaks one promise.

    Attributes:
        subject: The name of the part.
        rule: The name of the property.
        claim: What should have been true.
        draw: Seed, sizes and kind of values.
        shapes: The shape of each argument, by name.
        finding: What differs, where, and the likely fault.
        script: Five lines that show it again.
    """

    subject: str
    rule: str
    claim: str
    draw: Draw
    shapes: Mapping[str, str]
    finding: Finding
    script: str

    def __str__(self) -> str:
        """The report, with both sides aligned and what to type next."""
        found = self.finding
        place = found.where + (
            f"[{', '.join(map(str, found.index))}]" * bool(found.index)
        )
        rows = [
            ("claim", self.claim),
            ("suspicion", found.suspicion),
            ("drawn", self._drawn()),
            ("first at", place),
            ("obtained", found.obtained),
            ("reference", found.reference),
            ("apart", f"{found.ulps} ulp" if found.ulps is not None else ""),
        ]
        lines = [f"  {label:<9}  {text}" for label, text in rows if text]
        script = "\n".join(f"    {line}" for line in self.script.splitlines())
        title = f"{self.subject} breaks its promise of {self.rule}"
        return "\n".join([title, *lines, "  see it again with", script])

    def _drawn(self) -> str:
        shapes = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        extra = "".join(f", {k} {v}" for k, v in sorted(self.draw.extra.items()))
        tensors = f"{shapes}, {self.draw.values}, " if shapes else ""
        return f"{tensors}seed {self.draw.seed}{extra}"


def write_draw(draw: Draw) -> str:
    """Write a draw as the expression that makes it again.

    Args:
        draw: The draw.

    Returns:
        Python, without what is default.

    Example:
        >>> write_draw(Draw(seed=3, sizes={"batch": 2}))
        "Draw(seed=3, sizes={'batch': 2})"
    """
    parts = [f"seed={draw.seed}", f"sizes={dict(sorted(draw.sizes.items()))}"]
    if draw.values != "normal":
        parts.append(f"values={draw.values!r}")
    if draw.extra:
        parts.append(f"extra={dict(sorted(draw.extra.items()))}")
    return f"Draw({', '.join(parts)})"


def counterexample(
    subject: Subject, rule: Property, draw: Draw, *, finding: Finding, told: "Told"
) -> Counterexample:
    """Put together what is known of a failure.

    Args:
        subject: The part.
        rule: The property.
        draw: Where it fails.
        finding: What the check found.
        told: The shapes drawn, and where the part can be imported from.

    Returns:
        The counter-example.
    """
    return Counterexample(
        subject=subject.name,
        rule=rule.name,
        claim=rule.claim,
        draw=draw,
        shapes=told.shapes,
        finding=finding,
        script=script_of(rule, draw, told.place),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a counter-example says beside the finding.

    Attributes:
        shapes: The shape of each argument.
        place: Lines that import the part, and the expression that names it.
    """

    shapes: Mapping[str, str]
    place: tuple[str, str]


def script_of(rule: Property, draw: Draw, place: tuple[str, str]) -> str:
    """Write the five lines that show a failure again.

    Args:
        rule: The property.
        draw: Where it fails.
        place: A line that imports the part, and the expression that names it.

    Returns:
        A script that ends in the same failure as long as the fault is there.
    """
    line, expression = place
    return (
        "from pytest_repro.contracts import Draw, load_file, replay, show\n"
        f"{line}\n"
        f"draw = {write_draw(draw)}\n"
        f"show({expression}, draw)\n"
        f"replay({expression}, {rule.name!r}, draw)\n"
    )
