"""A comparison that held, with all it rested on: what a later session may use."""

from dataclasses import dataclass

from pytest_repro.digests import Digest
from pytest_repro.records.inputs import Inputs
from pytest_repro.records.outcomes import Outcome
from pytest_repro.records.runs import Environment

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of an experiment since it last passed.

    Attributes:
        outcome: What became of it then.
        environment: Where it ran, by which its reference is looked up.
        reference: The digest of the sums of the reference that it matched.
        created_utc: When.
        is_short: Whether only the beginning of a run was compared.
        inputs: Everything that its runs read.
        commit: Of the code; empty where it had changes of its own, or is unknown.
    """

    outcome: Outcome
    environment: Environment
    reference: Digest
    created_utc: str
    is_short: bool
    inputs: Inputs
    commit: str = ""
