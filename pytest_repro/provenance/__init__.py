"""The machine: environment, code, hardware, packages, resources.

Start with `collect_environment` and `collect_code`, which a run record keeps; `Meter`
measures what a run costs; `find_dangers` says what endangers reproducibility here.
Nothing in this folder records host names, user names or absolute paths.
"""

from pytest_repro.provenance.catalogue import collect_packages
from pytest_repro.provenance.checkouts import (
    Change,
    changes_since,
    link_checkout,
)
from pytest_repro.provenance.code import collect_code
from pytest_repro.provenance.edits import CACHE
from pytest_repro.provenance.endangers import Danger, Severity, find_dangers
from pytest_repro.provenance.environment import collect_environment
from pytest_repro.provenance.input_watch import InputWatch
from pytest_repro.provenance.inputs import Looker, changed_inputs, collect_inputs
from pytest_repro.provenance.invocation import clean_command, collect_ci
from pytest_repro.provenance.lineage import (
    check_revision,
    files_since,
    is_ancestor,
)
from pytest_repro.provenance.machine_states import sees_gpus
from pytest_repro.provenance.resources import Meter
from pytest_repro.provenance.revisions import Commit, Revisions
from pytest_repro.provenance.secrecy import HIDDEN, Scrubber, is_secret_name, scrub
from pytest_repro.provenance.sources import collect_sources
from pytest_repro.provenance.surroundings import Surroundings, collect_surroundings

__all__ = [
    "CACHE",
    "HIDDEN",
    "Change",
    "Commit",
    "Danger",
    "InputWatch",
    "Looker",
    "Meter",
    "Revisions",
    "Scrubber",
    "Severity",
    "Surroundings",
    "changed_inputs",
    "changes_since",
    "check_revision",
    "clean_command",
    "collect_ci",
    "collect_code",
    "collect_environment",
    "collect_inputs",
    "collect_packages",
    "collect_sources",
    "collect_surroundings",
    "files_since",
    "find_dangers",
    "is_ancestor",
    "is_secret_name",
    "link_checkout",
    "scrub",
    "sees_gpus",
]
