"""The words in which a comparison answers: verdict, cause, divergence, finding.

A verdict is a value, computed from two records and nothing else. It is never an
exception, and no field of it depends on when or where it was computed.
"""

import enum
from dataclasses import dataclass

from pytest_repro.records.contracts import Rung

__all__ = ["Cause", "Divergence", "Finding", "Match", "Verdict"]


class Cause(enum.StrEnum):
    """Why there is nothing valid to compare."""

    MISSING_REFERENCE = "missing reference"
    OTHER_ENVIRONMENT = "other environment"
    CORRUPT_REFERENCE = "corrupt reference"
    CHANGED_CONFIG = "changed config"
    CHANGED_DATA = "changed data"
    CHANGED_METRICS = "changed metrics"
    NON_FINITE = "non-finite metric"
    VACUOUS = "vacuous"
    CRASHED = "crashed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    DISK_FULL = "disk full"
    INTERRUPTED = "interrupted"
    UNSTABLE_INPUT = "unstable input"


class Match(enum.StrEnum):
    """How the reference was found for the environment of a run."""

    EXACT = "EXACT"
    KEY = "KEY"
    NEAREST = "NEAREST"
    NONE = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first place at which two runs part.

    Attributes:
        path: The metric or fingerprint.
        step: The step, or None for what belongs to no step.
        obtained: The obtained side as a person reads it.
        reference: The reference side, likewise.
        obtained_bits: The exact bits or digest; empty where that side has none.
        reference_bits: Likewise.
        is_bounded: True if the step is only known to lie within one stride before.
    """

    path: str
    step: int | None
    obtained: str
    reference: str
    obtained_bits: str = ""
    reference_bits: str = ""
    is_bounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the judge found for one metric or fingerprint.

    Attributes:
        name: The metric or fingerprint.
        rung: The highest rung that holds for it.
        tolerance: The tolerance that governed it, as text; empty for bits.
        detail: One line of evidence, with numbers.
        worst: The largest deviation as a multiple of what is allowed, as text.
    """

    name: str
    rung: Rung
    tolerance: str = ""
    detail: str = ""
    worst: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of one comparison.

    Attributes:
        rung: The highest rung that holds.
        required: The lowest rung that passes.
        reason: One line: why this rung and none higher.
        cause: The typed cause, exactly when the rung is `NOT_COMPARABLE`.
        divergence: Where the bits part first, if they do.
        findings: What was found for each metric that does not hold exactly.
        match: How the reference was found.
        is_refused: Whether it is undecided because no number of seeds that the
            contract allows could decide, so that no more are run.
    """

    rung: Rung
    required: Rung
    reason: str
    cause: Cause | None = None
    divergence: Divergence | None = None
    findings: tuple[Finding, ...] = ()
    match: Match = Match.NONE
    is_refused: bool = False

    def __post_init__(self) -> None:
        """Refuse a verdict that contradicts itself.

        Raises:
            ValueError: If a cause is given without `NOT_COMPARABLE`, or missing.
        """
        if (self.cause is not None) != (self.rung is Rung.NOT_COMPARABLE):
            msg = f"verdict {self.rung} with cause {self.cause}"
            raise ValueError(msg)

    @property
    def holds(self) -> bool:
        """Whether the result still holds."""
        return (
            self.rung.height > Rung.INCONCLUSIVE.height
            and self.rung.height >= self.required.height
        )
