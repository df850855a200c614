"""The inputs of a run that is over, and whether they are the same now.

A digest is computed when the run is over, and stands for what the run read only if the
file was not touched since the run began: the kernel's time of the last change says so,
and nobody can set that back.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pytest_repro.provenance.input_watch import InputWatch
from pytest_repro.provenance.machine_states import (
    FACTS,
    state_of_fact,
    state_of_package,
    used_packages,
)
from pytest_repro.provenance.sightings import names_in
from pytest_repro.provenance.states import (
    UNREADABLE,
    state_of_file,
    state_of_imports,
    state_of_listing,
    state_of_names,
    state_of_variable,
)
from pytest_repro.records import (
    ABSENT,
    FOLDER,
    Input,
    InputChange,
    InputKind,
    Inputs,
)

__all__ = ["Looker", "changed_inputs", "collect_inputs"]

INI_FILES: Final = (
    *(".pytest.ini", ".pytest.toml", "pyproject.toml", "pytest.ini", "pytest.toml"),
    *("setup.cfg", "tox.ini"),
)
BESIDE: Final = ("__init__.py", "conftest.py")
"""Files that pytest looks for in every folder above a test."""

NATIVE: Final = (
    *("ATEN_*", "BLIS_*", "CUBLAS*", "CUDA_*", "CUDNN_*", "DNNL_*", "GLIBC_*"),
    *("GOMP_*", "HIP*", "KMP_*", "LD_*", "MALLOC_*", "MKL_*", "NCCL_*", "NPY_*"),
    *("NUMEXPR_*", "NVIDIA_*", "OMP_*", "ONEDNN_*", "OPENBLAS_*", "PYTHON*"),
    *("PYTORCH_*", "RAYON_*", "ROCM_*", "TF_*", "TORCH_*", "TRITON_*", "XLA_*"),
)
"""Variables that native code reads unseen."""

PASSING: Final = "PYTEST_"
"""How the names of those variables begin that are others in each process."""


def collect_inputs(watch: InputWatch, test: Path, *, since_ns: int) -> Inputs:
    """List what a run read.

    Args:
        watch: Heard of everything, and is closed.
        test: The file of the test.
        since_ns: When the run began, by the clock of its file system.

    Returns:
        The inputs, and why there may be others.
    """
    if watch.opens.blind:
        watch.seen.blind(watch.opens.blind)
    return _Collection(watch, test, since_ns).inputs(watch.opened)


class _Collection:
    """Digests everything that was seen."""

    def __init__(self, watch: InputWatch, test: Path, since_ns: int) -> None:
        self._places = watch.places
        self._seen = watch.seen
        self._variables = watch.variables
        self._test = test
        self._since_ns = since_ns

    def inputs(self, opened: Iterable[str]) -> Inputs:
        self._take_modules()
        self._take_opened(opened)
        found = {
            *self._files(),
            *self._listings(),
            *self._imports(),
            *self._read_variables(),
            *(_package(name) for name in used_packages()),
            *(_fact(name) for name in FACTS),
        }
        return Inputs(items=tuple(sorted(found)), unseen=tuple(self._seen.unseen))

    def _take_modules(self) -> None:
        """Count every module that is there, also those that came before the watch."""
        import sys  # noqa: PLC0415  # only to look at what is loaded

        for name, module in sorted(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                self._seen.opened(file, os.O_RDONLY)
            parent = sys.modules.get(name.rpartition(".")[0])
            folders = getattr(parent, "__path__", None) if "." in name else sys.path
            self._seen.looked_for(name, [str(one) for one in folders or ()])

    def _take_opened(self, opened: Iterable[str]) -> None:
        for path in sorted(opened):
            if not path.endswith("/"):
                self._seen.opened(path, os.O_RDONLY)
            elif path[:-1] not in self._seen.heard:
                self._list_past_python(path[:-1])

    def _list_past_python(self, folder: str) -> None:
        """Count a folder that native code opened, if it is as it was then."""
        self._seen.listed(folder)
        try:
            is_old = os.stat(folder).st_ctime_ns < self._since_ns  # noqa: PTH116  # a text
        except OSError:
            is_old = False
        if not is_old:
            name = self._places.name(folder)
            self._seen.blind(f"names in {name} changed while it ran")

    def _files(self) -> Iterator[Input]:
        for path, was_there in sorted(self._seen.files.items()):
            state = state_of_file(path) if was_there else ABSENT
            if was_there and not self._is_settled(path, state):
                self._seen.blind(f"{self._places.name(path)} changed while it ran")
            yield self._file(path, state)
        for path in sorted(self._surroundings()):
            if path not in self._seen.files:
                yield self._file(path, state_of_file(path))

    def _file(self, path: str, state: str) -> Input:
        return Input(kind=InputKind.FILE, name=self._places.name(path), state=state)

    def _is_settled(self, path: str, state: str) -> bool:
        if state == FOLDER:
            return True
        try:
            return os.stat(path).st_ctime_ns < self._since_ns  # noqa: PTH116  # a text
        except OSError:
            return False

    def _surroundings(self) -> set[str]:
        """List what pytest looks for around a test, whether it is there or not."""
        root = self._places.root
        folders = [self._test.parent, *self._test.parent.parents]
        inside = [one for one in folders if one.is_relative_to(root)]
        beside = {str(one / name) for one in inside for name in BESIDE}
        return beside | {f"{root}/{name}" for name in INI_FILES}

    def _listings(self) -> Iterator[Input]:
        for path, state in sorted(self._seen.listings.items()):
            name = self._places.name(path)
            yield Input(kind=InputKind.LISTING, name=name, state=state)

    def _imports(self) -> Iterator[Input]:
        for path, modules in sorted(self._seen.wanted.items()):
            before, after = self._seen.offers[path], names_in(path)
            news = {name.partition(".")[0] for name in before ^ after}
            name = self._places.name(path)
            if news & modules:
                self._seen.blind(f"modules came or went in {name} while it ran")
            yield Input(
                kind=InputKind.IMPORT,
                name=name,
                state=state_of_imports(path, modules),
                detail=tuple(sorted(modules)),
            )

    def _read_variables(self) -> Iterator[Input]:
        for name, value in sorted(self._seen.variables.items()):
            if name.startswith(PASSING) or name == "*":
                continue
            state = ABSENT if value is None else state_of_names([value])
            yield Input(kind=InputKind.VARIABLE, name=name, state=state)
        names = (*NATIVE, "*") if "*" in self._seen.variables else NATIVE
        for name in names:
            state = state_of_variable(name, steady(self._variables))
            yield Input(kind=InputKind.VARIABLE, name=name, state=state)


def steady(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out the variables that are others in each process.

    Args:
        variables: An environment.

    Returns:
        The rest of it.
    """
    return {k: v for k, v in variables.items() if not k.startswith(PASSING)}


def _package(name: str) -> Input:
    return Input(kind=InputKind.PACKAGE, name=name, state=state_of_package(name))


def _fact(name: str) -> Input:
    return Input(kind=InputKind.MACHINE, name=name, state=state_of_fact(name))


class Looker:
    """Looks at inputs as they are now; a file is read again once it was touched."""

    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        """Look at nothing yet.

        Args:
            root: The root folder of the project.
            variables: The environment that a worker would get.
        """
        self._root = root
        self._variables = steady(variables)
        self._known: dict[tuple[str, tuple[int, ...]], str] = {}

    def state(self, one: Input) -> str:
        """Look at an input.

        Args:
            one: As a run found it.

        Returns:
            Its state now.
        """
        if one.kind is not InputKind.FILE:
            return self._look(one)
        key = (one.name, _stamp(self._path(one)))
        if key not in self._known:
            self._known[key] = self._look(one)
        return self._known[key]

    def _path(self, one: Input) -> str:
        return one.name if one.name.startswith("/") else f"{self._root}/{one.name}"

    def _look(self, one: Input) -> str:
        path = self._path(one)
        looks: dict[InputKind, Callable[[], str]] = {
            InputKind.FILE: lambda: state_of_file(path),
            InputKind.LISTING: lambda: state_of_listing(path),
            InputKind.IMPORT: lambda: state_of_imports(path, one.detail),
            InputKind.VARIABLE: lambda: state_of_variable(one.name, self._variables),
            InputKind.PACKAGE: lambda: state_of_package(one.name),
            InputKind.MACHINE: lambda: state_of_fact(one.name),
            # Known to the session alone, which looks for itself.
            InputKind.OPTION: lambda: UNREADABLE,
        }
        return looks[one.kind]()


def _stamp(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)  # noqa: PTH116  # a text
    except OSError:
        return ()
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def changed_inputs(items: Iterable[Input], looker: Looker) -> tuple[InputChange, ...]:
    """Find the inputs that are not as a run found them.

    Args:
        items: As the run found them; options are left out.
        looker: Looks at them now.

    Returns:
        What changed, sorted.
    """
    found = (
        (one, looker.state(one)) for one in items if one.kind is not InputKind.OPTION
    )
    return tuple(
        sorted(
            InputChange(kind=one.kind, name=one.name, how=_how(one.state, now))
            for one, now in found
            if now != one.state or UNREADABLE in {one.state, now}
        )
    )


def _how(before: str, now: str) -> str:
    if UNREADABLE in {before, now}:
        return "cannot be read"
    if before == ABSENT:
        return "is new"
    return "is gone" if now == ABSENT else "changed"
