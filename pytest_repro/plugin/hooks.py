"""The hooks of a session, from top to bottom; each delegates in a line or two.

Without `--repro` this file adds a skip to each experiment and imports nothing more.
"""

from collections.abc import Sequence

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.plugin.contract_settings import wants_contracts
from pytest_repro.plugin.markers import (
    ARGUMENTS,
    MARKER,
    check_kind,
    contract_of,
    is_experiment,
)
from pytest_repro.plugin.options import did_you_mean
from pytest_repro.plugin.own_options import note_foreign_options
from pytest_repro.plugin.settings import Settings, read_settings, settings_key

__all__: Sequence[str] = ()

SKIP_REASON = "needs --repro"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> None:
    """Come before the project's own code: note whose options are whose, and seed."""
    note_foreign_options(early_config, parser)
    job = early_config.known_args_namespace.repro_worker
    if job is not None:
        from pytest_repro.plugin.worker import Worker, read_job  # noqa: PLC0415  # only in workers

        early_config.pluginmanager.register(Worker(read_job(job)), "repro-worker")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Parse the options once, before anybody configures himself by them."""
    arguments = ", ".join(f"{name}=…" for name in ARGUMENTS)
    line = f"{MARKER}({arguments}): an experiment; added to users of the fixture repro"
    config.addinivalue_line("markers", line)
    config.stash[settings_key] = read_settings(config)
    if wants_contracts(config):
        from pytest_repro.plugin.contracts import Contracts  # noqa: PLC0415  # as asked

        config.pluginmanager.register(Contracts(config), "repro-contracts")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take the side of the parent, now that there is a terminal to draw on."""
    settings = session.config.stash[settings_key]
    if settings.active and session.config.getoption("repro_worker") is None:
        _be_parent(session.config, settings)


def _be_parent(config: pytest.Config, settings: Settings) -> None:
    from pytest_repro.plugin.session import SessionReporter  # noqa: PLC0415  # only with --repro

    try:
        side = _side(config, settings)
    except ReproError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(side, "repro-side")
    if settings.shard is not None:
        from pytest_repro.plugin.sharding import Sharding  # noqa: PLC0415  # as above

        sharding = Sharding(settings, settings.shard)
        config.pluginmanager.register(sharding, "repro-sharding")
    config.pluginmanager.register(SessionReporter(config, settings), "repro-session")


def _side(config: pytest.Config, settings: Settings) -> object:
    if settings.in_process:
        from pytest_repro.plugin.inprocess import InProcess  # noqa: PLC0415  # as above

        return InProcess(config, settings)
    from pytest_repro.plugin.parent import Parent  # noqa: PLC0415  # as above

    return Parent(config, settings)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every user of the fixture, so that ``-m repro`` finds it."""
    if is_experiment(item) and item.get_closest_marker(MARKER) is None:
        item.add_marker(MARKER)


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Check every contract; without `--repro`, skip the experiments."""
    settings = config.stash[settings_key]
    is_idle = not settings.active and config.getoption("repro_worker") is None
    try:
        for item in items:
            _check_marks(item)
    except pytest.UsageError as error:
        if not hasattr(config, "workerinput"):
            raise
        # xdist would lose the text of an exception; this one reaches the terminal.
        session.shouldfail = str(error)
        items.clear()
    for item in filter(is_experiment, items if is_idle else ()):
        item.add_marker(pytest.mark.skip(reason=SKIP_REASON))


def _check_marks(item: pytest.Item) -> None:
    if is_experiment(item):
        check_kind(item)
        contract_of(item)
        names = {mark.name for mark in item.iter_markers()}
        for name in sorted(names - _declared_marks(item.config)):
            if did_you_mean(name, [MARKER]):
                msg = f"{item.nodeid}: unknown marker {name!r}; did you mean {MARKER}?"
                raise pytest.UsageError(msg)
    elif item.get_closest_marker(MARKER) is not None:
        msg = (
            f"{item.nodeid}: has the marker repro but does not ask for the fixture\n"
            "  add the argument `repro` to the test's signature"
        )
        raise pytest.UsageError(msg)


def _declared_marks(config: pytest.Config) -> set[str]:
    lines: list[str] = config.getini("markers")
    return {line.partition(":")[0].partition("(")[0].strip() for line in lines}
