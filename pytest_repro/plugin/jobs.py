"""From a collected test to the jobs that a launcher can execute.

The worker gets this session's own way of finding tests (root, ini file, import mode,
plugins) and the options that the project's conftest files declare, and none of what
concerns this session only (selection, reports, xdist, coverage, reruns).
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from pytest_repro.determinism import worker_variables
from pytest_repro.launchers.protocol import JOB, STORE
from pytest_repro.plugin.markers import experiment_id
from pytest_repro.plugin.settings import Settings
from pytest_repro.provenance import Scrubber, clean_command
from pytest_repro.records import WORKER_FLAG, Contract, Job
from pytest_repro.references import experiment_folder
from pytest_repro.replication import PlannedRun

__all__ = ["Jobs", "keep_out_of_git"]

ASIDE: Final = ".earlier"
"""Beside the runs of an experiment: what a later run of the same seed replaced."""

# Set for this session, meaningless or harmful in a worker.
_DROPPED: Final = (
    "PYTEST_CURRENT_TEST",
    "PYTEST_XDIST_",
    "GITHUB_OUTPUT",
    "GITHUB_STEP_SUMMARY",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Makes the jobs of one session.

    Attributes:
        config: pytest's.
        settings: The options of the session.
        options: Of the project's own conftest files, as `write_options` gives them.
        python: The interpreter of workers; empty for that of this session.
        variables: What a declared environment sets; an empty value takes one away.
        container: The image in which workers run; empty for what the launcher says.
    """

    config: pytest.Config
    settings: Settings
    options: Mapping[str, str]
    python: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    container: str = ""

    def inherited(self) -> dict[str, str]:
        """Return the environment that every worker gets."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_DROPPED)}
        return {
            **worker_variables(self.settings.determinism, kept),
            "PYTEST_ADDOPTS": "",
        }

    def make(self, item: pytest.Function, contract: Contract, run: PlannedRun) -> Job:
        """Make the job of one run, with a folder for it.

        The folder is empty, unless the session continues another: then whoever
        launches it decides what of that run is still good.

        Args:
            item: The experiment.
            contract: What was promised.
            run: What is to be run.

        Returns:
            The job.
        """
        experiment = experiment_id(item)
        folder = self._fresh_folder(experiment, run)
        return Job(
            experiment=experiment,
            seed=run.seed,
            root=str(self.config.rootpath),
            folder=str(folder),
            python=self.python,
            arguments=self.arguments(item, folder),
            options=self.options,
            variables={
                **worker_variables(self.settings.determinism, {}),
                **self.variables,
            },
            determinism=self.settings.determinism,
            contract=contract,
            timeout_s=contract.timeout_s or self.settings.timeout_s,
            horizon=_horizon(contract, run),
            ends_at_horizon=run.is_short,
            replica=run.replica,
            ledger=self.settings.ledger,
            window=run.window,
            checkpoint_every=self.settings.checkpoint_every,
            command=self.command(),
            overrides=self.settings.overrides,
        )

    def command(self) -> tuple[str, ...]:
        """Return the command line of this session as it may be written down."""
        words = map(str, self.config.invocation_params.args)
        scrubber = Scrubber(os.environ)
        return ("pytest", *clean_command(words, self.config.rootpath, scrubber))

    def folder(self, node_id: str, run: PlannedRun) -> Path:
        """Return the folder of a run.

        Args:
            node_id: The experiment.
            run: Which run of it.

        Returns:
            The folder; it need not exist.
        """
        # Runs under variations are no runs that anybody should judge by accident.
        kind = "vary" if run.variation else "runs"
        own = self.settings.out / kind / experiment_folder(node_id)
        return own / run.label.replace(" ", "-")

    def _fresh_folder(self, node_id: str, run: PlannedRun) -> Path:
        folder = self.folder(node_id, run)
        # Of a seed only the latest run is seen: who looks closer must not find another.
        # The other is kept out of sight, for a session that continues this one.
        _hide(self.folder(node_id, replace(run, is_short=not run.is_short)))
        if self.settings.continues:
            _show(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        keep_out_of_git(self.settings.out)
        return folder

    def arguments(self, item: pytest.Function, folder: Path) -> tuple[str, ...]:
        """Write the command line; the test is named without its parameters.

        Parameters may hold anything, so the worker selects them by node id.

        Args:
            item: The experiment.
            folder: Of the run.

        Returns:
            What follows ``python -m pytest``.
        """
        option = self.config.option
        parent = "" if item.parent is None else item.parent.nodeid
        pairs = [
            *(("-p", name) for name in option.plugins),
            *(("-W", text) for text in option.pythonwarnings or ()),
            *(("-o", text) for text in option.override_ini or ()),
            ("-o", "addopts="),
            ("-o", f"{STORE}={self.settings.assets}"),
            ("-o", f"repro_fetch={self.settings.fetch}"),
        ]
        if self.config.pluginmanager.has_plugin("cacheprovider"):
            pairs.append(("-o", f"cache_dir={folder / 'cache'}"))
        if self.config.inipath is not None:
            pairs.append(("-c", str(self.config.inipath)))
        if option.confcutdir:
            pairs.append(("--confcutdir", str(option.confcutdir)))
        return (
            *(part for pair in pairs for part in pair),
            *(("--noconftest",) if option.noconftest else ()),
            *(("--disable-plugin-autoload",) if option.disable_plugin_autoload else ()),
            f"--rootdir={self.config.rootpath}",
            f"--import-mode={option.importmode}",
            "--capture=no",
            "--no-summary",
            "-qq",
            f"{WORKER_FLAG}={folder / JOB}",
            f"{parent}::{item.originalname}",
        )


def _hide(folder: Path) -> None:
    """Set a folder aside, in place of what was set aside before."""
    aside = folder.parent / ASIDE / folder.name
    if folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(exist_ok=True)
        folder.rename(aside)


def _show(folder: Path) -> None:
    """Put back what was set aside, if there is nothing in its place."""
    aside = folder.parent / ASIDE / folder.name
    if aside.exists() and not folder.exists():
        aside.rename(folder)


def keep_out_of_git(folder: Path) -> None:
    """Let git overlook a folder, this note in it included.

    Args:
        folder: The folder; it is made if it is missing.
    """
    ignore = folder / ".gitignore"
    if not ignore.exists():
        folder.mkdir(parents=True, exist_ok=True)
        ignore.write_text("*\n", encoding="utf-8")


def _horizon(contract: Contract, run: PlannedRun) -> int | None:
    """Return the step whose beginning is noted; after its window a traced run ends."""
    if run.window is None or not run.is_short:
        return contract.horizon
    return max(1, run.window.last + 1)
