"""Hold what was registered against what was run, one experiment at a time.

The numbers are those of the reference where this session confirmed it, since that has
every seed; else those of the session's own runs. A baseline speaks by its reference of
the same environment, so the order in which experiments run changes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pytest_repro.errors import RecordError
from pytest_repro.launchers.protocol import RECORD
from pytest_repro.records import (
    Action,
    Outcome,
    Registered,
    Registration,
    RunRecord,
    SeedResult,
)
from pytest_repro.references import (
    ReferenceStore,
    declared_folder,
    experiment_folder,
    read_rows,
)
from pytest_repro.replication.registering import Finding, Register
from pytest_repro.replication.registration_files import RegistrationFile
from pytest_repro.reports.summary import counted
from pytest_repro.verdicts import is_short
from pytest_repro.verdicts.expectations import Side, hold_against

__all__ = ["Shelf", "expect", "held_against"]


class Shelf:
    """Where the numbers of experiments are read."""

    def __init__(self, root: Path, *, references: Path, out: Path) -> None:
        """Name the folders; nothing is read yet.

        Args:
            root: The root of the project.
            references: The folder of the references.
            out: The folder for everything that is no reference.
        """
        self._root = root
        self._store = ReferenceStore(references, base=root)
        self._out = out

    def obtained(self, outcome: Outcome) -> tuple[RunRecord, ...]:
        """Read the runs that a session made of an experiment.

        Args:
            outcome: What became of it.

        Returns:
            Whole runs, seed by seed; those that ended early have no final metrics.
        """
        out = declared_folder(self._out, outcome.environment)
        folder = out / "runs" / experiment_folder(outcome.experiment)
        return tuple(_read(folder, [one.seed for one in outcome.seeds]))

    def reference(self, experiment: str, key: str) -> tuple[SeedResult, ...]:
        """Read what the reference of an experiment has of each seed.

        Args:
            experiment: The node id.
            key: The environment key.

        Returns:
            A row a seed; none where there is no reference that can be read.
        """
        with suppress(RecordError):
            found = self._store.held(experiment, key)
            return found.record.seeds if found.record else ()
        return ()


def expect(
    file: RegistrationFile, outcome: Outcome, register: Register, shelf: Shelf
) -> Registered:
    """Hold a registration against what became of an experiment.

    Args:
        file: The registration.
        outcome: What became of the experiment.
        register: Says whether the registration came first.
        shelf: Where the numbers are.

    Returns:
        Everything that a report shows of it.
    """
    runs = shelf.obtained(outcome)
    finding = register.place(file, runs[0] if runs else None)
    own, evidence = _own(outcome, runs, shelf)
    key = outcome.environment_key
    return held_against(file, finding, own=own, evidence=evidence, key=key, shelf=shelf)


def held_against(  # noqa: PLR0913  # three of them say whose numbers these are
    file: RegistrationFile,
    finding: Finding,
    *,
    own: Side,
    evidence: str,
    key: str,
    shelf: Shelf,
) -> Registered:
    """Hold a registration against numbers that were found already.

    Args:
        file: The registration.
        finding: Whether it came first.
        own: What the experiment measured.
        evidence: Whose numbers these are.
        key: The environment whose baselines count.
        shelf: Where those are.

    Returns:
        Everything that a report shows of it.
    """
    registration = file.registration
    baselines = {
        word: _baseline(registration, word, key, shelf)
        for word in registration.baselines
    }
    return Registered(
        id=registration.id,
        path=file.shown,
        hypothesis=registration.hypothesis,
        order=finding.order,
        precedence=finding.precedence,
        message=finding.message,
        amendments=tuple(
            f"{', '.join(one.changes)}: {one.reason}" for one in registration.amendments
        ),
        evidence=evidence,
        expectations=tuple(
            hold_against(one, own, baselines) for one in registration.expectations
        ),
    )


def _own(outcome: Outcome, runs: Sequence[RunRecord], shelf: Shelf) -> tuple[Side, str]:
    written = {Action.RECORDED, Action.UPDATED, Action.UNCHANGED}
    if outcome.verdict.holds or outcome.action in written:
        rows = shelf.reference(outcome.experiment, outcome.environment_key)
        if rows:
            return Side(rows=rows), f"the reference, {counted(len(rows), 'seed')}"
    rows = tuple(row for run in runs if not is_short(run) for row in run.seeds)
    if rows:
        return Side(rows=rows), f"this session, {counted(len(rows), 'seed')}"
    return Side(missing="no run came to its end"), "nothing"


def _baseline(registration: Registration, word: str, key: str, shelf: Shelf) -> Side:
    experiment = registration.baselines[word]
    missing = f"{experiment} has no reference here: record it"
    return Side(rows=shelf.reference(experiment, key), missing=missing)


def _read(folder: Path, seeds: Sequence[int]) -> Iterator[RunRecord]:
    for seed in seeds:
        for name in (f"seed-{seed}", f"seed-{seed}-horizon"):
            with suppress(RecordError):
                yield read_rows(folder / name / RECORD)
