"""The two sides of one comparison: an obtained seed and its reference.

A reference holds one row for each seed, but traces and fingerprints of its anchor
only. So what can be seen depends on the seed, and that is decided here, once. Nothing
here compares.
"""

from dataclasses import dataclass
from typing import assert_never

from pytest_repro.records import (
    Contract,
    Match,
    Rung,
    RunRecord,
    SeedResult,
    ToleranceKind,
)

__all__ = ["Pair", "final_value", "required_rung"]


def required_rung(
    contract: Contract, match: Match, reference: RunRecord | None = None
) -> Rung:
    """Return the lowest rung that passes.

    Args:
        contract: What was promised.
        match: How the reference was found.
        reference: The reference, where there is one.

    Returns:
        The contract's rung; else `EQUIVALENT` for a reference of another environment
        key, or of the same if it has no rounding envelope and margins are declared;
        else `WITHIN_ROUNDING`.
    """
    if contract.required is not None:
        return contract.required
    match match:
        case Match.EXACT | Match.KEY | Match.NONE:
            has_margin = any(
                one.kind is ToleranceKind.EQUIVALENT for _, one in contract.tolerances
            )
            has_envelope = reference is None or reference.rounding is not None
            if has_margin and not has_envelope:
                return Rung.EQUIVALENT
            return Rung.WITHIN_ROUNDING
        case Match.NEAREST:
            return Rung.EQUIVALENT
        case _:
            assert_never(match)


def final_value(row: SeedResult, metric: str) -> float | None:
    """Return a final metric of one seed.

    Args:
        row: The seed's row.
        metric: The metric's name.

    Returns:
        The value, or None if the seed has no such metric.
    """
    for final in row.metrics:
        if final.name == metric:
            return final.scalar.value
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An obtained run, and the reference that it is held against.

    Attributes:
        obtained: The run; its anchor is the seed that is judged.
        reference: The approved run.
        contract: What was promised.
        match: How the reference was found.
    """

    obtained: RunRecord
    reference: RunRecord
    contract: Contract
    match: Match

    @property
    def required(self) -> Rung:
        """The lowest rung that passes."""
        return required_rung(self.contract, self.match, self.reference)

    @property
    def seed(self) -> int:
        """The seed that is judged."""
        return self.obtained.anchor.seed

    @property
    def row(self) -> SeedResult | None:
        """The reference's row of the same seed, or None if it has none."""
        for row in self.reference.seeds:
            if row.seed == self.seed:
                return row
        return None

    @property
    def shows_traces(self) -> bool:
        """Whether the reference keeps the traces and fingerprints of this seed."""
        seeds = self.reference.seeds
        return bool(seeds) and seeds[0].seed == self.seed

    @property
    def final_names(self) -> frozenset[str]:
        """The names of the obtained final metrics."""
        return frozenset(metric.name for metric in self.obtained.anchor.metrics)
