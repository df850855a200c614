"""With ``--repro-contracts``: an item for each promise of each declared part.

The parts are those of the modules that ``repro_contract_modules`` names, and those that
test modules define or import. Without the flag, nothing here is loaded.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Final

import pytest

from pytest_repro.contracts.promises import Promise, promises_of
from pytest_repro.contracts.properties import Subject
from pytest_repro.contracts.running import BrokenPromise, Effort
from pytest_repro.contracts.snapshot import (
    Released,
    breaking_changes,
    promised_by,
    read_snapshot,
    write_snapshot,
)
from pytest_repro.contracts.subjects import subject_of, subjects_of_modules
from pytest_repro.contracts.suite import settle
from pytest_repro.errors import ReproError
from pytest_repro.plugin.contract_settings import setting
from pytest_repro.records.module_contracts import contract_on

__all__ = ["CompatibilityItem", "ContractItem", "Contracts"]

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
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Add the items, so that ``-k``, ``--lf``, xdist and reports know them."""
        names = str(self.config.getini("repro_contract_modules")).split()
        try:
            subjects = [*subjects_of_modules(names), *_beside_tests(items)]
            if setting(self.config, "repro_contracts_release"):
                write_snapshot(self.config.rootpath, subjects)
            self.released = read_snapshot(self.config.rootpath)
            items += self._items(session, subjects)
        except (ReproError, ImportError) as error:
            msg = f"contracts cannot be collected: {error}"
            raise pytest.UsageError(msg) from error

    def _items(
        self, session: pytest.Session, subjects: Iterable[Subject]
    ) -> list[pytest.Item]:
        root = _Part.from_parent(session, name="contract", nodeid="contract")
        parts = sorted(
            {id(one): one for one in subjects}.values(), key=lambda s: s.name
        )
        made: list[pytest.Item] = []
        for subject in parts:
            nodeid = f"contract::{subject.name}"
            part = _Part.from_parent(root, name=subject.name, nodeid=nodeid)
            made += self._compatibility(part, subject)
            made += [
                ContractItem.from_parent(part, name=promise.name, promise=promise)
                for promise in promises_of(subject, effort=self.effort)
            ]
        return made

    def _compatibility(self, part: "_Part", subject: Subject) -> list[pytest.Item]:
        if subject.name not in self.released:
            return []
        before = self.released[subject.name]
        item = CompatibilityItem.from_parent(
            part, name="compatibility", subject=subject, before=before
        )
        return [item]


def _beside_tests(items: Iterable[pytest.Item]) -> list[Subject]:
    modules = {id(m): m for item in items if (m := getattr(item, "module", None))}
    return [
        subject_of(part)
        for module in modules.values()
        for part in vars(module).values()
        if contract_on(part) is not None
    ]


class _Part(pytest.Collector):
    """A part, or the root of all parts."""

    def collect(self) -> Iterable[pytest.Item]:
        """Nothing more: the items were made with it."""
        return ()


class ContractItem(pytest.Item):
    """One promise of one part."""

    def __init__(self, *, promise: Promise, **kwargs: object) -> None:
        """Keep the promise.

        Args:
            promise: What is to be kept.
            **kwargs: As pytest's nodes take them.
        """
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own
        self.promise = promise

    def runtest(self) -> None:
        """Look for a counter-example."""
        settle(self.promise.judge(self.config.rootpath))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]  # a text will do
        """Show the counter-example and no traceback through us."""
        if isinstance(excinfo.value, BrokenPromise | ReproError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[str, None, str]:
        """Say what it is called in reports."""
        return "contract", None, self.nodeid


class CompatibilityItem(pytest.Item):
    """That a part still promises what its release promised."""

    def __init__(
        self,
        *,
        subject: Subject,
        before: Mapping[str, Mapping[str, str]],
        **kwargs: object,
    ) -> None:
        """Keep what was promised.

        Args:
            subject: The part.
            before: What its release promised.
            **kwargs: As pytest's nodes take them.
        """
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own
        self.subject, self.before = subject, before

    def runtest(self) -> None:
        """Compare the promises."""
        changes = breaking_changes(self.before, promised_by(self.subject))
        if changes:
            lines = "\n".join(f"  {line}" for line in changes)
            msg = (
                f"{self.subject.name} promises less than its release\n{lines}\n"
                "  release it anyway with: pytest --repro-contracts-release"
            )
            raise BrokenPromise(msg)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]  # a text will do
        """Show the changes alone."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[str, None, str]:
        """Say what it is called in reports."""
        return "contract", None, self.nodeid
