"""The reference runs: a format that people review, and a store that survives crashes.

Start with `format` (a record as files, and back) and `store` (find, read, write). Under
them lie the tables, each in a file of its own; `layout` names folders, `replacement`
swaps one whole, `retrieval` reads beside a writer; `history` and `merging` are pure.
`observations` is the history of the project: a line for each comparison of a session.
"""

from pytest_repro.references.format import (
    EXTRA_FILES,
    FILES,
    MAX_TRACE_BYTES,
    decode,
    decode_rows,
    encode,
)
from pytest_repro.references.history import cumulative_drift, drift_between, revise
from pytest_repro.references.layout import (
    environment_folder,
    experiment_folder,
    reference_folder,
)
from pytest_repro.references.lookup import Entry, Found, nearest_key
from pytest_repro.references.merging import merge_seeds
from pytest_repro.references.observations import Blemish, Chronicle, History
from pytest_repro.references.single import read_record, read_rows, write_record
from pytest_repro.references.store import ReferenceStore
from pytest_repro.references.thinning import thin

__all__ = [
    "EXTRA_FILES",
    "FILES",
    "MAX_TRACE_BYTES",
    "Blemish",
    "Chronicle",
    "Entry",
    "Found",
    "History",
    "ReferenceStore",
    "cumulative_drift",
    "decode",
    "decode_rows",
    "drift_between",
    "encode",
    "environment_folder",
    "experiment_folder",
    "merge_seeds",
    "nearest_key",
    "read_record",
    "read_rows",
    "reference_folder",
    "revise",
    "thin",
    "write_record",
]
