"""The shelf of evidence: for each experiment, its last comparison that held.

It is written after an experiment has passed, and taken away before it runs: whatever
ends a run half-way leaves no evidence, and an experiment that fails has none.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pytest_repro import wire
from pytest_repro.disk import replace_file
from pytest_repro.launchers.protocol import INPUTS
from pytest_repro.records import Evidence, Input, Inputs
from pytest_repro.references import experiment_folder

__all__ = ["SHELF", "EvidenceShelf", "join_inputs", "read_inputs"]

FILE: Final = "evidence.json"
SHELF: Final = "used"
"""The folder of evidence, below that of runs and reports."""


class EvidenceShelf:
    """Keeps evidence as one file for each experiment."""

    def __init__(self, root: Path) -> None:
        """Name the folder; nothing is read or written yet.

        Args:
            root: The folder; it need not exist.
        """
        self._root = root

    def read(self, experiment: str) -> Evidence | None:
        """Read the evidence of an experiment.

        Args:
            experiment: Its node id.

        Returns:
            The evidence; None if there is none, or none that can be read.
        """
        try:
            found = wire.read(Evidence, self._path(experiment).read_bytes())
        except (OSError, ValueError):
            return None
        return found if found.outcome.experiment == experiment else None

    def remove(self, experiment: str) -> None:
        """Take the evidence of an experiment away.

        Args:
            experiment: Its node id.

        Raises:
            OSError: If it is there and stays there.
        """
        self._path(experiment).unlink(missing_ok=True)

    def write(self, evidence: Evidence) -> None:
        """Keep evidence; where that is impossible, there is none.

        Args:
            evidence: Of one experiment.
        """
        path = self._path(evidence.outcome.experiment)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, wire.write(evidence))

    def experiments(self) -> tuple[str, ...]:
        """List the experiments of which there is evidence.

        Returns:
            Their node ids, sorted.
        """
        found = []
        for path in sorted(self._root.rglob(FILE)):
            with suppress(OSError, ValueError):
                evidence = wire.read(Evidence, path.read_bytes())
                found.append(evidence.outcome.experiment)
        return tuple(sorted(found))

    def _path(self, experiment: str) -> Path:
        return self._root / experiment_folder(experiment) / FILE


def read_inputs(folder: Path) -> Inputs | None:
    """Read what a worker says that it read.

    Args:
        folder: Of its job.

    Returns:
        The inputs of its run; None if it left none.
    """
    try:
        return wire.read(Inputs, (folder / INPUTS).read_bytes())
    except (OSError, ValueError):
        return None


def join_inputs(several: Sequence[Inputs], options: Iterable[Input]) -> Inputs:
    """Join the inputs of several runs, which must not contradict each other.

    Args:
        several: Of each run.
        options: What the session asked for.

    Returns:
        All of them.
    """
    found: dict[tuple[str, str, tuple[str, ...]], Input] = {}
    unseen = {why: None for one in several for why in one.unseen}
    for one in (*(item for each in several for item in each.items), *options):
        known = found.setdefault((one.kind, one.name, one.detail), one)
        if known.state != one.state:
            unseen[f"{one.name} changed from one run to the next"] = None
    return Inputs(items=tuple(sorted(found.values())), unseen=tuple(unseen))
