"""The reference runs: a format that people review, and a store that survives crashes.

Start with `format` (a record as files, and back) and `store` (find, read, write). Under
them lie the tables, each in a file of its own; `layout` names folders, `replacement`
swaps one whole, `retrieval` reads beside a writer; `history` and `merging` are pure.
`observations` is the history of the project: a line for each comparison of a session.
"""

from pytest_repro.references.archives import read_archive
from pytest_repro.references.drift import cumulative_drift, drift_between
from pytest_repro.references.format import (
    EXTRA_FILES,
    FILES,
    MAX_TRACE_BYTES,
    SUMS,
    decode,
    decode_rows,
    encode,
)
from pytest_repro.references.history import revise
from pytest_repro.references.installed import installed_packages
from pytest_repro.references.layout import (
    declared_folder,
    environment_folder,
    experiment_folder,
    reference_folder,
)
from pytest_repro.references.lookup import Entry, Found, nearest_key
from pytest_repro.references.merging import merge_seeds
from pytest_repro.references.observations import Blemish, Chronicle, History
from pytest_repro.references.rejections import (
    Rejection,
    earlier_rejections,
    reject,
)
from pytest_repro.references.review import (
    CANDIDATE,
    Acceptance,
    Candidate,
    Predecessor,
    accept,
    find_predecessor,
    rebase,
)
from pytest_repro.references.single import read_record, read_rows, write_record
from pytest_repro.references.store import ReferenceStore
from pytest_repro.references.thinning import thin

__all__ = [
    "CANDIDATE",
    "EXTRA_FILES",
    "FILES",
    "MAX_TRACE_BYTES",
    "SUMS",
    "Acceptance",
    "Blemish",
    "Candidate",
    "Chronicle",
    "Entry",
    "Found",
    "History",
    "Predecessor",
    "ReferenceStore",
    "Rejection",
    "accept",
    "cumulative_drift",
    "declared_folder",
    "decode",
    "decode_rows",
    "drift_between",
    "earlier_rejections",
    "encode",
    "environment_folder",
    "experiment_folder",
    "find_predecessor",
    "installed_packages",
    "merge_seeds",
    "nearest_key",
    "read_archive",
    "read_record",
    "read_rows",
    "rebase",
    "reference_folder",
    "reject",
    "revise",
    "thin",
    "write_record",
]
