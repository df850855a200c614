"""Choose where runs are executed, and with which options."""

from typing import Final

import pytest

from pytest_repro.launchers import Launcher, LocalLauncher, make_launcher
from pytest_repro.plugin.jobs import Jobs
from pytest_repro.plugin.settings import Settings
from pytest_repro.policy import launcher_options, read_own_table
from pytest_repro.policy.own_table import FILE

__all__ = ["choose_launcher"]

LOCAL: Final = "local"


def choose_launcher(config: pytest.Config, settings: Settings, jobs: Jobs) -> Launcher:
    """Make the launcher of a session.

    Args:
        config: pytest's.
        settings: The options of the session.
        jobs: Knows the environment of workers.

    Returns:
        The launcher.

    Raises:
        ReproUsageError: If there is none of that name, or its options have no meaning.
        PolicyError: If they cannot be read.
        LaunchError: If its engine cannot be reached.
    """
    if settings.launcher == LOCAL:
        return LocalLauncher(jobs.inherited())
    path = config.rootpath / FILE
    own = read_own_table(path.read_bytes() if path.is_file() else b"")
    options = dict(launcher_options(own, settings.launcher))
    if jobs.container:
        options["image"] = jobs.container
    return make_launcher(settings.launcher, jobs.inherited(), options=options)
