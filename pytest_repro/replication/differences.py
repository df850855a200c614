"""Everything that differs between two runs and can be put back, one thing at a time.

Parameters of the experiment, changed files of the project, and circumstances that were
recorded of both. A run with some of them put back is another job. Parameters are set on
both sides: a file that is put back, and in which one stands, must not move it along.

Nothing is run here: see `blame`.
"""

import ast
import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_repro.provenance import Change
from pytest_repro.records import Job
from pytest_repro.replication.inquiry import Case
from pytest_repro.replication.stages import (
    checked_out,
    recorded_circumstances,
    switched,
)

__all__ = ["Difference", "Differences", "Source"]


class Source(enum.StrEnum):
    """What a difference is one of."""

    PARAMETER = "parameter"
    CODE = "code"
    CIRCUMSTANCE = "circumstance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not the same on both sides.

    Attributes:
        name: What it is called, such as ``depth 2 -> 3``, from reference to obtained.
        source: What it is one of.
        diff: Of a file, the lines that went and came since the reference.
    """

    name: str
    source: Source
    diff: tuple[str, ...] = ()


class Differences:
    """What differs between two runs, and how to put some of it back.

    Attributes:
        all: Each difference by its name: parameters, code, circumstances.
        fixed: Parameters that differ and cannot be put back, since a record holds no
            more than their type.
    """

    def __init__(self, case: Case, changes: Sequence[Change], *, folder: Path) -> None:
        """Look at two runs.

        Args:
            case: The two runs.
            changes: Of the code since the reference's commit, to be taken back.
            folder: Where copies of the project are laid out.
        """
        self._job = case.job
        self._folder = folder
        self._changes = {one.path: one for one in changes}
        switches = recorded_circumstances(case)
        self._switches = {_turned(one.name): one for one in switches}
        ours = case.obtained.identity.config
        theirs = case.reference.identity.config
        named = sorted(ours.keys() & theirs.keys())
        differing = [name for name in named if ours[name] != theirs[name]]
        plain = [name for name in differing if _is_plain(ours[name], theirs[name])]
        self.fixed = tuple(name for name in differing if name not in plain)
        self._sides = {
            f"{name} {theirs[name]} -> {ours[name]}": (name, theirs[name], ours[name])
            for name in plain
        }
        self.all: Mapping[str, Difference] = {one.name: one for one in self._list()}

    def job(self, applied: Collection[str]) -> Job:
        """Make the job of the reference's side with some differences applied.

        Args:
            applied: Their names; all others are put back.

        Returns:
            The job.
        """
        job = replace(self._job, parameters=self._parameters(applied))
        switches = [o for name, o in self._switches.items() if name not in applied]
        if switches:
            job = switched(job, switches)
        changes = [one for path, one in self._changes.items() if path not in applied]
        return checked_out(job, changes, self._folder) if changes else job

    def _parameters(self, applied: Collection[str]) -> dict[str, str]:
        return {
            name: obtained if label in applied else reference
            for label, (name, reference, obtained) in self._sides.items()
        }

    def _list(self) -> Iterator[Difference]:
        for label in self._sides:
            yield Difference(name=label, source=Source.PARAMETER)
        for path, change in self._changes.items():
            yield Difference(name=path, source=Source.CODE, diff=_diff(change))
        for name in self._switches:
            yield Difference(name=name, source=Source.CIRCUMSTANCE)


def _turned(name: str) -> str:
    """Name a switch, which goes back, by the way that led away from the reference."""
    axis, arrow, reference = name.partition(" -> ")
    head, _, obtained = axis.rpartition(" ")
    return f"{head} {reference} -> {obtained}" if arrow and head else name


def _diff(change: Change) -> tuple[str, ...]:
    return change.diff if change.before is not None else ("+ a new file",)


def _is_plain(*texts: str) -> bool:
    """Tell whether texts are Python literals of single values."""
    try:
        values = [ast.literal_eval(text) for text in texts]
    except (ValueError, SyntaxError):
        return False
    kinds = (bool, int, float, str, bytes, type(None))
    return all(isinstance(value, kinds) for value in values)
