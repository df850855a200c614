"""Fingerprints of live state: tensors, nested state, traces.

Start with `tensors` (the specification of one array's digest), then `trees` (nested
state), `sketches` (how far two states are apart) and `traces` (series of numbers);
`quick` is a second, cheaper digest for ledgers of every step. The files named
``torch_*`` apply the same algorithms to torch objects and are imported only where
torch is already loaded.
"""

from pytest_repro.fingerprints.quick import quick_digest
from pytest_repro.fingerprints.sketches import SKETCH, sketch_of
from pytest_repro.fingerprints.tensors import array_digest, tensor_digest
from pytest_repro.fingerprints.traces import (
    RollingDigest,
    root_of_heads,
    root_of_state,
)
from pytest_repro.fingerprints.trees import leaves, tree_digest

__all__ = [
    "SKETCH",
    "RollingDigest",
    "array_digest",
    "leaves",
    "quick_digest",
    "root_of_heads",
    "root_of_state",
    "sketch_of",
    "tensor_digest",
    "tree_digest",
]
