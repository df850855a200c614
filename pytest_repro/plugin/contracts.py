"""With ``--repro-contracts``: an item for each promise of each declared part.

Parts are modules, loaders, augmentations, optimizers, metrics, components and recipes:
those of the modules that ``repro_contract_modules`` names, those that test modules
define or import, and components that installed packages offer. Without the flag,
nothing here is loaded.
"""

import itertools
import secrets
import sys
from collections.abc import Generator, Iterable
from types import ModuleType
from typing import Final

import pytest

from pytest_repro.contracts.components import offered_components
from pytest_repro.contracts.locating import place_of
from pytest_repro.contracts.promises import promises_of
from pytest_repro.contracts.properties import Subject
from pytest_repro.contracts.running import Effort
from pytest_repro.contracts.snapshot import Released, read_snapshot, write_snapshot
from pytest_repro.contracts.subjects import named_in, subject_of, subjects_of_modules
from pytest_repro.errors import ContractError, ReproError
from pytest_repro.plugin.contract_items import (
    CompatibilityItem,
    ContractItem,
    OfferItem,
    Part,
)
from pytest_repro.plugin.contract_settings import setting
from pytest_repro.recipes.entry_points import Trouble

__all__ = ["Contracts"]

_SEEDS: Final = 2**32


class Contracts:
    """Collects promises after everything else was collected."""

    def __init__(self, config: pytest.Config) -> None:
        """Read how hard to look.

        Args:
            config: pytest's.
        """
        self.config = config
        self.released: Released = {}
        self.modules: list[ModuleType] = []
        explores = bool(setting(config, "repro_contracts_explore"))
        self.seed = secrets.randbelow(_SEEDS) if explores else None
        examples = int(str(setting(config, "repro_contracts_examples")))
        if examples < 1:
            msg = f"repro_contracts_examples is {examples}, must be at least 1"
            raise pytest.UsageError(msg)
        self.effort = Effort(examples=examples, seed=self.seed)

    def pytest_report_header(self) -> str | None:
        """Say where exploring starts, so that the session can be repeated."""
        return None if self.seed is None else f"contracts explore from {self.seed}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Let `--lf` import every test file if a promise failed.

        pytest leaves files out in which nothing failed; the part may be in one of them.
        """
        cache = getattr(self.config, "cache", None)
        if cache is None or not self.config.getoption("lf", default=False):
            return
        failed = cache.get("cache/lastfailed", {})
        if any(nodeid.startswith("contract::") for nodeid in failed):
            self.config.pluginmanager.set_blocked("lfplugin-collskip")

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note each test module, those without a test among them.

        A file that only imports parts, or names their contracts, has no other item.
        """
        report = yield
        if type(collector) is pytest.Module and report.passed:
            self.modules.append(collector.obj)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Add the items, so that ``-k``, ``--lf``, xdist and reports know them."""
        names = str(self.config.getini("repro_contract_modules")).split()
        try:
            offered = offered_components()
            subjects = _unlike(
                [
                    *subjects_of_modules(names),
                    *_beside_tests(items, self.modules),
                    *map(subject_of, offered.parts),
                ]
            )
            if setting(self.config, "repro_contracts_release"):
                write_snapshot(self.config.rootpath, subjects)
            self.released = read_snapshot(self.config.rootpath)
            items += self._items(session, subjects, offered.troubles)
        except (ReproError, ImportError) as error:
            msg = f"contracts cannot be collected: {error}"
            raise pytest.UsageError(msg) from error

    def _items(
        self,
        session: pytest.Session,
        subjects: Iterable[Subject],
        troubles: Iterable[Trouble],
    ) -> list[pytest.Item]:
        root = Part.from_parent(session, name="contract", nodeid="contract")
        made: list[pytest.Item] = []
        for trouble in troubles:
            part = _part(root, trouble.name)
            made.append(OfferItem.from_parent(part, name="loads", trouble=trouble))
        for subject in subjects:
            part = _part(root, subject.name)
            made += self._compatibility(part, subject)
            made += [
                ContractItem.from_parent(part, name=promise.name, promise=promise)
                for promise in promises_of(subject, effort=self.effort)
            ]
        return made

    def _compatibility(self, part: Part, subject: Subject) -> list[pytest.Item]:
        if subject.name not in self.released:
            return []
        before = self.released[subject.name]
        item = CompatibilityItem.from_parent(
            part, name="compatibility", subject=subject, before=before
        )
        return [item]


def _part(root: Part, name: str) -> Part:
    return Part.from_parent(root, name=name, nodeid=f"contract::{name}")


def _beside_tests(
    items: Iterable[pytest.Item], noted: Iterable[ModuleType]
) -> list[Subject]:
    modules = {id(m): m for item in items if (m := getattr(item, "module", None))}
    modules |= {id(module): module for module in noted}
    return [one for module in modules.values() for one in named_in(module)]


def _unlike(subjects: Iterable[Subject]) -> list[Subject]:
    """Sort parts, each once; examples and releases are kept by name, so names differ.

    Raises:
        ContractError: If two parts have one name.
    """
    parts = sorted({id(one): one for one in subjects}.values(), key=lambda s: s.name)
    for one, other in itertools.pairwise(parts):
        if one.name == other.name:
            first, second = sorted(_home(each) for each in (one, other))
            msg = (
                f"two parts are called {one.name}\n  one    {first}\n"
                f"  other  {second}\n  give one of them another name=… in its contract"
            )
            raise ContractError(msg)
    return parts


def _home(subject: Subject) -> str:
    line, _ = place_of(subject, list(sys.modules.values()))
    return line
