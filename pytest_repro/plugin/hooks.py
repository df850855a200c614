"""The hooks of a session, from top to bottom; each delegates in a line or two.

Without `--repro` this file adds a skip to each experiment and imports nothing more.
"""

from collections.abc import Sequence

import pytest

from pytest_repro.plugin.markers import (
    ARGUMENTS,
    MARKER,
    contract_of,
    is_experiment,
)
from pytest_repro.plugin.options import did_you_mean
from pytest_repro.plugin.settings import (
    Settings,
    own_options_key,
    read_settings,
    settings_key,
)

__all__: Sequence[str] = ()

SKIP_REASON = "needs --repro"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Note which options exist before the project's conftest files add theirs."""
    early_config.stash[own_options_key] = frozenset(
        vars(early_config.known_args_namespace)
    )


def pytest_configure(config: pytest.Config) -> None:
    """Parse the options once, and take the side that this process is on."""
    arguments = ", ".join(f"{name}=…" for name in ARGUMENTS)
    line = f"{MARKER}({arguments}): an experiment; added to users of the fixture repro"
    config.addinivalue_line("markers", line)
    settings = read_settings(config)
    config.stash[settings_key] = settings
    job = config.getoption("repro_worker")
    if job is not None:
        _be_worker(config, job)
    elif settings.active:
        _be_parent(config, settings)


def _be_worker(config: pytest.Config, path: str) -> None:
    from pytest_repro.plugin.worker import Worker, read_job, take_options  # noqa: PLC0415  # only in workers

    job = read_job(path)
    take_options(config, job)
    config.pluginmanager.register(Worker(job), "repro-worker")


def _be_parent(config: pytest.Config, settings: Settings) -> None:
    from pytest_repro.plugin.inprocess import InProcess  # noqa: PLC0415  # only with --repro
    from pytest_repro.plugin.parent import Parent  # noqa: PLC0415  # as above
    from pytest_repro.plugin.session import SessionReporter  # noqa: PLC0415  # as above

    side = InProcess if settings.in_process else Parent
    config.pluginmanager.register(side(config, settings), "repro-side")
    config.pluginmanager.register(SessionReporter(config, settings), "repro-session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every user of the fixture, so that ``-m repro`` finds it."""
    if is_experiment(item) and item.get_closest_marker(MARKER) is None:
        item.add_marker(MARKER)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Check every contract; without `--repro`, skip the experiments."""
    settings = config.stash[settings_key]
    is_idle = not settings.active and config.getoption("repro_worker") is None
    for item in items:
        _check_marks(item)
        if is_idle and is_experiment(item):
            item.add_marker(pytest.mark.skip(reason=SKIP_REASON))


def _check_marks(item: pytest.Item) -> None:
    if is_experiment(item):
        contract_of(item)
        names = [mark.name for mark in item.iter_markers() if mark.name != MARKER]
        for name in names:
            if did_you_mean(name, [MARKER]):
                msg = f"{item.nodeid}: unknown marker {name!r}; did you mean {MARKER}?"
                raise pytest.UsageError(msg)
    elif item.get_closest_marker(MARKER) is not None:
        msg = (
            f"{item.nodeid}: has the marker repro but does not ask for the fixture\n"
            "  add the argument `repro` to the test's signature"
        )
        raise pytest.UsageError(msg)
