"""Read what a record amounts to, without its traces.

A session that ends wants the final metrics and the cost of every run. Traces are nearly
all of a record and are not wanted then. Sums are not checked: who judges reads in full.
"""

from dataclasses import dataclass
from pathlib import Path

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.records import Identity, Revision, SeedResult
from pytest_repro.references.diagnosis import explain
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import RUN, SEEDS, SUMS
from pytest_repro.references.run_file import read_run
from pytest_repro.references.seeds_table import read_seeds
from pytest_repro.references.system_errors import reading

__all__ = ["Glance", "glance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A record without its traces and fingerprints.

    Attributes:
        identity: What was run.
        seeds: One row a seed.
        history: Every approval, oldest first.
        sums: The digest of its `SHA256SUMS`.
    """

    identity: Identity
    seeds: tuple[SeedResult, ...]
    history: tuple[Revision, ...]
    sums: Digest


def glance(folder: Path) -> Glance:
    """Read a record, but for its traces.

    Args:
        folder: Where it lies.

    Returns:
        What it amounts to.

    Raises:
        RecordError: If there is none, or these parts of it cannot be read.
    """
    shown = str(folder)
    with reading(shown), Folder.open(folder, shown=shown) as held:
        files = {name: held.read(name) for name in (RUN, SEEDS, SUMS)}
    try:
        head = read_run(files[RUN])
        seeds, _ = read_seeds(files[SEEDS])
    except ValueError as error:
        raise explain(error, files, path=shown) from error
    return Glance(
        identity=head.identity,
        seeds=seeds,
        history=head.history,
        sums=digest_of_bytes(files[SUMS]),
    )
