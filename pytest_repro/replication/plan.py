"""Decide which runs come next, and whether a reference may be written.

Pure: the same verdicts always lead to the same plan. One seed is tried before many are
paid for, and its first steps before the whole where the tier says so.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.records import (
    Cause,
    Contract,
    Match,
    Rung,
    Tier,
    ToleranceKind,
    Verdict,
    Window,
)

__all__ = [
    "REFERENCE_SEEDS",
    "Mode",
    "PlannedRun",
    "is_open",
    "may_write",
    "next_runs",
    "reference_seeds",
]

REFERENCE_SEEDS: Final = 10
"""Seeds of a reference where a metric is to be equivalent, unless the marker says."""


class Mode(enum.StrEnum):
    """What a session may do with references."""

    COMPARE = "compare"
    RECORD = "record"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One run that is to be launched.

    Attributes:
        seed: The root seed.
        replica: Which rounding-sized perturbation is applied; 0 for none.
        is_short: Whether it ends at the horizon; with a window, right after that.
        variation: What is changed on purpose; empty where nothing is.
        window: Which steps' operations are traced; None for none.
        attempt: Which start of a run that is killed and resumed, from 1 on; 0 for a
            run that is not.
    """

    seed: int
    replica: int = 0
    is_short: bool = False
    variation: str = ""
    window: Window | None = None
    attempt: int = 0

    @property
    def label(self) -> str:
        """What progress and folders call it."""
        words = (
            f"seed {self.seed}",
            f"replica {self.replica}" if self.replica else "",
            self.variation,
            "trace" if self.window else "horizon" if self.is_short else "",
            f"attempt {self.attempt}" if self.attempt else "",
        )
        return " ".join(filter(None, words))


_REWRITABLE: Final = frozenset(
    {
        Cause.CORRUPT_REFERENCE,
        Cause.CHANGED_CONFIG,
        Cause.CHANGED_DATA,
        Cause.CHANGED_METRICS,
    }
)
"""What a new reference can mend; a run that failed can never become one."""


def reference_seeds(contract: Contract) -> int:
    """Say how many seeds a reference is recorded with.

    Args:
        contract: What was promised.

    Returns:
        What the marker says; else ten if distributions are to be compared and several
        seeds are allowed for that; else as many as are allowed.
    """
    if contract.reference_seeds is not None:
        return contract.reference_seeds
    has_margin = any(
        one.kind is ToleranceKind.EQUIVALENT for _, one in contract.tolerances
    )
    if has_margin and contract.seeds > 1:
        return max(REFERENCE_SEEDS, contract.seeds)
    return contract.seeds


def next_runs(
    contract: Contract,
    done: Sequence[PlannedRun],
    *,
    verdict: Verdict | None,
    tier: Tier,
    writes: bool,
) -> tuple[PlannedRun, ...]:
    """Choose what to run next.

    Args:
        contract: Says how many seeds at most.
        done: What ran.
        verdict: What was found so far; None before the first run.
        tier: How much may be spent.
        writes: Whether a reference will be written, which needs every seed.

    Returns:
        Runs in order; empty when nothing more can matter.
    """
    if verdict is None:
        return _first_runs(contract, tier)
    whole = {run.seed for run in done if not run.is_short}
    if writes:
        return _others(reference_seeds(contract), whole)
    if not is_open(verdict):
        return ()
    return _others(contract.seeds if whole else 1, whole)


def is_open(verdict: Verdict) -> bool:
    """Tell whether more runs could decide.

    Args:
        verdict: What was found so far.

    Returns:
        Whether it is undecided, and not because seeds cannot help.
    """
    return verdict.rung is Rung.INCONCLUSIVE and not verdict.is_refused


def _first_runs(contract: Contract, tier: Tier) -> tuple[PlannedRun, ...]:
    match tier:
        case Tier.PR:
            return (PlannedRun(seed=0, is_short=True),)
        case Tier.NIGHTLY:
            return (PlannedRun(seed=0),)
        case Tier.FULL:
            return _others(contract.seeds, frozenset())


def _others(count: int, done: Collection[int]) -> tuple[PlannedRun, ...]:
    return tuple(PlannedRun(seed=seed) for seed in range(count) if seed not in done)


def may_write(mode: Mode, verdict: Verdict) -> bool:
    """Tell whether this session writes the reference of an experiment.

    Args:
        mode: What the session may do.
        verdict: What was found.

    Returns:
        True if the reference is missing and may be recorded, or does not hold and
        may be rewritten.
    """
    is_missing = verdict.match in {Match.NONE, Match.NEAREST}
    is_mendable = verdict.cause in {
        None,
        Cause.MISSING_REFERENCE,
        Cause.OTHER_ENVIRONMENT,
    }
    match mode:
        case Mode.COMPARE:
            return False
        case Mode.RECORD:
            return is_missing and is_mendable
        case Mode.UPDATE if is_missing:
            return is_mendable
        case Mode.UPDATE:
            return not verdict.holds and (
                verdict.cause is None or verdict.cause in _REWRITABLE
            )
