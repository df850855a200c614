"""Data sets that can be named, cut, checked and compared: by what their samples are.

Start with `samples`: a manifest is a list of samples, without their content. `splits`
and `folds` cut it by hash, `leakage` says what the parts know of each other, `orders`
gives one digest of the order in which a run saw it, `shards` and `materialise` turn it
into content on any number of machines, and `cards` tells people about it.
"""

from pytest_repro.data.balance import Count, count_parts
from pytest_repro.data.cards import Facts, write_card
from pytest_repro.data.contents import Contents
from pytest_repro.data.declarations import Declaration, read_declaration
from pytest_repro.data.folds import Fold, Folds
from pytest_repro.data.leakage import Leak, LeakKind, find_leaks, find_near
from pytest_repro.data.manifest_file import (
    content_digest,
    digest_of,
    read_manifest,
    write_manifest,
)
from pytest_repro.data.materialise import examine, folder_reader, materialise
from pytest_repro.data.orders import Order, SeenOrder, batch_digest, order_in
from pytest_repro.data.places import By
from pytest_repro.data.samples import Manifest, Sample
from pytest_repro.data.shards import shard, union
from pytest_repro.data.slices import Slice, audit_slices, sliceable_columns
from pytest_repro.data.splits import Parts, Split, split

__all__ = [
    "By",
    "Contents",
    "Count",
    "Declaration",
    "Facts",
    "Fold",
    "Folds",
    "Leak",
    "LeakKind",
    "Manifest",
    "Order",
    "Parts",
    "Sample",
    "SeenOrder",
    "Slice",
    "Split",
    "audit_slices",
    "batch_digest",
    "content_digest",
    "count_parts",
    "digest_of",
    "examine",
    "find_leaks",
    "find_near",
    "folder_reader",
    "materialise",
    "order_in",
    "read_declaration",
    "read_manifest",
    "shard",
    "sliceable_columns",
    "split",
    "union",
    "write_card",
    "write_manifest",
]
