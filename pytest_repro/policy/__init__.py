"""What people agreed on, in files that they review: typed, strictly read, no judge.

`approvals` says who must agree to a new reference; `golden` which references are known
good, and who may depart from them until when; `own_table` what pyproject.toml says of
launchers, `environments` in which environments results are to be replicated. A reader
refuses a key that it does not know, since a misspelt rule is no rule. All of it is
pure: files are read, and the date is asked for, by others. The plugin loads this, so
readers import what they need late.
"""

from pytest_repro.policy.approvals import (
    Approvals,
    Proposal,
    Rule,
    missing,
    read_approvals,
)
from pytest_repro.policy.ci import is_ci
from pytest_repro.policy.environments import (
    choose_environments,
    declared_environments,
)
from pytest_repro.policy.golden import Deviation, GoldenPath, Pin, read_golden
from pytest_repro.policy.own_table import launcher_options, read_own_table

__all__ = [
    "Approvals",
    "Deviation",
    "GoldenPath",
    "Pin",
    "Proposal",
    "Rule",
    "choose_environments",
    "declared_environments",
    "is_ci",
    "launcher_options",
    "missing",
    "read_approvals",
    "read_golden",
    "read_own_table",
]
