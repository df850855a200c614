"""Act on a module when it is imported, and not a moment earlier.

The parent process must not import torch, and an experiment may import it in its first
line or in its last. Flags and seeds of a library therefore wait for it: at once if it
is there, else right after its import, before the importer sees it.

This is not a patch of `import`: one finder stands in front of `sys.meta_path` until
the module has come, and the module keeps its own loader.
"""

import importlib.abc
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["is_imported", "when_imported"]

Action = Callable[[], None]


def is_imported(module: str) -> bool:
    """Tell whether a module was imported in this process.

    Args:
        module: Its full name.

    Returns:
        Whether it stands in `sys.modules`.
    """
    return sys.modules.get(module) is not None


def when_imported(module: str, action: Action) -> Action:
    """Run an action now if a module is imported, else right after its import.

    Several actions for one module run in the order in which they were registered. If
    an action raises, the import fails with that error, so nothing goes on unpinned.
    After an import that failed, for whatever reason, the action waits for the next.

    Args:
        module: The full name; not a namespace package, which has no code to run.
        action: What to do; it may import further modules.

    Returns:
        A function that forgets the action; harmless if it ran already.
    """
    if is_imported(module):
        import_module(module)  # waits for another thread that is half-way
        action()
        return _nothing
    finder = _Finder(module, action)
    sys.meta_path.insert(0, finder)
    return finder.cancel


class _Finder(importlib.abc.MetaPathFinder):
    """Let the finders behind it find the module, and wrap its loader."""

    def __init__(self, module: str, action: Action) -> None:
        self.module = module
        self.action = action

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self.module or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                return self.wrap(spec)
        return None

    def wrap(self, spec: ModuleSpec) -> ModuleSpec:
        if spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self)
        return spec

    def run(self) -> None:
        if self in sys.meta_path:
            self.action()
            self.cancel()

    def cancel(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _Loader(importlib.abc.Loader):
    """Do what the true loader does, give the module back to it, then act."""

    def __init__(self, loader: importlib.abc.Loader, finder: _Finder) -> None:
        self.loader = loader
        self.finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        self.finder.run()

    def __getattr__(self, name: str) -> object:
        return getattr(self.loader, name)


def _nothing() -> None:
    """Forget nothing: the action ran at once."""
