"""What a worker changes in itself because a variation says so: a table, and when.

Some changes must come before the project's own code is imported (the clock, the order
of listings), some when the folders of tests are known, some after every flag is
pinned. Each is undone when the run is over, although a worker ends then anyway.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from pytest_repro.determinism.clock import shifted_clock, still_clock
from pytest_repro.determinism.contention import contention
from pytest_repro.determinism.entropy import still_entropy
from pytest_repro.determinism.late import when_imported
from pytest_repro.determinism.listing import listing_order
from pytest_repro.determinism.processors import other_processors
from pytest_repro.determinism.splitting import SPLITTING, split_batches
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Variation

__all__ = [
    "BATCHES",
    "FLAG",
    "KEPT_WHOLE",
    "LOADERS",
    "SPLIT_BY",
    "WHOLE",
    "Probes",
]

Fact: TypeAlias = "bool | int | str | None"

LOADERS: Final = "variation.loaders"
"""The fact that says how many data loaders a change of their workers reached."""

BATCHES: Final = "variation.batches"
"""The fact that says how many batches were split."""

WHOLE: Final = "variation.whole_batches"
"""The fact that names the layers that do not see the same then."""

SPLIT_BY: Final = "variation.split_by"
"""The fact that names the trainer that split them, where its loop is its own."""

KEPT_WHOLE: Final = "variation.kept_whole"
"""The fact that says why none was split, where somebody knows."""

FLAG: Final = "flag:"
"""Begins a change that sets a flag of torch, such as ``flag:mkldnn.enabled=False``."""


class Probes:
    """The changes of one worker."""

    def __init__(self, variation: Variation | None, folder: Path) -> None:
        """Look up what is to be changed.

        Args:
            variation: The variation of the job; None for none.
            folder: The job's folder, where empty folders may be made.

        Raises:
            ReproUsageError: If there is no such change.
        """
        self._variation = variation
        self._folder = folder
        self._undo = ExitStack()
        self._loaders = 0
        names = variation.probes if variation is not None else ()
        self._values = dict(map(_split, names))
        others = (name for name in self._values if not name.startswith(FLAG))
        unknown = sorted({*others} - {*_EARLY, *_IN_TIME})
        if unknown:
            msg = f"variation {unknown[0]} is not known to this version"
            raise ReproUsageError(msg)

    @property
    def runs_before(self) -> int:
        """How many runs of the same experiment come before the one that counts."""
        return int(self._values.get("run-before", "0"))

    def begin(self) -> None:
        """Change what must be changed before the project's code is imported."""
        for name, make in _EARLY.items():
            if name in self._values:
                self._undo.enter_context(make(self._values[name], self._folder))

    def enter(self) -> None:
        """Leave the folder in which the worker was started; before collection."""
        if "cwd" in self._values:
            self._undo.callback(os.chdir, Path.cwd())
            os.chdir(_empty(self._folder, "cwd"))

    def pin(self) -> None:
        """Change what must be changed after every flag is pinned."""
        if "onednn" in self._values:
            self._when("torch", _switch_onednn_off)
        if "batches" in self._values:
            self._undo.callback(split_batches(int(self._values["batches"])))
        if "denormals" in self._values:
            self._when("torch", _flush_denormals)
        for name, value in self._values.items():
            if name.startswith(FLAG):
                self._when("torch", partial(_set_flag, name, value))
        if "loader-workers" in self._values:
            self._when("torch.utils.data", self._change_loaders)

    def facts(self) -> dict[str, Fact]:
        """Say what was changed, as the record keeps it.

        Returns:
            Plain values by name; nothing where there is no variation.
        """
        if self._variation is None:
            return {}
        found: dict[str, Fact] = {"variation": self._variation.name}
        for name in sorted(self._variation.variables):
            found[f"env.{name}"] = os.environ.get(name)
        if "loader-workers" in self._values:
            found[LOADERS] = self._loaders
        if "batches" in self._values:
            found[BATCHES] = SPLITTING.batches
            found[WHOLE] = ", ".join(sorted(SPLITTING.whole))
            told = {SPLIT_BY: SPLITTING.owner, KEPT_WHOLE: SPLITTING.kept_whole}
            found |= {name: text for name, text in told.items() if text}
        return found

    def close(self) -> None:
        """Put everything back."""
        self._undo.close()

    def _when(self, module: str, action: Callable[[], None]) -> None:
        self._undo.callback(when_imported(module, action))

    def _change_loaders(self) -> None:
        from pytest_repro.determinism import torch_loader  # noqa: PLC0415  # torch is there

        workers = int(self._values["loader-workers"])
        self._undo.callback(torch_loader.install(workers, self._count))

    def _count(self) -> None:
        self._loaders += 1


def _split(probe: str) -> tuple[str, str]:
    name, _, value = probe.partition("=")
    return name, value


def _clock(value: str, _: Path) -> AbstractContextManager[None]:
    return still_clock() if value == "still" else shifted_clock(int(value))


@contextmanager
def _home(_: str, folder: Path) -> Iterator[None]:
    """Give an empty home; what the interpreter found by the true one stays found."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(_empty(folder, "home"))
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def _empty(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(exist_ok=True)
    return place


def _set_flag(name: str, value: str) -> None:
    from pytest_repro.determinism import torch_flags  # noqa: PLC0415  # torch is there

    torch_flags.write_flag(name.removeprefix(FLAG), value)


def _switch_onednn_off() -> None:
    from pytest_repro.determinism import torch_switches  # noqa: PLC0415  # torch is there

    torch_switches.switch_onednn_off()


def _flush_denormals() -> None:
    from pytest_repro.determinism import torch_switches  # noqa: PLC0415  # torch is there

    torch_switches.flush_denormals()


_EARLY: Final[dict[str, Callable[[str, Path], AbstractContextManager[None]]]] = {
    "listing": lambda value, _: listing_order(value),
    "clock": _clock,
    "entropy": lambda *_: still_entropy(),
    "home": _home,
    "processors": lambda value, _: other_processors(int(value)),
    "contention": lambda value, _: contention(int(value)),
}

_IN_TIME: Final = (
    "cwd",
    "run-before",
    "onednn",
    "denormals",
    "loader-workers",
    "batches",
)
"""Those that wait for their moment."""
