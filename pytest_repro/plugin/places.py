"""One experiment in several declared environments: each runs, each is judged.

An experiment stays one test. What became of it in each environment is an outcome of
its own, so that a report, a matrix or a person can tell them apart; the test fails if
it reaches less anywhere than that environment requires.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

import pytest_repro
from pytest_repro.determinism import check_forced, lower
from pytest_repro.errors import LaunchError
from pytest_repro.interpreters import recipe_of, venv_python
from pytest_repro.plugin.jobs import Jobs, keep_out_of_git
from pytest_repro.plugin.launching import LOCAL
from pytest_repro.plugin.markers import experiment_id
from pytest_repro.plugin.settings import Settings
from pytest_repro.policy import (
    choose_environments,
    declared_environments,
    read_own_table,
)
from pytest_repro.policy.own_table import FILE
from pytest_repro.provenance.hardware import collect_cpu, instruction_set
from pytest_repro.records import (
    EVERYWHERE,
    Contract,
    DeclaredEnvironment,
    Job,
    Outcome,
)
from pytest_repro.references import declared_folder
from pytest_repro.replication import PlannedRun, Replication, Request
from pytest_repro.replication.outcomes import skipped

__all__ = ["Join", "Places"]

Join = Callable[[pytest.Config, Settings, Jobs], Replication]
"""Joins launcher, stores and options to what runs and judges experiments."""

ON_THIS_PROCESSOR: Final = frozenset({LOCAL, "docker"})
"""Launchers whose workers have the processor that this process has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One environment of a session.

    Attributes:
        declared: The environment.
        jobs: Makes the jobs of runs there.
        replication: Runs and judges; None where that is not possible here.
        absent: Why not.
    """

    declared: DeclaredEnvironment
    jobs: Jobs
    replication: Replication | None
    absent: str = ""


class Places:
    """The environments that a session was asked for."""

    def __init__(
        self,
        config: pytest.Config,
        settings: Settings,
        *,
        options: Mapping[str, str],
        join: Join,
    ) -> None:
        """Prepare each, without starting a run.

        Args:
            config: pytest's.
            settings: The options of the session.
            options: Of the project's own conftest files.
            join: Makes what runs and judges in one of them.

        Raises:
            ReproError: If what is declared has no meaning, or the only environment
                asked for cannot be had here.
        """
        self._config = config
        self._settings = settings
        self._options = options
        self._join = join
        self._places = tuple(map(self._place, self._choose()))

    def run(
        self,
        item: pytest.Function,
        contract: Contract,
        *,
        known: Sequence[Outcome],
        is_first: bool,
    ) -> tuple[Outcome, ...]:
        """Run an experiment in each environment.

        Args:
            item: The experiment.
            contract: What was promised.
            known: Outcomes of an earlier try that stand.
            is_first: Whether there was no earlier try.

        Returns:
            What became of it, in the order of the environments.
        """
        keep_out_of_git(self._settings.out)
        kept = {one.environment: one for one in known}
        found = []
        for place in self._places:
            name = place.declared.name
            outcome = kept.get(name)
            if outcome is None:
                request = _request(place, item, contract)
                outcome = _run(place, replace(request, allow_write=is_first))
            found.append(replace(outcome, environment=name))
        return tuple(found)

    def _choose(self) -> tuple[DeclaredEnvironment, ...]:
        path = self._config.rootpath / FILE
        own = read_own_table(path.read_bytes() if path.is_file() else b"")
        declared = declared_environments(own)
        return choose_environments(declared, self._settings.environment, path=FILE)

    def _place(self, declared: DeclaredEnvironment) -> _Place:
        """Prepare an environment; one of several may be missing, and says so."""
        settings = self._settings
        lowered = lower(settings.determinism, declared)
        own = replace(
            settings,
            out=declared_folder(settings.out, declared.name),
            launcher=declared.launcher or settings.launcher,
            determinism=lowered.determinism,
        )
        jobs = Jobs(
            config=self._config,
            settings=own,
            options=self._options,
            variables=lowered.variables,
            container=declared.container,
        )
        try:
            if own.launcher in ON_THIS_PROCESSOR:
                check_forced(declared, instruction_set(collect_cpu()))
            jobs = replace(jobs, python=self._python(declared, own.out))
            replication = self._join(self._config, own, jobs)
        except LaunchError as error:
            if settings.environment != EVERYWHERE:
                raise
            return _Place(
                declared=declared, jobs=jobs, replication=None, absent=str(error)
            )
        return _Place(declared=declared, jobs=jobs, replication=replication)

    def _python(self, declared: DeclaredEnvironment, folder: Path) -> str:
        if not declared.has_interpreter:
            return ""
        root, version = self._config.rootpath, pytest_repro.__version__
        recipe = recipe_of(declared, root, version=version)
        return str(venv_python(declared.name, folder, recipe))


def _request(place: _Place, item: pytest.Function, contract: Contract) -> Request:
    def job_for(run: PlannedRun) -> Job:
        return place.jobs.make(item, contract, run)

    requires = contract.required or place.declared.requires
    return Request(
        experiment=experiment_id(item),
        contract=replace(contract, required=requires),
        job_for=job_for,
    )


def _run(place: _Place, request: Request) -> Outcome:
    if place.replication is None:
        return skipped(request, place.absent)
    return place.replication.run(request)
