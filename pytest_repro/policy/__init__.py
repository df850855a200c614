"""What a project rules about its references: typed files, and readers without mercy.

Start with `approvals`. A reader refuses a key that it does not know, since a misspelt
rule is no rule. The plugin loads this, so readers import what they need when they read.
"""

from pytest_repro.policy.approvals import (
    Approvals,
    Proposal,
    Rule,
    missing,
    read_approvals,
)
from pytest_repro.policy.ci import is_ci

__all__ = ["Approvals", "Proposal", "Rule", "is_ci", "missing", "read_approvals"]
