"""What should have run: the references say which experiments there are.

A gate that measured nothing must not say that all is well. So a session in which
nothing was compared fails, and so does a complete one that left out an experiment
which has a reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import pytest

from pytest_repro.errors import RecordError
from pytest_repro.plugin.markers import experiment_id
from pytest_repro.plugin.settings import Settings
from pytest_repro.records import Action, Outcome, Problem
from pytest_repro.references import ReferenceStore

__all__ = ["Collected", "find_problems"]

NARROWING: Final = ("ignore", "ignore_glob", "deselect", "keyword", "lf", "stepwise")
"""Options of pytest with which somebody looks at a part only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a session collected before anything was deselected.

    Attributes:
        experiments: The node ids of all experiments.
        places: Folders and files that were collected whole; ``.`` is the root.
        is_whole: Whether the collection can be trusted to be complete there.
    """

    experiments: tuple[str, ...]
    places: tuple[str, ...]
    is_whole: bool

    @classmethod
    def nothing(cls) -> "Collected":
        """Start without anything."""
        return cls(experiments=(), places=(), is_whole=True)

    @classmethod
    def incomplete(cls) -> "Collected":
        """Say that nothing is known, as after a crash."""
        return cls(experiments=(), places=(), is_whole=False)

    @classmethod
    def of(cls, session: pytest.Session, items: Sequence[pytest.Item]) -> "Collected":
        """Look at a session.

        Args:
            session: pytest's.
            items: Everything collected.

        Returns:
            What was collected.
        """
        option = session.config.option
        is_narrow = any(getattr(option, name, None) for name in NARROWING)
        found = tuple(sorted(filter(None, map(experiment_id, items))))
        places = tuple(
            place
            for argument in session.config.args
            if (place := _place(session.config, argument))
        )
        return cls(
            experiments=found,
            places=places,
            is_whole=session.testsfailed == 0 and not is_narrow,
        )

    def join(self, other: "Collected") -> "Collected":
        """Add what another process collected.

        Args:
            other: Its collection.

        Returns:
            Both.
        """
        return Collected(
            experiments=tuple(sorted({*self.experiments, *other.experiments})),
            places=tuple(sorted({*self.places, *other.places})),
            is_whole=self.is_whole and other.is_whole,
        )

    def covers(self, experiment: str) -> bool:
        """Tell whether an experiment would have been collected if it existed.

        Args:
            experiment: Its node id.

        Returns:
            Whether its file lies in a place that was collected whole.
        """
        path = PurePosixPath(experiment.partition("::")[0])
        return self.is_whole and any(path.is_relative_to(p) for p in self.places)


def _place(config: pytest.Config, argument: str) -> str:
    """Return a collected folder or file from the root, or nothing for a part of one."""
    path = (config.invocation_params.dir / argument).resolve()
    root = config.rootpath.resolve()
    if "::" in argument or not path.exists():
        return ""
    if root.is_relative_to(path):
        return "."
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def find_problems(
    settings: Settings,
    outcomes: Sequence[Outcome],
    skipped: Sequence[str],
    collected: Collected,
) -> tuple[Problem, ...]:
    """Find what is wrong with a session as a whole.

    Args:
        settings: The options.
        outcomes: What became of the experiments that ran.
        skipped: Experiments that a mark skipped.
        collected: What was collected.

    Returns:
        Problems, in a fixed order.
    """
    problems: list[Problem] = []
    if not any(outcome.action is not Action.SKIPPED for outcome in outcomes):
        problems.append(_vacuous(collected, skipped))
    try:
        entries = ReferenceStore(settings.references).entries()
    except RecordError as error:
        return (*problems, Problem(name="CORRUPT", message=str(error)))
    owned = sorted({entry.experiment for entry in entries})
    if settings.orphans != "ignore":
        problems += _orphans(settings, owned, collected)
    machines = {_machine(one.environment_key) for one in outcomes}
    here = {entry.experiment for entry in entries if _machine(entry.key) in machines}
    ran = {one.experiment for one in outcomes if one.action is not Action.SKIPPED}
    gave_up = {one.experiment for one in outcomes} - ran
    left_out = {*skipped, *gave_up}
    problems += [_skipped(name) for name in sorted(left_out & here)]
    return tuple(problems)


def _machine(key: str) -> str:
    """Return a key without its last axis: each experiment has its own framework."""
    return key.rpartition("-")[0]


def _vacuous(collected: Collected, skipped: Sequence[str]) -> Problem:
    count = len(collected.experiments)
    seen = f"{count} collected, {len(skipped)} skipped" if count else "none collected"
    message = f"--repro was given and no experiment was compared ({seen})"
    return Problem(name="VACUOUS", message=message)


def _orphans(
    settings: Settings, owned: Sequence[str], collected: Collected
) -> list[Problem]:
    return [
        Problem(
            name="ORPHAN",
            message=f"{name} has a reference, and no such experiment exists any more\n"
            "  remove its folder, or set repro_orphans = warn",
            is_fatal=settings.orphans == "error",
        )
        for name in owned
        if name not in collected.experiments and collected.covers(name)
    ]


def _skipped(name: str) -> Problem:
    message = f"{name} has a reference for this machine, and was skipped"
    return Problem(name="SKIPPED", message=message)
