"""Seeds that were spent on the same question before: a rerun goes on with them.

Whoever restarts an undecided comparison until it passes turns a miss rate of four per
cent into fifteen. So the seeds of a comparison are kept, under a digest of everything
that makes it the same one: experiment, config, code, data, environment, flags and the
reference. They are taken before new ones run. Code that git does not know has no such
digest, and no ledger.

The first seed always runs anew, since it tells whether the bits are the same. Where it
leaves a question to the seeds, what it gave when the question first arose counts.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.canonical import dumps
from pytest_repro.digests import digest_of_bytes
from pytest_repro.errors import RecordError
from pytest_repro.launchers import Ending
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import RunRecord
from pytest_repro.references import Found, read_record
from pytest_repro.replication.plan import PlannedRun
from pytest_repro.replication.pool import SeedRun

__all__ = ["Ledger"]

KNOWN: Final = "known"
CODE: Final = ("tree", "dirty_digest", "source_digest")
KEY_CHARACTERS: Final = 32


class Ledger:
    """Records of seeds, by the comparison that they were spent on."""

    def __init__(self, root: Path) -> None:
        """Name the folder; nothing is read or written yet.

        Args:
            root: The folder; it need not exist.
        """
        self._root = root

    def recall(
        self, first: RunRecord, found: Found, planned: Sequence[PlannedRun]
    ) -> tuple[SeedRun, ...]:
        """Find seeds that need not run again.

        Args:
            first: The record of the first seed, of this session.
            found: The reference.
            planned: The first seed again, and the runs that would come next, in order.

        Returns:
            Runs of an earlier session, for as many of the first planned ones as are
            there without a gap.
        """
        folder = self._folder(first, found)
        return tuple(_recalled(folder, planned)) if folder is not None else ()

    def keep(self, first: RunRecord, found: Found, runs: Sequence[SeedRun]) -> None:
        """Keep what was spent.

        Args:
            first: The record of the first seed.
            found: The reference.
            runs: What ran; of those that failed nothing is kept, since a lost machine
                is no result.
        """
        folder = self._folder(first, found)
        for run in runs if folder is not None else ():
            target = folder / f"seed-{run.seed}" if folder else Path()
            if run.ending.failure is not None or run.ending.skipped or target.exists():
                continue
            # A ledger that cannot be written costs seeds, and nothing else.
            with suppress(OSError):
                unfinished = target.with_name(f".{target.name}.unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                shutil.copytree(Path(run.folder) / RECORD, unfinished / RECORD)
                unfinished.rename(target)

    def _folder(self, first: RunRecord, found: Found) -> Path | None:
        identity = first.identity
        if identity.code.get("state") != KNOWN or found.sums is None:
            return None
        facts = {
            "assets": wire.to_json(identity.assets),
            "code": {name: str(identity.code.get(name)) for name in CODE},
            "config": dict(identity.config),
            "determinism": {
                name: str(value)
                for name, value in identity.determinism.items()
                if not name.startswith("seed")
            },
            "environment": identity.environment.digest,
            "experiment": identity.experiment,
            "reference": found.sums,
        }
        digest = digest_of_bytes(dumps(facts))
        return self._root / digest.partition(":")[2][:KEY_CHARACTERS]


def _recalled(folder: Path, planned: Sequence[PlannedRun]) -> Iterator[SeedRun]:
    for run in planned:
        kept = folder / f"seed-{run.seed}"
        try:
            record = read_record(kept / RECORD)
        except RecordError:
            return
        yield SeedRun(
            planned=run,
            folder=str(kept),
            ending=Ending(),
            wall_s=record.anchor.resources.wall_s,
        )
