"""What one session observed of one experiment: a point of its history.

A report tells of one session and is replaced by the next. How often a result holds, how
long an answer takes and since when a metric is another can only be told of many, so of
each comparison this small record stays when its runs are gone. Pure: the time is passed
in. Nothing is judged here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pytest_repro.digests import Digest
from pytest_repro.records.contracts import Rung
from pytest_repro.records.jobs import Tier
from pytest_repro.records.outcomes import Outcome
from pytest_repro.records.runs import Identity, SeedResult
from pytest_repro.records.traces import Metric
from pytest_repro.records.verdicts import Cause

__all__ = ["Observation", "Occasion", "Standard", "observe"]

MAX_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What all observations of one session share.

    Attributes:
        observed_utc: When the session ended, such as ``2026-11-26T03:00:00Z``.
        tier: How much a comparison could cost.
        created_by: Tool and version.
    """

    observed_utc: str
    tier: Tier
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Which state of a reference an experiment was compared with.

    Attributes:
        revision: The number of its last revision; 0 if it tells none.
        digest: The digest of its `SHA256SUMS`; None if it could not be read.
    """

    revision: int = 0
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One comparison of one experiment, seen from later.

    Attributes:
        experiment: The node id.
        environment_key: Where it ran; empty if no run got that far.
        observed_utc: When its session ended (self-asserted).
        tier: How much the comparison could cost.
        created_by: Tool and version.
        rung: The highest rung that held.
        required: The lowest that passes.
        passed: Whether it passed.
        cause: The typed cause if there was nothing to compare, else None.
        reason: One line: why this rung and none higher. Empty if there is a cause: what
            a failing run says may hold paths, and a history may be published.
        seeds: How many seeds ran.
        seeds_allowed: How many could have.
        wall_s: How long all runs took, start of the workers included [s].
        cpu_s: Processor time of the runs that left a record [s].
        peak_rss_bytes: The largest resident memory of any of them.
        metrics: The final metrics of the first seed: the same seed each time, so they
            can be compared from night to night.
        commit: The commit; empty if git knew none.
        is_dirty: Whether the work tree differed from it.
        standard: The reference that it was compared with; None if there was none.
        owner: Who answers for the experiment; empty if nobody is known.
    """

    experiment: str
    environment_key: str
    observed_utc: str
    tier: Tier
    created_by: str
    rung: Rung
    required: Rung
    passed: bool
    cause: Cause | None = None
    reason: str = ""
    seeds: int = 0
    seeds_allowed: int = 1
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss_bytes: int = 0
    metrics: tuple[Metric, ...] = ()
    commit: str = ""
    is_dirty: bool = False
    standard: Standard | None = None
    owner: str = ""


def observe(
    outcome: Outcome,
    occasion: Occasion,
    *,
    identity: Identity | None = None,
    seeds: Sequence[SeedResult] = (),
    standard: Standard | None = None,
) -> Observation:
    """Keep what is worth knowing of an outcome once its runs are gone.

    Args:
        outcome: What became of the experiment.
        occasion: The session.
        identity: What was run; None if no run left a record.
        seeds: What the runs gave that left a record, in order.
        standard: The reference that they were compared with, if there was one.

    Returns:
        The observation. Its owner is for whoever knows owners.
    """
    verdict = outcome.verdict
    code = identity.code if identity is not None else {}
    commit = code.get("commit")
    peaks = [seed.resources.peak_rss_bytes for seed in seeds]
    return Observation(
        experiment=outcome.experiment,
        environment_key=outcome.environment_key,
        observed_utc=occasion.observed_utc,
        tier=occasion.tier,
        created_by=occasion.created_by,
        rung=verdict.rung,
        required=verdict.required,
        passed=outcome.passed,
        cause=verdict.cause,
        reason="" if verdict.cause else " ".join(verdict.reason.split())[:MAX_REASON],
        seeds=len(outcome.seeds),
        seeds_allowed=outcome.seeds_allowed,
        wall_s=outcome.wall_s,
        cpu_s=sum(seed.resources.cpu_s for seed in seeds),
        peak_rss_bytes=max(peaks, default=0),
        metrics=seeds[0].metrics if seeds else (),
        commit=commit if isinstance(commit, str) else "",
        is_dirty=bool(code.get("is_dirty")),
        standard=standard,
    )
