"""What a hermetic run reaches for besides what it declares: files, variables, networks.

Python tells an audit hook of every file and socket that is opened from Python; what a
library opens in C++ by itself is not among them. A hook cannot be removed, so it is
installed once, only where it was asked for, and does nothing between runs.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pytest_repro.determinism.attribution import INSTALLED, PACKAGE
from pytest_repro.determinism.escapes import Watch
from pytest_repro.determinism.patches import Patches
from pytest_repro.determinism.variables import VARIABLE_NAMES

__all__ = ["Hermetic", "declare_file", "guard_inputs"]

_CODE: Final = (".py", ".pyc", ".pyi", ".so")
_SYSTEM: Final = ("/dev/", "/proc/", "/sys/")
_INTERNET: Final = frozenset({"socket.connect", "socket.sendto"})
_LOOKUPS: Final = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"}
)

# Where a program finds itself and its home; no data.
_ORDINARY: Final = frozenset(
    {*VARIABLE_NAMES, "HOME", "PATH", "PYTEST_CURRENT_TEST", "PYTHONPATH", "TMPDIR"}
)


class Hermetic:
    """What may be read, and who hears of the rest."""

    def __init__(self, watch: Watch, root: Path) -> None:
        """Begin with nothing declared.

        Args:
            watch: Hears of what was not.
            root: The root folder of the project.
        """
        self._watch = watch
        self._root = f"{root.resolve()}/"
        self._declared: set[str] = set()
        self._folders: tuple[str, ...] = ()
        self._homes = _interpreter()
        self._elsewhere = _scratch()

    def declare(self, path: str) -> None:
        """Allow a file, or a folder and all in it.

        Args:
            path: A declared asset, or a file that the run wrote itself.
        """
        whole = os.path.realpath(path)
        self._declared.add(whole)
        if os.path.isdir(whole):  # noqa: PTH112  # a text
            self._folders += (f"{whole}/",)

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """Hear of an event of the interpreter.

        Args:
            event: Its name.
            args: What it is about.
        """
        watch = self._watch
        if not watch.is_hermetic or watch.is_muted:
            return
        if event == "open":
            self._open(args[0], args[2])
        elif event in _INTERNET and isinstance(args[1], tuple):
            watch.drawn("network", detail=str(args[1][0]))
        elif event in _LOOKUPS:
            watch.drawn("network", detail=_text(args[0]))

    def variable(self, name: object) -> None:
        """Hear that a variable is read.

        Args:
            name: Its name.
        """
        if self._watch.is_hermetic and name not in _ORDINARY:
            self._watch.drawn("variable", detail=_text(name))

    def _open(self, path: object, flags: object) -> None:
        """Judge a file; one that the run writes it may read again."""
        if not isinstance(path, str | bytes):
            return  # a descriptor, whose file was opened before
        file = os.fsdecode(path)
        with self._watch.muted():
            whole = os.path.realpath(file)
        if _is_write(flags):
            self._declared.add(whole)
        elif not self._is_known(whole):
            self._watch.drawn("file", detail=self._watch.project.name(whole))

    def _is_known(self, path: str) -> bool:
        allowed = (*self._homes, *self._folders, *_SYSTEM)
        if path in self._declared or path.startswith(allowed):
            return True
        if path.startswith(self._root):
            return path.endswith(_CODE)
        return path.startswith(self._elsewhere)


def declare_file(path: Path) -> None:
    """Allow the run that is under way to read a file, or all files of a folder.

    Args:
        path: A declared asset.
    """
    if _hook.hermetic is not None:
        _hook.hermetic.declare(str(path))


def guard_inputs(watch: Watch, patches: Patches, root: Path) -> Callable[[], None]:
    """Watch files, variables and networks from now on, whenever the watch is hermetic.

    Args:
        watch: Hears of what is undeclared.
        patches: Puts the environment back.
        root: The root folder of the project.

    Returns:
        A function that looks for nothing any more.
    """
    hermetic = Hermetic(watch, root)
    _hook.install(hermetic)
    patches.wrap(
        type(os.environ), "__getitem__", lambda args, _: hermetic.variable(args[1])
    )
    return _hook.rest


class _Hook:
    """The one hook of this process: there for good, and at rest between runs."""

    def __init__(self) -> None:
        self.hermetic: Hermetic | None = None
        self._is_installed = False

    def install(self, hermetic: Hermetic) -> None:
        """Wake up, and be installed if that was never done."""
        self.hermetic = hermetic
        if not self._is_installed:
            sys.addaudithook(self._hear)
            self._is_installed = True

    def rest(self) -> None:
        """Do nothing until the next run."""
        self.hermetic = None

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if self.hermetic is not None:
            self.hermetic.hear(event, args)


_hook: Final = _Hook()


def _is_write(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _interpreter() -> tuple[str, ...]:
    """List the folders of the interpreter and of installed packages."""
    found = {sys.prefix, sys.base_prefix, str(Path(PACKAGE)), *_installed()}
    return tuple(sorted(f"{os.path.realpath(folder)}/" for folder in found))


def _installed() -> Iterator[str]:
    for entry in sys.path:
        if entry and not INSTALLED.isdisjoint(Path(entry).parts):
            yield entry


def _scratch() -> tuple[str, ...]:
    """List the folders in which nobody keeps data: for temporary files, and caches."""
    home = os.path.expanduser("~/.cache")  # noqa: PTH111  # never fails, unlike Path.home
    found = {tempfile.gettempdir(), os.environ.get("XDG_CACHE_HOME") or home}
    return tuple(sorted(f"{os.path.realpath(folder)}/" for folder in found))


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
