"""Records of other parties: taken in once, kept under their digest, never changed.

A replication counts by who made it, and all that is known of that is what somebody
types when it is imported: a party is self-asserted, and so is everything in a record
that its own sums do not tie together. What can be checked is checked on the way in: the
format, the sums, and that roots are those of the traces beside them (`imports`).

    .repro/replications/PARTY/EXPERIMENT/KEY-DIGEST/…

A folder is named by the digest of its record, so a record that comes twice is one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pytest_repro.digests import Digest, digest_of_bytes
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import RunRecord
from pytest_repro.references.folders import Folder
from pytest_repro.references.format import SUMS, decode
from pytest_repro.references.layout import environment_folder, experiment_folder
from pytest_repro.references.retrieval import read_files, stored_folders
from pytest_repro.references.system_errors import reading, writing

__all__ = ["REPLICATIONS", "Replication", "Replications"]

REPLICATIONS: Final = "replications"
"""The folder of imported records, beside that of runs."""

DIGITS: Final = 16

_PARTY: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """A record of another party.

    Attributes:
        record: What it says.
        files: Its files by name, as they came.
    """

    record: RunRecord
    files: Mapping[str, bytes]

    @property
    def digest(self) -> Digest:
        """The digest of its `SHA256SUMS`, and so of every byte."""
        return digest_of_bytes(self.files[SUMS])


class Replications:
    """The records of other parties, below one folder."""

    def __init__(self, out: Path) -> None:
        """Name the folder; nothing is read or written yet.

        Args:
            out: The folder of everything that is no reference.
        """
        self.root = out / REPLICATIONS

    def parties(self) -> tuple[str, ...]:
        """List who has records here.

        Returns:
            Their names, sorted.
        """
        if not self.root.is_dir():
            return ()
        names = (one.name for one in self.root.iterdir() if one.is_dir())
        return tuple(sorted(name for name in names if _PARTY.fullmatch(name)))

    def read(self, party: str) -> tuple[Replication, ...]:
        """Read the records of a party.

        Args:
            party: Its name.

        Returns:
            The records, in the order of their folders.

        Raises:
            RecordError: If one cannot be read as it came.
        """
        return tuple(self._read(_checked(party)))

    def _read(self, party: str) -> Iterator[Replication]:
        folder = self.root / party
        if not folder.is_dir():
            return
        with reading(str(folder)), Folder.open(folder, shown=str(folder)) as root:
            for path in stored_folders(root):
                files = read_files(root, path) or {}
                record = decode(files, path=f"{root.shown}/{path}")
                yield Replication(record=record, files=files)

    def keep(self, party: str, several: Sequence[Replication]) -> tuple[bool, ...]:
        """Keep records, each whole or not at all.

        Args:
            party: Who made them, as somebody says.
            several: The records.

        Returns:
            For each whether it is new.

        Raises:
            ReproUsageError: If the party's name is none.
            StoreError: If one cannot be written.
        """
        return tuple(self._keep(_checked(party), one) for one in several)

    def _keep(self, party: str, one: Replication) -> bool:
        identity = one.record.identity
        digits = one.digest.rpartition(":")[2][:DIGITS]
        name = f"{environment_folder(identity.environment.key)}-{digits}"
        parent = self.root / party / experiment_folder(identity.experiment)
        with writing(str(parent / name)):
            parent.mkdir(parents=True, exist_ok=True)
            with Folder.open(parent, shown=str(parent)) as held:
                if held.has(name):
                    return False
                unfinished = f".{name}.unfinished"
                held.remove(unfinished)
                with held.make(unfinished) as inner:
                    for file, data in one.files.items():
                        inner.write(file, data)
                    inner.sync()
                held.move(unfinished, held, name)
                held.sync()
        return True


def _checked(party: str) -> str:
    if _PARTY.fullmatch(party) is None:
        msg = (
            f"the name of a party is no folder name: {party!a}\n"
            "  it has 1 to 40 of a-z, 0-9, '.', '_' and '-', and begins and ends with"
            " a letter or digit"
        )
        raise ReproUsageError(msg)
    return party
