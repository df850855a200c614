"""What is asked of a replication, and what is known after some of it.

Values that its parts hand to each other; nothing here runs or judges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pytest_repro.policy import Approvals
from pytest_repro.records import Contract, Job, RunRecord, Tier, Verdict
from pytest_repro.references import Found
from pytest_repro.replication.plan import Mode, PlannedRun
from pytest_repro.replication.pool import SeedRun

__all__ = ["Approval", "Assessment", "Effort", "Request"]


NO_RULES: Final = Approvals()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An experiment to be run and judged.

    Attributes:
        experiment: The node id.
        contract: What was promised.
        job_for: Makes the job of a run.
        allow_write: Whether a reference may be written, if the session may at all.
    """

    experiment: str
    contract: Contract
    job_for: Callable[[PlannedRun], Job]
    allow_write: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who writes references, when and why.

    Attributes:
        mode: What the session may do.
        reason: Why references are rewritten.
        created_utc: The time that goes into the history.
        created_by: Tool and version.
        rules: What the project asks for before a reference changes.
        is_ci: Whether this is a CI machine.
    """

    mode: Mode
    reason: str
    created_utc: str
    created_by: str
    rules: Approvals = NO_RULES
    is_ci: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a session may spend.

    Attributes:
        tier: How much a comparison may cost.
        replicas: How many perturbed runs span the envelope of a new reference; 0 for
            no envelope.
        traced: Of how many first steps a new reference keeps the operations.
        whole_candidates: Whether a candidate is measured as a reference is.
    """

    tier: Tier = Tier.NIGHTLY
    replicas: int = 8
    traced: int = 3
    whole_candidates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is known of an experiment after some seeds.

    Attributes:
        runs: The seeds that ran.
        records: The records that they left, in the same order; a failed run has none.
        verdicts: The verdict on each run.
        found: The reference that was looked up; None if there is nothing readable.
        verdict: The verdict on all.
    """

    runs: tuple[SeedRun, ...]
    records: tuple[RunRecord, ...]
    verdicts: tuple[Verdict, ...]
    found: Found | None
    verdict: Verdict
