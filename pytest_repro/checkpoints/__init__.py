"""Checkpoints on disk: state as bytes, bit for bit, and nothing that a reader executes.

Start with `encoding` (what can be kept), then `files` (how it is written) and `shelf`
(which of several to take). What a run keeps is decided in `pytest_repro.experiment`.
"""

from pytest_repro.checkpoints.encoding import Blocks, decode, encode
from pytest_repro.checkpoints.files import (
    FORMAT,
    Content,
    read_checkpoint,
    read_header,
    write_checkpoint,
)
from pytest_repro.checkpoints.shelf import (
    FOLDER,
    Place,
    nearest_checkpoint,
    places_in,
    thin,
)

__all__ = [
    "FOLDER",
    "FORMAT",
    "Blocks",
    "Content",
    "Place",
    "decode",
    "encode",
    "nearest_checkpoint",
    "places_in",
    "read_checkpoint",
    "read_header",
    "thin",
    "write_checkpoint",
]
