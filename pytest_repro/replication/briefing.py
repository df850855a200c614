"""Collect the facts of briefs: registrations, what git says, and what records hold.

The numbers are those of the references, so that a brief that is committed does not
change with each session; where there is no reference yet, those of the last session.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytest_repro.errors import NoRevision, RecordError
from pytest_repro.provenance import Revisions
from pytest_repro.records import Observation, Outcome, Precedence
from pytest_repro.references import History, ReferenceStore
from pytest_repro.replication.expecting import Shelf, expect, held_against
from pytest_repro.replication.registering import Finding, Register
from pytest_repro.replication.registration_files import RegistrationFile
from pytest_repro.reports.briefs import Brief, Moment, Tried
from pytest_repro.reports.summary import counted
from pytest_repro.verdicts.expectations import Side

__all__ = ["Briefing", "Folders"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where everything lies.

    Attributes:
        root: The root of the project.
        references: The references.
        history: The observations of sessions.
        out: Everything that is no reference.
    """

    root: Path
    references: Path
    history: Path
    out: Path


class Briefing:
    """Reads what a project has, once, and makes briefs of it."""

    def __init__(self, folders: Folders, *, outcomes: Mapping[str, Outcome]) -> None:
        """Read what all briefs share.

        Args:
            folders: Where everything lies.
            outcomes: What the last session reported, by node id.

        Raises:
            RecordError: If a reference does not say what it is.
        """
        root = folders.root
        self._outcomes = outcomes
        self._store = ReferenceStore(folders.references, base=root)
        self._shelf = Shelf(root, references=folders.references, out=folders.out)
        self._register = Register(
            root, references=folders.references, history=folders.history
        )
        self._keys: dict[str, list[str]] = {}
        for entry in self._store.entries():
            self._keys.setdefault(entry.experiment, []).append(entry.key)
        self._observed = _observed(History(folders.history, base=root))
        self._revisions: Revisions | None = None
        with suppress(NoRevision):
            self._revisions = Revisions(root)

    def brief(self, file: RegistrationFile) -> Brief:
        """Make the brief of a registration.

        Args:
            file: The registration.

        Returns:
            The brief.
        """
        found = self._register.place(file)
        names = file.registration.experiments
        return Brief(
            registration=file.registration,
            path=file.shown,
            order=found.order,
            message=found.message,
            tried=tuple(
                one for name in names for one in self._tried(file, found, name)
            ),
            registered=self._registered(file, found),
            decided_utc=self._decided(names),
        )

    def _tried(
        self, file: RegistrationFile, found: Finding, name: str
    ) -> Iterator[Tried]:
        keys = self._keys.get(name, [])
        for key in keys:
            rows = self._shelf.reference(name, key)
            yield Tried(
                experiment=name,
                key=key,
                registered=held_against(
                    file,
                    found,
                    own=Side(rows=rows, missing="the reference cannot be read"),
                    evidence=f"the reference, {counted(len(rows), 'seed')}",
                    key=key,
                    shelf=self._shelf,
                ),
                verdict=self._verdict(name, key),
            )
        outcome = self._outcomes.get(name)
        if not keys and outcome is not None and outcome.environment_key:
            yield Tried(
                experiment=name,
                key=outcome.environment_key,
                registered=expect(file, outcome, self._register, self._shelf),
                verdict=self._verdict(name, outcome.environment_key),
            )

    def _verdict(self, name: str, key: str) -> str:
        own = [
            one for one in self._observed.get(name, []) if one.environment_key == key
        ]
        if not own:
            return ""
        return f"{own[-1].rung.label}, {'passed' if own[-1].passed else 'failed'}"

    def _registered(self, file: RegistrationFile, found: Finding) -> Moment | None:
        """Find the commit that brought the file, unless it had another name then."""
        if self._revisions is None or found.precedence is Precedence.RENAMED:
            return None
        with suppress(NoRevision):
            commits = self._revisions.commits_of(PurePosixPath(file.shown))
            if commits:
                first = commits[-1]
                return Moment(
                    commit=first.name, date_utc=first.date_utc, subject=first.subject
                )
        return None

    def _decided(self, names: Sequence[str]) -> str:
        """Say when the last of several experiments had its first result."""
        firsts = [min(self._results(name), default="") for name in names]
        return max(firsts) if all(firsts) else ""

    def _results(self, name: str) -> Iterator[str]:
        """Yield when there were results: what was approved, what was compared."""
        for key in self._keys.get(name, []):
            with suppress(RecordError):
                record = self._store.held(name, key).record
                if record is not None and record.history:
                    yield record.history[0].created_utc
        for one in self._observed.get(name, []):
            if one.cause is None:
                yield one.observed_utc


def _observed(history: History) -> dict[str, list[Observation]]:
    """Sort what was observed by experiment; the oldest comes first."""
    found: dict[str, list[Observation]] = {}
    with suppress(RecordError):
        for one in history.read().observations:
            found.setdefault(one.experiment, []).append(one)
    return found
