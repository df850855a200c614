"""Files and folders that runs read, named by the digest of their bytes.

Start with `holding` (hash what a run reads, and look again afterwards); `trees` has the
digest of a folder. A declared asset is found by `resolving`, in the `store`, where
`fetching` puts it from `mirrors`; `sweeping` removes what nothing needs. The digest
decides, never the place: whatever is handed out was hashed before.
"""

from pytest_repro.assets.fetching import Heard, fetch
from pytest_repro.assets.holding import Held, Unstable, check_unchanged, hold, use
from pytest_repro.assets.resolving import (
    PERMITTED,
    Located,
    Rules,
    check_permitted,
    read_names,
    resolve,
)
from pytest_repro.assets.stamps import Stamp
from pytest_repro.assets.store import AssetStore, Stored
from pytest_repro.assets.sweeping import Sweep, plan_sweep, sweep
from pytest_repro.assets.trees import Progress, Tree, hash_tree

__all__ = [
    "PERMITTED",
    "AssetStore",
    "Heard",
    "Held",
    "Located",
    "Progress",
    "Rules",
    "Stamp",
    "Stored",
    "Sweep",
    "Tree",
    "Unstable",
    "check_permitted",
    "check_unchanged",
    "fetch",
    "hash_tree",
    "hold",
    "plan_sweep",
    "read_names",
    "resolve",
    "sweep",
    "use",
]
