"""Items of ``--repro-contracts``: a promise, a release kept, an offer that fails."""

from collections.abc import Iterable, Mapping

import pytest

from pytest_repro.contracts.promises import Promise
from pytest_repro.contracts.properties import Subject
from pytest_repro.contracts.running import BrokenPromise
from pytest_repro.contracts.snapshot import breaking_changes, promised_by
from pytest_repro.contracts.suite import settle
from pytest_repro.errors import ReproError
from pytest_repro.recipes.entry_points import Trouble

__all__ = ["CompatibilityItem", "ContractItem", "OfferItem", "Part"]


class Part(pytest.Collector):
    """A part, or the root of all parts."""

    def collect(self) -> Iterable[pytest.Item]:
        """Nothing more: the items were made with it."""
        return ()


class _Item(pytest.Item):
    """What all items have in common: their text is the whole failure."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]  # a text will do
        """Show the counter-example and no traceback through us."""
        if isinstance(excinfo.value, BrokenPromise | ReproError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[str, None, str]:
        """Say what it is called in reports."""
        return "contract", None, self.nodeid


class ContractItem(_Item):
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


class CompatibilityItem(_Item):
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


class OfferItem(_Item):
    """That what an installed package offers can be loaded; this one cannot."""

    def __init__(self, *, trouble: Trouble, **kwargs: object) -> None:
        """Keep what went wrong.

        Args:
            trouble: What cannot be loaded.
            **kwargs: As pytest's nodes take them.
        """
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own
        self.trouble = trouble

    def runtest(self) -> None:
        """Tell it."""
        msg = (
            f"{self.trouble.name} cannot be loaded: {self.trouble.message}\n"
            "  an installed package offers it under pytest_repro.components: mend or"
            " uninstall that package"
        )
        raise BrokenPromise(msg)
